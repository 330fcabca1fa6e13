/*
 * JSON: the public suites, our own rules, and what readers are given. Every
 * text is parsed in a buffer of exactly its size, for ASan's sake.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "parseproc/json.h"
#include "tests/parseproc/corpora.h"

static enum json_verdict
read_bytes(const void *text, size_t len)
{
	struct json doc = { 0 };
	uint8_t *copy = malloc(len + (len == 0));
	enum json_verdict verdict;

	assert_non_null(copy);
	memcpy(copy, text, len);
	verdict = json_read(&doc, copy, len);
	if (verdict != JSON_OK)
		assert_int_equal(json_kind(&doc, JSON_ROOT), JSON_ABSENT);
	json_free(&doc);
	free(copy);
	return verdict;
}

static enum json_verdict
read_text(const char *text)
{
	return read_bytes(text, strlen(text));
}

/*
 * What RFC 8259 leaves open, decided: numbers of any size are read, since
 * nobody here turns them into floating point; what is not UTF-8, or could
 * not be written in it, is refused; so are a byte order mark and depth.
 */
static const struct {
	const char *file;
	enum json_verdict verdict;
} open_cases[] = {
	{ "i_number_double_huge_neg_exp.json", JSON_OK },
	{ "i_number_huge_exp.json", JSON_OK },
	{ "i_number_neg_int_huge_exp.json", JSON_OK },
	{ "i_number_pos_double_huge_exp.json", JSON_OK },
	{ "i_number_real_neg_overflow.json", JSON_OK },
	{ "i_number_real_pos_overflow.json", JSON_OK },
	{ "i_number_real_underflow.json", JSON_OK },
	{ "i_number_too_big_neg_int.json", JSON_OK },
	{ "i_number_too_big_pos_int.json", JSON_OK },
	{ "i_number_very_big_negative_int.json", JSON_OK },
	{ "i_object_key_lone_2nd_surrogate.json", JSON_INVALID },
	{ "i_string_1st_surrogate_but_2nd_missing.json", JSON_INVALID },
	{ "i_string_1st_valid_surrogate_2nd_invalid.json", JSON_INVALID },
	{ "i_string_UTF-16LE_with_BOM.json", JSON_INVALID },
	{ "i_string_UTF-8_invalid_sequence.json", JSON_INVALID },
	{ "i_string_UTF8_surrogate_U+D800.json", JSON_INVALID },
	{ "i_string_incomplete_surrogate_and_escape_valid.json",
	    JSON_INVALID },
	{ "i_string_incomplete_surrogate_pair.json", JSON_INVALID },
	{ "i_string_incomplete_surrogates_escape_valid.json", JSON_INVALID },
	{ "i_string_invalid_lonely_surrogate.json", JSON_INVALID },
	{ "i_string_invalid_surrogate.json", JSON_INVALID },
	{ "i_string_invalid_utf-8.json", JSON_INVALID },
	{ "i_string_inverted_surrogates_U+1D11E.json", JSON_INVALID },
	{ "i_string_iso_latin_1.json", JSON_INVALID },
	{ "i_string_lone_second_surrogate.json", JSON_INVALID },
	{ "i_string_lone_utf8_continuation_byte.json", JSON_INVALID },
	{ "i_string_not_in_unicode_range.json", JSON_INVALID },
	{ "i_string_overlong_sequence_2_bytes.json", JSON_INVALID },
	{ "i_string_overlong_sequence_6_bytes.json", JSON_INVALID },
	{ "i_string_overlong_sequence_6_bytes_null.json", JSON_INVALID },
	{ "i_string_truncated-utf-8.json", JSON_INVALID },
	{ "i_string_utf16BE_no_BOM.json", JSON_INVALID },
	{ "i_string_utf16LE_no_BOM.json", JSON_INVALID },
	{ "i_structure_500_nested_arrays.json", JSON_DEPTH },
	{ "i_structure_UTF-8_BOM_empty_object.json", JSON_INVALID },
};

#define NOPEN (sizeof(open_cases) / sizeof(open_cases[0]))

