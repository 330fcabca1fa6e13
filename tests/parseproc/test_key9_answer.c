/*
 * Key9's answers: what is taken, what is left out, what refuses everything.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parseproc/json.h"
#include "parseproc/key9_answer.h"
#include "tests/parseproc/corpora.h"
#include "tests/parseproc/sample_keys.h"

static struct key9_answer answer;

/* Reads from a block of exactly the body's size, for ASan's sake. */
static enum reason
read_bytes(const void *body, size_t len)
{
	uint8_t *copy = malloc(len + (len == 0));
	enum reason reason;

	assert_non_null(copy);
	memcpy(copy, body, len);
	key9_answer_free(&answer);
	reason = key9_answer_read(copy, len, &answer);
	free(copy);
	if (reason != REASON_OK) {
		assert_int_equal(answer.nkeys, 0);
		assert_true(reason == REASON_ALL_KEYS_DROPPED ||
		    answer.ndrops == 0);
	}
	return reason;
}

static enum reason
read_text(const char *body)
{
	return read_bytes(body, strlen(body));
}

static int
teardown(void **state)
{
	(void)state;
	key9_answer_free(&answer);
	return 0;
}

/* A body in the making. */
static char *body;
static size_t used;

#define BODY_ROOM (3 * 1024 * 1024)

static void
begin(void)
{
	if (body == NULL)
		body = malloc(BODY_ROOM);
	assert_non_null(body);
	used = 0;
	body[0] = '\0';
}

static void
add(const char *text)
{
	used += (size_t)snprintf(body + used, BODY_ROOM - used, "%s", text);
}

/* A line with one of the samples. */
static void
add_key(const struct sample_key *sample, const char *comment)
{
	used += (size_t)snprintf(body + used, BODY_ROOM - used,
	    "{\"public_key\": \"%s %s %s\"}\n", sample->type, sample->base64,
	    comment);
}

/* A line of n bytes: a key whose comment fills it. */
static void
add_line_of(size_t n)
{
	size_t start = used;

	add_key(&good_keys[0], "");
	used -= 3;
	memset(body + used, 'x', start + n - 2 - used);
	used = start + n - 2;
	add("\"}\n");
}

static enum reason
read_body(void)
{
	return read_bytes(body, used);
}

static void
key9_answer_one_key_taken(void **state)
{
	(void)state;
	begin();
	add_key(&good_keys[0], "user@host");
	assert_int_equal(read_body(), REASON_OK);
	assert_int_equal(answer.nkeys, 1);
	assert_int_equal(answer.ndrops, 0);
	assert_int_equal(answer.line, 0);
	assert_string_equal(answer.keys[0].type, "ssh-ed25519");
	assert_string_equal(answer.keys[0].base64, good_keys[0].base64);
	assert_string_equal(answer.keys[0].comment, "user@host");
}

static void
key9_answer_every_type_in_order(void **state)
{
	(void)state;
	begin();
	for (size_t i = 0; i < ngood_keys; i++)
		add_key(&good_keys[i], good_keys[i].name);
	assert_int_equal(read_body(), REASON_OK);
	assert_int_equal(answer.nkeys, ngood_keys);
	for (size_t i = 0; i < ngood_keys; i++) {
		assert_string_equal(answer.keys[i].base64,
		    good_keys[i].base64);
		assert_string_equal(answer.keys[i].comment,
		    good_keys[i].name);
	}
}

static void
key9_answer_empty_no_keys(void **state)
{
	static const char *const bodies[] = { "", "\n", "\n\n\n", "\r\n",
		" ", "\t\n \r\n", "\r" };

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		assert_int_equal(read_text(bodies[i]), REASON_NO_KEYS);
		assert_int_equal(answer.line, 0);
	}
}

static void
key9_answer_line_ends_and_blank_lines_skipped(void **state)
{
	(void)state;
	begin();
	add("\n\r\n  \n");
	add_key(&good_keys[0], "a");
	used--;
	add("\r\n\t\r\n");
	add_key(&good_keys[1], "b");
	used--; /* the last line end is missing */
	assert_int_equal(read_body(), REASON_OK);
	assert_int_equal(answer.nkeys, 2);
}

