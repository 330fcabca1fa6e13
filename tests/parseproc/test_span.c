/* Comparing spans: to the last byte, and no further. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "parseproc/span.h"

/* Each case is of two texts, whose NUL no comparison may reach. */
struct span_case {
	const char *a, *b;
	bool expected;
};

typedef bool comparison(struct span a, struct span b);

static void
check(comparison *compare, const struct span_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (compare(span_of(cases[i].a), span_of(cases[i].b)) !=
		    cases[i].expected)
			fail_msg("%s, %s", cases[i].a, cases[i].b);
}

#define CHECK(compare, cases)                                                 \
	check(compare, cases, sizeof(cases) / sizeof(cases[0]))

static void
span_equal_every_byte_counts(void **state)
{
	static const struct span_case cases[] = {
		{ "", "", true }, { "", "a", false }, { "a", "", false },
		{ "alice", "alice", true }, { "alice", "alicf", false },
		{ "alice", "blice", false }, { "alice", "alic", false },
		{ "alic", "alice", false }, { "alice", "Alice", false },
	};
	struct span none = { NULL, 0 };

	(void)state;
	CHECK(span_equal, cases);
	assert_true(span_equal(none, none));
	assert_false(span_equal(span_chars("a\0b", 3),
	    span_chars("a\0c", 3)));
}

static void
span_equal_nocase_folds_ascii_only(void **state)
{
	static const struct span_case cases[] = {
		{ "AZaz", "azAZ", true }, { "@[`{", "`{@[", false },
		{ "ab", "AC", false }, { "ab", "A", false },
		{ "\xc3\x89", "\xc3\xa9", false },
		{ "s", "\xc5\xbf", false },
	};

	(void)state;
	CHECK(span_equal_nocase, cases);
}

static void
span_before_is_strict(void **state)
{
	static const struct span_case cases[] = {
		{ "", "", false }, { "", "a", true }, { "a", "", false },
		{ "a", "a", false }, { "a", "aa", true },
		{ "aa", "a", false }, { "ab", "b", true },
		{ "\x7f", "\x80", true }, { "\x80", "\x7f", false },
	};

	(void)state;
	CHECK(span_before, cases);
}

static void
span_ends_nocase_at_the_end_only(void **state)
{
	static const struct span_case cases[] = {
		{ "", "", true }, { "a", "", true }, { "", "a", false },
		{ "a@B.org", "@b.ORG", true }, { "a@b.orgs", "@b.org", false },
		{ "b.org", "@b.org", false },
	};

	(void)state;
	CHECK(span_ends_nocase, cases);
}

static void
span_begins_and_has(void **state)
{
	struct span s = span_chars("alice", 4);

	(void)state;
	assert_true(span_begins(s, "") && span_begins(s, "alic"));
	assert_false(span_begins(s, "alid") || span_begins(s, "alice"));
	assert_true(span_has(s, 'a') && span_has(s, 'c'));
	assert_false(span_has(s, 'e') || span_has(s, '\0'));
	assert_false(span_has((struct span){ NULL, 0 }, 'a'));
	assert_true(span_is(span_from(s, 2), "ic"));
	assert_true(span_is(span_from(s, 4), ""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(span_equal_every_byte_counts),
		cmocka_unit_test(span_equal_nocase_folds_ascii_only),
		cmocka_unit_test(span_before_is_strict),
		cmocka_unit_test(span_ends_nocase_at_the_end_only),
		cmocka_unit_test(span_begins_and_has),
	};

	return cmocka_run_group_tests_name("span", tests, NULL, NULL);
}
