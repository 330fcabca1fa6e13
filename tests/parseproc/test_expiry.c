/* How long a token works, at each policy's last second and first without. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "parseproc/expiry.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define IAT UINT64_C(1795175257)
#define EXP (IAT + 300)
#define YEAR UINT64_C(31536000)

static struct claims
token(uint64_t iat, uint64_t exp, uint64_t nbf)
{
	struct claims claims = {
		.iss = span_of("https://a"), .sub = span_of("s"),
		.audiences = { span_of("c"), span_of("d") }, .naudiences = 2,
		.iat = iat, .exp = exp, .nbf = nbf,
	};

	return claims;
}

static enum reason
check(enum expiry expiry, const struct claims *claims, uint64_t now,
    uint64_t *ends)
{
	enum reason reason;

	*ends = 1;
	reason = expiry_check(expiry, claims, now, ends);
	if (reason != REASON_OK)
		assert_int_equal(*ends, 0);
	return reason;
}

static void
expiry_words_read(void **state)
{
	static const struct {
		const char *word;
		enum expiry expiry;
	} words[] = {
		{ "12h", EXPIRY_12H }, { "24h", EXPIRY_24H },
		{ "48h", EXPIRY_48H }, { "1week", EXPIRY_1WEEK },
		{ "oidc", EXPIRY_OIDC }, { "never", EXPIRY_NEVER },
		{ "oidc-refreshed", EXPIRY_OIDC_REFRESHED },
		{ "oidc_refreshed", EXPIRY_OIDC_REFRESHED },
	};
	static const char *const unknown[] = {
		"", "12", "12H", "12h ", " 12h", "13h", "1week\n", "week",
		"Never", "nevers", "oidcrefreshed", "oidc-", "OIDC", "0",
	};
	enum expiry expiry;

	(void)state;
	for (size_t i = 0; i < N(words); i++) {
		assert_true(expiry_read(span_of(words[i].word), &expiry));
		assert_int_equal(expiry, words[i].expiry);
	}
	for (size_t i = 0; i < N(unknown); i++) {
		assert_false(expiry_read(span_of(unknown[i]), &expiry));
		assert_int_equal(expiry, EXPIRY_12H);
	}
	assert_false(expiry_read((struct span){ NULL, 0 }, &expiry));
}

static void
expiry_each_policy_ends_to_the_second(void **state)
{
	static const struct {
		enum expiry expiry;
		uint64_t ends;
	} cases[] = {
		{ EXPIRY_12H, IAT + 43200 }, { EXPIRY_24H, IAT + 86400 },
		{ EXPIRY_48H, IAT + 172800 }, { EXPIRY_1WEEK, IAT + 604800 },
		{ EXPIRY_OIDC, EXP }, { EXPIRY_OIDC_REFRESHED, EXP },
	};
	struct claims claims = token(IAT, EXP, 0);
	uint64_t ends;

	(void)state;
	for (size_t i = 0; i < N(cases); i++) {
		assert_int_equal(check(cases[i].expiry, &claims, IAT, &ends),
		    REASON_OK);
		assert_int_equal(ends, cases[i].ends);
		assert_int_equal(check(cases[i].expiry, &claims,
		    cases[i].ends - 1, &ends), REASON_OK);
		assert_int_equal(ends, cases[i].ends);
		assert_int_equal(check(cases[i].expiry, &claims,
		    cases[i].ends, &ends), REASON_TOKEN_EXPIRED);
		assert_int_equal(check(cases[i].expiry, &claims,
		    cases[i].ends + YEAR, &ends), REASON_TOKEN_EXPIRED);
	}
}

static void
expiry_never_has_no_end(void **state)
{
	struct claims claims = token(IAT, EXP, 0);
	uint64_t ends;

	(void)state;
	assert_int_equal(check(EXPIRY_NEVER, &claims, IAT + 100 * YEAR,
	    &ends), REASON_OK);
	assert_int_equal(ends, 0);
}

static void
expiry_unknown_policy_refused(void **state)
{
	struct claims claims = token(IAT, EXP, 0);
	uint64_t ends;

	(void)state;
	assert_int_equal(check(EXPIRY_COUNT, &claims, IAT, &ends),
	    REASON_TOKEN_EXPIRED);
	assert_int_equal(check((enum expiry)77, &claims, IAT, &ends),
	    REASON_TOKEN_EXPIRED);
}

/* 3b number 5: max-age policies that check only iat + age. */
static void
expiry_iat_or_nbf_in_the_future_refused(void **state)
{
	static const uint64_t ahead[] = { 61, 3600, YEAR,
		CLAIMS_TIME_MAX - IAT };
	uint64_t ends;

	(void)state;
	for (int e = 0; e < EXPIRY_COUNT; e++) {
		enum expiry expiry = (enum expiry)e;
		struct claims claims = token(IAT + 60, CLAIMS_TIME_MAX,
		    IAT + 60);

		assert_int_equal(check(expiry, &claims, IAT, &ends),
		    REASON_OK);
		for (size_t i = 0; i < N(ahead); i++) {
			claims = token(IAT + ahead[i], CLAIMS_TIME_MAX, 0);
			assert_int_equal(check(expiry, &claims, IAT, &ends),
			    REASON_TOKEN_FUTURE);
			claims = token(IAT, CLAIMS_TIME_MAX, IAT + ahead[i]);
			assert_int_equal(check(expiry, &claims, IAT, &ends),
			    REASON_TOKEN_FUTURE);
		}
	}
}

