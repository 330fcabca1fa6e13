/* A set is read whole and within its bytes, or nothing of it is kept. */
#include "proofs/contracts/key_set.h"

void
harness(void)
{
	struct span bytes = any_span(KEY_SET_MAX);
	size_t at = ANY(size_t), i = ANY(size_t), j = ANY(size_t);
	struct key_set set;
	const struct jwk *key;

	ASSUME(at < sizeof(set));
	if (!key_set_read(bytes, &set)) {
		PROVE(((const uint8_t *)&set)[at] == 0, "all zero");
		return;
	}
	PROVE(set.nkeys > 0 && set.nkeys <= JWKS_KEYS_MAX, "how many");
	ASSUME(i < set.nkeys && j < set.nkeys);
	key = &set.keys[i];
	PROVE(IS_HEAD(key, bytes), "a head");
	if (key->type == JWK_RSA)
		PROVE(IS_RSA(key, bytes), "an RSA key");
	else
		PROVE(IS_POINT(key, bytes, POINT_LEN(key->type)), "a point");
	POSSIBLE(set.nkeys == JWKS_KEYS_MAX && key->type == JWK_ED25519 &&
	    set.keys[j].type == JWK_RSA, "as many as may be");
}