static enum json_verdict
open_verdict(const char *file)
{
	for (size_t i = 0; i < NOPEN; i++)
		if (strcmp(open_cases[i].file, file) == 0)
			return open_cases[i].verdict;
	fail_msg("%s is not in the table", file);
	return JSON_INVALID;
}

/* Files of y_ that are well-formed but break our rule of unique names. */
static int
names_twice(const char *file)
{
	return strcmp(file, "y_object_duplicated_key.json") == 0 ||
	    strcmp(file, "y_object_duplicated_key_and_value.json") == 0;
}

static void
json_test_suite_as_rfc8259_demands(void **state)
{
	struct corpus corpus = corpus_read("json-test-suite/test_parsing",
	    ".json");
	size_t y = 0, n = 0, open = 0, values;

	(void)state;
	for (size_t i = 0; i < corpus.nfiles; i++) {
		const struct corpus_file *f = &corpus.files[i];
		enum json_verdict verdict = read_bytes(f->data, f->len);

		if (f->name[0] == 'y') {
			/* The grammar takes all; a rule of ours two less. */
			if (json_grammar(f->data, f->len, &values) != JSON_OK)
				fail_msg("%s refused", f->name);
			if (verdict != (names_twice(f->name) ?
			    JSON_DUPLICATE : JSON_OK))
				fail_msg("%s: %d", f->name, (int)verdict);
			y++;
		} else if (f->name[0] == 'n') {
			/* By the grammar alone, without jsmn's help. */
			if (verdict == JSON_OK || json_grammar(f->data,
			    f->len, &values) == JSON_OK)
				fail_msg("%s accepted", f->name);
			n++;
		} else {
			if (verdict != open_verdict(f->name))
				fail_msg("%s: %d", f->name, (int)verdict);
			open++;
		}
	}
	print_message("json-test-suite: %zu y_ accepted (2 of them by the "
	    "grammar only: names twice), %zu n_ refused, %zu i_ as decided\n",
	    y, n, open);
	assert_true(y >= 95 && n >= 188);
	assert_int_equal(open, NOPEN);
	corpus_free(&corpus);
}

/* These must not crash; what they are is for RFC 8259, again, to say. */
static void
json_test_suite_transform_read(void **state)
{
	struct corpus corpus = corpus_read("json-test-suite/test_transform",
	    ".json");
	size_t accepted = 0;

	(void)state;
	for (size_t i = 0; i < corpus.nfiles; i++)
		accepted += read_bytes(corpus.files[i].data,
		    corpus.files[i].len) == JSON_OK;
	print_message("json-test-suite transform: %zu of %zu accepted\n",
	    accepted, corpus.nfiles);
	assert_true(accepted >= 13 && corpus.nfiles >= 22);
	corpus_free(&corpus);
}

static void
json_checker_all_refused(void **state)
{
	struct corpus corpus = corpus_read("json-checker", ".json");
	size_t refused = 0;

	(void)state;
	for (size_t i = 0; i < corpus.nfiles; i++) {
		const struct corpus_file *f = &corpus.files[i];

		if (strncmp(f->name, "fail", 4) != 0)
			continue;
		/* A lone string is JSON by now. 18 is too deep for us. */
		if (strcmp(f->name, "fail01.json") == 0)
			continue;
		if (read_bytes(f->data, f->len) == JSON_OK)
			fail_msg("%s accepted", f->name);
		refused++;
	}
	print_message("json-checker: %zu refused\n", refused);
	assert_int_equal(refused, 33);
	corpus_free(&corpus);
}

static void
json_depth_at_bound_taken_beyond_refused(void **state)
{
	char text[4 * (JSON_DEPTH_MAX + 1) + 1];

	(void)state;
	for (size_t depth = 1; depth <= JSON_DEPTH_MAX + 1; depth++) {
		size_t n = 0;

		for (size_t i = 0; i < depth; i++)
			text[n++] = '[';
		for (size_t i = 0; i < depth; i++)
			text[n++] = ']';
		assert_int_equal(read_bytes(text, n),
		    depth <= JSON_DEPTH_MAX ? JSON_OK : JSON_DEPTH);
	}
	assert_int_equal(read_text("{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":"
	    "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":"
	    "{\"a\":[]}}}}}}}}}}}}}}}}"), JSON_DEPTH);
}

