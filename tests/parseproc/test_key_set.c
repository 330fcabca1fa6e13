/* The reduced key set: written and read again, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "ipc/limits.h"
#include "parseproc/jwks.h"
#include "parseproc/key_set.h"
#include "tests/parseproc/vectors.h"

#define RSA_LEN (JWK_RSA_BITS_MAX / 8)

/* Odd numbers of the largest size, 65537, points in form and a long kid. */
static uint8_t modulus[RSA_LEN + 1], exponent[] = { 0x01, 0x00, 0x01 };
static uint8_t point[JWK_P384_LEN + 1];
static uint8_t kid[JWK_KID_MAX + 1];
static uint8_t bytes[2 * KEY_SET_MAX];
static struct key_set set;

static int
setup(void **state)
{
	(void)state;
	memset(modulus, 0xff, sizeof(modulus));
	memset(point, 0x04, sizeof(point));
	memset(kid, 'k', sizeof(kid));
	return 0;
}

static struct jwk
rsa(size_t len)
{
	return (struct jwk){ .type = JWK_RSA, .alg = JWS_PS256,
		.n = { modulus, len }, .e = { exponent, sizeof(exponent) } };
}

static struct jwk
curve(enum jwk_type type, enum jws_alg alg, size_t len)
{
	return (struct jwk){ .type = type, .alg = alg, .point = { point, len } };
}

static struct jwk
with_kid(struct jwk key, const void *p, size_t len)
{
	key.has_kid = true;
	key.kid = (struct span){ p, len };
	return key;
}

static size_t
write_keys(const struct jwk *keys, size_t n)
{
	struct wire_writer w = { bytes, sizeof(bytes), 0 };

	assert_int_equal(key_set_write(keys, n, &w), ERR_OK);
	return w.used;
}

/* From a block of exactly n bytes, so that ASan sees the next one. */
static bool
reads(size_t n)
{
	static const struct key_set empty;
	static uint8_t *copy;
	bool ok;

	free(copy); /* what was read borrows from it */
	copy = malloc(n + (n == 0));
	assert_non_null(copy);
	memcpy(copy, bytes, n);
	memset(&set, 0xa5, sizeof(set));
	ok = key_set_read((struct span){ copy, n }, &set);
	if (!ok)
		assert_memory_equal(&set, &empty, sizeof(set));
	return ok;
}

/* Whether a set of this one key is taken. */
static bool
takes(struct jwk key)
{
	return reads(write_keys(&key, 1));
}

static void
same_key(const struct jwk *a, const struct jwk *b)
{
	assert_true(jwk_same_key(a, b));
	assert_int_equal(a->alg, b->alg);
	assert_int_equal(a->has_kid, b->has_kid);
	assert_true(span_equal(a->kid, b->kid));
}

static void
round_trip(const struct jwk *keys, size_t n)
{
	size_t len = write_keys(keys, n);

	assert_true(len <= KEY_SET_MAX);
	assert_true(reads(len));
	assert_int_equal(set.nkeys, n);
	for (size_t i = 0; i < n; i++)
		same_key(&keys[i], &set.keys[i]);
	for (size_t short_of = 0; short_of < len; short_of++) {
		struct wire_writer small = { malloc(short_of + 1), short_of,
			0 };

		assert_non_null(small.buf);
		assert_int_equal(key_set_write(keys, n, &small), ERR_TOO_BIG);
		free(small.buf);
		if (reads(short_of))
			fail_msg("%zu of %zu bytes", short_of, len);
	}
	bytes[len] = 0;
	assert_false(reads(len + 1));
}

static void
key_set_of_vectors_is_the_same_again(void **state)
{
	static struct jwks jwks;

	(void)state;
	for (size_t i = 0; i < NVECTORS; i++) {
		struct vector v = vector_read(vector_names[i]);

		assert_int_equal(jwks_read(v.jwks.p, v.jwks.len, &jwks),
		    REASON_OK);
		round_trip(jwks.keys, jwks.nkeys);
		jwks_free(&jwks);
		vector_free(&v);
	}
}

