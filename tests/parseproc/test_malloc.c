/* What stands in for malloc in sallyport-parse: this program uses it itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "parseproc/arena.h"

/* A compiler that knows what malloc is leaves out what nobody uses. */
static void *(*volatile do_malloc)(size_t n) = malloc;
static void *(*volatile do_calloc)(size_t count, size_t n) = calloc;
static void *(*volatile do_realloc)(void *p, size_t n) = realloc;

static void
malloc_is_the_arenas(void **state)
{
	size_t before = arena_used();
	void *p = do_malloc(1000);

	(void)state;
	assert_non_null(p);
	assert_true(arena_used() >= before + 1000);
	free(p);
	assert_int_equal(arena_used(), before);
}

static void
malloc_larger_than_all_refused(void **state)
{
	(void)state;
	assert_null(do_malloc(SIZE_MAX));
	assert_null(do_malloc(ARENA_SIZE + 1));
	assert_null(do_realloc(NULL, SIZE_MAX));
}

/* A product that wraps would be a small block for many things. */
static void
calloc_product_that_wraps_refused(void **state)
{
	(void)state;
	assert_null(do_calloc(SIZE_MAX, SIZE_MAX));
	assert_null(do_calloc(SIZE_MAX / 2 + 1, 2));
	assert_null(do_calloc(2, SIZE_MAX / 2 + 1));
	assert_null(do_calloc(SIZE_MAX / 16 + 2, 16));
	assert_null(do_calloc(ARENA_SIZE / 2, 3));
	/* No product wraps here, but there is no room beside the head. */
	assert_null(do_calloc(1, ARENA_SIZE));
}

/* Also where something else was before. */
static void
calloc_is_zero(void **state)
{
	uint8_t *p = do_malloc(256);

	(void)state;
	memset(p, 0xff, 256);
	free(p);
	p = do_calloc(16, 16);
	assert_non_null(p);
	for (size_t i = 0; i < 256; i++)
		assert_int_equal(p[i], 0);
	free(p);
	p = do_calloc(0, SIZE_MAX);
	assert_non_null(p);
	free(p);
	p = do_calloc(5, 0);
	assert_non_null(p);
	free(p);
}

static void
realloc_keeps_what_was_there(void **state)
{
	char *p = do_malloc(8), *other;

	(void)state;
	memcpy(p, "sallyp.", 8);
	other = do_malloc(8); /* so that it must move */
	p = do_realloc(p, 100000);
	assert_non_null(p);
	assert_string_equal(p, "sallyp.");
	free(other);
	free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(malloc_is_the_arenas),
		cmocka_unit_test(malloc_larger_than_all_refused),
		cmocka_unit_test(calloc_product_that_wraps_refused),
		cmocka_unit_test(calloc_is_zero),
		cmocka_unit_test(realloc_keeps_what_was_there),
	};

	return cmocka_run_group_tests_name("malloc", tests, NULL, NULL);
}