static void
json_values_at_bound_taken_beyond_refused(void **state)
{
	size_t n = 2 * (JSON_VALUES_MAX + 1);
	char *text = malloc(n);

	(void)state;
	assert_non_null(text);
	for (size_t elements = JSON_VALUES_MAX - 1;
	    elements <= JSON_VALUES_MAX; elements++) {
		size_t used = 0;

		text[used++] = '[';
		for (size_t i = 0; i < elements; i++) {
			text[used++] = '1';
			text[used++] = ',';
		}
		text[used - 1] = ']';
		assert_int_equal(read_bytes(text, used),
		    elements < JSON_VALUES_MAX ? JSON_OK : JSON_SIZE);
	}
	free(text);
}

static void
json_text_at_bound_taken_beyond_refused(void **state)
{
	char *text = malloc(JSON_TEXT_MAX + 1);

	(void)state;
	assert_non_null(text);
	memset(text, ' ', JSON_TEXT_MAX + 1);
	text[7] = '1';
	assert_int_equal(read_bytes(text, JSON_TEXT_MAX), JSON_OK);
	assert_int_equal(read_bytes(text, JSON_TEXT_MAX + 1), JSON_SIZE);
	free(text);
}

static void
json_names_twice_refused(void **state)
{
	static const char *const texts[] = {
		"{\"a\":1,\"a\":1}",
		"{\"a\":1,\"b\":2,\"a\":3}",
		"{\"a\":1,\"\\u0061\":2}",
		"{\"/\":1,\"\\/\":2}",
		"{\"\":1,\"\":2}",
		"{\"\\n\":1,\"\\u000A\":2}",
		"{\"\xc3\xa9\":1,\"\\u00e9\":2}",
		"{\"\\uD83D\\uDE00\":1,\"\xf0\x9f\x98\x80\":2}",
		"{\"\\u0000\":1,\"\\u0000\":2}",
		"[[{\"x\":{\"a\":[],\"b\":{},\"a\":null}}]]",
		"{\"z\":1,\"y\":1,\"x\":1,\"w\":1,\"v\":1,\"u\":1,\"x\":1}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(read_text(texts[i]), JSON_DUPLICATE);
}

static void
json_names_alike_taken(void **state)
{
	static const char *const texts[] = {
		"{\"a\":1,\"A\":1}",
		"{\"a\":{\"a\":{\"a\":1}}}",
		"[{\"a\":1},{\"a\":1}]",
		"{\"a\":\"a\",\"aa\":\"a\"}",
		"{\"a\":1,\"a\\u0000\":1}",
		"{\"\":1,\"\\u0000\":1}",
		"{\"\\\\u0061\":1,\"a\":1}",
		"{\"a\":[\"b\",\"c\"],\"b\":1,\"c\":1}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(read_text(texts[i]), JSON_OK);
}

static void
json_bytes_outside_the_text_refused(void **state)
{
	(void)state;
	assert_int_equal(read_bytes("{}\0", 3), JSON_INVALID);
	assert_int_equal(read_bytes("{\"a\":1}\0EVIL", 12), JSON_INVALID);
	assert_int_equal(read_bytes("\0{}", 3), JSON_INVALID);
	assert_int_equal(read_bytes("1\0", 2), JSON_INVALID);
	assert_int_equal(read_bytes("\"a\0b\"", 5), JSON_INVALID);
	assert_int_equal(read_text("{\"a\":1}{\"a\":2}"), JSON_INVALID);
	assert_int_equal(read_text("{} {}"), JSON_INVALID);
	assert_int_equal(read_text("{}x"), JSON_INVALID);
	assert_int_equal(read_text("1 2"), JSON_INVALID);
	assert_int_equal(read_text("\xef\xbb\xbf{}"), JSON_INVALID);
	assert_int_equal(read_text(""), JSON_INVALID);
	assert_int_equal(read_text(" \t\r\n "), JSON_INVALID);
	assert_int_equal(read_text("\f{}"), JSON_INVALID);
	assert_int_equal(read_text("\v{}"), JSON_INVALID);
}

/* What jsmn would let pass or stop: the grammar must not need its help. */
static void
json_grammar_alone_refuses(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} cases[] = {
		{ "[\"\\\0\"]", 6 }, { "{\"a\":1]", 7 }, { "[1}", 3 },
		{ "{\"a\"}", 5 }, { "[1 2]", 5 }, { "[1,]", 4 },
		{ "{\"a\":1,}", 8 }, { "[,1]", 4 }, { "{,}", 3 },
		{ "{1:1}", 5 }, { "{\"a\" 1}", 7 }, { "]", 1 }, { "}", 1 },
		{ ":", 1 }, { ",", 1 }, { "[1]]", 4 }, { "[", 1 },
		{ "{\"a\":}", 6 }, { "\"a", 2 }, { "\"\\u12\"", 6 },
		{ "\"\t\"", 3 }, { "tru", 3 }, { "truex", 5 }, { "01", 2 },
		{ "-", 1 }, { "1.", 2 }, { ".1", 2 }, { "1e", 2 },
		{ "+1", 2 }, { "0x1", 3 }, { "NaN", 3 }, { "-Infinity", 9 },
	};
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (json_grammar((const uint8_t *)cases[i].text, cases[i].len,
		    &n) != JSON_INVALID)
			fail_msg("case %zu taken", i);
		assert_int_equal(n, 0);
	}
}

