/*
 * Claims: what is required, what is refused, and that a name or a value is
 * only ever itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parseproc/claims.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* An ID token with everything that one must have, and more. */
#define TIMES "\"iat\":1000,\"exp\":2000"
#define WHO "\"iss\":\"https://a\",\"sub\":\"s\",\"aud\":\"c\""
#define TOKEN(more) "{" WHO "," TIMES more "}"

/* What is read borrows its text, which is exactly as large as it is. */
static uint8_t *text;

static enum reason
read_bytes(enum claims_kind kind, const char *json, size_t n,
    struct claims *claims)
{
	free(text);
	text = malloc(n + (n == 0));
	assert_non_null(text);
	memcpy(text, json, n);
	return claims_read(kind, text, n, claims);
}

static enum reason
read_token(const char *json, struct claims *claims)
{
	return read_bytes(CLAIMS_ID_TOKEN, json, strlen(json), claims);
}

/* The answer alone; whatever is refused leaves nothing behind. */
static enum reason
answer(const char *json)
{
	static const struct claims none;
	struct claims claims;
	enum reason reason = read_token(json, &claims);

	if (reason != REASON_OK)
		assert_memory_equal(&claims, &none, sizeof(none));
	claims_free(&claims);
	return reason;
}

static void
assert_answers(const char *const *texts, size_t n, enum reason expected)
{
	for (size_t i = 0; i < n; i++)
		if (answer(texts[i]) != expected)
			fail_msg("%s: %s", texts[i],
			    reason_word(answer(texts[i])));
}

static void
claims_of_a_real_token_read(void **state)
{
	static const char json[] = "{\"sub\":\"repo:octo-org/octo-repo:ref:refs/"
	    "heads/main\",\"repository\":\"octo-org/octo-repo\",\"iss\":\"http"
	    "s://token.actions.githubusercontent.com\",\"aud\":\"j9EEruPg-XuL3"
	    "sFtZcNfG45e-C_eo1LwxBJoG604iAs\",\"iat\":1795175257,\"nbf\":17951"
	    "75258,\"exp\":1795175557}";
	struct claims c;

	(void)state;
	assert_int_equal(read_token(json, &c), REASON_OK);
	assert_true(span_is(c.sub,
	    "repo:octo-org/octo-repo:ref:refs/heads/main"));
	assert_true(span_is(c.iss,
	    "https://token.actions.githubusercontent.com"));
	assert_true(span_is(c.aud,
	    "j9EEruPg-XuL3sFtZcNfG45e-C_eo1LwxBJoG604iAs"));
	assert_int_equal(c.iat, 1795175257);
	assert_int_equal(c.nbf, 1795175258);
	assert_int_equal(c.exp, 1795175557);
	assert_null(c.email.p);
	assert_null(c.nonce.p);
	assert_null(c.cnf_jwk.p);
	assert_int_equal(c.email_verified, EMAIL_VERIFIED_ABSENT);
	assert_false(c.groups_overage);
	claims_free(&c);
}

static void
claims_optional_read(void **state)
{
	struct claims c;

	(void)state;
	assert_int_equal(read_token(TOKEN(",\"email\":\"a\\u0040b\",\"nonce\":"
	    "\"n\",\"azp\":7,\"cnf\":{\"jwk\":{\"kty\" : \"OKP\"},\"jkt\":1}"),
	    &c), REASON_OK);
	assert_true(span_is(c.email, "a@b"));
	assert_true(span_is(c.nonce, "n"));
	assert_true(span_is(c.cnf_jwk, "{\"kty\" : \"OKP\"}"));
	assert_int_equal(c.nbf, 0);
	claims_free(&c);
	assert_int_equal(read_token(TOKEN(",\"email\":null,\"nonce\":null,"
	    "\"cnf\":{\"jwk\":\"{}\"}"), &c), REASON_OK);
	assert_null(c.email.p);
	assert_null(c.nonce.p);
	assert_null(c.cnf_jwk.p);
	claims_free(&c);
	assert_int_equal(read_token(TOKEN(",\"email\":\"\",\"cnf\":[]"), &c),
	    REASON_OK);
	assert_int_equal(c.email.len, 0);
	assert_null(c.cnf_jwk.p);
	claims_free(&c);
}

