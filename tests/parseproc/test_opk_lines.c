/* The rows of providers and auth_id, and how their words are unquoted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parseproc/opk_lines.h"

static uint8_t *copy; /* of exactly the text's size */
static struct opk_lines lines;
static struct opk_row row;

static int
drop(void **state)
{
	(void)state;
	free(copy);
	copy = NULL;
	return 0;
}

static void
begin_bytes(const char *text, size_t len)
{
	free(copy);
	copy = malloc(len + (len == 0));
	assert_non_null(copy);
	memcpy(copy, text, len);
	opk_lines_begin(&lines, copy, len);
}

static void
begin(const char *text)
{
	begin_bytes(text, strlen(text));
}

/* The next row is sound and has these words, unquoted. */
static void
next_is(uint32_t line, const char *a, const char *b, const char *c)
{
	const char *const expected[] = { a, b, c };

	assert_true(opk_lines_next(&lines, &row));
	if (row.problem != NULL)
		fail_msg("line %u: %s", row.line, row.problem);
	assert_int_equal(row.line, line);
	for (size_t i = 0; i < OPK_COLUMNS; i++) {
		uint8_t *buf = malloc(row.words[i].len);
		struct span text;

		assert_non_null(buf);
		text = opk_word_text(row.words[i], buf);
		assert_non_null(text.p);
		if (!span_equal(text, span_of(expected[i])))
			fail_msg("%.*s is not %s", (int)text.len, (const char *)text.p,
			    expected[i]);
		free(buf);
	}
}

static void
next_is_bad(uint32_t line, const char *problem)
{
	assert_true(opk_lines_next(&lines, &row));
	assert_non_null(row.problem);
	if (strstr(row.problem, problem) == NULL)
		fail_msg("%s", row.problem);
	assert_int_equal(row.line, line);
	assert_null(row.words[0].p);
}

static void
ends(void)
{
	assert_false(opk_lines_next(&lines, &row));
	assert_int_equal(row.line, 0);
	assert_false(opk_lines_next(&lines, &row));
}

static void
opk_lines_nothing_has_no_rows(void **state)
{
	static const char *const texts[] = { "", "\n", "\n\n\n", " ", "\t \n",
		"\r\n\r\n", "#", "# only\n#comments", "  # x\n", "\xef\xbb\xbf",
		"\xef\xbb\xbf# x\r\n", " \v\f\r \n" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		begin(texts[i]);
		ends();
	}
	opk_lines_begin(&lines, NULL, 0);
	ends();
}

static void
opk_lines_rows_are_split_and_counted(void **state)
{
	(void)state;
	begin("a b c\n\n# comment\n  d\t\te \t f  \ng h i");
	next_is(1, "a", "b", "c");
	next_is(4, "d", "e", "f");
	next_is(5, "g", "h", "i");
	ends();
}

static void
opk_lines_bom_and_crlf_tolerated(void **state)
{
	(void)state;
	begin("\xef\xbb\xbf" "a b c\r\n\r\nd e f\r\n# x\r\ng h i\r");
	next_is(1, "a", "b", "c");
	next_is(3, "d", "e", "f");
	next_is(5, "g", "h", "i");
	ends();
	begin("\xc2\xa0 a b c \xc2\xa0\xc2\xa0\r\n\xc2\xa0\r\nd\xc2\xa0 e f");
	next_is(1, "a", "b", "c");
	next_is(3, "d\xc2\xa0", "e", "f");
	ends();
	/* A second mark is part of a word, as are half ones. */
	begin("\xef\xbb\xbf\xef\xbb\xbf" "a b c");
	next_is(1, "\xef\xbb\xbf" "a", "b", "c");
	begin("\xef\xbb");
	next_is_bad(1, "UTF-8");
}