static void
json_lone_values_taken(void **state)
{
	static const struct {
		const char *text;
		enum json_kind kind;
	} cases[] = {
		{ "true", JSON_TRUE }, { " false\n", JSON_FALSE },
		{ "\tnull\r", JSON_NULL }, { " 0", JSON_NUMBER },
		{ "-1.5E+10 ", JSON_NUMBER }, { "\"\"", JSON_STRING },
		{ " [] ", JSON_ARRAY }, { "{}", JSON_OBJECT },
	};
	struct json doc = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(json_read(&doc, (const uint8_t *)
		    cases[i].text, strlen(cases[i].text)), JSON_OK);
		assert_int_equal(json_kind(&doc, JSON_ROOT), cases[i].kind);
		assert_int_equal(json_kind(&doc, 1), JSON_ABSENT);
	}
	json_free(&doc);
}

/* Every prefix of a text that uses all of the grammar. */
static void
json_every_truncation_refused(void **state)
{
	static const char text[] = "{\"a\":[1,-0.5e-7,\"\\uD83D\\uDE00"
	    "\xf0\x9f\x98\x80\\n\",true,false,null],\"b\":{\"c\":{}}}";

	(void)state;
	for (size_t n = 0; n < sizeof(text) - 1; n++)
		assert_int_not_equal(read_bytes(text, n), JSON_OK);
	assert_int_equal(read_bytes(text, sizeof(text) - 1), JSON_OK);
}

/* The other reader of strings must agree with the grammar about each flip. */
static void
json_every_bit_flip_survived(void **state)
{
	static const char text[] = "{\"a\":[1,-0.5e-7,\"\\uD83D\\uDE00"
	    "\xf0\x9f\x98\x80\\n\",true],\"public_key\":{\"c\":{}}}";
	size_t accepted = 0;

	(void)state;
	for (size_t bit = 0; bit < 8 * (sizeof(text) - 1); bit++) {
		char copy[sizeof(text)];

		memcpy(copy, text, sizeof(text));
		copy[bit / 8] = (char)(copy[bit / 8] ^ 1 << bit % 8);
		accepted += read_bytes(copy, sizeof(text) - 1) == JSON_OK;
	}
	assert_in_range(accepted, 1, 8 * sizeof(text) / 2);
}

/* --- what readers are given --- */

static void
string_equals(const struct json *doc, json_value v, const void *bytes,
    size_t n)
{
	uint8_t buf[64];
	size_t len;

	assert_int_equal(json_string(doc, v, buf, sizeof(buf), &len), ERR_OK);
	assert_int_equal(len, n);
	assert_memory_equal(buf, bytes, n);
	assert_true(json_string_max(doc, v) >= n);
}

