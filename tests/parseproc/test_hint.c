/* The hint: what it finds, and that it stays silent where JSON could differ. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "parseproc/hint.h"

static bool
find(const char *bytes, const char *name, struct hint *hint)
{
	return hint_find(span_of(bytes), name, hint);
}

static void
hint_one_member_found(void **state)
{
	static const struct {
		const char *bytes, *name, *text;
	} cases[] = {
		{ "{\"iss\":\"https://idp.test:9998\"}", "iss",
		    "https://idp.test:9998" },
		{ "{\"a\":1,\"iss\" :\t\r\n \"https:\\/\\/a.b\\/\",\"x\":2}",
		    "iss", "https://a.b/" },
		{ "{\"alg\":\"RS256\",\"kid\":\"a-b_c.d~e+f/g=@h:i\"}", "kid",
		    "a-b_c.d~e+f/g=@h:i" },
		/* No JSON at all: it need not be. */
		{ "\"kid\":\"x\"", "kid", "x" },
		{ "{\"kids\":\"y\",\"kid\":\"x\"}", "kid", "x" },
	};
	struct hint hint;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(find(cases[i].bytes, cases[i].name, &hint));
		assert_int_equal(hint.len, strlen(cases[i].text));
		assert_memory_equal(hint.text, cases[i].text, hint.len);
	}
}

static void
hint_anything_doubtful_not_found(void **state)
{
	static const char *const cases[] = {
		"", "\"kid\"", "\"kid\":", "\"kid\":\"", "\"kid\":\"x",
		"\"kid\":\"\"", "\"kid\":1", "\"kid\":null", "\"kid\"\"x\"",
		"\"kid\"::\"x\"", "\"kid\":\v\"x\"", "kid:\"x\"",
		"{\"kid\":\"x\",\"kid\":\"x\"}",
		"{\"kid\":\"x\",\"a\":\"kid\"}",
		"{\"a\":{\"kid\":\"x\"},\"kid\":\"x\"}",
		"{\"kid\":\"a\\\"b\"}", "{\"kid\":\"a\\u0041\"}",
		"{\"kid\":\"a\\\\\"}", "{\"kid\":\"a\\", "{\"kid\":\"a b\"}",
		"{\"kid\":\"a\nb\"}", "{\"kid\":\"a\x1b[0m\"}",
		"{\"kid\":\"\xc3\xa9\"}", "{\"kid\":\"a%20\"}",
		"{\"k\\u0069d\":\"x\"}", "{\\\"kid\\\":\\\"x\\\"}",
		"{\"kid\":[\"x\"]}", "{\"KID\":\"x\"}",
	};
	struct hint hint;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		hint.len = 9;
		if (find(cases[i], "kid", &hint))
			fail_msg("%s", cases[i]);
		assert_int_equal(hint.len, 0);
	}
	assert_false(hint_find((struct span){ NULL, 0 }, "kid", &hint));
	/* A NUL is in no alphabet. */
	assert_false(hint_find((struct span){
	    (const uint8_t *)"\"kid\":\"a\0\"", 10 }, "kid", &hint));
}

/* user-needs: a kid of 64 KiB, and one at the limit. */
static void
hint_huge_kid_not_found(void **state)
{
	static char bytes[65536 + 16];
	struct hint hint;

	(void)state;
	for (size_t n = HINT_MAX - 1; n <= HINT_MAX + 1; n++) {
		(void)sprintf(bytes, "\"kid\":\"%0*d\"", (int)n, 0);
		assert_int_equal(find(bytes, "kid", &hint),
		    n <= HINT_MAX);
		assert_int_equal(hint.len, n <= HINT_MAX ? n : 0);
	}
	(void)sprintf(bytes, "\"kid\":\"%0*d\"", 65536, 0);
	assert_false(find(bytes, "kid", &hint));
}

/* Every truncation of a good one: only the whole string is a hint. */
static void
hint_truncated_not_found(void **state)
{
	static const char whole[] = "{\"kid\":\"abc\"";
	struct hint hint;

	(void)state;
	for (size_t n = 0; n < sizeof(whole) - 1; n++)
		assert_false(hint_find((struct span){ (const uint8_t *)whole,
		    n }, "kid", &hint));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hint_one_member_found),
		cmocka_unit_test(hint_anything_doubtful_not_found),
		cmocka_unit_test(hint_huge_kid_not_found),
		cmocka_unit_test(hint_truncated_not_found),
	};

	return cmocka_run_group_tests_name("hint", tests, NULL, NULL);
}