static void
expiry_at_the_ends_of_time_defined(void **state)
{
	struct claims claims = token(0, 0, 0);
	uint64_t ends;

	(void)state;
	assert_int_equal(check(EXPIRY_OIDC, &claims, 0, &ends),
	    REASON_TOKEN_EXPIRED);
	assert_int_equal(check(EXPIRY_12H, &claims, 0, &ends), REASON_OK);
	assert_int_equal(ends, 43200);
	assert_int_equal(check(EXPIRY_1WEEK, &claims, UINT64_MAX, &ends),
	    REASON_TOKEN_EXPIRED);
	claims = token(CLAIMS_TIME_MAX, CLAIMS_TIME_MAX, CLAIMS_TIME_MAX);
	assert_int_equal(check(EXPIRY_1WEEK, &claims, 0, &ends),
	    REASON_TOKEN_FUTURE);
	assert_int_equal(check(EXPIRY_1WEEK, &claims, UINT64_MAX, &ends),
	    REASON_TOKEN_EXPIRED);
}

/* --- a refreshed token --- */

static const struct expiry_keys no_keys;

static enum reason
refresh(const struct claims *first, const struct claims *fresh,
    const struct expiry_keys *keys, uint64_t *ends)
{
	enum reason reason;

	*ends = 1;
	reason = expiry_refreshed(first, fresh, keys, IAT + 3600, ends);
	if (reason != REASON_OK)
		assert_int_equal(*ends, 0);
	return reason;
}

static void
expiry_refreshed_prolongs_to_its_exp(void **state)
{
	struct claims first = token(IAT, EXP, 0);
	struct claims fresh = token(IAT + 3500, IAT + 3601, IAT + 3660);
	uint64_t ends;

	(void)state;
	assert_int_equal(refresh(&first, &fresh, &no_keys, &ends), REASON_OK);
	assert_int_equal(ends, IAT + 3601);
	/* Issued in the same second: not before. */
	fresh.iat = first.iat;
	assert_int_equal(refresh(&first, &fresh, &no_keys, &ends), REASON_OK);
	/* In another order, it is the same audience. */
	fresh.audiences[0] = span_of("d");
	fresh.audiences[1] = span_of("c");
	assert_int_equal(refresh(&first, &fresh, &no_keys, &ends), REASON_OK);
}