static void
key9_answer_other_members_ignored(void **state)
{
	(void)state;
	begin();
	add("{\"id\":7,\"user\":{\"name\":\"x\",\"error\":\"no\",\"public_key\""
	    ":1},\"tags\":[\"error\",\"public_key\"],\"public\\u005fkey\":\"");
	add(good_keys[0].type);
	add(" ");
	add(good_keys[0].base64);
	add("\"}");
	assert_int_equal(read_body(), REASON_OK);
	assert_int_equal(answer.nkeys, 1);
}

static void
key9_answer_error_anywhere_no_keys(void **state)
{
	(void)state;
	for (int place = 0; place < 3; place++) {
		begin();
		for (int i = 0; i < 3; i++) {
			if (i == place)
				add("{\"error\": \"no such group\"}\n");
			else
				add_key(&good_keys[0], "");
		}
		assert_int_equal(read_body(), REASON_ANSWER_ERROR);
		assert_int_equal(answer.line, place + 1);
		assert_string_equal(answer.detail, "no such group");
		assert_int_equal(answer.detail_len, 13);
	}
	/* After a key that was dropped, and beside a key. */
	begin();
	add_key(&bad_keys[0], "");
	add("{\"error\":\"x\"}");
	assert_int_equal(read_body(), REASON_ANSWER_ERROR);
	assert_int_equal(read_text("{\"public_key\":\"ssh-rsa A\",\"error\":"
	    "\"y\"}"), REASON_ANSWER_ERROR);
	assert_string_equal(answer.detail, "y");
}

static void
key9_answer_error_text_reduced_and_cut(void **state)
{
	(void)state;
	assert_int_equal(read_text("{\"error\":\"a\\nb\\u0000\\u001b[31m"
	    "\xc3\xa9\\ud83d\\ude00\\\"\"}"), REASON_ANSWER_ERROR);
	assert_string_equal(answer.detail, "a?b??[31m??\"");
	begin();
	add("{\"error\":\"");
	for (int i = 0; i < KEY9_ERROR_MAX + 9; i++)
		add("e");
	add("\"}");
	assert_int_equal(read_body(), REASON_ANSWER_ERROR);
	assert_int_equal(answer.detail_len, KEY9_ERROR_MAX);
	assert_int_equal(strlen(answer.detail), KEY9_ERROR_MAX);
}

static void
key9_answer_error_of_other_kinds_no_keys(void **state)
{
	static const char *const bodies[] = { "{\"error\":true}",
		"{\"error\":false}", "{\"error\":0}", "{\"error\":{}}",
		"{\"error\":[]}", "{\"error\":{\"text\":\"x\"}}" };

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		assert_int_equal(read_text(bodies[i]), REASON_ANSWER_ERROR);
		assert_int_equal(answer.detail_len, 0);
	}
}

static void
key9_answer_error_that_says_nothing_ignored(void **state)
{
	static const char *const errors[] = { "null", "\"\"" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		begin();
		add("{\"error\":");
		add(errors[i]);
		add("}");
		assert_int_equal(read_body(), REASON_ANSWER_LINE);
		used--;
		add(",\"public_key\":\"");
		add(good_keys[0].type);
		add(" ");
		add(good_keys[0].base64);
		add("\"}");
		assert_int_equal(read_body(), REASON_OK);
	}
}

