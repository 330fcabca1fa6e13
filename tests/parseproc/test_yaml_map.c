/* The YAML that we read, and everything of YAML that we do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipc/limits.h"
#include "parseproc/yaml_map.h"

static struct yaml_map map;
static struct config_error error;

static enum reason
read_bytes(const void *text, size_t len)
{
	uint8_t *copy = malloc(len + (len == 0));
	enum reason reason;

	assert_non_null(copy);
	memcpy(copy, text, len);
	yaml_map_free(&map);
	reason = yaml_map_read(&map, copy, len, &error);
	free(copy);
	assert_int_equal(error.reason, reason);
	if (reason != REASON_OK) {
		assert_null(map.nodes);
		assert_true(strlen(error.what) > 10);
	}
	return reason;
}

static enum reason
read_text(const char *text)
{
	return read_bytes(text, strlen(text));
}

static int
teardown(void **state)
{
	(void)state;
	yaml_map_free(&map);
	return 0;
}

static void
refused(const char *text, uint32_t line, const char *what)
{
	if (read_text(text) != REASON_CONFIG_SYNTAX)
		fail_msg("taken: %s", text);
	if (strstr(error.what, what) == NULL)
		fail_msg("%s: %s", text, error.what);
	assert_int_equal(error.line, line);
}

static void
yaml_map_values_found_by_path(void **state)
{
	static const char text[] = "# k9\n"
	    "system:\n"
	    "   machine_group: \"a,b\"   # comment\n"
	    "   timeout: 5\n"
	    "   nested: {x: {y: 'z'}}\n"
	    "machine_group: outer\n"
	    "list:\n"
	    "  - one\n"
	    "  - two\n"
	    "  - - three\n"
	    "after: \"\\u00e9\\L\\0\"\n"
	    "folded: >\n"
	    "  a\n"
	    "  b\n";
	const struct yaml_node *node;

	(void)state;
	assert_int_equal(read_text(text), REASON_OK);
	node = yaml_map_find(&map, "system.machine_group");
	assert_non_null(node);
	assert_string_equal(node->text, "a,b");
	assert_string_equal(node->key, "machine_group");
	assert_int_equal(node->line, 3);
	assert_false(node->plain);
	node = yaml_map_find(&map, "system.timeout");
	assert_true(node->plain);
	assert_string_equal(node->text, "5");
	assert_string_equal(yaml_map_find(&map, "system.nested.x.y")->text,
	    "z");
	assert_string_equal(yaml_map_find(&map, "machine_group")->text,
	    "outer");
	assert_null(yaml_map_find(&map, "timeout"));
	assert_null(yaml_map_find(&map, "system.time"));
	assert_null(yaml_map_find(&map, "system.timeout.x"));
	assert_null(yaml_map_find(&map, "list.one"));
	node = yaml_map_find(&map, "after");
	assert_int_equal(node->len, 6);
	assert_memory_equal(node->text, "\xc3\xa9\xe2\x80\xa8\0", 6);
	assert_string_equal(yaml_map_find(&map, "folded")->text, "a b\n");
}

static void
yaml_map_lists_iterated(void **state)
{
	const struct yaml_node *list, *node;

	(void)state;
	assert_int_equal(read_text("l: [a, {b: c}, [d, e], f]\nm: []\nn: {}\n"
	    "o: 1\n"), REASON_OK);
	list = yaml_map_find(&map, "l");
	assert_int_equal(list->kind, YAML_IS_LIST);
	node = yaml_map_first(&map, list);
	assert_string_equal(node->text, "a");
	node = yaml_map_next(&map, node);
	assert_int_equal(node->kind, YAML_IS_MAP);
	node = yaml_map_next(&map, node);
	assert_int_equal(node->kind, YAML_IS_LIST);
	node = yaml_map_next(&map, node);
	assert_string_equal(node->text, "f");
	assert_null(yaml_map_next(&map, node));
	assert_null(yaml_map_first(&map, yaml_map_find(&map, "m")));
	assert_null(yaml_map_first(&map, yaml_map_find(&map, "n")));
	assert_null(yaml_map_first(&map, yaml_map_find(&map, "o")));
}

static void
yaml_map_nothing_is_an_empty_map(void **state)
{
	static const char *const texts[] = { "", "\n", "# only this\n",
		"---\n", "---\n...\n", "{}", "%YAML 1.1\n---\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(read_text(texts[i]), REASON_OK);
		assert_int_equal(map.nnodes, 1);
		assert_null(yaml_map_find(&map, "a"));
		assert_null(yaml_map_first(&map, map.nodes));
	}
	yaml_map_free(&map);
	assert_int_equal(yaml_map_read(&map, NULL, 0, &error), REASON_OK);
}

static void
yaml_map_anchors_tags_documents_refused(void **state)
{
	(void)state;
	refused("a: &x 1\n", 1, "anchors");
	refused("a: 1\nb: &x {c: 1}\n", 2, "anchors");
	refused("a: &x [1]\n", 1, "anchors");
	refused("&x a: 1\n", 1, "anchors");
	refused("&x {a: 1}\n", 1, "anchors");
	refused("a: 1\nb: *a\n", 2, "aliases");
	refused("*a : 1\n", 1, "aliases");
	refused("a: !!str 1\n", 1, "tags");
	refused("a: ! 1\n", 1, "tags");
	refused("a: !x {b: 1}\n", 1, "tags");
	refused("a: !x [1]\n", 1, "tags");
	refused("!x a: 1\n", 1, "tags");
	refused("%TAG ! tag:x,2000:\n---\na: !b 1\n", 3, "tags");
	refused("a: 1\n---\nb: 1\n", 2, "second document");
	refused("---\n---\n", 2, "second document");
	refused("<<: {a: 1}\n", 1, "merge keys");
	refused("a:\n  <<: [{a: 1}]\n", 2, "merge keys");
	/* In quotes they are but text. */
	assert_int_equal(read_text("a: \"&x *y !z <<\"\n"), REASON_OK);
}