static void
json_members_found_by_exact_name(void **state)
{
	static const char text[] = "{\"keyss\":0,\"ke\":5,\"deep\":{\"key\":\"inner\"},\"list\":"
	    "[\"key\",{\"key\":1}],\"\\u006bey\":\"outer\","
	    "\"keys\":2,\"n\":null}";
	struct json doc = { 0 };

	(void)state;
	assert_int_equal(json_read(&doc, (const uint8_t *)text,
	    sizeof(text) - 1), JSON_OK);
	string_equals(&doc, json_member(&doc, JSON_ROOT, "key"), "outer", 5);
	string_equals(&doc, json_member(&doc, json_member(&doc, JSON_ROOT,
	    "deep"), "key"), "inner", 5);
	assert_int_equal(json_kind(&doc, json_member(&doc, JSON_ROOT, "n")),
	    JSON_NULL);
	assert_int_equal(json_member(&doc, JSON_ROOT, "k"), JSON_NONE);
	assert_int_equal(json_member(&doc, JSON_ROOT, "inner"), JSON_NONE);
	assert_int_equal(json_member(&doc, JSON_ROOT, ""), JSON_NONE);
	assert_int_equal(json_next(&doc, JSON_ROOT, 1), JSON_NONE);
	assert_int_equal(json_member(&doc, JSON_NONE, "key"), JSON_NONE);
	assert_int_equal(json_member(&doc, json_member(&doc, JSON_ROOT,
	    "list"), "key"), JSON_NONE);
	json_free(&doc);
	assert_int_equal(json_member(&doc, JSON_ROOT, "key"), JSON_NONE);
}

static void
json_members_found_by_a_name_of_bytes(void **state)
{
	static const char text[] = "{\"a\\u0000b\":1,\"\\u00e9t\xc3\xa9\":2,"
	    "\"a\":3,\"\":4}";
	static const struct {
		const char *name;
		size_t n, where;
	} cases[] = {
		{ "a\0b", 3, 2 }, { "\xc3\xa9t\xc3\xa9", 5, 4 }, { "a", 1, 6 },
		{ "", 0, 8 }, { "a\0", 2, JSON_NONE }, { "A", 1, JSON_NONE },
		{ "\xc3\xa9t", 3, JSON_NONE }, { "\xe9t\xe9", 3, JSON_NONE },
	};
	struct json doc = { 0 };

	(void)state;
	assert_int_equal(json_read(&doc, (const uint8_t *)text,
	    sizeof(text) - 1), JSON_OK);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		/* Exactly as large, so that ASan sees a byte too much. */
		uint8_t *name = malloc(cases[i].n + (cases[i].n == 0));

		assert_non_null(name);
		memcpy(name, cases[i].name, cases[i].n);
		assert_int_equal(json_member_named(&doc, JSON_ROOT, name,
		    cases[i].n), cases[i].where);
		free(name);
	}
	assert_int_equal(json_member_named(&doc, 2, NULL, 0), JSON_NONE);
	json_free(&doc);
}

static void
json_text_as_it_is_written(void **state)
{
	static const char text[] = " [ {\"a\" : [1 ]},\"\\u0041\", -0.0e1 ]";
	static const struct {
		json_value v;
		const char *text;
	} cases[] = {
		{ 0, "[ {\"a\" : [1 ]},\"\\u0041\", -0.0e1 ]" },
		{ 1, "{\"a\" : [1 ]}" }, { 3, "[1 ]" }, { 5, "\\u0041" },
		{ 6, "-0.0e1" },
	};
	struct json doc = { 0 };
	const uint8_t *p;
	size_t len;

	(void)state;
	assert_int_equal(json_read(&doc, (const uint8_t *)text,
	    sizeof(text) - 1), JSON_OK);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		p = json_text(&doc, cases[i].v, &len);
		assert_int_equal(len, strlen(cases[i].text));
		assert_memory_equal(p, cases[i].text, len);
	}
	assert_null(json_text(&doc, JSON_NONE, &len));
	assert_int_equal(len, 0);
	json_free(&doc);
}