static void
opk_lines_comment_begins_inside_quotes_too(void **state)
{
	(void)state;
	begin("a b c # d\na b c#d\na 'b # x' c\na \\#b c\n#a b c\na b c");
	next_is(1, "a", "b", "c");
	next_is(2, "a", "b", "c");
	next_is_bad(3, "single quote");
	next_is_bad(4, "back slash");
	next_is(6, "a", "b", "c");
	ends();
}

static void
opk_lines_quotes_are_a_shells(void **state)
{
	(void)state;
	begin("'a b' \"c d\" e\\ f\n"
	    "x\"y\"'z' '\"' \"'\"\n"
	    "'\\' \"\\\\\\\"\\$\\`\" \"\\n\"\n"
	    "a\\\\b \\'c \\\"d\n"
	    "'' \"\" ''\"\"\n"
	    "$x `y` *\n"
	    "a'\t'b c d\n");
	next_is(1, "a b", "c d", "e f");
	next_is(2, "xyz", "\"", "'");
	next_is(3, "\\", "\\\"$`", "\\n");
	next_is(4, "a\\b", "'c", "\"d");
	next_is(5, "", "", "");
	next_is(6, "$x", "`y`", "*");
	next_is(7, "a\tb", "c", "d");
	ends();
}

static void
opk_lines_raw_word_stands_as_in_file(void **state)
{
	(void)state;
	begin("r  oidc:\"https://a/g\":x\\ y  i");
	next_is(1, "r", "oidc:https://a/g:x y", "i");
	assert_true(span_equal(row.words[1],
	    span_of("oidc:\"https://a/g\":x\\ y")));
}

static void
opk_lines_open_quotes_end_with_their_line(void **state)
{
	(void)state;
	begin("a \"b c\na b c\na 'b c\na b c\na b c\\\na b c\n\"\\\na b 'c\\'");
	next_is_bad(1, "double quote");
	next_is(2, "a", "b", "c");
	next_is_bad(3, "single quote");
	next_is(4, "a", "b", "c");
	next_is_bad(5, "back slash");
	next_is(6, "a", "b", "c");
	next_is_bad(7, "back slash");
	next_is(8, "a", "b", "c\\");
	ends();
}

static void
opk_lines_columns_are_three(void **state)
{
	(void)state;
	begin("a\na b\na b c d\na b c\n'a b c'\n");
	next_is_bad(1, "too few");
	next_is_bad(2, "too few");
	next_is_bad(3, "too many");
	next_is(4, "a", "b", "c");
	next_is_bad(5, "too few");
	ends();
}

static void
opk_lines_control_characters_reported(void **state)
{
	char text[] = "a b X\na b c\n";

	(void)state;
	for (int c = 0; c < 0x20; c++) {
		text[4] = (char)c;
		begin_bytes(text, sizeof(text) - 1);
		if (c == '\t' || c == '\n' || c == '\v' || c == '\f' ||
		    c == '\r')
			next_is_bad(1, "too few"); /* it is at the end */
		else
			next_is_bad(1, "control");
		next_is(c == '\n' ? 3 : 2, "a", "b", "c");
	}
	begin("a b\x7f c\na\rb c d\n");
	next_is_bad(1, "control");
	next_is_bad(2, "control");
	/* UTF-16, with its mark. */
	begin_bytes("\xff\xfe" "a\0 \0b\0\n\0", 10);
	next_is_bad(1, "control");
}

static void
opk_lines_other_encodings_reported(void **state)
{
	(void)state;
	begin("a b\xe9 c\na b\xc3\xa9 c\na # \xff\nd e f # \xff\n");
	next_is_bad(1, "UTF-8");
	next_is(2, "a", "b\xc3\xa9", "c");
	next_is_bad(3, "too few");
	next_is(4, "d", "e", "f");
	ends();
}

