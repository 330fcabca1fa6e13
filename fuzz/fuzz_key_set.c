/*
 * The reduced key set, as the judge reads it from a cache file. Beyond not
 * crashing: whatever is taken is within the bounds of keys and is written to
 * the very same bytes; whatever is refused leaves nothing behind.
 */
#include <string.h>

#include "fuzz/fuzz.h"
#include "ipc/limits.h"
#include "parseproc/key_set.h"

static void
check_key(const struct jwk *key)
{
	require(jwk_signature_len(key) >= 64);
	require(jwk_signature_len(key) <= JWK_RSA_BITS_MAX / 8);
	require(jwk_alg_fits(key->type, key->alg));
	require(key->kid.len <= (key->has_kid ? JWK_KID_MAX : 0));
	if (key->type == JWK_RSA)
		require(jwk_rsa_sound(key->n, key->e));
	else
		require(key->point.len >= JWK_ED25519_LEN &&
		    key->point.len <= JWK_P384_LEN);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t again[KEY_SET_MAX];
	static struct key_set set;
	struct wire_writer w = { again, sizeof(again), 0 };

	if (!key_set_read((struct span){ data, size }, &set)) {
		require(set.nkeys == 0 && set.keys[0].kid.p == NULL);
		return 0;
	}
	require(set.nkeys >= 1 && set.nkeys <= JWKS_KEYS_MAX);
	for (size_t i = 0; i < set.nkeys; i++)
		check_key(&set.keys[i]);
	require(key_set_write(set.keys, set.nkeys, &w) == ERR_OK);
	require(w.used == size && memcmp(again, data, size) == 0);
	return 0;
}
