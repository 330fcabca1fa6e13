/* The arena: aligned, bounded, and given back in any order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdalign.h>
#include <string.h>

#include "parseproc/arena.h"

/* Sizes that can never be had, also those that overflow when rounded up. */
static const size_t impossible[] = { ARENA_SIZE, ARENA_SIZE + 1, SIZE_MAX / 2,
	SIZE_MAX - 32, SIZE_MAX - 15, SIZE_MAX - 1, SIZE_MAX };
static const size_t nimpossible = sizeof(impossible) / sizeof(impossible[0]);

/* A block full of one byte. */
static uint8_t *
block(size_t n, int byte)
{
	uint8_t *p = arena_alloc(n);

	assert_non_null(p);
	memset(p, byte, n);
	return p;
}

static void
is_full_of(const uint8_t *p, size_t n, int byte)
{
	for (size_t i = 0; i < n; i++)
		assert_int_equal(p[i], byte);
}

/* After each test everything has been given back. */
static int
teardown(void **state)
{
	(void)state;
	return arena_used() == 0 ? 0 : -1;
}

static void
arena_every_size_aligned_and_apart(void **state)
{
	uint8_t *blocks[200];

	(void)state;
	for (size_t n = 0; n < 200; n++) {
		blocks[n] = block(n, (int)n);
		assert_int_equal((uintptr_t)blocks[n] % alignof(max_align_t),
		    0);
	}
	for (size_t n = 0; n < 200; n++)
		is_full_of(blocks[n], n, (int)n);
	for (size_t n = 200; n-- > 0;)
		arena_free(blocks[n]);
}

static void
arena_empty_blocks_differ(void **state)
{
	void *one = arena_alloc(0), *two = arena_alloc(0);

	(void)state;
	assert_non_null(one);
	assert_non_null(two);
	assert_true(one != two);
	arena_free(two);
	arena_free(one);
	arena_free(NULL);
}

static void
arena_exhausted_null_rest_intact(void **state)
{
	enum { SIZE = 100000, MOST = ARENA_SIZE / SIZE };
	static uint8_t *blocks[MOST + 1];
	size_t n = 0, used;

	(void)state;
	while ((blocks[n] = arena_alloc(SIZE)) != NULL) {
		memset(blocks[n], (int)(n % 251), SIZE);
		assert_true(n++ < MOST);
	}
	assert_int_equal(errno, ENOMEM);
	/* Nearly all of it could be had. */
	assert_in_range(n, MOST - 2, MOST);
	used = arena_used();
	assert_true(used <= ARENA_SIZE);
	assert_null(arena_alloc(SIZE));
	assert_int_equal(arena_used(), used);
	for (size_t i = 0; i < n; i++)
		is_full_of(blocks[i], SIZE, (int)(i % 251));
	/* What is given back can be had again, and no more than that. */
	arena_free(blocks[n - 1]);
	assert_ptr_equal(arena_alloc(SIZE), blocks[n - 1]);
	assert_null(arena_alloc(SIZE));
	while (n-- > 0)
		arena_free(blocks[n]);
}

/* To the last byte, and not one further. */
static void
arena_filled_to_its_last_byte(void **state)
{
	size_t head = 0, most = ARENA_SIZE;
	uint8_t *p;

	(void)state;
	p = arena_alloc(16);
	head = arena_used() - 16;
	arena_free(p);
	most -= head;
	assert_null(arena_alloc(most + 1));
	p = block(most, 0x5a);
	assert_int_equal(arena_used(), ARENA_SIZE);
	assert_null(arena_alloc(0));
	assert_null(arena_alloc(1));
	assert_null(arena_realloc(p, most + 1));
	is_full_of(p, 100, 0x5a);
	arena_free(p);
	/* A head alone, without room for a block. */
	p = block(most - 16, 1);
	assert_null(arena_alloc(1));
	arena_free(p);
}

static void
arena_impossible_sizes_refused(void **state)
{
	uint8_t *p = block(64, 7);
	size_t used = arena_used();

	(void)state;
	for (size_t i = 0; i < nimpossible; i++) {
		errno = 0;
		assert_null(arena_alloc(impossible[i]));
		assert_int_equal(errno, ENOMEM);
		assert_null(arena_realloc(p, impossible[i]));
		assert_int_equal(arena_used(), used);
	}
	is_full_of(p, 64, 7);
	arena_free(p);
}

static void
arena_last_freed_used_again(void **state)
{
	uint8_t *one = block(100, 1), *two;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		two = block(ARENA_SIZE / 2, 2);
		arena_free(two);
	}
	assert_ptr_equal(block(50, 3), two);
	arena_free(two);
	is_full_of(one, 100, 1);
	arena_free(one);
}

