/* Go's path.Match: what its documentation says, and what its code does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "parseproc/glob.h"

/* Copies of exactly their size, so that a sanitizer sees a byte too far. */
static enum glob
match_bytes(const char *pattern, size_t plen, const char *name, size_t nlen)
{
	uint8_t *p = malloc(plen + (plen == 0));
	uint8_t *n = malloc(nlen + (nlen == 0));
	enum glob glob;

	assert_non_null(p);
	assert_non_null(n);
	memcpy(p, pattern, plen);
	memcpy(n, name, nlen);
	glob = glob_match((struct span){ p, plen }, (struct span){ n, nlen });
	free(p);
	free(n);
	return glob;
}

struct glob_case {
	const char *pattern;
	const char *name;
	enum glob glob;
};

static void
check(const struct glob_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		enum glob glob = match_bytes(cases[i].pattern,
		    strlen(cases[i].pattern), cases[i].name,
		    strlen(cases[i].name));

		if (glob != cases[i].glob)
			fail_msg("%s on %s: %d", cases[i].pattern,
			    cases[i].name, (int)glob);
	}
}

#define CHECK(cases) check(cases, sizeof(cases) / sizeof(cases[0]))
#define YES GLOB_YES
#define NO GLOB_NO
#define BAD GLOB_MALFORMED

static void
glob_plain_text_matches_itself_only(void **state)
{
	static const struct glob_case cases[] = {
		{ "", "", YES }, { "", "a", NO }, { "a", "", NO },
		{ "repo:o/r", "repo:o/r", YES },
		{ "repo:o/r", "repo:o/rr", NO },
		{ "repo:o/rr", "repo:o/r", NO },
		{ "repo:o/r", "repo:O/r", NO },
		{ "]", "]", YES }, { "-", "-", YES }, { "^", "^", YES },
		{ "a]b", "a]b", YES },
		{ "\xc3\xa9", "\xc3\xa9", YES },
		{ "\xc3\xa9", "\xc3\xa8", NO },
	};

	(void)state;
	CHECK(cases);
}

static void
glob_star_stays_between_slashes(void **state)
{
	static const struct glob_case cases[] = {
		{ "*", "", YES }, { "*", "anything", YES },
		{ "*", "two/parts", NO }, { "**", "anything", YES },
		{ "**", "two/parts", NO }, { "*/*", "two/parts", YES },
		{ "*/*", "/", YES }, { "*/*", "one", NO },
		{ "repo:o/*", "repo:o/r", YES },
		{ "repo:o/*", "repo:o/r/x", NO },
		{ "repo:o/*", "repo:o/", YES },
		{ "repo:o/r:ref:refs/heads/*",
		    "repo:o/r:ref:refs/heads/main", YES },
		{ "repo:o/r:ref:refs/heads/*",
		    "repo:o/r:ref:refs/heads/feature/x", NO },
		{ "repo:o/r:*", "repo:o/r:pull_request", YES },
		{ "repo:o/r:*", "repo:o/r:ref:refs/heads/main", NO },
		{ "*o", "foo", YES }, { "*o", "of", NO },
		{ "*oo", "ofooo", YES }, { "f*", "f", YES },
		{ "f*o", "fo", YES }, { "f*o", "f/o", NO },
		{ "f*o*x", "foox", YES }, { "f*o*x", "foxo", NO },
		{ "a*b*c", "aXbXbXc", YES }, { "a*b*c", "aXbX/c", NO },
		{ "a*b*c/d", "abbc/d", YES }, { "a*/b/*c", "a/b/c", YES },
		{ "*ab", "aab", YES }, { "*aab", "aaab", YES },
	};

	(void)state;
	CHECK(cases);
}

static void
glob_question_mark_is_one_character(void **state)
{
	static const struct glob_case cases[] = {
		{ "?", "a", YES }, { "?", "", NO }, { "?", "ab", NO },
		{ "?", "/", NO }, { "a?c", "abc", YES }, { "a?c", "ac", NO },
		{ "?", "\xc3\xa9", YES }, { "??", "\xc3\xa9", NO },
		{ "?", "\xf0\x9f\x94\x91", YES },
		/* Bytes that are no character are one each. */
		{ "?", "\xff", YES }, { "??", "\xc3(", YES },
		{ "???", "\xed\xa0\x80", YES }, { "?", "\xed\xa0\x80", NO },
		{ "*?", "ab", YES }, { "*?", "", NO }, { "?*", "a", YES },
	};

	(void)state;
	CHECK(cases);
}

