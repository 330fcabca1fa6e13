/* UTF-8: every scalar value, and every sequence of up to three bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "parseproc/utf8.h"

static void
utf8_every_scalar_value_taken(void **state)
{
	uint8_t c[UTF8_CHAR_MAX + 1];

	(void)state;
	for (uint32_t v = 0; v < 0x110000; v++) {
		size_t n;

		if (v >= 0xd800 && v <= 0xdfff)
			continue;
		n = utf8_put(v, c);
		assert_int_equal(n, v < 0x80 ? 1 : v < 0x800 ? 2 :
		    v < 0x10000 ? 3 : 4);
		c[n] = 0x80; /* must not be looked at */
		assert_int_equal(utf8_char_len(c, n), n);
		assert_int_equal(utf8_get(c, n), v);
		assert_int_equal(utf8_char_len(c, n - 1), 0);
		assert_true(utf8_valid(c, n));
	}
}

/* Of all 3-byte strings, exactly those that are made of characters. */
static void
utf8_three_bytes_counted(void **state)
{
	/* Strings of 1-, 2- and 3-byte characters. */
	const size_t one = 128, two = 0x800 - 0x80,
	    three = 0x10000 - 0x800 - 0x800;
	size_t taken = 0;

	(void)state;
	for (uint32_t v = 0; v < 1 << 24; v++) {
		uint8_t p[3] = { (uint8_t)(v >> 16), (uint8_t)(v >> 8),
			(uint8_t)v };

		taken += utf8_valid(p, 3);
	}
	assert_int_equal(taken, one * one * one + 2 * one * two + three);
}

static void
utf8_malformed_refused(void **state)
{
	static const char *const texts[] = {
		"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41",
		"\xe0\x80\x80", "\xe0\x9f\xbf", "\xe2\x82", "\xed\xa0\x80",
		"\xed\xbf\xbf", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf",
		"\xf0\x9f\x98", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
		"\xf8\x88\x80\x80\x80", "\xfe", "\xff", "a\xff",
		"\xf0\x9f\x98\x41", "\xf0\x9f\x41\x80", "\xe2\x82\x41",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(utf8_valid((const uint8_t *)texts[i],
		    strlen(texts[i])));
}

static void
utf8_empty_valid(void **state)
{
	(void)state;
	assert_true(utf8_valid((const uint8_t *)"", 0));
	assert_int_equal(utf8_char_len((const uint8_t *)"", 0), 0);
}

static void
utf8_to_ascii_reduces(void **state)
{
	static const char text[] = "a~ \x1f\x7f\xc3\xa9\xf0\x9f\x98\x80z"
	    "\xff\xe2\x82q\t\n";
	char out[32];
	size_t n;

	(void)state;
	n = utf8_to_ascii((const uint8_t *)text, sizeof(text), out,
	    sizeof(out));
	assert_int_equal(n, 15);
	assert_memory_equal(out, "a~ ????z???q???", n);
	assert_int_equal(utf8_to_ascii((const uint8_t *)text, sizeof(text),
	    out, 4), 4);
	assert_int_equal(utf8_to_ascii((const uint8_t *)text, 0, out, 4), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8_every_scalar_value_taken),
		cmocka_unit_test(utf8_three_bytes_counted),
		cmocka_unit_test(utf8_malformed_refused),
		cmocka_unit_test(utf8_empty_valid),
		cmocka_unit_test(utf8_to_ascii_reduces),
	};

	return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