static void
json_strings_unescaped(void **state)
{
	static const char text[] = "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\","
	    "\"\\u0041\\u00e9\\u20AC\\uD83D\\uDE00\",\"a\\u0000b\","
	    "\"\xc3\xa9\",\"\",\"\\uDBFF\\uDFFF\"]";
	static const struct {
		const char *bytes;
		size_t len;
	} want[] = {
		{ "\"\\/\b\f\n\r\t", 8 },
		{ "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 10 },
		{ "a\0b", 3 }, { "\xc3\xa9", 2 }, { "", 0 },
		{ "\xf4\x8f\xbf\xbf", 4 },
	};
	struct json doc = { 0 };
	json_value v;
	size_t i = 0;

	(void)state;
	assert_int_equal(json_read(&doc, (const uint8_t *)text,
	    sizeof(text) - 1), JSON_OK);
	for (v = json_first(&doc, JSON_ROOT); v != JSON_NONE;
	    v = json_next(&doc, JSON_ROOT, v)) {
		string_equals(&doc, v, want[i].bytes, want[i].len);
		i++;
	}
	assert_int_equal(i, sizeof(want) / sizeof(want[0]));
	json_free(&doc);
}

static void
json_string_small_buffer_refused(void **state)
{
	struct json doc = { 0 };
	uint8_t buf[6];
	size_t len = 9;

	(void)state;
	assert_int_equal(json_read(&doc, (const uint8_t *)"\"\\u0041\"", 8),
	    JSON_OK);
	assert_int_equal(json_string_max(&doc, JSON_ROOT), 6);
	assert_int_equal(json_string(&doc, JSON_ROOT, buf, 5, &len),
	    ERR_TOO_BIG);
	assert_int_equal(len, 0);
	assert_int_equal(json_string(&doc, JSON_ROOT, buf, 6, &len), ERR_OK);
	assert_int_equal(len, 1);
	json_free(&doc);
}

static void
json_wrong_kind_refused(void **state)
{
	struct json doc = { 0 };
	const uint8_t *p;
	uint8_t buf[8];
	size_t len;

	(void)state;
	assert_int_equal(json_read(&doc, (const uint8_t *)"[1,\"1\",true]", 12),
	    JSON_OK);
	assert_int_equal(json_string(&doc, 1, buf, 8, &len), ERR_TYPE);
	assert_int_equal(json_string(&doc, 3, buf, 8, &len), ERR_TYPE);
	assert_int_equal(json_string(&doc, JSON_NONE, buf, 8, &len),
	    ERR_TYPE);
	assert_int_equal(json_number(&doc, 2, &p, &len), ERR_TYPE);
	assert_int_equal(json_number(&doc, JSON_NONE, &p, &len), ERR_TYPE);
	assert_int_equal(json_string_max(&doc, JSON_ROOT), 0);
	assert_int_equal(json_first(&doc, 1), JSON_NONE);
	assert_int_equal(json_next(&doc, 1, 2), JSON_NONE);
	assert_int_equal(json_next(&doc, JSON_ROOT, JSON_NONE), JSON_NONE);
	json_free(&doc);
}

static void
json_arrays_iterated_over_nested_values(void **state)
{
	static const char text[] = "[ [1,[2,3]] , {\"a\":[4]} , [] , {} ,"
	    " -12.5e3 ]";
	static const enum json_kind kinds[] = { JSON_ARRAY, JSON_OBJECT,
		JSON_ARRAY, JSON_OBJECT, JSON_NUMBER };
	struct json doc = { 0 };
	json_value v, last = JSON_NONE;
	const uint8_t *p;
	size_t i = 0, len;

	(void)state;
	assert_int_equal(json_read(&doc, (const uint8_t *)text,
	    sizeof(text) - 1), JSON_OK);
	for (v = json_first(&doc, JSON_ROOT); v != JSON_NONE;
	    v = json_next(&doc, JSON_ROOT, v)) {
		assert_int_equal(json_kind(&doc, v), kinds[i++]);
		last = v;
	}
	assert_int_equal(i, 5);
	assert_int_equal(json_number(&doc, last, &p, &len), ERR_OK);
	assert_int_equal(len, 7);
	assert_memory_equal(p, "-12.5e3", 7);
	/* The inner array ends before what follows it outside. */
	v = json_first(&doc, JSON_ROOT);
	v = json_next(&doc, v, json_first(&doc, v));
	assert_int_equal(json_kind(&doc, v), JSON_ARRAY);
	assert_int_equal(json_next(&doc, json_first(&doc, JSON_ROOT), v),
	    JSON_NONE);
	json_free(&doc);
}

static void
json_document_used_again_forgets_the_first(void **state)
{
	struct json doc = { 0 };

	(void)state;
	assert_int_equal(json_read(&doc, (const uint8_t *)"[1,2,3]", 7),
	    JSON_OK);
	assert_int_equal(json_read(&doc, (const uint8_t *)"{\"a\"}", 5),
	    JSON_INVALID);
	assert_int_equal(json_kind(&doc, JSON_ROOT), JSON_ABSENT);
	assert_int_equal(json_read(&doc, (const uint8_t *)"{}", 2), JSON_OK);
	assert_int_equal(json_kind(&doc, 1), JSON_ABSENT);
	json_free(&doc);
}

/* Processor seconds for a text that must not take long. */
static double
seconds(const char *text, size_t len, enum json_verdict expected)
{
	clock_t start = clock();

	assert_int_equal(read_bytes(text, len), expected);
	return (double)(clock() - start) / CLOCKS_PER_SEC;
}

/*
 * Names that differ only at the end of 1 MiB in all, and very many short
 * ones: comparing each with each would take minutes, or seconds.
 */
static void
json_hostile_names_take_no_time(void **state)
{
	char *text = malloc(JSON_TEXT_MAX);
	size_t used = 0;
	double a, b;

	(void)state;
	assert_non_null(text);
	text[used++] = '{';
	for (int i = 0; i < 8000; i++) {
		text[used++] = '"';
		memset(text + used, 'a', 110);
		used += 110;
		used += (size_t)sprintf(text + used, "%04d\":1,", i);
	}
	text[used - 1] = '}';
	a = seconds(text, used, JSON_OK);
	memcpy(text + used - 8, "7998", 4);
	b = seconds(text, used, JSON_DUPLICATE);
	print_message("8,000 names, %zu bytes: %.3f s, with a twin %.3f s\n",
	    used, a, b);
	/* Generous, for sanitizers on a busy machine. */
	assert_true(a < 5 && b < 5);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_test_suite_as_rfc8259_demands),
		cmocka_unit_test(json_test_suite_transform_read),
		cmocka_unit_test(json_checker_all_refused),
		cmocka_unit_test(json_depth_at_bound_taken_beyond_refused),
		cmocka_unit_test(json_values_at_bound_taken_beyond_refused),
		cmocka_unit_test(json_text_at_bound_taken_beyond_refused),
		cmocka_unit_test(json_names_twice_refused),
		cmocka_unit_test(json_names_alike_taken),
		cmocka_unit_test(json_bytes_outside_the_text_refused),
		cmocka_unit_test(json_grammar_alone_refuses),
		cmocka_unit_test(json_lone_values_taken),
		cmocka_unit_test(json_every_truncation_refused),
		cmocka_unit_test(json_every_bit_flip_survived),
		cmocka_unit_test(json_members_found_by_exact_name),
		cmocka_unit_test(json_members_found_by_a_name_of_bytes),
		cmocka_unit_test(json_text_as_it_is_written),
		cmocka_unit_test(json_strings_unescaped),
		cmocka_unit_test(json_string_small_buffer_refused),
		cmocka_unit_test(json_wrong_kind_refused),
		cmocka_unit_test(json_arrays_iterated_over_nested_values),
		cmocka_unit_test(json_document_used_again_forgets_the_first),
		cmocka_unit_test(json_hostile_names_take_no_time),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