static void
key_set_of_every_kind_is_the_same_again(void **state)
{
	const struct jwk keys[] = {
		with_kid(rsa(RSA_LEN), kid, JWK_KID_MAX),
		with_kid(curve(JWK_P256, JWS_ES256, JWK_P256_LEN), "", 0),
		with_kid(curve(JWK_P384, JWS_ES384, JWK_P384_LEN), "\0", 1),
		/* Any number may have none. */
		curve(JWK_ED25519, JWS_EDDSA, JWK_ED25519_LEN),
		rsa(JWK_RSA_BITS_MIN / 8),
	};

	(void)state;
	round_trip(keys, sizeof(keys) / sizeof(keys[0]));
}

/* The form is on disk: a version that reads it differently has a new number. */
static void
key_set_form_is_version_1(void **state)
{
	static const uint8_t head[] = { 1, 0, 0, 0, 1,
		JWK_ED25519, JWS_EDDSA, 1, 0, 0, 0, 2, 'i', 'd',
		0, 0, 0, JWK_ED25519_LEN };
	struct jwk key = with_kid(curve(JWK_ED25519, JWS_EDDSA,
	    JWK_ED25519_LEN), "id", 2);

	(void)state;
	assert_int_equal(JWK_ED25519, 3);
	assert_int_equal(JWS_EDDSA, 6);
	assert_int_equal(write_keys(&key, 1), sizeof(head) + JWK_ED25519_LEN);
	assert_memory_equal(bytes, head, sizeof(head));
	for (unsigned version = 0; version <= UINT8_MAX; version++) {
		bytes[0] = (uint8_t)version;
		assert_int_equal(reads(sizeof(head) + JWK_ED25519_LEN),
		    version == 1);
	}
}

static void
key_set_number_of_keys_bounded(void **state)
{
	static struct jwk keys[JWKS_KEYS_MAX + 1];
	static uint8_t kids[JWKS_KEYS_MAX + 1][JWK_KID_MAX];
	struct wire_writer w = { bytes, sizeof(bytes), 0 };
	size_t len;

	(void)state;
	for (size_t i = 0; i <= JWKS_KEYS_MAX; i++) {
		memset(kids[i], (int)i, JWK_KID_MAX);
		keys[i] = with_kid(rsa(RSA_LEN), kids[i], JWK_KID_MAX);
	}
	assert_true(write_keys(keys, JWKS_KEYS_MAX) <= KEY_SET_MAX);
	assert_true(reads(write_keys(keys, JWKS_KEYS_MAX)));
	assert_int_equal(key_set_write(keys, JWKS_KEYS_MAX + 1, &w),
	    ERR_TOO_BIG);
	/* Or says so, and has the bytes of some. */
	len = write_keys(keys, 2);
	memset(bytes + 1, 0xff, 4);
	assert_false(reads(len));
	assert_false(reads(write_keys(keys, 0)));
	/* One more than the set has, and one less. */
	for (size_t n = 1; n <= 3; n++) {
		len = write_keys(keys, 2);
		bytes[4] = (uint8_t)n;
		assert_int_equal(reads(len), n == 2);
	}
}

static void
key_set_type_and_algorithm_must_fit(void **state)
{
	struct jwk key = curve(JWK_P256, JWS_ES256, JWK_P256_LEN);
	size_t len = write_keys(&key, 1);

	(void)state;
	for (unsigned type = 0; type <= UINT8_MAX; type++)
		for (unsigned alg = 0; alg <= UINT8_MAX; alg++) {
			bytes[5] = (uint8_t)type;
			bytes[6] = (uint8_t)alg;
			assert_int_equal(reads(len), type == JWK_P256 &&
			    alg == JWS_ES256);
		}
	for (int alg = 0; alg < JWS_ALGS; alg++) {
		key = rsa(RSA_LEN);
		key.alg = (enum jws_alg)alg;
		assert_int_equal(takes(key), alg <= JWS_PS256);
	}
}