static void
claims_not_an_object_refused(void **state)
{
	static const char *const texts[] = {
		"", "null", "[]", "\"x\"", "7", "{", "{}{}", TOKEN("") "x",
		"[" TOKEN("") "]", TOKEN(",\"x\":\"\xff\""),
		TOKEN(",\"x\":\"\\ud800\""), TOKEN(",\"x\":NaN"),
		TOKEN(",\"x\":01"), TOKEN(",\"x\":1,"),
	};

	(void)state;
	assert_answers(texts, N(texts), REASON_TOKEN_JSON);
	assert_int_equal(answer(TOKEN("")), REASON_OK);
}

/* Vulnerability table: duplicate JSON names; two parsers, two answers. */
static void
claims_duplicate_names_refused(void **state)
{
	static const char *const texts[] = {
		TOKEN(",\"sub\":\"t\""), TOKEN(",\"sub\":\"s\""),
		TOKEN(",\"iss\":\"https://a\""), TOKEN(",\"aud\":\"d\""),
		TOKEN(",\"exp\":2000"), TOKEN(",\"iat\":1"),
		TOKEN(",\"email\":\"a@b\",\"email\":\"c@d\""),
		TOKEN(",\"email\":\"a@b\",\"\\u0065mail\":\"c@d\""),
		TOKEN(",\"\\u0065mail\":\"a@b\",\"em\\u0061il\":\"c@d\""),
		TOKEN(",\"s\\u0075b\":\"t\""),
		TOKEN(",\"alg\":1,\"alg\":1"),
		TOKEN(",\"x\":{\"y\":1,\"y\":1}"),
		TOKEN(",\"x\":[{\"y\":{\"z\":1,\"\\u007a\":2}}]"),
		TOKEN(",\"groups\":[\"a\"],\"groups\":[\"b\"]"),
	};

	(void)state;
	assert_answers(texts, N(texts), REASON_TOKEN_JSON);
}

/* Go matches members ignoring case; we never do. */
static void
claims_case_variants_never_match(void **state)
{
	struct claims c;

	(void)state;
	assert_int_equal(read_token(TOKEN(",\"SUB\":\"root\",\"Email\":\"a@b"
	    "\",\"EMAIL\":\"a@b\",\"Email_Verified\":true,\"\\u0053ub\":\"r\","
	    "\"Groups\":[\"admin\"],\"Nonce\":\"n\",\"\\u017fub\":\"r\""),
	    &c), REASON_OK);
	assert_true(span_is(c.sub, "s"));
	assert_null(c.email.p);
	assert_null(c.nonce.p);
	assert_int_equal(c.email_verified, EMAIL_VERIFIED_ABSENT);
	assert_false(claims_match(&c, span_of("groups"), span_of("admin")));
	assert_true(claims_match(&c, span_of("Groups"), span_of("admin")));
	assert_false(claims_match(&c, span_of("Groups"), span_of("Admin")));
	claims_free(&c);
	assert_int_equal(answer("{\"iss\":\"a\",\"Sub\":\"s\",\"aud\":\"c\","
	    TIMES "}"), REASON_TOKEN_CLAIM);
}

static void
claims_escaped_name_is_the_name(void **state)
{
	struct claims c;

	(void)state;
	assert_int_equal(read_token(TOKEN(",\"\\u0065mail\":\"a@b\","
	    "\"\\u0067roups\":[\"\\u0078\"]"), &c), REASON_OK);
	assert_true(span_is(c.email, "a@b"));
	assert_true(claims_match(&c, span_of("groups"), span_of("x")));
	claims_free(&c);
}