static void
glob_brackets_hold_ranges_and_negation(void **state)
{
	static const struct glob_case cases[] = {
		{ "[a]", "a", YES }, { "[a]", "b", NO }, { "[a]", "", NO },
		{ "[a-c]", "b", YES }, { "[a-c]", "d", NO },
		{ "[c-a]", "b", NO }, { "[a-cx-z]", "y", YES },
		{ "[^a]", "b", YES }, { "[^a]", "a", NO },
		{ "[^a-c]", "b", NO }, { "[^a-c]", "-", YES },
		{ "[a^]", "^", YES }, { "[^^]", "^", NO }, { "[^]", "a", BAD },
		/* '/' is one of all others, as in Go. */
		{ "[^a]", "/", YES }, { "[/]", "/", YES },
		/* But what a star has left it does not take back, as in Go. */
		{ "*[^x]*", "a/b", NO }, { "*[^x]b", "a/b", YES },
		{ "[!a]", "a", YES }, { "[!a]", "b", NO },
		{ "[*]", "*", YES }, { "[*]", "a", NO }, { "[?]", "?", YES },
		{ "x[*]*y", "x*zzy", YES }, { "[[]", "[", YES },
		{ "[\\]]", "]", YES }, { "[\\-]", "-", YES },
		{ "[\\^]", "^", YES }, { "[a\\-c]", "-", YES },
		{ "[a\\-c]", "b", NO }, { "[\\a-\\c]", "b", YES },
		{ "[\xce\xb1-\xcf\x89]", "\xce\xb2", YES },
		{ "[\xce\xb1-\xcf\x89]", "b", NO },
		{ "[^\xce\xb1]", "\xff", YES }, { "[A-Z]", "\xff", NO },
		{ "[\xef\xbf\xbd]", "\xff", YES }, { "[a]b", "ab", YES },
	};

	(void)state;
	CHECK(cases);
}

static void
glob_back_slash_takes_meaning_away(void **state)
{
	static const struct glob_case cases[] = {
		{ "\\*", "*", YES }, { "\\*", "a", NO }, { "\\?", "?", YES },
		{ "\\[a]", "[a]", YES }, { "\\\\", "\\", YES },
		{ "\\a", "a", YES }, { "a\\*b*", "a*bcd", YES },
		{ "*\\*", "ab*", YES }, { "*\\*", "ab", NO },
		{ "\\\xc3\xa9", "\xc3\xa9", YES },
	};

	(void)state;
	CHECK(cases);
}

/* Whatever the name, and wherever in the pattern. */
static void
glob_malformed_pattern_is_an_error(void **state)
{
	static const char *const patterns[] = { "[", "[]", "[]a]", "[^",
		"[^]a]", "[a", "[a-", "[a-]", "[-a]", "[-]", "[a-b-c]", "[^a",
		"[a\\", "\\", "a\\", "[\\", "ab[", "a*[", "*[a-]", "a/b[",
		"[a]*[", "*x\\", "[\xff]", "[a-\xff]", "[\xc3", "[a][" };
	static const char *const names[] = { "", "a", "b", "ab", "a/b",
		"xyz", "-", "[", "aaaa/aaaa" };

	(void)state;
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++)
			if (match_bytes(patterns[i], strlen(patterns[i]),
			    names[k], strlen(names[k])) != BAD)
				fail_msg("%s on %s", patterns[i], names[k]);
}

static void
glob_nul_is_a_character(void **state)
{
	(void)state;
	assert_int_equal(match_bytes("a\0b", 3, "a\0b", 3), YES);
	assert_int_equal(match_bytes("a?b", 3, "a\0b", 3), YES);
	assert_int_equal(match_bytes("a", 1, "a\0b", 3), NO);
	assert_int_equal(match_bytes("a*", 2, "a\0b", 3), YES);
	assert_int_equal(match_bytes("[^a]", 4, "\0", 1), YES);
}

static void
glob_name_too_long_does_not_match(void **state)
{
	static char name[GLOB_NAME_MAX + 1];

	(void)state;
	memset(name, 'a', sizeof(name));
	assert_int_equal(match_bytes("*", 1, name, GLOB_NAME_MAX), YES);
	assert_int_equal(match_bytes("*", 1, name, GLOB_NAME_MAX + 1), NO);
	assert_int_equal(match_bytes("[", 1, name, GLOB_NAME_MAX + 1), BAD);
}

/* The classic: a* a* a* ... b, which takes others exponential time. */
static void
glob_many_stars_take_no_time(void **state)
{
	static char pattern[4096], name[GLOB_NAME_MAX];
	struct timespec t0, t1;
	double ms;

	(void)state;
	for (size_t i = 0; i < sizeof(pattern); i += 2)
		memcpy(pattern + i, "a*", 2);
	pattern[sizeof(pattern) - 1] = 'b';
	memset(name, 'a', sizeof(name));
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t0);
	assert_int_equal(match_bytes(pattern, sizeof(pattern), name,
	    sizeof(name)), NO);
	/* And the dearest for this one: a long chunk that nearly fits. */
	memset(pattern, 'a', sizeof(pattern));
	pattern[0] = '*';
	pattern[1024] = 'b';
	assert_int_equal(match_bytes(pattern, 1025, name, sizeof(name)), NO);
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t1);
	ms = (double)(t1.tv_sec - t0.tv_sec) * 1e3 +
	    (double)(t1.tv_nsec - t0.tv_nsec) / 1e6;
	print_message("glob: both worst cases in %.1f ms\n", ms);
	assert_true(ms < 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(glob_plain_text_matches_itself_only),
		cmocka_unit_test(glob_star_stays_between_slashes),
		cmocka_unit_test(glob_question_mark_is_one_character),
		cmocka_unit_test(glob_brackets_hold_ranges_and_negation),
		cmocka_unit_test(glob_back_slash_takes_meaning_away),
		cmocka_unit_test(glob_malformed_pattern_is_an_error),
		cmocka_unit_test(glob_nul_is_a_character),
		cmocka_unit_test(glob_name_too_long_does_not_match),
		cmocka_unit_test(glob_many_stars_take_no_time),
	};

	return cmocka_run_group_tests_name("glob", tests, NULL, NULL);
}
