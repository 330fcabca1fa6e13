/* The reader of command lines: what it takes, what it refuses, what it says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "ipc/limits.h"
#include "parent/options.h"
#include "tests/parent/streams.h"

#define WORDS 4

static struct values {
	const char *text;
	bool flag;
	uint32_t deadline_s;
	int status;
	uint64_t now;
} values;
static const struct option_row rows[] = {
	{ "text", .text = &values.text },
	{ "flag", .flag = &values.flag },
	{ "deadline", .deadline_s = &values.deadline_s },
	{ "deny-status", .status = &values.status },
	{ "now", .now = &values.now },
	{ .name = NULL },
};
static struct option_line line = { "test", "how to use it\n", rows, false };
static struct streams said;

static int
read_words(const char *first, const char *second, const char *third)
{
	char name[] = "test", copies[WORDS][64];
	const char *const words[] = { first, second, third, NULL };
	char *argv[WORDS + 1] = { name };
	int argc = 1, status;

	for (size_t i = 0; words[i] != NULL; i++, argc++) {
		(void)snprintf(copies[i], sizeof(copies[i]), "%s", words[i]);
		argv[argc] = copies[i];
	}
	values = (struct values){ NULL, false, 7, -1, 8 };
	optind = 0; /* the C library begins anew */
	streams_catch(&said);
	status = options_read(&line, argc, argv);
	streams_release(&said);
	return status;
}

static void
is_wrong(const char *what, const char *word)
{
	char expected[128];

	(void)snprintf(expected, sizeof(expected),
	    "sallyport test: %s; see --help\n", what);
	assert_int_equal(read_words(word, NULL, NULL), 1);
	assert_string_equal(said.out, "");
	assert_string_equal(said.err, expected);
}

static void
options_none_everything_as_it_was(void **state)
{
	(void)state;
	assert_int_equal(read_words(NULL, NULL, NULL), -1);
	assert_null(values.text);
	assert_false(values.flag);
	assert_int_equal(values.deadline_s, 7);
	assert_int_equal(values.status, -1);
	assert_int_equal(values.now, 8);
}

static void
options_each_kind_taken(void **state)
{
	(void)state;
	assert_int_equal(read_words("--text=one", "--flag", NULL), -1);
	assert_string_equal(values.text, "one");
	assert_true(values.flag);
	assert_int_equal(read_words("-deadline", "30", "-deny-status=255"), -1);
	assert_int_equal(values.deadline_s, 30);
	assert_int_equal(values.status, 255);
	assert_int_equal(read_words("--now=253402300799", "--deadline=1",
	    "--deny-status=0"), -1);
	assert_true(values.now == NOW_MAX);
	assert_int_equal(values.deadline_s, 1);
	assert_int_equal(values.status, 0);
}

static void
options_numbers_out_of_bounds_refused(void **state)
{
	static const char *const deadlines[] = { "0", "31", "-1", "+1", " 1",
		"1s", "0x1", "", "18446744073709551617" };
	char word[64];

	(void)state;
	for (size_t i = 0; i < sizeof(deadlines) / sizeof(deadlines[0]); i++) {
		(void)snprintf(word, sizeof(word), "--deadline=%s",
		    deadlines[i]);
		is_wrong("--deadline takes 1 to 30 seconds", word);
		assert_int_equal(values.deadline_s, 7);
	}
	is_wrong("--deny-status takes 0 to 255", "--deny-status=256");
	assert_int_equal(values.status, -1);
	is_wrong("--now takes seconds since 1970", "--now=253402300800");
	assert_int_equal(values.now, 8);
}

static void
options_unknown_or_incomplete_refused_unseen(void **state)
{
	(void)state;
	is_wrong("unknown option or missing value", "--secret=x");
	is_wrong("unknown option or missing value", "--text");
	is_wrong("unknown option or missing value", "--flag=x");
	is_wrong("unexpected word", "word");
}

static void
options_words_between_left_behind(void **state)
{
	(void)state;
	line.words = true;
	assert_int_equal(read_words("word", "--flag", "other"), -1);
	line.words = false;
	assert_true(values.flag);
	assert_int_equal(optind, 2);
}

static void
options_help_and_version_printed(void **state)
{
	(void)state;
	assert_int_equal(read_words("--flag", "--help", NULL), 0);
	assert_string_equal(said.out, "how to use it\n");
	assert_int_equal(read_words("--version", "--secret", NULL), 0);
	assert_string_equal(said.out, "sallyport " SALLYPORT_VERSION "\n");
	assert_string_equal(said.err, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_none_everything_as_it_was),
		cmocka_unit_test(options_each_kind_taken),
		cmocka_unit_test(options_numbers_out_of_bounds_refused),
		cmocka_unit_test(options_unknown_or_incomplete_refused_unseen),
		cmocka_unit_test(options_words_between_left_behind),
		cmocka_unit_test(options_help_and_version_printed),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
