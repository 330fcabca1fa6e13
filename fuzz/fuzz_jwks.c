/*
 * JWK sets. Beyond not crashing: what is used is within its bounds and can
 * verify something (that is wrong); reduced and read again it is the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ipc/limits.h"
#include "parseproc/jwk_write.h"
#include "parseproc/key_set.h"
#include "parseproc/jwks.h"
#include "parseproc/jws.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static void
check_key(const struct jwk *key)
{
	static const uint8_t zeros[JWK_RSA_BITS_MAX / 8];
	uint8_t thumbprint[JWK_THUMBPRINT_LEN];
	size_t n = jwk_signature_len(key);

	require(n >= 64 && n <= sizeof(zeros));
	require(key->type != JWK_RSA || jwk_rsa_sound(key->n, key->e));
	require(key->kid.len <= JWK_KID_MAX);
	require(key->has_kid || key->kid.len == 0);
	jwk_thumbprint(key, thumbprint);
	/* A strange Ed25519 key may take a strange signature. */
	if (key->type != JWK_ED25519)
		require(jws_verify(key, key->kid, (struct span){ zeros, n }) ==
		    REASON_TOKEN_SIGNATURE);
}

static void
check_same(const struct jwks *a, const struct key_set *b)
{
	require(a->nkeys == b->nkeys);
	for (size_t i = 0; i < a->nkeys; i++) {
		require(jwk_same_key(&a->keys[i], &b->keys[i]));
		require(a->keys[i].alg == b->keys[i].alg);
		require(a->keys[i].has_kid == b->keys[i].has_kid);
		require(span_equal(a->keys[i].kid, b->keys[i].kid));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t text[KEY_SET_MAX];
	static struct jwks jwks;
	static struct key_set again;
	struct wire_writer w = { text, sizeof(text), 0 };
	enum reason reason = jwks_read(data, size, &jwks);

	require(jwks.nkeys + jwks.ndrops <= JWKS_KEYS_MAX);
	if (reason != REASON_OK) {
		require(jwks.nkeys == 0 && jwks.rooms == NULL);
		return 0;
	}
	require(jwks.nkeys > 0);
	for (size_t i = 0; i < jwks.nkeys; i++)
		check_key(&jwks.keys[i]);
	require(key_set_write(jwks.keys, jwks.nkeys, &w) == ERR_OK);
	require(key_set_read((struct span){ text, w.used }, &again));
	check_same(&jwks, &again);
	jwks_free(&jwks);
	return 0;
}
