/*
 * malloc from the arena, as sallyport-parse has it: this test is linked with
 * it, so that the C library's and cmocka's blocks come from there, too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "parseproc/arena.h"

/* Compilers know calloc, and would answer for it. */
static void *(*volatile ours)(size_t, size_t) = calloc;

#define HALF (SIZE_MAX / 2 + 1)

static void
malloc_is_the_arenas(void **state)
{
	size_t before = arena_used();
	void *p = malloc(1000);

	(void)state;
	assert_non_null(p);
	assert_true(arena_used() >= before + 1000);
	p = realloc(p, 2000);
	assert_non_null(p);
	assert_true(arena_used() >= before + 2000);
	free(p);
	assert_int_equal(arena_used(), before);
}

static void
calloc_of_used_memory_is_zero(void **state)
{
	static const uint8_t zeros[512];
	uint8_t *p = arena_alloc(sizeof(zeros));

	(void)state;
	assert_non_null(p);
	memset(p, 0xff, sizeof(zeros));
	arena_free(p);
	p = ours(8, sizeof(zeros) / 8);
	assert_non_null(p);
	assert_memory_equal(p, zeros, sizeof(zeros));
	free(p);
}

static void
calloc_of_more_than_there_is_refused(void **state)
{
	size_t before = arena_used();

	(void)state;
	assert_null(ours(SIZE_MAX, SIZE_MAX));
	/* The product is 0, 2 and 1: too little for what was asked for. */
	assert_null(ours(HALF, 2));
	assert_null(ours(HALF + 1, 2));
	assert_null(ours(2, HALF + 1));
	assert_null(ours(1, ARENA_SIZE));
	assert_null(ours(ARENA_SIZE, 1));
	assert_int_equal(arena_used(), before);
}

static void
calloc_of_nothing_is_a_block(void **state)
{
	void *p = ours(0, 5), *q = ours(5, 0);

	(void)state;
	assert_non_null(p);
	assert_non_null(q);
	assert_ptr_not_equal(p, q);
	free(q);
	free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(malloc_is_the_arenas),
		cmocka_unit_test(calloc_of_used_memory_is_zero),
		cmocka_unit_test(calloc_of_more_than_there_is_refused),
		cmocka_unit_test(calloc_of_nothing_is_a_block),
	};

	return cmocka_run_group_tests_name("malloc", tests, NULL, NULL);
}
