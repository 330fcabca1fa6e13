/* Key sets: which keys are used, and why the others are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parseproc/base64url.h"
#include "parseproc/jwks.h"
#include "parseproc/jws_answers.h"
#include "tests/parseproc/corpora.h"

/* RFC 7638 section 3.1, RFC 7515 appendix A.3, RFC 8037 appendix A.2. */
#define RSA_N "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT8" \
    "6zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5" \
    "n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnY" \
    "b9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4" \
    "lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
#define RSA "\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"" RSA_N "\""
#define P256 "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1" \
    "gHMzV76e8Tus9uPHvRVEU\",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\""
#define ED25519 "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":" \
    "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\""

static struct jwks jwks;

/* A set of these keys, the text of an array. */
static enum reason
read_set(const char *array)
{
	static char text[1024 * 1024];
	int n = snprintf(text, sizeof(text), "{\"keys\":[%s]}", array);

	assert_true(n > 0 && (size_t)n < sizeof(text));
	return jwks_read((const uint8_t *)text, (size_t)n, &jwks);
}

/* One key: its reason, or OK. */
static enum reason
read_key(const char *members)
{
	char object[4096];
	enum reason reason;

	(void)snprintf(object, sizeof(object), "{%s}", members);
	reason = read_set(object);
	if (reason == REASON_OK)
		return reason;
	assert_int_equal(reason, REASON_JWKS_EMPTY);
	assert_int_equal(jwks.ndrops, 1);
	assert_int_equal(jwks.drops[0].index, 0);
	assert_null(jwks.rooms);
	return jwks.drops[0].reason;
}