static void
claims_required_missing_or_wrong_refused(void **state)
{
	static const char *const texts[] = {
		"{}", "{" TIMES "}",
		"{\"sub\":\"s\",\"aud\":\"c\"," TIMES "}",
		"{\"iss\":\"a\",\"aud\":\"c\"," TIMES "}",
		"{\"iss\":\"a\",\"sub\":\"s\"," TIMES "}",
		"{\"iss\":\"\",\"sub\":\"s\",\"aud\":\"c\"," TIMES "}",
		"{\"iss\":\"a\",\"sub\":\"\",\"aud\":\"c\"," TIMES "}",
		"{\"iss\":\"a\",\"sub\":\"s\",\"aud\":\"\"," TIMES "}",
		"{\"iss\":null,\"sub\":\"s\",\"aud\":\"c\"," TIMES "}",
		"{\"iss\":[\"a\"],\"sub\":\"s\",\"aud\":\"c\"," TIMES "}",
		"{\"iss\":\"a\",\"sub\":7,\"aud\":\"c\"," TIMES "}",
		"{\"iss\":\"a\",\"sub\":[\"s\"],\"aud\":\"c\"," TIMES "}",
		"{\"iss\":\"a\",\"sub\":true,\"aud\":\"c\"," TIMES "}",
		"{\"iss\":\"a\",\"sub\":\"s\",\"aud\":null," TIMES "}",
		"{\"iss\":\"a\",\"sub\":\"s\",\"aud\":7," TIMES "}",
		"{\"iss\":\"a\",\"sub\":\"s\",\"aud\":{\"c\":1}," TIMES "}",
		"{\"iss\":\"a\",\"sub\":\"s\",\"aud\":[]," TIMES "}",
		"{\"iss\":\"a\",\"sub\":\"s\",\"aud\":[\"\"]," TIMES "}",
		"{\"iss\":\"a\",\"sub\":\"s\",\"aud\":[\"c\",7]," TIMES "}",
		"{\"iss\":\"a\",\"sub\":\"s\",\"aud\":[\"c\",null]," TIMES "}",
		"{\"iss\":\"a\",\"sub\":\"s\",\"aud\":[[\"c\"]]," TIMES "}",
		TOKEN(",\"email\":7"), TOKEN(",\"email\":[\"a@b\"]"),
		TOKEN(",\"email\":false"), TOKEN(",\"nonce\":7"),
		TOKEN(",\"nonce\":[\"n\"]"), TOKEN(",\"nonce\":{}"),
	};

	(void)state;
	assert_answers(texts, N(texts), REASON_TOKEN_CLAIM);
}

/* Vulnerability table: libjwt 283, a clamped exp that never comes. */
static void
claims_times_not_integers_refused(void **state)
{
	static const char *const values[] = {
		"1e30", "9223372036854775808", "9223372036854775807",
		"18446744073709551616", "18446744073709551617",
		"340282366920938463463374607431768211456", "253402300800",
		"1000000000000000000000000000000", "-1", "1.5", "1.0", "1e3",
		"1E3", "1000e0", "-0", "0.0", "\"123\"", "null", "true",
		"[1]", "{}", "\"\"",
	};
	char json[256];

	(void)state;
	for (size_t i = 0; i < N(values); i++) {
		static const char *const forms[] = {
			"{" WHO ",\"iat\":1000,\"exp\":%s}",
			"{" WHO ",\"iat\":%s,\"exp\":2000}",
			"{" WHO "," TIMES ",\"nbf\":%s}",
		};

		for (size_t form = 0; form < N(forms); form++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			(void)snprintf(json, sizeof(json), forms[form],
			    values[i]);
#pragma GCC diagnostic pop
			if (answer(json) != REASON_TOKEN_TIME)
				fail_msg("%s", json);
		}
	}
}

static void
claims_times_missing_refused(void **state)
{
	static const char *const texts[] = {
		"{" WHO "}", "{" WHO ",\"iat\":1}", "{" WHO ",\"exp\":1}",
		"{" WHO ",\"nbf\":1,\"exp\":1}",
	};

	(void)state;
	assert_answers(texts, N(texts), REASON_TOKEN_TIME);
}

static void
claims_times_at_their_bounds_read(void **state)
{
	struct claims c;

	(void)state;
	assert_int_equal(read_token("{" WHO ",\"iat\":0,\"exp\":253402300799,"
	    "\"nbf\":0}", &c), REASON_OK);
	assert_int_equal(c.iat, 0);
	assert_int_equal(c.exp, CLAIMS_TIME_MAX);
	claims_free(&c);
}

