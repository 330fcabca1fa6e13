/*
 * GQ256: tokens of the real opkssh and of a signer of our own verify; nothing
 * else does, down to the single bit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "parseproc/gq256.h"
#include "parseproc/gq256_kid.h"
#include "tests/parseproc/gq256_vector.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define REAL "opkssh-2048"

static const char *const good[] = {
	REAL, "made-newer-2048", "made-older-2049", "made-older-4096",
	"made-newer-8192",
};

static void
gq256_good_verified(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(good); i++) {
		struct gq256_vector v;

		gq256_vector_read(good[i], &v);
		if (gq256_verify(&v.key, &v.token) != REASON_OK)
			fail_msg("%s", good[i]);
		gq256_vector_free(&v);
	}
}

static void
gq256_key_too_short_or_long_refused(void **state)
{
	static const char *const bad[] = {
		"made-newer-2047", "made-newer-8200",
	};

	(void)state;
	for (size_t i = 0; i < N(bad); i++) {
		struct gq256_vector v;

		gq256_vector_read(bad[i], &v);
		assert_int_equal(gq256_verify(&v.key, &v.token),
		    REASON_TOKEN_SIGNATURE);
		gq256_vector_free(&v);
	}
}

static void
gq256_key_of_another_form_refused(void **state)
{
	static const struct span exponents[] = {
		{ (const uint8_t *)"\0\1\0\1", 4 },
		{ (const uint8_t *)"\3", 1 },
		{ (const uint8_t *)"\1\0\1\0", 4 },
		{ (const uint8_t *)"\1\0\3", 3 },
		{ (const uint8_t *)"\1\0", 2 },
		{ NULL, 0 },
	};
	struct gq256_vector v;
	uint8_t padded[257] = { 0 };

	(void)state;
	gq256_vector_read(REAL, &v);
	for (size_t i = 0; i < N(exponents); i++) {
		struct gq256_key key = { v.key.n, exponents[i] };

		assert_int_equal(gq256_verify(&key, &v.token), REASON_TOKEN_SIGNATURE);
	}
	/* A leading zero would make W of another length. */
	memcpy(padded + 1, v.n, 256);
	v.key.n = (struct span){ padded, sizeof(padded) };
	assert_int_equal(gq256_verify(&v.key, &v.token), REASON_TOKEN_SIGNATURE);
	v.key.n = (struct span){ NULL, 0 };
	assert_int_equal(gq256_verify(&v.key, &v.token), REASON_TOKEN_SIGNATURE);
	/* An even number is no RSA modulus, and has no Montgomery form. */
	v.key.n = (struct span){ v.n, 256 };
	v.n[255] ^= 1;
	assert_int_equal(gq256_verify(&v.key, &v.token), REASON_TOKEN_SIGNATURE);
	v.n[255] ^= 1;
	assert_int_equal(gq256_verify(&v.key, &v.token), REASON_OK);
	gq256_vector_free(&v);
}