static void
yaml_map_explosion_refused(void **state)
{
	(void)state;
	refused("a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a]\n"
	    "c: &c [*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c]\n", 1,
	    "anchors");
}

static void
yaml_map_keys_twice_refused(void **state)
{
	(void)state;
	refused("a: 1\nb: 2\na: 3\n", 3, "twice");
	refused("a: 1\n\"a\": 3\n", 2, "twice");
	refused("s:\n  a: 1\n  a: 2\n", 3, "twice");
	refused("s: {a: 1, \"\\x61\": 2}\n", 1, "twice");
	refused("s:\n  a: 1\nt: 1\ns:\n  b: 1\n", 4, "twice");
	refused("a: {x: 1}\nb: 1\na: 1\n", 3, "twice");
	assert_int_equal(read_text("a: {a: {a: 1}}\nb: {a: 1}\nA: 1\n"
	    "l: [{a: 1}, {a: 1}]\n"), REASON_OK);
}

static void
yaml_map_odd_shapes_refused(void **state)
{
	(void)state;
	refused("- a\n- b\n", 1, "list");
	refused("text\n", 1, "name: value");
	refused("\n\"text\"\n", 2, "name: value");
	refused("a: 1\n? [b]\n: 2\n", 2, "simple name");
	refused("? {b: 1}\n: 2\n", 1, "simple name");
	refused("{[a]: 1}\n", 1, "simple name");
	refused("a: [1\nb: 2\n", 2, "check");
	refused("a: \"1\nb: 2\n", 3, "check");
	refused("a: 1\n b: 2\n", 2, "check");
	refused("a:\n\tb: 1\n", 2, "check");
	refused("a: 1\n}\n", 2, "check");
	refused("a: @b\n", 1, "check");
	refused("a: b: c\n", 1, "check");
}

static void
yaml_map_wrong_bytes_refused(void **state)
{
	static const char utf16[] = "\xff\xfe" "a\0:\0 \0" "1\0\n";
	static const char utf16be[] = "\0a\0:\0 \0" "1\0\n";

	(void)state;
	refused("a: 1\nb: \xff\n", 2, "UTF-8");
	refused("a: 1\n\nb: \xc3(\n", 3, "UTF-8");
	refused("a: \xed\xa0\x80\n", 1, "UTF-8");
	refused("a: J\xf6rg\n", 1, "UTF-8");
	refused("a: 1\nb: \x01\n", 2, "control character");
	refused("a: \x7f\n", 1, "control character");
	refused("a: \x1b[31m\n", 1, "control character");
	assert_int_equal(read_bytes(utf16, sizeof(utf16)),
	    REASON_CONFIG_SYNTAX);
	assert_int_equal(read_bytes(utf16be, sizeof(utf16be) - 1),
	    REASON_CONFIG_SYNTAX);
	assert_int_equal(read_bytes("a: 1\n\0", 6), REASON_CONFIG_SYNTAX);
	assert_int_equal(read_bytes("a: \"\0\"\n", 7), REASON_CONFIG_SYNTAX);
	/* A UTF-8 byte order mark is an editor's habit. */
	assert_int_equal(read_text("\xef\xbb\xbf" "a: J\xc3\xb6rg\r\n"),
	    REASON_OK);
	assert_string_equal(yaml_map_find(&map, "a")->text, "J\xc3\xb6rg");
}

static void
yaml_map_depth_at_bound_taken_beyond_refused(void **state)
{
	(void)state;
	/* The file itself is the first level. */
	assert_int_equal(read_text("a: {a: {a: {a: {a: {a: {a: {a: 1}}}}}}}"
	    "\n"), REASON_OK);
	refused("a: {a: {a: {a: {a: {a: {a: {a: {a: 1}}}}}}}}\n", 1,
	    "deeply");
	refused("a: [[[[[[[[1]]]]]]]]\n", 1, "deeply");
}