static void
claims_email_verified_only_if_said(void **state)
{
	static const struct {
		const char *json;
		enum email_verified verified;
	} cases[] = {
		{ TOKEN(""), EMAIL_VERIFIED_ABSENT },
		{ TOKEN(",\"email_verified\":true"), EMAIL_VERIFIED_TRUE },
		{ TOKEN(",\"email_verified\":\"true\""), EMAIL_VERIFIED_TRUE },
		{ TOKEN(",\"email_verified\":false"), EMAIL_VERIFIED_FALSE },
		{ TOKEN(",\"email_verified\":\"false\""),
		    EMAIL_VERIFIED_FALSE },
		{ TOKEN(",\"email_verified\":null"), EMAIL_VERIFIED_FALSE },
		{ TOKEN(",\"email_verified\":1"), EMAIL_VERIFIED_FALSE },
		{ TOKEN(",\"email_verified\":\"1\""), EMAIL_VERIFIED_FALSE },
		{ TOKEN(",\"email_verified\":\"True\""),
		    EMAIL_VERIFIED_FALSE },
		{ TOKEN(",\"email_verified\":\"true \""),
		    EMAIL_VERIFIED_FALSE },
		{ TOKEN(",\"email_verified\":\"\""), EMAIL_VERIFIED_FALSE },
		{ TOKEN(",\"email_verified\":[true]"), EMAIL_VERIFIED_FALSE },
		{ TOKEN(",\"email_verified\":{\"x\":true}"),
		    EMAIL_VERIFIED_FALSE },
	};

	(void)state;
	for (size_t i = 0; i < N(cases); i++) {
		struct claims c;

		assert_int_equal(read_token(cases[i].json, &c), REASON_OK);
		if (c.email_verified != cases[i].verified)
			fail_msg("%s", cases[i].json);
		claims_free(&c);
	}
}

/* 3b number 4: an audience list flattened to a comma-joined string. */
static void
claims_audience_exact_element_only(void **state)
{
	static const struct {
		const char *aud, *client_id;
		bool fits;
	} cases[] = {
		{ "\"c\"", "c", true }, { "[\"c\"]", "c", true },
		{ "[\"a\",\"c\",\"b\"]", "c", true },
		{ "[\"a\",\"b\"]", "a,b", false },
		{ "\"a,b\"", "a", false }, { "\"a,b\"", "b", false },
		{ "\"a,b\"", "a,b", true }, { "[\"a,b\"]", "b", false },
		{ "\"a b\"", "a", false }, { "\"c\"", "C", false },
		{ "\"cc\"", "c", false }, { "\"c\"", "cc", false },
		{ "[\"a\",\"b\"]", "", false }, { "\"c\"", "", false },
		{ "\"c\\u0000\"", "c", false }, { "\"c \"", "c", false },
		{ "\"\\u0063\"", "c", true },
	};
	char json[256];

	(void)state;
	for (size_t i = 0; i < N(cases); i++) {
		struct claims c;

		(void)snprintf(json, sizeof(json), "{\"iss\":\"a\",\"sub\":"
		    "\"s\",\"aud\":%s," TIMES "}", cases[i].aud);
		assert_int_equal(read_token(json, &c), REASON_OK);
		if (claims_for_audience(&c, span_of(cases[i].client_id)) !=
		    cases[i].fits)
			fail_msg("%s %s", cases[i].aud, cases[i].client_id);
		/* Only a string is a commitment; a list of one is none. */
		assert_int_equal(c.aud.p != NULL, cases[i].aud[0] == '"');
		claims_free(&c);
	}
}

static void
claims_audiences_too_many_refused(void **state)
{
	char json[2048];
	struct claims c;

	(void)state;
	for (int n = CLAIMS_AUDIENCES_MAX; n <= CLAIMS_AUDIENCES_MAX + 1;
	    n++) {
		size_t used = (size_t)sprintf(json, "{\"iss\":\"a\",\"sub\":"
		    "\"s\"," TIMES ",\"aud\":[\"a0\"");

		for (int i = 1; i < n; i++)
			used += (size_t)sprintf(json + used, ",\"a%d\"", i);
		(void)sprintf(json + used, "]}");
		if (n > CLAIMS_AUDIENCES_MAX) {
			assert_int_equal(answer(json), REASON_TOKEN_CLAIM);
			continue;
		}
		assert_int_equal(read_token(json, &c), REASON_OK);
		assert_true(claims_for_audience(&c, span_of("a63")));
		claims_free(&c);
	}
}

