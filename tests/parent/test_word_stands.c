/* Whether a value stands in a file of ours: whole, and not a piece of one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "parent/word_stands.h"

/* From memory that ends with the text. */
static bool
stands(const char *text, const char *word)
{
	size_t n = strlen(text);
	struct trusted_file file = { .data = malloc(n + (n == 0)), .len = n };
	bool found;

	assert_non_null(file.data);
	memcpy(file.data, text, n);
	found = word_stands(&file, word);
	free(file.data);
	return found;
}

static void
word_stands_whole_words_found(void **state)
{
	(void)state;
	assert_true(stands("user: nobody", "nobody"));
	assert_true(stands("nobody", "nobody"));
	assert_true(stands("user: 'nobody'\n", "nobody"));
	assert_true(stands("{user: \"nobody\",x: 1}", "nobody"));
	assert_true(stands("nobodyx nobody", "nobody"));
	assert_true(stands("aa aaa a", "a"));
}

static void
word_stands_pieces_and_nothing_not_found(void **state)
{
	(void)state;
	assert_false(stands("user: nobody", "nobod"));
	assert_false(stands("user: nobody", "obody"));
	assert_false(stands("user: /etc/nobody", "nobody"));
	assert_false(stands("user: no body", "nobody"));
	assert_false(stands("user: nobody", ""));
	assert_false(stands("", "nobody"));
	assert_false(stands("nobod", "nobody"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(word_stands_whole_words_found),
		cmocka_unit_test(word_stands_pieces_and_nothing_not_found),
	};

	return cmocka_run_group_tests_name("word_stands", tests, NULL, NULL);
}