static void
yaml_map_size_at_bound_taken_beyond_refused(void **state)
{
	static char text[CONFIG_FILE_MAX + 1];

	(void)state;
	memset(text, '\n', sizeof(text));
	memcpy(text, "a: 1\n", 5);
	assert_int_equal(read_bytes(text, CONFIG_FILE_MAX), REASON_OK);
	assert_int_equal(read_bytes(text, CONFIG_FILE_MAX + 1),
	    REASON_CONFIG_SIZE);
	assert_int_equal(error.line, 0);
	/* One scalar that fills the file. */
	memset(text, 'x', sizeof(text));
	memcpy(text, "a: ", 3);
	assert_int_equal(read_bytes(text, CONFIG_FILE_MAX), REASON_OK);
	assert_int_equal(yaml_map_find(&map, "a")->len, CONFIG_FILE_MAX - 3);
	/* And one whose bytes become more. */
	memcpy(text, "a: \"", 4);
	for (size_t i = 4; i + 2 < CONFIG_FILE_MAX; i += 2)
		memcpy(text + i, "\\L", 2);
	text[CONFIG_FILE_MAX - 2] = '"';
	text[CONFIG_FILE_MAX - 1] = '\n';
	assert_int_equal(read_bytes(text, CONFIG_FILE_MAX), REASON_OK);
	assert_int_equal(yaml_map_find(&map, "a")->len,
	    (CONFIG_FILE_MAX - 6) / 2 * 3);
}

static void
yaml_map_nodes_at_bound_taken_beyond_refused(void **state)
{
	static char text[16 * YAML_NODES_MAX];

	(void)state;
	for (size_t nodes = YAML_NODES_MAX; nodes <= YAML_NODES_MAX + 1;
	    nodes++) {
		size_t used = 0;

		for (size_t i = 1; i < nodes; i++)
			used += (size_t)sprintf(text + used, "k%zu: %zu\n", i,
			    i);
		if (nodes == YAML_NODES_MAX)
			assert_int_equal(read_bytes(text, used), REASON_OK);
		else
			refused(text, YAML_NODES_MAX, "too many");
	}
}

static void
yaml_map_sections_count_as_nodes(void **state)
{
	static char text[16 * YAML_NODES_MAX];
	size_t used = 0;

	(void)state;
	for (size_t i = 1; i <= YAML_NODES_MAX; i++)
		used += (size_t)sprintf(text + used, "k%zu: []\n", i);
	refused(text, YAML_NODES_MAX, "too many");
}

/* Texts that make libyaml look far ahead or nest, of the greatest size. */
static void
yaml_map_hostile_shapes_end(void **state)
{
	static const char *const pieces[] = { "[", "{", "- ", "? ", "{a: ",
		"[a, ", "a: ", "\"", "'", "| ", "> ", "# ", "&a ", "*a ",
		"!a ", "---\n", "...\n", "%YAML 1.1\n", ": ", ",", "\t", "a\n",
		" a:\n", "- - ", "[]: ", "\\", "<<: " };
	static char text[CONFIG_FILE_MAX];
	size_t taken = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		size_t n = strlen(pieces[i]), used = 0;

		for (; used + n <= sizeof(text); used += n)
			memcpy(text + used, pieces[i], n);
		taken += read_bytes(text, used) == REASON_OK;
	}
	assert_true(taken < 5);
}

static void
yaml_map_every_truncation_survived(void **state)
{
	static const char text[] = "s:\n  a: \"x\\u00e9\\n\"\n  l: [1, {b: c}]"
	    "\n# c\nt: |\n  lit\n  eral\nu: 'it''s'\nv: &a !t *b\n";

	(void)state;
	for (size_t n = 0; n < sizeof(text); n++) {
		enum reason reason = read_bytes(text, n);

		assert_true(reason == REASON_OK ||
		    reason == REASON_CONFIG_SYNTAX);
	}
}

#define CASE(name) cmocka_unit_test_teardown(name, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(yaml_map_values_found_by_path),
		CASE(yaml_map_lists_iterated),
		CASE(yaml_map_nothing_is_an_empty_map),
		CASE(yaml_map_anchors_tags_documents_refused),
		CASE(yaml_map_explosion_refused),
		CASE(yaml_map_keys_twice_refused),
		CASE(yaml_map_odd_shapes_refused),
		CASE(yaml_map_wrong_bytes_refused),
		CASE(yaml_map_depth_at_bound_taken_beyond_refused),
		CASE(yaml_map_size_at_bound_taken_beyond_refused),
		CASE(yaml_map_nodes_at_bound_taken_beyond_refused),
		CASE(yaml_map_sections_count_as_nodes),
		CASE(yaml_map_hostile_shapes_end),
		CASE(yaml_map_every_truncation_survived),
	};

	return cmocka_run_group_tests_name("yaml_map", tests, NULL, NULL);
}