static void
claims_same_audience_in_any_order(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{ "\"c\"", "\"c\"", true }, { "\"c\"", "[\"c\"]", true },
		{ "[\"c\",\"d\"]", "[\"d\",\"c\"]", true },
		{ "[\"c\",\"c\"]", "\"c\"", true },
		{ "\"c\"", "\"d\"", false }, { "\"c\"", "[\"c\",\"d\"]", false },
		{ "[\"c\",\"d\"]", "\"c\"", false },
		{ "[\"c\",\"d\"]", "\"c,d\"", false },
	};
	char json[256];

	(void)state;
	for (size_t i = 0; i < N(cases); i++) {
		struct claims a, b;
		uint8_t *kept;

		(void)snprintf(json, sizeof(json), "{\"iss\":\"a\",\"sub\":"
		    "\"s\",\"aud\":%s," TIMES "}", cases[i].a);
		assert_int_equal(read_token(json, &a), REASON_OK);
		kept = text;
		text = NULL;
		(void)snprintf(json, sizeof(json), "{\"iss\":\"a\",\"sub\":"
		    "\"s\",\"aud\":%s," TIMES "}", cases[i].b);
		assert_int_equal(read_token(json, &b), REASON_OK);
		assert_int_equal(claims_same_audience(&a, &b), cases[i].same);
		assert_int_equal(claims_same_audience(&b, &a), cases[i].same);
		claims_free(&a);
		claims_free(&b);
		free(kept);
	}
}

/* 3b number 8: a group rule oidc:groups:a:b compared by its last piece. */
static void
claims_match_whole_values_only(void **state)
{
	static const char json[] = TOKEN(",\"groups\":[\"a:b\",\"ssh users\","
	    "7,1000000,true,null,1.50,{\"x\":\"inner\"},[\"deep\"],\"\",\"nul\\"
	    "u0000\"],\"role\":\"dev\",\"n\":1000000,\"yes\":true,\"no\":false,"
	    "\"null\":null,\"https://acme.com/groups\":\"ssh\",\"o\":{\"dev\":"
	    "1},\"q\":\"\\\"x\\\"\",\"r\\u00f4le\":\"\\u00e9\"");
	static const struct {
		const char *name, *value;
		bool matches;
	} cases[] = {
		{ "groups", "a:b", true }, { "groups", "b", false },
		{ "groups", "a", false }, { "groups", "ssh users", true },
		{ "groups", "ssh", false }, { "groups", "7", true },
		{ "groups", "1000000", true }, { "groups", "1e+06", false },
		{ "groups", "1e6", false }, { "groups", "true", true },
		{ "groups", "null", false }, { "groups", "1.50", true },
		{ "groups", "1.5", false }, { "groups", "inner", false },
		{ "groups", "deep", false }, { "groups", "x", false },
		{ "groups", "nul", false }, { "role", "dev", true },
		{ "role", "Dev", false }, { "role", "de", false },
		{ "role", "devs", false }, { "n", "1000000", true },
		{ "n", "1e+06", false }, { "yes", "true", true },
		{ "yes", "false", false }, { "no", "false", true },
		{ "null", "null", false }, { "null", "", false },
		{ "https://acme.com/groups", "ssh", true },
		{ "o", "dev", false }, { "o", "{\"dev\":1}", false },
		{ "q", "\"x\"", true }, { "q", "\\\"x\\\"", false },
		{ "r\xc3\xb4le", "\xc3\xa9", true }, { "absent", "", false },
		{ "absent", "dev", false }, { "", "", false },
		{ "sub", "s", true }, { "aud", "c", true },
	};
	struct claims c;

	(void)state;
	assert_int_equal(read_token(json, &c), REASON_OK);
	for (size_t i = 0; i < N(cases); i++)
		if (claims_match(&c, span_of(cases[i].name),
		    span_of(cases[i].value)) != cases[i].matches)
			fail_msg("%s %s", cases[i].name, cases[i].value);
	claims_free(&c);
}