static void
jwk_algorithm_from_key_if_it_names_none(void **state)
{
	static const struct {
		const char *members;
		enum jws_alg alg;
	} cases[] = {
		{ RSA, JWS_RS256 }, { P256, JWS_ES256 },
		{ ED25519, JWS_EDDSA }, { RSA ",\"alg\":\"RS256\"", JWS_RS256 },
		{ RSA ",\"alg\":\"RS384\"", JWS_RS384 },
		{ RSA ",\"alg\":\"RS512\"", JWS_RS512 },
		{ RSA ",\"alg\":\"PS256\"", JWS_PS256 },
		{ P256 ",\"alg\":\"ES256\"", JWS_ES256 },
		{ ED25519 ",\"alg\":\"EdDSA\"", JWS_EDDSA },
		{ ED25519 ",\"alg\":\"Ed25519\"", JWS_EDDSA },
		{ RSA ",\"use\":\"sig\",\"key_ops\":[\"verify\"]", JWS_RS256 },
		{ RSA ",\"key_ops\":[1,\"sign\",\"verify\"]", JWS_RS256 },
		{ RSA ",\"x5c\":[\"MII\"],\"x5t\":\"a\",\"issuer\":null",
		    JWS_RS256 },
		{ RSA ",\"crv\":\"P-256\"", JWS_RS256 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (read_key(cases[i].members) != REASON_OK)
			fail_msg("%s", cases[i].members);
		assert_int_equal(jwks.nkeys, 1);
		assert_int_equal(jwks.keys[0].alg, cases[i].alg);
		assert_false(jwks.keys[0].has_kid);
		jwks_free(&jwks);
	}
}

static void
jwk_not_for_us_left_out(void **state)
{
	static const struct {
		const char *members;
		enum reason reason;
	} cases[] = {
		{ "\"kty\":\"oct\",\"k\":\"AA\"", REASON_JWK_TYPE },
		{ "\"kty\":\"rsa\"", REASON_JWK_TYPE },
		{ "\"kty\":\"AKP\"", REASON_JWK_TYPE },
		{ "\"kty\":\"EC\"", REASON_JWK_TYPE },
		{ "\"kty\":\"EC\",\"crv\":\"P-521\"", REASON_JWK_TYPE },
		{ "\"kty\":\"EC\",\"crv\":\"secp256k1\"", REASON_JWK_TYPE },
		{ "\"kty\":\"EC\",\"crv\":\"Ed25519\"", REASON_JWK_TYPE },
		{ "\"kty\":\"OKP\",\"crv\":\"Ed448\"", REASON_JWK_TYPE },
		{ "\"kty\":\"OKP\",\"crv\":\"X25519\"", REASON_JWK_TYPE },
		{ "\"kty\":\"OKP\",\"crv\":\"P-256\"", REASON_JWK_TYPE },
		{ RSA ",\"use\":\"enc\"", REASON_JWK_USE },
		{ RSA ",\"use\":\"\"", REASON_JWK_USE },
		{ RSA ",\"key_ops\":[]", REASON_JWK_USE },
		{ RSA ",\"key_ops\":[\"encrypt\",\"wrapKey\"]",
		    REASON_JWK_USE },
		{ RSA ",\"alg\":\"none\"", REASON_JWK_ALG },
		{ RSA ",\"alg\":\"HS256\"", REASON_JWK_ALG },
		{ RSA ",\"alg\":\"ES256\"", REASON_JWK_ALG },
		{ RSA ",\"alg\":\"EdDSA\"", REASON_JWK_ALG },
		{ RSA ",\"alg\":\"PS384\"", REASON_JWK_ALG },
		{ RSA ",\"alg\":\"PS512\"", REASON_JWK_ALG },
		{ RSA ",\"alg\":\"RSA-OAEP\"", REASON_JWK_ALG },
		{ RSA ",\"alg\":\"\"", REASON_JWK_ALG },
		{ P256 ",\"alg\":\"ES384\"", REASON_JWK_ALG },
		{ P256 ",\"alg\":\"RS256\"", REASON_JWK_ALG },
		{ ED25519 ",\"alg\":\"ES256\"", REASON_JWK_ALG },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (read_key(cases[i].members) != cases[i].reason)
			fail_msg("%s", cases[i].members);
}

static void
jwk_malformed_left_out(void **state)
{
	static const char *const cases[] = {
		"", "\"kty\":null", "\"kty\":[\"RSA\"]", "\"kty\":1",
		"\"kty\":\"RSA\"", "\"kty\":\"RSA\",\"n\":\"" RSA_N "\"",
		"\"kty\":\"RSA\",\"e\":\"AQAB\"",
		"\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"\"",
		"\"kty\":\"RSA\",\"e\":\"\",\"n\":\"" RSA_N "\"",
		"\"kty\":\"RSA\",\"e\":65537,\"n\":\"" RSA_N "\"",
		"\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"" RSA_N "=\"",
		"\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"" RSA_N " \"",
		"\"kty\":\"RSA\",\"e\":\"AQA=\",\"n\":\"" RSA_N "\"",
		"\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"AAA" RSA_N "\"",
		/* leading zeros that are no sign */
		"\"kty\":\"RSA\",\"e\":\"AAEAAQ\",\"n\":\"" RSA_N "\"",
		"\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"AAAA" RSA_N "\"",
		RSA ",\"use\":1", RSA ",\"use\":null", RSA ",\"alg\":null",
		RSA ",\"alg\":[]", RSA ",\"kid\":1", RSA ",\"kid\":null",
		RSA ",\"key_ops\":\"verify\"", RSA ",\"crv\":1",
		"\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"",
		"\"kty\":\"EC\",\"crv\":\"P-256\",\"y\":\"x_FEzRu9m36HLN_tue659"
		    "LNpXW6pCyStikYjKIWI5a0\"",
		/* a P-256 key that says P-384, and one byte moved over */
		"\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1"
		    "gHMzV76e8Tus9uPHvRVEU\",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6p"
		    "CyStikYjKIWI5a0\"",
		"\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1"
		    "gHMzV76e8Tus9uPHvRVA\",\"y\":\"AMfxRM0bvZt-hyzf7bnuufSzaV1uq"
		    "QskrYpGIyiFiOWt\"",
		"\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1"
		    "gHMzV76e8Tus9uPHvRVEU\"",
		"\"kty\":\"OKP\",\"crv\":\"Ed25519\"",
		"\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\"",
		"\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQH"
		    "Og7hcvPapiMlrwIaaPcHUQ\"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (read_key(cases[i]) != REASON_JWK_FORM)
			fail_msg("%s", cases[i]);
	assert_int_equal(read_set("1"), REASON_JWKS_EMPTY);
	assert_int_equal(jwks.drops[0].reason, REASON_JWK_FORM);
}

/* An RSA key of n bytes, the first and the last one given. */
static enum reason
read_rsa(size_t n, uint8_t first, uint8_t last, const char *e)
{
	static uint8_t bytes[2048];
	char text[4096], members[8192];

	memset(bytes, 0, sizeof(bytes));
	bytes[0] = first;
	bytes[n - 1] |= last;
	base64url_encode(bytes, n, text);
	text[base64url_encoded_len(n)] = '\0';
	(void)snprintf(members, sizeof(members),
	    "\"kty\":\"RSA\",\"e\":\"%s\",\"n\":\"%s\"", e, text);
	return read_key(members);
}

static void
jwk_rsa_bounds_kept(void **state)
{
	(void)state;
	assert_int_equal(read_rsa(256, 0x80, 1, "AQAB"), REASON_OK);
	jwks_free(&jwks);
	assert_int_equal(read_rsa(1024, 0xff, 1, "AQAB"), REASON_OK);
	jwks_free(&jwks);
	/* 2047 bits, 8193, an even one, 512 and 16384. */
	assert_int_equal(read_rsa(256, 0x7f, 1, "AQAB"), REASON_JWK_RSA);
	assert_int_equal(read_rsa(1025, 0x01, 1, "AQAB"), REASON_JWK_RSA);
	assert_int_equal(read_rsa(256, 0x80, 2, "AQAB"), REASON_JWK_RSA);
	assert_int_equal(read_rsa(64, 0x80, 1, "AQAB"), REASON_JWK_RSA);
	assert_int_equal(read_rsa(2048, 0x80, 1, "AQAB"), REASON_JWK_FORM);
	/* e: 1, 2, 3, 2^32 + 1 (33 bits), 2^33 + 1. */
	assert_int_equal(read_rsa(256, 0x80, 1, "AQ"), REASON_JWK_RSA);
	assert_int_equal(read_rsa(256, 0x80, 1, "Ag"), REASON_JWK_RSA);
	assert_int_equal(read_rsa(256, 0x80, 1, "Aw"), REASON_OK);
	jwks_free(&jwks);
	assert_int_equal(read_rsa(256, 0x80, 1, "AQAAAAE"), REASON_OK);
	jwks_free(&jwks);
	assert_int_equal(read_rsa(256, 0x80, 1, "AgAAAAE"), REASON_JWK_RSA);
}

/* Java's BigInteger puts a zero before a modulus; the same key. */
static void
jwk_rsa_java_sign_passed_over(void **state)
{
	uint8_t bytes[257] = { 0, 0x80, [256] = 1 };
	char text[512], members[1024];

	(void)state;
	base64url_encode(bytes, 257, text);
	text[base64url_encoded_len(257)] = '\0';
	(void)snprintf(members, sizeof(members),
	    "\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"%s\"", text);
	assert_int_equal(read_key(members), REASON_OK);
	assert_int_equal(jwks.keys[0].n.len, 256);
	assert_int_equal(jwks.keys[0].n.p[0], 0x80);
	jwks_free(&jwks);
	/* Before a first byte that is no sign it is one zero too many. */
	bytes[1] = 0x7f;
	base64url_encode(bytes, 257, text);
	(void)snprintf(members, sizeof(members),
	    "\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"%s\"", text);
	assert_int_equal(read_key(members), REASON_JWK_FORM);
}

static void
jwk_point_off_curve_left_out(void **state)
{
	(void)state;
	assert_int_equal(read_key("\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83O"
	    "J3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\"y\":\"x_FEzRu9m36HLN_"
	    "tue659LNpXW6pCyStikYjKIWI5a4\""), REASON_JWK_CURVE);
	assert_int_equal(read_key("\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAA"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"y\":\"AAAAAAAAAAAAAAA"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAA\""), REASON_JWK_CURVE);
}

/* One bad key does not stop the others, and each is where it was. */
static void
jwks_bad_keys_left_out_one_by_one(void **state)
{
	(void)state;
	assert_int_equal(read_set("{" RSA ",\"kid\":\"a\"},"
	    "{\"kty\":\"oct\"},null,{" P256 ",\"kid\":\"b\"},"
	    "{" RSA ",\"use\":\"enc\",\"kid\":\"a\"},{" ED25519 "}"),
	    REASON_OK);
	assert_int_equal(jwks.nkeys, 3);
	assert_true(span_is(jwks.keys[0].kid, "a"));
	assert_true(span_is(jwks.keys[1].kid, "b"));
	assert_false(jwks.keys[2].has_kid);
	assert_int_equal(jwks.ndrops, 3);
	assert_int_equal(jwks.drops[0].index, 1);
	assert_int_equal(jwks.drops[0].reason, REASON_JWK_TYPE);
	assert_int_equal(jwks.drops[1].index, 2);
	assert_int_equal(jwks.drops[1].reason, REASON_JWK_FORM);
	assert_int_equal(jwks.drops[2].index, 4);
	assert_int_equal(jwks.drops[2].reason, REASON_JWK_USE);
	jwks_free(&jwks);
}

/*
 * kid problems: two usable keys with one kid, of the same type or not, are
 * both ignored; names are compared with their escapes resolved; keys without
 * a kid, and those that are not usable, disturb nobody.
 */
static void
jwks_duplicate_kid_both_ignored(void **state)
{
	(void)state;
	assert_int_equal(read_set("{" RSA ",\"kid\":\"a\"},{" P256
	    ",\"kid\":\"\\u0061\"},{" ED25519 ",\"kid\":\"b\"},{" RSA "},{"
	    P256 "}"), REASON_OK);
	assert_int_equal(jwks.nkeys, 3);
	assert_true(span_is(jwks.keys[0].kid, "b"));
	assert_int_equal(jwks.ndrops, 2);
	assert_int_equal(jwks.drops[0].reason, REASON_JWK_KID);
	assert_int_equal(jwks.drops[0].index, 0);
	assert_int_equal(jwks.drops[1].reason, REASON_JWK_KID);
	assert_int_equal(jwks.drops[1].index, 1);
	jwks_free(&jwks);
	assert_int_equal(read_set("{" RSA ",\"kid\":\"a\"},{" RSA
	    ",\"kid\":\"a\"},{" RSA ",\"kid\":\"a\"}"), REASON_JWKS_EMPTY);
	assert_int_equal(jwks.ndrops, 3);
	/* An empty kid is one too. */
	assert_int_equal(read_set("{" RSA ",\"kid\":\"\"},{" P256
	    ",\"kid\":\"\"}"), REASON_JWKS_EMPTY);
}

static void
jwk_kid_bounded(void **state)
{
	static char members[70000];

	(void)state;
	for (size_t n = JWK_KID_MAX - 1; n <= JWK_KID_MAX + 1; n++) {
		(void)snprintf(members, sizeof(members), RSA
		    ",\"kid\":\"%0*d\"", (int)n, 0);
		assert_int_equal(read_key(members), n <= JWK_KID_MAX ?
		    REASON_OK : REASON_JWK_FORM);
		jwks_free(&jwks);
	}
	(void)snprintf(members, sizeof(members), "{" RSA ",\"kid\":\"%0*d\"}",
	    65536, 0);
	assert_int_equal(read_set(members), REASON_JWKS_EMPTY);
}

static void
jwks_not_a_set_refused(void **state)
{
	static const struct {
		const char *text;
		enum reason reason;
	} cases[] = {
		{ "", REASON_JWKS_JSON }, { "<html>", REASON_JWKS_JSON },
		{ "{\"keys\":[]", REASON_JWKS_JSON },
		{ "{\"keys\":[]}{}", REASON_JWKS_JSON },
		{ "{\"keys\":[],\"keys\":[]}", REASON_JWKS_JSON },
		{ "{\"keys\":[{\"kty\":\"RSA\",\"kty\":\"EC\"}]}",
		    REASON_JWKS_JSON },
		{ "[]", REASON_JWKS_FORM }, { "\"keys\"", REASON_JWKS_FORM },
		{ "{}", REASON_JWKS_FORM }, { "{\"Keys\":[]}",
		    REASON_JWKS_FORM },
		{ "{\"keys\":{}}", REASON_JWKS_FORM },
		{ "{\"keys\":null}", REASON_JWKS_FORM },
		{ "{" RSA "}", REASON_JWKS_FORM },
		{ "{\"keys\":[]}", REASON_JWKS_EMPTY },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(jwks_read((const uint8_t *)cases[i].text,
		    strlen(cases[i].text), &jwks), cases[i].reason);
		assert_int_equal(jwks.nkeys, 0);
		assert_int_equal(jwks.ndrops, 0);
	}
}

/* 100 keys are tried, a set of 101 or 10,000 is refused as a whole. */
static void
jwks_too_many_keys_refused(void **state)
{
	static const size_t counts[] = { JWKS_KEYS_MAX, JWKS_KEYS_MAX + 1,
		10000 };
	static char text[512 * 1024];

	(void)state;
	for (size_t k = 0; k < 3; k++) {
		size_t n = counts[k], used = 0;

		for (size_t i = 0; i < n; i++)
			used += (size_t)sprintf(text + used, "%s{%s",
			    i > 0 ? "," : "", i % 50 == 0 && i < 200 ?
			    P256 "}" : "}");
		assert_int_equal(read_set(text), n == JWKS_KEYS_MAX ?
		    REASON_OK : REASON_JWKS_MANY);
		assert_int_equal(jwks.nkeys, n == JWKS_KEYS_MAX ? 2 : 0);
		jwks_free(&jwks);
	}
}

/* The public ones: real providers', and the RFCs'. */
static void
jwks_public_sets_read(void **state)
{
	static const struct {
		const char *file;
		size_t keys, drops;
	} cases[] = {
		/* An EC key for encryption, an RSA key for signatures. */
		{ "rfc7517_A.1.jwkset", 1, 1 },
		{ "rfc7517_A.2.jwkset", 1, 1 },
		{ "rfc7517_A.3.jwkset", 0, 2 },
		{ "rfc7515_A.6.jwkset", 2, 0 },
		/* P-521 and a symmetric one. */
		{ "rfc7520_4.8.jwkset", 1, 2 },
	};
	struct corpus corpus = corpus_read("jose-rfc-vectors", ".jwkset");
	size_t used = 0;

	(void)state;
	for (size_t i = 0; i < corpus.nfiles; i++)
		for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
			if (strcmp(corpus.files[i].name, cases[k].file) != 0)
				continue;
			(void)!jwks_read(corpus.files[i].data,
			    corpus.files[i].len, &jwks);
			print_message("%s: %zu keys, %zu others\n",
			    cases[k].file, jwks.nkeys, jwks.ndrops);
			assert_int_equal(jwks.nkeys, cases[k].keys);
			assert_int_equal(jwks.ndrops, cases[k].drops);
			jwks_free(&jwks);
			used++;
		}
	assert_int_equal(used, 5);
	corpus_free(&corpus);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jwk_algorithm_from_key_if_it_names_none),
		cmocka_unit_test(jwk_not_for_us_left_out),
		cmocka_unit_test(jwk_malformed_left_out),
		cmocka_unit_test(jwk_rsa_bounds_kept),
		cmocka_unit_test(jwk_rsa_java_sign_passed_over),
		cmocka_unit_test(jwk_point_off_curve_left_out),
		cmocka_unit_test(jwks_bad_keys_left_out_one_by_one),
		cmocka_unit_test(jwks_duplicate_kid_both_ignored),
		cmocka_unit_test(jwk_kid_bounded),
		cmocka_unit_test(jwks_not_a_set_refused),
		cmocka_unit_test(jwks_too_many_keys_refused),
		cmocka_unit_test(jwks_public_sets_read),
	};

	return cmocka_run_group_tests_name("jwks", tests, NULL, NULL);
}