/* In whatever order a hundred blocks are freed, all of it comes back. */
static void
arena_freed_out_of_order_reclaimed(void **state)
{
	uint8_t *blocks[100];

	(void)state;
	/* Steps that share no factor with 100 visit every block. */
	for (size_t step = 1; step < 100; step++) {
		if (step % 2 == 0 || step % 5 == 0)
			continue;
		for (size_t i = 0; i < 100; i++)
			blocks[i] = block(i * 7, (int)i);
		for (size_t i = 0; i < 100; i++) {
			size_t k = i * step % 100;

			is_full_of(blocks[k], k * 7, (int)k);
			arena_free(blocks[k]);
		}
		assert_int_equal(arena_used(), 0);
	}
}

static void
arena_freed_below_waits_for_those_above(void **state)
{
	uint8_t *one = block(1000, 1), *two = block(1000, 2);
	uint8_t *three = block(1000, 3);
	size_t used = arena_used();

	(void)state;
	arena_free(two);
	assert_int_equal(arena_used(), used);
	is_full_of(one, 1000, 1);
	is_full_of(three, 1000, 3);
	arena_free(three);
	assert_true(arena_used() < 1100);
	is_full_of(one, 1000, 1);
	arena_free(one);
}

static void
arena_realloc_last_grows_and_shrinks_in_place(void **state)
{
	uint8_t *one = block(100, 1), *two = block(100, 2);
	size_t before = arena_used();

	(void)state;
	assert_ptr_equal(arena_realloc(two, 100000), two);
	is_full_of(two, 100, 2);
	memset(two, 4, 100000);
	assert_ptr_equal(arena_realloc(two, 10), two);
	is_full_of(two, 10, 4);
	/* What it gave up can be had. */
	assert_true(arena_used() < before);
	assert_ptr_equal(arena_realloc(two, 0), two);
	is_full_of(one, 100, 1);
	arena_free(two);
	arena_free(one);
}

static void
arena_realloc_other_moves(void **state)
{
	uint8_t *one = block(100, 1), *two = block(100, 2), *moved;

	(void)state;
	/* Smaller, it may stay. */
	assert_ptr_equal(arena_realloc(one, 50), one);
	moved = arena_realloc(one, 1000);
	assert_non_null(moved);
	assert_true(moved > two);
	is_full_of(moved, 50, 1);
	is_full_of(two, 100, 2);
	memset(moved, 3, 1000);
	is_full_of(two, 100, 2);
	arena_free(two);
	arena_free(moved);
}

static void
arena_realloc_refused_block_as_it_was(void **state)
{
	uint8_t *one = block(100, 1), *two = block(100, 2);
	size_t used = arena_used();

	(void)state;
	assert_null(arena_realloc(one, ARENA_SIZE - used));
	assert_null(arena_realloc(two, ARENA_SIZE - 100));
	assert_int_equal(arena_used(), used);
	is_full_of(one, 100, 1);
	is_full_of(two, 100, 2);
	arena_free(one);
	arena_free(two);
}

static void
arena_realloc_nothing_is_alloc(void **state)
{
	uint8_t *p = arena_realloc(NULL, 10);

	(void)state;
	assert_non_null(p);
	memset(p, 1, 10);
	arena_free(p);
	assert_null(arena_realloc(NULL, SIZE_MAX));
}

/* Anything in any order, against a model: nothing moves that must not. */
static void
arena_random_use_blocks_stay_apart(void **state)
{
	enum { SLOTS = 64 };
	uint8_t *p[SLOTS] = { NULL };
	size_t size[SLOTS] = { 0 };
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t k, n;

		seed = seed * 1664525 + 1013904223;
		k = seed >> 8 & (SLOTS - 1);
		n = seed >> 16 & 0xfff;
		is_full_of(p[k], size[k], (int)k);
		if ((seed >> 28 & 1) != 0) {
			arena_free(p[k]);
			p[k] = NULL;
			size[k] = 0;
			continue;
		}
		p[k] = arena_realloc(p[k], n);
		assert_non_null(p[k]);
		is_full_of(p[k], n < size[k] ? n : size[k], (int)k);
		memset(p[k], (int)k, n);
		size[k] = n;
	}
	for (size_t k = 0; k < SLOTS; k++) {
		is_full_of(p[k], size[k], (int)k);
		arena_free(p[k]);
	}
}

#define TEST(test) cmocka_unit_test_teardown(test, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(arena_every_size_aligned_and_apart),
		TEST(arena_empty_blocks_differ),
		TEST(arena_exhausted_null_rest_intact),
		TEST(arena_filled_to_its_last_byte),
		TEST(arena_impossible_sizes_refused),
		TEST(arena_last_freed_used_again),
		TEST(arena_freed_out_of_order_reclaimed),
		TEST(arena_freed_below_waits_for_those_above),
		TEST(arena_realloc_last_grows_and_shrinks_in_place),
		TEST(arena_realloc_other_moves),
		TEST(arena_realloc_refused_block_as_it_was),
		TEST(arena_realloc_nothing_is_alloc),
		TEST(arena_random_use_blocks_stay_apart),
	};

	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
