/* The parts of a key: of any type, with any kid. */
#include "proofs/contracts/key_set.h"

static void
prove_get_head(struct wire_reader *r, struct jwk *key)
{
	POSSIBLE(get_head(r, key) && key->type == JWK_P384 &&
	    key->kid.len == JWK_KID_MAX, "the longest kid");
}

static void
prove_get_rsa(struct wire_reader *r, struct jwk *key)
{
	POSSIBLE(get_rsa(r, key) && key->n.len == JWK_RSA_BITS_MAX / 8,
	    "the longest key");
}

static void
prove_get_point(struct wire_reader *r, struct jwk *key)
{
	key->type = (enum jwk_type)(JWK_P256 + ANY(unsigned) % 3);
	POSSIBLE(get_point(r, key) && key->type == JWK_P384, "P-384");
}

void
harness(void)
{
	struct wire_reader r = { NULL, ANY(size_t) };
	struct jwk key;

	r.p = any_bytes(r.left);
	PROVE_OF(EACH)(&r, &key);
}