static void
opk_lines_length_is_bounded(void **state)
{
	static char text[3 * OPK_LINE_MAX];
	size_t n = OPK_LINE_MAX;

	(void)state;
	memset(text, 'x', n);
	memcpy(text, "a b ", 4);
	memcpy(text + n, "\na b c\n", 7);
	begin_bytes(text, n + 7);
	assert_true(opk_lines_next(&lines, &row));
	assert_null(row.problem);
	assert_int_equal(row.words[2].len, n - 4);
	next_is(2, "a", "b", "c");
	memcpy(text + n, "x\na b c\n", 8);
	begin_bytes(text, n + 8);
	next_is_bad(1, "longer");
	next_is(2, "a", "b", "c");
	/* Comments and margins do not count. */
	memset(text, '#', sizeof(text));
	memcpy(text, "a b c ", 6);
	begin_bytes(text, sizeof(text));
	next_is(1, "a", "b", "c");
	memset(text, ' ', sizeof(text));
	memcpy(text + sizeof(text) - 6, "a b c ", 6);
	begin_bytes(text, sizeof(text));
	next_is(1, "a", "b", "c");
}

/* What a YAML block gives to a plugin's command. */
/* Words that are cut never end so; asked all the same, it stands for itself. */
static void
opk_word_text_back_slash_at_the_end_stays(void **state)
{
	uint8_t buf[8];

	(void)state;
	assert_true(span_equal(opk_word_text(span_of("a\\"), buf),
	    span_of("a\\")));
	assert_true(span_equal(opk_word_text(span_of("\"\\"), buf),
	    span_of("\\")));
}

static void
opk_word_line_feeds_separate(void **state)
{
	struct span rest = span_of("  /a\\\nb \\\n 'c\nd'\n\"e\\\nf\"\n"), word;
	static const char *const expected[] = { "/ab", "c\nd", "ef" };
	uint8_t buf[64];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_null(opk_word_cut(&rest, &word));
		assert_non_null(word.p);
		assert_true(span_equal(opk_word_text(word, buf),
		    span_of(expected[i])));
	}
	assert_null(opk_word_cut(&rest, &word));
	assert_null(word.p);
	rest = span_of("a\\");
	assert_non_null(opk_word_cut(&rest, &word));
	assert_null(word.p);
	assert_int_equal(rest.len, 0);
	rest = span_of(" \\");
	assert_non_null(opk_word_cut(&rest, &word));
}

static void
opk_report_counts_all_keeps_first(void **state)
{
	struct opk_reports reports = { 0 };

	(void)state;
	for (uint32_t i = 1; i <= 3 * OPK_REPORTS_MAX; i++)
		opk_report(&reports, i, REASON_AUTH_ID_ROW, "x");
	assert_int_equal(reports.count, 3 * OPK_REPORTS_MAX);
	assert_int_equal(reports.rows[0].line, 1);
	assert_int_equal(reports.rows[OPK_REPORTS_MAX - 1].line,
	    OPK_REPORTS_MAX);
	assert_int_equal(reason_class(REASON_AUTH_ID_ROW), REASON_NOTE);
	assert_int_equal(reason_class(REASON_PROVIDERS_ROW), REASON_NOTE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opk_lines_nothing_has_no_rows),
		cmocka_unit_test(opk_lines_rows_are_split_and_counted),
		cmocka_unit_test(opk_lines_bom_and_crlf_tolerated),
		cmocka_unit_test(opk_lines_comment_begins_inside_quotes_too),
		cmocka_unit_test(opk_lines_quotes_are_a_shells),
		cmocka_unit_test(opk_lines_raw_word_stands_as_in_file),
		cmocka_unit_test(opk_lines_open_quotes_end_with_their_line),
		cmocka_unit_test(opk_lines_columns_are_three),
		cmocka_unit_test(opk_lines_control_characters_reported),
		cmocka_unit_test(opk_lines_other_encodings_reported),
		cmocka_unit_test(opk_lines_length_is_bounded),
		cmocka_unit_test(opk_word_text_back_slash_at_the_end_stays),
		cmocka_unit_test(opk_word_line_feeds_separate),
		cmocka_unit_test(opk_report_counts_all_keeps_first),
	};

	return cmocka_run_group_tests_name("opk_lines", tests, NULL, drop);
}
