#include "parseproc/ssh_user_key.h"

#include "parseproc/ssh_mpint.h"

/* An uncompressed point begins so, SEC 1 section 2.3.3. */
#define UNCOMPRESSED 0x04

static const struct {
	const char *name;
	enum jws_alg alg;
} types[JWK_TYPES] = {
	[JWK_RSA] = { "ssh-rsa", JWS_RS256 },
	[JWK_P256] = { "ecdsa-sha2-nistp256", JWS_ES256 },
	[JWK_ED25519] = { "ssh-ed25519", JWS_EDDSA },
};

const char *
ssh_user_key_name(enum jwk_type type)
{
	return (unsigned)type < JWK_TYPES ? types[type].name : NULL;
}

static bool
get_span(struct wire_reader *r, struct span *s)
{
	return wire_get_string(r, &s->p, &s->len) == ERR_OK;
}

static bool
get_rsa(struct wire_reader *r, struct jwk *key)
{
	return ssh_mpint_get(r, &key->e) && ssh_mpint_get(r, &key->n) &&
	    jwk_rsa_sound(key->n, key->e);
}

static bool
get_p256(struct wire_reader *r, struct jwk *key)
{
	struct span curve;

	return get_span(r, &curve) && span_is(curve, "nistp256") &&
	    get_span(r, &key->point) && key->point.len == JWK_P256_LEN &&
	    key->point.p[0] == UNCOMPRESSED;
}

static bool
get_ed25519(struct wire_reader *r, struct jwk *key)
{
	return get_span(r, &key->point) && key->point.len == JWK_ED25519_LEN;
}

bool
ssh_user_key_fields(enum jwk_type type, struct wire_reader *r,
    struct jwk *key)
{
	bool ok = false;

	*key = (struct jwk){ .type = type };
	if (type == JWK_RSA)
		ok = get_rsa(r, key);
	else if (type == JWK_P256)
		ok = get_p256(r, key);
	else if (type == JWK_ED25519)
		ok = get_ed25519(r, key);
	if (ok)
		key->alg = types[type].alg;
	else
		*key = (struct jwk){ 0 };
	return ok;
}

bool
ssh_user_key_read(struct span blob, struct jwk *key)
{
	struct wire_reader r = { blob.p, blob.len };
	struct span name;

	*key = (struct jwk){ 0 };
	if (!get_span(&r, &name))
		return false;
	for (int i = 0; i < JWK_TYPES; i++) {
		if (types[i].name == NULL || !span_is(name, types[i].name))
			continue;
		if (ssh_user_key_fields((enum jwk_type)i, &r, key) &&
		    r.left == 0)
			return true;
		*key = (struct jwk){ 0 };
	}
	return false;
}
