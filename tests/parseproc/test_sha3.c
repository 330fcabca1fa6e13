/* SHA-3: known answers around a block's end; the commitment's one spelling. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parseproc/sha3.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

/*
 * The bytes that `a` repeated n times hash to, by Python's hashlib (OpenSSL's
 * code, not nettle's). The block of both has 136 bytes.
 */
static const struct {
	size_t n;
	const char *sha3, *shake;
} answers[] = {
	{ 0,
	  "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a",
	  "46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f" },
	{ 135,
	  "8094bb53c44cfb1e67b7c30447f9a1c33696d2463ecc1d9c92538913392843c9",
	  "55b991ece1e567b6e7c2c714444dd201cd51f4f3832d08e1d26bebc63e07a3d7" },
	{ 136,
	  "3fc5559f14db8e453a0a3091edbd2bc25e11528d81c66fa570a4efdcc2695ee1",
	  "8fcc5a08f0a1f6827c9cf64ee8d16e0443106359ca6c8efd230759256f44996a" },
	{ 137,
	  "f8d6846cedd2ccfadf15c5879ef95af724d799eed7391fb1c91f95344e738614",
	  "a44e1a438dad6273d540be65ee26386c59588efb09139dc086385d2db0c25782" },
	{ 1000,
	  "8f3934e6f7a15698fe0f396b95d8c4440929a8fa6eae140171c068b4549fbf81",
	  "e262331ad290c96ab1c0fa045470244b415ba6696a934d60f2999b8e92aaa24e" },
};

/* A client's header and its commitment, from a token that opkssh made. */
static const char header[] = "{\"alg\":\"ES256\",\"rz\":\"f4db00a2d88daa2e20f57"
    "77d47bfedd6bd1520c7c7a3510658b45315f08c82a0\",\"typ\":\"CIC\",\"upk\":{"
    "\"alg\":\"ES256\",\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"6UhOmwL6W-mk5p"
    "oS5dAGk5IQDRzI-6c-FEgyD00xt0c\",\"y\":\"c4duLb8lOUMxFClzrVoh3uAGVJvZTnzEN"
    "UK5OhbhII4\"}}";
static const char commitment[] = "j9EEruPg-XuL3sFtZcNfG45e-C_eo1LwxBJoG604iAs";

static void
assert_hex(const uint8_t *p, size_t n, const char *hex)
{
	char text[2 * 32 + 1];

	assert_true(n <= 32);
	for (size_t i = 0; i < n; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", p[i]);
	assert_string_equal(text, hex);
}

static void
sha3_known_answers_equal(void **state)
{
	uint8_t text[1000], out[SHA3_256_LEN];

	(void)state;
	memset(text, 'a', sizeof(text));
	for (size_t i = 0; i < N(answers); i++) {
		sha3_256(answers[i].n == 0 ? NULL : text, answers[i].n, out);
		assert_hex(out, sizeof(out), answers[i].sha3);
	}
}

static void
shake256_known_answers_equal(void **state)
{
	uint8_t text[1000], out[32];
	struct shake256 s;

	(void)state;
	memset(text, 'a', sizeof(text));
	for (size_t i = 0; i < N(answers); i++) {
		shake256_begin(&s);
		shake256_add(&s, text, answers[i].n);
		shake256_end(&s, out, sizeof(out));
		assert_hex(out, sizeof(out), answers[i].shake);
	}
}

static void
shake256_in_pieces_same(void **state)
{
	uint8_t text[1000], out[32];
	struct shake256 s;

	(void)state;
	memset(text, 'a', sizeof(text));
	for (size_t cut = 0; cut <= sizeof(text); cut++) {
		shake256_begin(&s);
		shake256_add(&s, text, cut);
		shake256_add(&s, NULL, 0);
		shake256_add(&s, text + cut, sizeof(text) - cut);
		shake256_end(&s, out, sizeof(out));
		assert_hex(out, sizeof(out), answers[N(answers) - 1].shake);
	}
}

static bool
matches(const char *h, size_t hlen, const char *c, size_t clen)
{
	return commitment_matches((const uint8_t *)h, hlen,
	    (const uint8_t *)c, clen);
}

static void
commitment_of_a_real_token_matches(void **state)
{
	(void)state;
	assert_true(matches(header, sizeof(header) - 1, commitment,
	    COMMITMENT_LEN));
	/* All zero bits at the end of the hash's last group, and no header. */
	assert_true(matches("", 0,
	    "p__G-L8e12ZRwUdWoGHWYvWA_03kO0n6gtgKS4D4Q0o", COMMITMENT_LEN));
}

static void
commitment_every_flip_of_the_header_refused(void **state)
{
	char changed[sizeof(header)];

	(void)state;
	for (size_t bit = 0; bit < 8 * (sizeof(header) - 1); bit++) {
		memcpy(changed, header, sizeof(header));
		changed[bit / 8] = (char)(changed[bit / 8] ^ 1 << bit % 8);
		assert_false(matches(changed, sizeof(header) - 1, commitment,
		    COMMITMENT_LEN));
	}
	for (size_t n = 0; n < sizeof(header) - 1; n++)
		assert_false(matches(header, n, commitment, COMMITMENT_LEN));
}

static void
commitment_another_text_refused(void **state)
{
	char changed[COMMITMENT_LEN + 2];
	const size_t n = sizeof(header) - 1;

	(void)state;
	for (size_t i = 0; i < COMMITMENT_LEN; i++) {
		for (int c = 0; c < 256; c++) {
			memcpy(changed, commitment, COMMITMENT_LEN);
			changed[i] = (char)c;
			assert_int_equal(matches(header, n, changed,
			    COMMITMENT_LEN), changed[i] == commitment[i]);
		}
	}
	memcpy(changed, commitment, COMMITMENT_LEN);
	changed[COMMITMENT_LEN] = '=';
	assert_false(matches(header, n, changed, COMMITMENT_LEN + 1));
	for (size_t len = 0; len < COMMITMENT_LEN; len++)
		assert_false(matches(header, n, commitment, len));
	assert_false(matches(header, n, "", 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha3_known_answers_equal),
		cmocka_unit_test(shake256_known_answers_equal),
		cmocka_unit_test(shake256_in_pieces_same),
		cmocka_unit_test(commitment_of_a_real_token_matches),
		cmocka_unit_test(commitment_every_flip_of_the_header_refused),
		cmocka_unit_test(commitment_another_text_refused),
	};

	return cmocka_run_group_tests_name("sha3", tests, NULL, NULL);
}