static void
key9_answer_invalid_json_no_keys(void **state)
{
	static const char *const lines[] = { "x", "{", "{\"public_key\":}",
		"{\"public_key\":\"a\"} {}", "{\"public_key\":\"a\",}",
		"{\"public_key\":\"a\",\"public_key\":\"b\"}",
		"{\"error\":\"\",\"error\":\"b\"}", "{'public_key':'a'}",
		"{\"public_key\":\"\xff\"}", "\xef\xbb\xbf{}",
		"[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]", "{\"a\":\"\\ud800\"}",
		"ssh-ed25519 AAAA", "<html>", "\f" };

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		begin();
		add_key(&good_keys[0], "");
		add_key(&good_keys[1], "");
		add(lines[i]);
		add("\n");
		add_key(&good_keys[2], "");
		add_key(&good_keys[3], "");
		assert_int_equal(read_body(), REASON_ANSWER_JSON);
		assert_int_equal(answer.line, 3);
	}
	begin();
	add_key(&good_keys[0], "");
	used--;
	memcpy(body + used, "\0\n", 2);
	assert_int_equal(read_bytes(body, used + 2), REASON_ANSWER_JSON);
}

static void
key9_answer_line_not_a_key_object_no_keys(void **state)
{
	static const char *const lines[] = { "{}", "[]", "null", "\"a\"",
		"1", "{\"public_key\":null}", "{\"public_key\":1}",
		"{\"public_key\":[\"ssh-rsa A\"]}", "{\"Public_Key\":\"a\"}",
		"{\"public_key \":\"a\"}", "[{\"public_key\":\"a\"}]",
		"{\"keys\":{\"public_key\":\"a\"}}" };

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		begin();
		add_key(&good_keys[0], "");
		add("\n");
		add(lines[i]);
		assert_int_equal(read_body(), REASON_ANSWER_LINE);
		assert_int_equal(answer.line, 3);
	}
}

static void
key9_answer_line_at_bound_taken_beyond_refused(void **state)
{
	(void)state;
	for (size_t n = KEY9_LINE_MAX; n <= KEY9_LINE_MAX + 1; n++) {
		begin();
		add_key(&good_keys[1], "");
		add_line_of(n);
		add_key(&good_keys[2], "");
		assert_int_equal(read_body(), n == KEY9_LINE_MAX ? REASON_OK :
		    REASON_ANSWER_LINE);
		assert_int_equal(answer.line, n == KEY9_LINE_MAX ? 0 : 2);
	}
	/* The same without a line end. */
	begin();
	add_line_of(KEY9_LINE_MAX);
	used--;
	assert_int_equal(read_body(), REASON_OK);
	begin();
	add_line_of(2 * 1024 * 1024);
	assert_int_equal(read_body(), REASON_TOO_LARGE);
}

static void
key9_answer_body_at_bound_taken_beyond_refused(void **state)
{
	(void)state;
	begin();
	add_key(&good_keys[0], "");
	memset(body + used, '\n', KEY9_ANSWER_MAX);
	assert_int_equal(read_bytes(body, KEY9_ANSWER_MAX), REASON_OK);
	assert_int_equal(read_bytes(body, KEY9_ANSWER_MAX + 1),
	    REASON_TOO_LARGE);
}

static void
key9_answer_keys_at_bound_taken_beyond_refused(void **state)
{
	(void)state;
	begin();
	for (int i = 0; i < KEYS_MAX - 1; i++)
		add_key(&good_keys[0], "");
	add_key(&bad_keys[0], "");
	assert_int_equal(read_body(), REASON_OK);
	assert_int_equal(answer.nkeys, KEYS_MAX - 1);
	assert_int_equal(answer.ndrops, 1);
	assert_int_equal(answer.drops[0].line, KEYS_MAX);
	add_key(&bad_keys[0], "");
	assert_int_equal(read_body(), REASON_ANSWER_KEYS);
	assert_int_equal(answer.line, KEYS_MAX + 1);
}

static void
key9_answer_bad_keys_dropped_others_stand(void **state)
{
	(void)state;
	begin();
	for (size_t i = 0; i < nbad_keys; i++) {
		add_key(&bad_keys[i], "");
		add("\n");
	}
	add_key(&good_keys[0], "last");
	assert_int_equal(read_body(), REASON_OK);
	assert_int_equal(answer.nkeys, 1);
	assert_string_equal(answer.keys[0].comment, "last");
	assert_int_equal(answer.ndrops, nbad_keys);
	for (size_t i = 0; i < nbad_keys; i++) {
		assert_int_equal(answer.drops[i].reason, bad_keys[i].reason);
		assert_int_equal(answer.drops[i].line, 2 * i + 1);
	}
}

