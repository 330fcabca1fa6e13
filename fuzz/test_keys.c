#include "fuzz/test_keys.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ec_key.h>
#include <openssl/ecdsa.h>
#include <openssl/nid.h>
#include <openssl/sha.h>

#include "fuzz/fuzz.h"

static EC_KEY *
key(enum test_key which)
{
	static const BN_ULONG secrets[TEST_KEYS] = {
		[TEST_KEY_USER] = 0xa11ce,
		[TEST_KEY_PROVIDER] = 0x0dd1,
	};
	static EC_KEY *keys[TEST_KEYS];

	if (keys[which] == NULL) {
		EC_KEY *new = EC_KEY_new_by_curve_name(
		    NID_X9_62_prime256v1);
		EC_POINT *point = EC_POINT_new(EC_KEY_get0_group(new));
		BIGNUM *secret = BN_new();

		require(point != NULL && secret != NULL &&
		    BN_set_word(secret, secrets[which]) &&
		    EC_POINT_mul(EC_KEY_get0_group(new), point, secret, NULL,
		    NULL, NULL) && EC_KEY_set_private_key(new, secret) &&
		    EC_KEY_set_public_key(new, point));
		EC_POINT_free(point);
		BN_free(secret);
		keys[which] = new;
	}
	return keys[which];
}

void
test_key_point(enum test_key which, uint8_t point[TEST_KEY_POINT_LEN])
{
	require(EC_POINT_point2oct(EC_KEY_get0_group(key(which)),
	    EC_KEY_get0_public_key(key(which)), POINT_CONVERSION_UNCOMPRESSED,
	    point, TEST_KEY_POINT_LEN, NULL) == TEST_KEY_POINT_LEN);
}

void
test_key_sign(enum test_key which, const uint8_t *p, size_t n,
    uint8_t signature[TEST_KEY_SIGNATURE_LEN])
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	const BIGNUM *r, *s;
	ECDSA_SIG *sig;

	(void)SHA256(p, n, digest);
	sig = ECDSA_do_sign(digest, sizeof(digest), key(which));
	require(sig != NULL);
	ECDSA_SIG_get0(sig, &r, &s);
	require(BN_bn2bin_padded(signature, 32, r) &&
	    BN_bn2bin_padded(signature + 32, 32, s));
	ECDSA_SIG_free(sig);
}