static void
claims_groups_overage_reported(void **state)
{
	static const struct {
		const char *json;
		bool overage;
	} cases[] = {
		{ TOKEN(",\"_claim_names\":{\"groups\":\"src1\"},\"_claim_sourc"
		    "es\":{\"src1\":{\"endpoint\":\"https://graph\"}}"), true },
		{ TOKEN(",\"_claim_names\":{\"groups\":\"src1\"}"), true },
		{ TOKEN(",\"_claim_sources\":{\"groups\":{}}"), true },
		{ TOKEN(",\"hasgroups\":true"), true },
		{ TOKEN(",\"hasgroups\":\"true\""), true },
		{ TOKEN(",\"hasgroups\":false"), false },
		{ TOKEN(",\"_claim_names\":{\"roles\":\"src1\"}"), false },
		{ TOKEN(",\"_claim_names\":\"groups\""), false },
		{ TOKEN(",\"_claim_names\":{\"groups\":\"src1\"},\"groups\":["
		    "\"a\"]"), false },
		{ TOKEN(",\"groups\":[]"), false }, { TOKEN(""), false },
	};

	(void)state;
	for (size_t i = 0; i < N(cases); i++) {
		struct claims c;

		assert_int_equal(read_token(cases[i].json, &c), REASON_OK);
		if (c.groups_overage != cases[i].overage)
			fail_msg("%s", cases[i].json);
		claims_free(&c);
	}
}

static void
claims_of_userinfo_need_sub_only(void **state)
{
	static const char json[] = "{\"sub\":\"s\",\"email\":\"a@b\",\"groups\":["
	    "\"g\"],\"email_verified\":true,\"iat\":\"yesterday\"}";
	struct claims c;

	(void)state;
	assert_int_equal(read_bytes(CLAIMS_USERINFO, json, sizeof(json) - 1,
	    &c), REASON_OK);
	assert_true(span_is(c.sub, "s"));
	assert_true(span_is(c.email, "a@b"));
	assert_int_equal(c.email_verified, EMAIL_VERIFIED_TRUE);
	assert_true(claims_match(&c, span_of("groups"), span_of("g")));
	assert_null(c.iss.p);
	assert_false(claims_for_audience(&c, span_of("c")));
	claims_free(&c);
	assert_int_equal(read_bytes(CLAIMS_USERINFO, "{}", 2, &c),
	    REASON_TOKEN_CLAIM);
	assert_int_equal(read_bytes(CLAIMS_USERINFO, "[]", 2, &c),
	    REASON_TOKEN_JSON);
}

static void
claims_too_large_refused(void **state)
{
	static char json[CLAIMS_TEXT_MAX + 2];
	struct claims c;

	(void)state;
	memset(json, ' ', sizeof(json));
	memcpy(json, TOKEN(""), strlen(TOKEN("")));
	assert_int_equal(read_bytes(CLAIMS_ID_TOKEN, json, CLAIMS_TEXT_MAX,
	    &c), REASON_OK);
	claims_free(&c);
	assert_int_equal(read_bytes(CLAIMS_ID_TOKEN, json,
	    CLAIMS_TEXT_MAX + 1, &c), REASON_TOKEN_JSON);
}

static void
claims_cut_anywhere_refused(void **state)
{
	static const char json[] = TOKEN(",\"email\":\"a@b\",\"nbf\":1");
	struct claims c;

	(void)state;
	for (size_t n = 0; n < sizeof(json) - 1; n++) {
		assert_int_equal(read_bytes(CLAIMS_ID_TOKEN, json, n, &c),
		    REASON_TOKEN_JSON);
		claims_free(&c);
	}
}

static int
teardown(void **state)
{
	(void)state;
	free(text);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(claims_of_a_real_token_read),
		cmocka_unit_test(claims_optional_read),
		cmocka_unit_test(claims_not_an_object_refused),
		cmocka_unit_test(claims_duplicate_names_refused),
		cmocka_unit_test(claims_case_variants_never_match),
		cmocka_unit_test(claims_escaped_name_is_the_name),
		cmocka_unit_test(claims_required_missing_or_wrong_refused),
		cmocka_unit_test(claims_times_not_integers_refused),
		cmocka_unit_test(claims_times_missing_refused),
		cmocka_unit_test(claims_times_at_their_bounds_read),
		cmocka_unit_test(claims_email_verified_only_if_said),
		cmocka_unit_test(claims_audience_exact_element_only),
		cmocka_unit_test(claims_audiences_too_many_refused),
		cmocka_unit_test(claims_same_audience_in_any_order),
		cmocka_unit_test(claims_match_whole_values_only),
		cmocka_unit_test(claims_groups_overage_reported),
		cmocka_unit_test(claims_of_userinfo_need_sub_only),
		cmocka_unit_test(claims_too_large_refused),
		cmocka_unit_test(claims_cut_anywhere_refused),
	};

	return cmocka_run_group_tests_name("claims", tests, NULL, teardown);
}