static void
key9_answer_all_dropped_says_so(void **state)
{
	(void)state;
	assert_int_equal(read_text("{\"public_key\":\"\"}\n{\"public_key\":"
	    "\"ssh-ed25519 A\\nssh-rsa AAAA\"}\n{\"public_key\":"
	    "\"command=\\\"x\\\" ssh-rsa AAAA\"}\n{\"public_key\":\"ssh-"
	    "ed25519\\u0000 AAAA\"}"), REASON_ALL_KEYS_DROPPED);
	assert_int_equal(answer.ndrops, 4);
	assert_int_equal(answer.drops[0].reason, REASON_KEY_TYPE);
	assert_int_equal(answer.drops[1].reason, REASON_KEY_LINE);
	assert_int_equal(answer.drops[2].reason, REASON_KEY_OPTIONS);
	assert_int_equal(answer.drops[3].reason, REASON_KEY_LINE);
	assert_int_equal(answer.line, 0);
}

static void
key9_answer_same_key_twice_kept(void **state)
{
	(void)state;
	begin();
	add_key(&good_keys[0], "");
	add_key(&good_keys[0], "");
	assert_int_equal(read_body(), REASON_OK);
	assert_int_equal(answer.nkeys, 2);
}

/* A cut answer must never pass for a whole one with another key in it. */
static void
key9_answer_every_truncation_whole_lines_or_refused(void **state)
{
	size_t whole, taken = 0;

	(void)state;
	begin();
	add_key(&good_keys[0], "a");
	whole = used;
	add_key(&good_keys[1], "b");
	for (size_t n = 0; n < used; n++) {
		enum reason reason = read_bytes(body, n);

		if (n == 0)
			assert_int_equal(reason, REASON_NO_KEYS);
		else if (reason == REASON_OK) {
			/* At the end of a line, with or without its LF. */
			assert_true(n == whole - 1 || n == whole ||
			    n == used - 1);
			taken++;
		} else
			assert_int_equal(reason, REASON_ANSWER_JSON);
	}
	assert_int_equal(taken, 3);
}

static void
key9_answer_every_bit_flip_survived(void **state)
{
	size_t taken = 0;

	(void)state;
	begin();
	add_key(&good_keys[0], "a");
	add("{\"error\":null,\"public_key\":\"x\"}\n");
	for (size_t bit = 0; bit < 8 * used; bit++) {
		body[bit / 8] = (char)(body[bit / 8] ^ 1 << bit % 8);
		taken += read_body() == REASON_OK;
		body[bit / 8] = (char)(body[bit / 8] ^ 1 << bit % 8);
	}
	assert_true(taken > 0);
}

/*
 * NDJSON has no public collection: lines made of the JSON one. A y_ file is
 * an answer line like any (not a key object, mostly), an n_ file never is
 * one; whatever comes first decides.
 */
static void
key9_answer_json_test_suite_as_lines(void **state)
{
	struct corpus corpus = corpus_read("json-test-suite/test_parsing",
	    ".json");
	size_t y = 0, n = 0;

	(void)state;
	for (size_t i = 0; i < corpus.nfiles; i++) {
		const struct corpus_file *f = &corpus.files[i];
		enum reason reason;

		if (f->name[0] == 'i' || f->len > 4096 ||
		    memchr(f->data, '\n', f->len) != NULL)
			continue;
		begin();
		add_key(&good_keys[0], "");
		memcpy(body + used, f->data, f->len);
		used += f->len;
		add("\r\n");
		add_key(&good_keys[1], "");
		reason = read_body();
		if (f->name[0] == 'y') {
			/* Names that come twice are a rule of our own. */
			if (reason != REASON_ANSWER_LINE &&
			    strstr(f->name, "duplicated_key") == NULL)
				fail_msg("%s: %s", f->name,
				    reason_word(reason));
			y++;
		} else if (f->len == 0 || (f->len == 1 &&
		    f->data[0] == ' ')) {
			/* No JSON text, but a blank line. */
			assert_int_equal(reason, REASON_OK);
			n++;
		} else {
			if (reason != REASON_ANSWER_JSON)
				fail_msg("%s: %s", f->name,
				    reason_word(reason));
			n++;
		}
	}
	print_message("lines of json-test-suite: %zu y_, %zu n_\n", y, n);
	assert_true(y >= 91 && n >= 181);
	corpus_free(&corpus);
}