/* Turns every step-th bit over, one by one: each is to be refused. */
static void
flip(const struct gq256_vector *v, uint8_t *p, size_t n, size_t step)
{
	for (size_t bit = 0; bit < 8 * n; bit += step) {
		p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_not_equal(gq256_verify(&v->key, &v->token),
		    REASON_OK);
		p[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

/*
 * All bits of what is small, and of the signature, 4128 bytes, one in each
 * byte, another one in each following byte.
 */
static void
gq256_every_flip_refused(void **state)
{
	struct gq256_vector v;

	(void)state;
	gq256_vector_read(REAL, &v);
	flip(&v, v.payload64, v.token.payload64.len, 7);
	flip(&v, v.original64, v.token.original64.len, 7);
	flip(&v, v.n, v.key.n.len, 9);
	flip(&v, v.signature, GQ256_R_LEN, 1);
	flip(&v, v.signature, v.token.signature.len, 9);
	assert_int_equal(gq256_verify(&v.key, &v.token), REASON_OK);
	gq256_vector_free(&v);
}

/* Older signatures leave the header out, newer ones have it in. */
static void
gq256_flip_of_the_header_as_its_form(void **state)
{
	struct gq256_vector v;

	(void)state;
	gq256_vector_read("made-newer-2048", &v);
	flip(&v, v.header64, v.token.header64.len, 7);
	gq256_vector_free(&v);
	gq256_vector_read(REAL, &v);
	v.header64[0] ^= 1;
	assert_int_equal(gq256_verify(&v.key, &v.token), REASON_OK);
	gq256_vector_free(&v);
}

static void
gq256_truncated_refused(void **state)
{
	struct gq256_vector v;
	size_t n;
	uint8_t *longer;

	(void)state;
	gq256_vector_read(REAL, &v);
	n = v.token.signature.len;
	for (v.token.signature.len = 0; v.token.signature.len < n;
	    v.token.signature.len++)
		assert_int_equal(gq256_verify(&v.key, &v.token),
		    REASON_TOKEN_SIGNATURE);
	longer = calloc(1, 2 * n);
	assert_non_null(longer);
	memcpy(longer, v.signature, n);
	v.token.signature.p = longer;
	for (size_t more = 1; more <= n; more += 17) {
		v.token.signature.len = n + more;
		assert_int_equal(gq256_verify(&v.key, &v.token),
		    REASON_TOKEN_SIGNATURE);
	}
	v.token.signature.len = n;
	assert_int_equal(gq256_verify(&v.key, &v.token), REASON_OK);
	v.token.payload64.len--;
	assert_int_equal(gq256_verify(&v.key, &v.token), REASON_TOKEN_SIGNATURE);
	free(longer);
	gq256_vector_free(&v);
}

/*
 * One S of n, n + 1, all ones, or zero. S + n is the same number modulo n,
 * so without the bound some of these would verify.
 */
static void
gq256_s_out_of_range_refused(void **state)
{
	static const uint8_t one[256] = { [255] = 1 };
	struct gq256_vector v;
	size_t sums = 0;

	(void)state;
	gq256_vector_read(REAL, &v);
	for (size_t i = 0; i < GQ256_ROUNDS; i++) {
		uint8_t *s = v.signature + GQ256_R_LEN + i * 256, kept[256];
		const uint8_t *add[] = { kept, one };
		unsigned carry;

		memcpy(kept, s, 256);
		memset(s, 0, 256);
		assert_int_equal(gq256_verify(&v.key, &v.token),
		    REASON_TOKEN_SIGNATURE);
		memset(s, 0xff, 256);
		assert_int_equal(gq256_verify(&v.key, &v.token),
		    REASON_TOKEN_SIGNATURE);
		memcpy(s, v.n, 256);
		assert_int_equal(gq256_verify(&v.key, &v.token),
		    REASON_TOKEN_SIGNATURE);
		for (size_t a = 0; a < N(add); a++) {
			carry = 0;
			for (size_t j = 256; j > 0; j--) {
				carry += (unsigned)v.n[j - 1] + add[a][j - 1];
				s[j - 1] = (uint8_t)carry;
				carry >>= 8;
			}
			sums += a == 0 && carry == 0;
			assert_int_equal(gq256_verify(&v.key, &v.token),
			    REASON_TOKEN_SIGNATURE);
		}
		memcpy(s, kept, 256);
	}
	/* At least one S + n had room, or this test shows nothing. */
	assert_true(sums > 0);
	gq256_vector_free(&v);
}

/*
 * All S zero, or n, makes all W zero whoever made the token: the hash of that
 * is no secret, and R may be set to it. Only the check of S stands in the way.
 */
static void
gq256_forged_with_zeros_refused(void **state)
{
	struct gq256_vector v;

	(void)state;
	gq256_vector_read("forged-zeros", &v);
	assert_int_equal(gq256_verify(&v.key, &v.token), REASON_TOKEN_SIGNATURE);
	for (size_t i = 0; i < GQ256_ROUNDS; i++)
		memcpy(v.signature + GQ256_R_LEN + i * v.key.n.len, v.n,
		    v.key.n.len);
	assert_int_equal(gq256_verify(&v.key, &v.token), REASON_TOKEN_SIGNATURE);
	gq256_vector_free(&v);
}

static void
gq256_rounds_swapped_refused(void **state)
{
	struct gq256_vector v;
	uint8_t round[256];
	uint8_t *s;

	(void)state;
	gq256_vector_read(REAL, &v);
	s = v.signature + GQ256_R_LEN;
	memcpy(round, s, 256);
	memmove(s, s + 256, 256);
	memcpy(s + 256, round, 256);
	assert_int_equal(gq256_verify(&v.key, &v.token), REASON_TOKEN_SIGNATURE);
	gq256_vector_free(&v);
}

/*
 * The openpubkey GQ binding flaw (fixed in v0.25.0) and its kin: a signature
 * never serves another payload, another header or another provider's key.
 */
static void
gq256_parts_of_another_token_refused(void **state)
{
	struct gq256_vector v, other;
	struct gq256_token token;

	(void)state;
	gq256_vector_read(REAL, &v);
	gq256_vector_read("made-newer-2048", &other);
	token = v.token;
	token.payload64 = other.token.payload64;
	assert_int_equal(gq256_verify(&v.key, &token), REASON_TOKEN_SIGNATURE);
	token = v.token;
	token.original64 = other.token.original64;
	assert_int_equal(gq256_verify(&v.key, &token), REASON_TOKEN_SIGNATURE);
	token = v.token;
	token.signature = other.token.signature;
	assert_int_equal(gq256_verify(&v.key, &token), REASON_TOKEN_SIGNATURE);
	assert_int_equal(gq256_verify(&other.key, &v.token),
	    REASON_TOKEN_SIGNATURE);
	gq256_vector_free(&v);
	gq256_vector_free(&other);
}

static enum reason
kid_of(const char *header, struct span *kid)
{
	size_t n = strlen(header);
	uint8_t *exact = malloc(n + (n == 0));
	enum reason reason;

	assert_non_null(exact);
	memcpy(exact, header, n);
	reason = gq256_kid(exact, n, kid);
	if (reason == REASON_OK) {
		/* Borrowed from the copy; tests look at the original. */
		assert_true(kid->p > exact && kid->p + kid->len < exact + n);
		kid->p = (const uint8_t *)header + (kid->p - exact);
	} else {
		assert_null(kid->p);
		assert_int_equal(kid->len, 0);
	}
	free(exact);
	return reason;
}

static void
gq256_kid_of_one_form_found(void **state)
{
	static const char *const headers[] = {
		"{\"alg\":\"GQ256\",\"jkt\":\"x\",\"kid\":\"aZ09-_\"}",
		"{\"kid\":\"aZ09-_\",\"alg\":\"GQ256\"}",
		"{\"kid\":\"aZ09-_\",\"alg\":\"GQ256\",\"KID\":\"b\"}",
		"{\"a\":{\"kid\":\"aZ09-_\",\"alg\":\"GQ256\"}",
	};
	struct span kid;

	(void)state;
	for (size_t i = 0; i < N(headers); i++) {
		assert_int_equal(kid_of(headers[i], &kid), REASON_OK);
		assert_int_equal(kid.len, 6);
		assert_memory_equal(kid.p, "aZ09-_", 6);
	}
}

static void
gq256_kid_of_another_form_refused(void **state)
{
	static const char *const headers[] = {
		"", "{}", "null", "\"kid\"", "\"alg\"",
		"\"alg\":\"GQ256\"", "\"kid\":\"a\"",
		"\"alg\":\"GQ256\"\"kid\":", "\"alg\":\"GQ256\"\"kid\":\"",
		"\"alg\":\"GQ256\"\"kid\":\"a",
		"{\"alg\":\"GQ256\",\"kid\":\"\"}",
		"{\"alg\":\"GQ256\",\"kid\":\"a=\"}",
		"{\"alg\":\"GQ256\",\"kid\":\"a+b\"}",
		"{\"alg\":\"GQ256\",\"kid\":\"a{b\"}",
		"{\"alg\":\"GQ256\",\"kid\":\"a.b\"}",
		"{\"alg\":\"GQ256\",\"kid\":\"a b\"}",
		"{\"alg\":\"GQ256\",\"kid\": \"a\"}",
		"{\"alg\":\"GQ256\",\"kid\" :\"a\"}",
		"{\"alg\":\"GQ256\",\"kid\":1}",
		"{\"alg\":\"GQ256\",\"kid\":[\"a\"]}",
		"{\"alg\":\"GQ256\",\"KID\":\"a\"}",
		"{\"alg\":\"GQ256\",\"kid\":\"a\",\"kid\":\"a\"}",
		"{\"alg\":\"GQ256\",\"kid\":\"a\",\"kid\":\"b\"}",
		"{\"alg\":\"GQ256\",\"kid\":\"a\",\"x\":\"kid\"}",
		"{\"alg\":\"GQ256\",\"kid\":\"a\",\"\\u006bid\":\"b\"}",
		"{\"alg\":\"GQ256\",\"\\u006bid\":\"b\"}",
		"{\"alg\":\"GQ256\",\"kid\":\"a\",\"x\":\"\\n\"}",
		"{\"alg\":\"GQ256\",\"kid\":\"a\",\"cic\":{}}",
		"{\"cic\":\"x\",\"alg\":\"GQ256\",\"kid\":\"a\"}",
		"{\"alg\":\"RS256\",\"kid\":\"a\"}",
		"{\"alg\":\"none\",\"kid\":\"a\"}",
		"{\"alg\":\"gq256\",\"kid\":\"a\"}",
		"{\"alg\":\"GQ2560\",\"kid\":\"a\"}",
		"{\"alg\":\"GQ256\",\"alg\":\"GQ256\",\"kid\":\"a\"}",
		"{\"alg\":\"GQ256\",\"alg\":\"RS256\",\"kid\":\"a\"}",
		"{\"alg\":\"GQ256\",\"kid\":\"a\",\n\"x\":1}",
		"{\"alg\":\"GQ256\",\"kid\":\"a\",\"x\":\"\x7f\"}",
		"{\"alg\":\"GQ256\",\"kid\":\"a\",\"x\":\"\xc3\xa9\"}",
	};
	struct span kid;

	(void)state;
	for (size_t i = 0; i < N(headers); i++)
		if (kid_of(headers[i], &kid) != REASON_GQ_HEADER)
			fail_msg("%s", headers[i]);
}

static void
gq256_kid_too_long_refused(void **state)
{
	static char header[GQ256_HEADER_MAX + 3];
	struct span kid;

	(void)state;
	for (size_t n = GQ256_KID_MAX; n <= GQ256_KID_MAX + 1; n++) {
		char text[GQ256_KID_MAX + 2] = { 0 };

		memset(text, 'a', n);
		(void)snprintf(header, sizeof(header),
		    "{\"alg\":\"GQ256\",\"kid\":\"%s\"}", text);
		assert_int_equal(kid_of(header, &kid), n == GQ256_KID_MAX ?
		    REASON_OK : REASON_GQ_HEADER);
	}
	for (size_t n = GQ256_HEADER_MAX; n <= GQ256_HEADER_MAX + 1; n++) {
		memset(header, ' ', n);
		memcpy(header, "{\"alg\":\"GQ256\",\"kid\":\"a\"}", 25);
		header[n] = '\0';
		assert_int_equal(kid_of(header, &kid), n == GQ256_HEADER_MAX ?
		    REASON_OK : REASON_GQ_HEADER);
	}
}

static void
gq256_kid_cut_anywhere_refused(void **state)
{
	static const char whole[] = "{\"alg\":\"GQ256\",\"kid\":\"aZ09-_\"";
	struct span kid;
	char cut[sizeof(whole)];

	(void)state;
	for (size_t n = 0; n < sizeof(whole) - 1; n++) {
		memcpy(cut, whole, n);
		cut[n] = '\0';
		assert_int_equal(kid_of(cut, &kid), REASON_GQ_HEADER);
	}
	assert_int_equal(kid_of(whole, &kid), REASON_OK);
}

/* Not a test of speed: prints what one costs. */
static void
gq256_time_of_one_told(void **state)
{
	struct timespec begin, end;
	const int runs = 20;

	(void)state;
	for (size_t i = 0; i < N(good); i++) {
		struct gq256_vector v;
		double us;

		gq256_vector_read(good[i], &v);
		(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
		for (int run = 0; run < runs; run++)
			assert_int_equal(gq256_verify(&v.key, &v.token),
			    REASON_OK);
		(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
		us = ((double)(end.tv_sec - begin.tv_sec) * 1e9 +
		    (double)(end.tv_nsec - begin.tv_nsec)) / 1e3 / runs;
		print_message("%s: %.0f us\n", good[i], us);
		gq256_vector_free(&v);
	}
}

static void
gq256_known_answers_right(void **state)
{
	(void)state;
	assert_true(gq256_self_test());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gq256_known_answers_right),
		cmocka_unit_test(gq256_good_verified),
		cmocka_unit_test(gq256_key_too_short_or_long_refused),
		cmocka_unit_test(gq256_key_of_another_form_refused),
		cmocka_unit_test(gq256_every_flip_refused),
		cmocka_unit_test(gq256_flip_of_the_header_as_its_form),
		cmocka_unit_test(gq256_truncated_refused),
		cmocka_unit_test(gq256_s_out_of_range_refused),
		cmocka_unit_test(gq256_forged_with_zeros_refused),
		cmocka_unit_test(gq256_rounds_swapped_refused),
		cmocka_unit_test(gq256_parts_of_another_token_refused),
		cmocka_unit_test(gq256_kid_of_one_form_found),
		cmocka_unit_test(gq256_kid_of_another_form_refused),
		cmocka_unit_test(gq256_kid_too_long_refused),
		cmocka_unit_test(gq256_kid_cut_anywhere_refused),
		cmocka_unit_test(gq256_time_of_one_told),
	};

	return cmocka_run_group_tests_name("gq256", tests, NULL, NULL);
}
