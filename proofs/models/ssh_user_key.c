/*
 * ssh_user_key.c as the proof of that name has it: it steps over some of the
 * reader's bytes, and a key lies in them.
 */
#include "proofs/contracts/ssh_user_key.h"

static struct span
some_of(struct span s)
{
	size_t from = ANY(size_t), n = ANY(size_t);

	ASSUME(from <= s.len && n <= s.len - from);
	return (struct span){ s.p + from, n };
}

bool
ssh_user_key_fields(enum jwk_type type, struct wire_reader *r,
    struct jwk *key)
{
	struct span in = { r->p, ANY(size_t) };

	__CPROVER_precondition(__CPROVER_r_ok(r->p, r->left), "key: bytes");
	ASSUME(in.len <= r->left);
	r->p += in.len;
	r->left -= in.len;
	*key = (struct jwk){ 0 };
	if (ANY(bool))
		return false;
	key->type = type;
	key->alg = type == JWK_RSA ? JWS_RS256 : type == JWK_P256 ?
	    JWS_ES256 : JWS_EDDSA;
	key->n = some_of(in);
	key->e = some_of(in);
	key->point = some_of(in);
	ASSUME(IS_USER_KEY(key, in));
	return true;
}

const char *
ssh_user_key_name(enum jwk_type type)
{
	static const char names[JWK_TYPES][1];

	return names[type];
}