static void
key_set_kid_bounded(void **state)
{
	struct jwk key = rsa(RSA_LEN);
	size_t len = write_keys(&key, 1);

	(void)state;
	for (unsigned has = 0; has <= UINT8_MAX; has++) {
		bytes[7] = (uint8_t)has;
		assert_int_equal(reads(len), has <= 1);
	}
	assert_true(takes(with_kid(key, kid, JWK_KID_MAX)));
	assert_false(takes(with_kid(key, kid, JWK_KID_MAX + 1)));
	/* None, but with bytes. */
	key = with_kid(key, kid, 1);
	key.has_kid = false;
	assert_false(takes(key));
}

static void
key_set_of_two_with_one_kid_refused(void **state)
{
	struct jwk keys[3] = {
		with_kid(rsa(RSA_LEN), "one", 3),
		rsa(RSA_LEN),
		with_kid(rsa(RSA_LEN), "two", 3),
	};

	(void)state;
	assert_true(reads(write_keys(keys, 3)));
	keys[2] = with_kid(rsa(RSA_LEN), "one", 3);
	assert_false(reads(write_keys(keys, 3)));
}

static void
key_set_rsa_bounds_kept(void **state)
{
	static uint8_t even[RSA_LEN], zero[RSA_LEN], one[] = { 1 };
	struct jwk key;

	(void)state;
	assert_true(takes(rsa(JWK_RSA_BITS_MIN / 8)));
	assert_true(takes(rsa(RSA_LEN)));
	assert_false(takes(rsa(0)));
	assert_false(takes(rsa(JWK_RSA_BITS_MIN / 8 - 1)));
	assert_false(takes(rsa(RSA_LEN + 1)));
	memset(even, 0xfe, sizeof(even));
	memset(zero, 0xff, sizeof(zero));
	zero[0] = 0;
	key = rsa(RSA_LEN);
	key.n.p = even;
	assert_false(takes(key));
	key.n.p = zero;
	assert_false(takes(key));
	key = rsa(RSA_LEN);
	key.e = (struct span){ one, 1 };
	assert_false(takes(key));
	key.e.len = 0;
	assert_false(takes(key));
	key.e = (struct span){ modulus, 5 }; /* 40 bits */
	assert_false(takes(key));
	key.e = (struct span){ zero, 2 };
	assert_false(takes(key));
}

static void
key_set_point_of_its_length_and_form_only(void **state)
{
	static const struct {
		enum jwk_type type;
		enum jws_alg alg;
		size_t len;
	} curves[] = {
		{ JWK_P256, JWS_ES256, JWK_P256_LEN },
		{ JWK_P384, JWS_ES384, JWK_P384_LEN },
		{ JWK_ED25519, JWS_EDDSA, JWK_ED25519_LEN },
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		for (size_t len = 0; len <= sizeof(point); len++)
			assert_int_equal(takes(curve(curves[i].type,
			    curves[i].alg, len)), len == curves[i].len);
		/* Hybrid, compressed and none at all. */
		for (unsigned form = 0; form <= UINT8_MAX; form++) {
			point[0] = (uint8_t)form;
			assert_int_equal(takes(curve(curves[i].type,
			    curves[i].alg, curves[i].len)), form == 0x04 ||
			    curves[i].type == JWK_ED25519);
		}
		point[0] = 0x04;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key_set_of_vectors_is_the_same_again),
		cmocka_unit_test(key_set_of_every_kind_is_the_same_again),
		cmocka_unit_test(key_set_form_is_version_1),
		cmocka_unit_test(key_set_number_of_keys_bounded),
		cmocka_unit_test(key_set_type_and_algorithm_must_fit),
		cmocka_unit_test(key_set_kid_bounded),
		cmocka_unit_test(key_set_of_two_with_one_kid_refused),
		cmocka_unit_test(key_set_rsa_bounds_kept),
		cmocka_unit_test(key_set_point_of_its_length_and_form_only),
	};

	return cmocka_run_group_tests_name("key_set", tests, setup, NULL);
}