/* 3b number 2: a refreshed token of another user or for another client. */
static void
expiry_refreshed_for_another_refused(void **state)
{
	struct claims first = token(IAT, EXP, 0), fresh;
	uint64_t ends;

	(void)state;
	fresh = token(IAT, IAT + 9999, 0);
	assert_int_equal(refresh(&first, &fresh, &no_keys, &ends), REASON_OK);
	fresh.iss = span_of("https://b");
	assert_int_equal(refresh(&first, &fresh, &no_keys, &ends),
	    REASON_REFRESHED_OTHER);
	fresh = token(IAT, IAT + 9999, 0);
	fresh.sub = span_of("S");
	assert_int_equal(refresh(&first, &fresh, &no_keys, &ends),
	    REASON_REFRESHED_OTHER);
	fresh = token(IAT, IAT + 9999, 0);
	fresh.audiences[1] = span_of("e");
	assert_int_equal(refresh(&first, &fresh, &no_keys, &ends),
	    REASON_REFRESHED_OTHER);
	fresh = token(IAT, IAT + 9999, 0);
	fresh.naudiences = 1;
	assert_int_equal(refresh(&first, &fresh, &no_keys, &ends),
	    REASON_REFRESHED_OTHER);
}

static void
expiry_refreshed_times_checked(void **state)
{
	struct claims first = token(IAT, EXP, 0), fresh;
	uint64_t ends;

	(void)state;
	fresh = token(IAT - 1, IAT + 9999, 0);
	assert_int_equal(refresh(&first, &fresh, &no_keys, &ends),
	    REASON_REFRESHED_OLDER);
	fresh = token(IAT, IAT + 3600, 0);
	assert_int_equal(refresh(&first, &fresh, &no_keys, &ends),
	    REASON_TOKEN_EXPIRED);
	fresh = token(IAT + 3661, IAT + 9999, 0);
	assert_int_equal(refresh(&first, &fresh, &no_keys, &ends),
	    REASON_TOKEN_FUTURE);
	fresh = token(IAT, IAT + 9999, IAT + 3661);
	assert_int_equal(refresh(&first, &fresh, &no_keys, &ends),
	    REASON_TOKEN_FUTURE);
	first = token(IAT + 3661, IAT + 9999, 0);
	fresh = token(IAT + 3661, IAT + 9999, 0);
	assert_int_equal(refresh(&first, &fresh, &no_keys, &ends),
	    REASON_TOKEN_FUTURE);
	first = token(IAT, EXP, IAT + 3661);
	fresh = token(IAT, IAT + 9999, 0);
	assert_int_equal(refresh(&first, &fresh, &no_keys, &ends),
	    REASON_TOKEN_FUTURE);
}

static void
expiry_refreshed_key_must_be_the_same(void **state)
{
	struct claims first = token(IAT, EXP, 0);
	struct claims fresh = token(IAT, IAT + 9999, 0);
	const struct {
		struct expiry_keys keys;
		enum reason reason;
	} cases[] = {
		{ { span_of("t"), span_of("t") }, REASON_OK },
		{ { span_of("t"), span_of("u") }, REASON_REFRESHED_OTHER },
		{ { span_of("t"), { NULL, 0 } }, REASON_REFRESHED_OTHER },
		{ { { NULL, 0 }, span_of("t") }, REASON_REFRESHED_OTHER },
	};
	uint64_t ends;

	(void)state;
	for (size_t i = 0; i < N(cases); i++)
		assert_int_equal(refresh(&first, &fresh, &cases[i].keys,
		    &ends), cases[i].reason);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expiry_words_read),
		cmocka_unit_test(expiry_each_policy_ends_to_the_second),
		cmocka_unit_test(expiry_never_has_no_end),
		cmocka_unit_test(expiry_unknown_policy_refused),
		cmocka_unit_test(expiry_iat_or_nbf_in_the_future_refused),
		cmocka_unit_test(expiry_at_the_ends_of_time_defined),
		cmocka_unit_test(expiry_refreshed_prolongs_to_its_exp),
		cmocka_unit_test(expiry_refreshed_for_another_refused),
		cmocka_unit_test(expiry_refreshed_times_checked),
		cmocka_unit_test(expiry_refreshed_key_must_be_the_same),
	};

	return cmocka_run_group_tests_name("expiry", tests, NULL, NULL);
}