/*
 * The same files within a line, as a member that nobody knows: a y_ file
 * changes nothing about the keys around it and in it, an n_ file spoils all.
 * However the lines end, and whether the last one does.
 */
static void
key9_answer_json_test_suite_in_lines(void **state)
{
	static const char *const ends[] = { "\n", "\r\n", "\n\n", " \t\r\n", "" };
	struct corpus corpus = corpus_read("json-test-suite/test_parsing",
	    ".json");
	size_t y = 0, n = 0;

	(void)state;
	for (size_t i = 0; i < corpus.nfiles; i++) {
		const struct corpus_file *f = &corpus.files[i];

		/* Only what stands in a string may have a line feed: none. */
		if (f->name[0] == 'i' || f->len > 4096 ||
		    memchr(f->data, '\n', f->len) != NULL)
			continue;
		for (size_t k = 0; k < 5; k++) {
			bool twice = strstr(f->name, "duplicated_key") != NULL;
			enum reason reason;

			begin();
			add_key(&good_keys[0], "");
			add("{\"x\":");
			memcpy(body + used, f->data, f->len);
			used += f->len;
			add(",\"public_key\":\"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5"
			    "AAAAIMu6n0qEYxIT80+eQOhsQc3yKzH0B3XTe4MZkWkNu9OP"
			    "\"}");
			add(ends[k]);
			reason = read_body();
			if (f->name[0] == 'y' && !twice ?
			    reason != REASON_OK || answer.nkeys != 2 :
			    reason != REASON_ANSWER_JSON)
				fail_msg("%s: %s", f->name,
				    reason_word(reason));
		}
		y += f->name[0] == 'y';
		n += f->name[0] == 'n';
	}
	print_message("within lines: %zu y_, %zu n_\n", y, n);
	assert_true(y >= 91 && n >= 181);
	corpus_free(&corpus);
}

static int
last_teardown(void **state)
{
	(void)state;
	free(body);
	body = NULL;
	return 0;
}

#define CASE(name) cmocka_unit_test_teardown(name, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(key9_answer_one_key_taken),
		CASE(key9_answer_every_type_in_order),
		CASE(key9_answer_empty_no_keys),
		CASE(key9_answer_line_ends_and_blank_lines_skipped),
		CASE(key9_answer_other_members_ignored),
		CASE(key9_answer_error_anywhere_no_keys),
		CASE(key9_answer_error_text_reduced_and_cut),
		CASE(key9_answer_error_of_other_kinds_no_keys),
		CASE(key9_answer_error_that_says_nothing_ignored),
		CASE(key9_answer_invalid_json_no_keys),
		CASE(key9_answer_line_not_a_key_object_no_keys),
		CASE(key9_answer_line_at_bound_taken_beyond_refused),
		CASE(key9_answer_body_at_bound_taken_beyond_refused),
		CASE(key9_answer_keys_at_bound_taken_beyond_refused),
		CASE(key9_answer_bad_keys_dropped_others_stand),
		CASE(key9_answer_all_dropped_says_so),
		CASE(key9_answer_same_key_twice_kept),
		CASE(key9_answer_every_truncation_whole_lines_or_refused),
		CASE(key9_answer_every_bit_flip_survived),
		CASE(key9_answer_json_test_suite_as_lines),
		CASE(key9_answer_json_test_suite_in_lines),
	};

	return cmocka_run_group_tests_name("key9_answer", tests, NULL,
	    last_teardown);
}
