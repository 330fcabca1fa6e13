/*
 * The counters: each event is one more in its place, whatever was in the file
 * before; the file has one size, and nothing in it or in its place harms.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "parent/counters.h"
#include "parent/starter.h"
#include "tests/parent/scratch.h"

#define FILE_MAX 65536

static struct cache cache = { .dir = -1 };
static struct counters found;

static int
setup(void **state)
{
	if (scratch_setup(state) == -1)
		return -1;
	cache.dir = open(scratch(""), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return cache.dir == -1 ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)close(cache.dir);
	return scratch_teardown(state);
}

static int
begin_anew(void **state)
{
	(void)state;
	(void)unlink(scratch("counters"));
	(void)rmdir(scratch("counters"));
	return 0;
}

static uint64_t
sum(const struct counters *counters)
{
	uint64_t all = 0;

	for (int row = 0; row < COUNTER_ROW_COUNT; row++)
		for (int column = 0; column < REASON_COUNT; column++)
			all += counters->at[row][column];
	return all;
}

static size_t
content(uint8_t bytes[FILE_MAX])
{
	int fd = open(scratch("counters"), O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, bytes, FILE_MAX);

	assert_true(n >= 0 && n < FILE_MAX);
	(void)close(fd);
	return (size_t)n;
}

static void
counters_none_yet_all_zero(void **state)
{
	(void)state;
	assert_true(counters_read(&cache, &found));
	assert_int_equal(sum(&found), 0);
}

/* Every place: counted there, and nowhere else. */
static void
counters_each_place_its_own(void **state)
{
	uint64_t added = 0;

	(void)state;
	for (int row = 0; row < COUNTER_ROW_COUNT; row++)
		for (unsigned column = 0; column < REASON_COUNT; column++) {
			for (unsigned i = 0; i <= column % 3; i++, added++)
				counters_add(&cache, (enum counter_row)row,
				    column);
			assert_true(counters_read(&cache, &found));
			assert_int_equal(found.at[row][column],
			    column % 3 + 1);
			assert_int_equal(sum(&found), added);
		}
}

static void
counters_decision_by_source_and_reason(void **state)
{
	(void)state;
	counters_add_decision(&cache, "key9", REASON_TIMEOUT);
	counters_add_decision(&cache, "authorize", REASON_OK);
	counters_add_decision(&cache, "authorize", REASON_OK);
	/* What is not a source's has no row, and no other's either. */
	counters_add_decision(&cache, "status", REASON_OK);
	counters_add_decision(&cache, "refresh", REASON_OK);
	assert_true(counters_read(&cache, &found));
	assert_int_equal(found.at[COUNTER_KEY9][REASON_TIMEOUT], 1);
	assert_int_equal(found.at[COUNTER_AUTHORIZE][REASON_OK], 2);
	assert_int_equal(sum(&found), 3);
}

static void
counters_out_of_range_nothing(void **state)
{
	(void)state;
	counters_add(&cache, COUNTER_ROW_COUNT, 0);
	counters_add(&cache, COUNTER_KEY9, REASON_COUNT);
	counters_add(&cache, COUNTER_KEY9, UINT32_MAX);
	assert_int_equal(access(scratch("counters"), F_OK), -1);
}

static void
counters_no_directory_nothing(void **state)
{
	const struct cache none = { .dir = -1 };

	(void)state;
	counters_add(&none, COUNTER_KEY9, REASON_OK);
	assert_int_equal(access(scratch("counters"), F_OK), -1);
}

/* However often, it does not grow; and it is nobody else's to read. */
static void
counters_file_of_one_size_and_private(void **state)
{
	struct stat before, after;

	(void)state;
	counters_add(&cache, COUNTER_KEY9, REASON_OK);
	assert_int_equal(stat(scratch("counters"), &before), 0);
	for (unsigned i = 0; i < 2000; i++)
		counters_add(&cache, (enum counter_row)(i %
		    COUNTER_ROW_COUNT), i % REASON_COUNT);
	assert_int_equal(stat(scratch("counters"), &after), 0);
	assert_int_equal(after.st_size, before.st_size);
	assert_int_equal(after.st_ino, before.st_ino);
	assert_true(after.st_size < 16384);
	assert_int_equal(after.st_mode & 07777, 0600);
}

/* Of any other form, or shorter: begun anew, and this one counted. */
static void
counters_damaged_begun_anew(void **state)
{
	static uint8_t good[FILE_MAX], bad[FILE_MAX];
	size_t n, layout;

	(void)state;
	counters_add(&cache, COUNTER_DEATHS, REASON_COUNT - 1);
	n = content(good);
	layout = (size_t)((uint8_t *)memchr(good, '\n', n) - good) + 1;
	for (size_t i = 0; i < layout; i++) {
		memcpy(bad, good, n);
		bad[i] ^= 1;
		scratch_file("counters", bad, n, 0600);
		assert_false(counters_read(&cache, &found));
		counters_add(&cache, COUNTER_KEY9, REASON_OK);
		assert_true(counters_read(&cache, &found));
		assert_int_equal(found.at[COUNTER_KEY9][REASON_OK], 1);
		assert_int_equal(sum(&found), 1);
	}
	for (size_t cut = 0; cut < n; cut += 13) {
		scratch_file("counters", good, cut, 0600);
		assert_false(counters_read(&cache, &found));
		/* The last place: no part of the file will do. */
		counters_add(&cache, COUNTER_DEATHS, REASON_COUNT - 1);
		assert_true(counters_read(&cache, &found));
		assert_int_equal(sum(&found), 1);
	}
	/* One that is longer is not ours to print. */
	good[n] = 0;
	scratch_file("counters", good, n + 1, 0600);
	assert_false(counters_read(&cache, &found));
}

/* Numbers are what they are: nobody is harmed by any. */
static void
counters_any_number_is_read(void **state)
{
	static uint8_t file[FILE_MAX];
	size_t n, begin;

	(void)state;
	counters_add(&cache, COUNTER_KEY9, REASON_OK);
	n = content(file);
	begin = (size_t)((uint8_t *)memchr(file, '\n', n) - file) + 1;
	memset(file + begin, 0xff, n - begin);
	scratch_file("counters", file, n, 0600);
	assert_true(counters_read(&cache, &found));
	assert_true(found.at[COUNTER_KEY9][REASON_OK] == UINT64_MAX);
	counters_add(&cache, COUNTER_KEY9, REASON_OK);
	assert_true(counters_read(&cache, &found));
	assert_true(found.at[COUNTER_KEY9][REASON_OK] == 0);
	assert_true(found.at[COUNTER_KEY9][REASON_NO_KEYS] == UINT64_MAX);
}

/* Not even to what is of our form: it may be another user's. */
static void
counters_link_not_followed(void **state)
{
	static uint8_t before[FILE_MAX], after[FILE_MAX];
	size_t n;

	(void)state;
	counters_add(&cache, COUNTER_CHAIN, REASON_OK);
	n = content(before);
	assert_int_equal(rename(scratch("counters"), scratch("other")), 0);
	assert_int_equal(symlink(scratch("other"), scratch("counters")), 0);
	assert_false(counters_read(&cache, &found));
	counters_add(&cache, COUNTER_KEY9, REASON_OK);
	assert_true(counters_read(&cache, &found));
	assert_int_equal(found.at[COUNTER_KEY9][REASON_OK], 1);
	assert_int_equal(sum(&found), 1);
	assert_int_equal(rename(scratch("other"), scratch("counters")), 0);
	assert_int_equal(content(after), n);
	assert_memory_equal(after, before, n);
}

/* A FIFO is not waited for: the file takes its place. */
static void
counters_what_is_no_file_replaced(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(scratch("counters"), 0600), 0);
	(void)alarm(20);
	assert_false(counters_read(&cache, &found));
	counters_add(&cache, COUNTER_KEY9, REASON_OK);
	(void)alarm(0);
	assert_true(counters_read(&cache, &found));
	assert_int_equal(sum(&found), 1);
	assert_int_equal(unlink(scratch("counters")), 0);
	/* A directory stays where it is, and nothing is counted. */
	scratch_dir("counters", 0700);
	counters_add(&cache, COUNTER_KEY9, REASON_OK);
	assert_false(counters_read(&cache, &found));
}

/* Many at once: some may be lost, none invented, and the form stays. */
static void
counters_many_at_once_no_more_than_there_were(void **state)
{
	enum { PROCESSES = 8, EACH = 500 };
	int status;

	(void)state;
	for (int i = 0; i < PROCESSES; i++)
		if (fork() == 0) {
			for (int j = 0; j < EACH; j++)
				counters_add(&cache, COUNTER_KEY9, REASON_OK);
			_exit(0);
		}
	for (int i = 0; i < PROCESSES; i++)
		assert_true(wait(&status) > 0 && status == 0);
	assert_true(counters_read(&cache, &found));
	assert_in_range(found.at[COUNTER_KEY9][REASON_OK], 1,
	    PROCESSES * EACH);
	assert_int_equal(sum(&found), found.at[COUNTER_KEY9][REASON_OK]);
}

/* Where there is no room, nothing is left that takes any. */
static void
counters_full_disk_leaves_nothing(void **state)
{
	struct cache full = { .dir = -1 };
	static uint8_t filler[1 << 16];
	int fd;

	(void)state;
	scratch_dir("full", 0700);
	own_tmpfs(scratch("full"), "size=64k,mode=0700");
	full.dir = open(scratch("full"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(full.dir != -1);
	fd = openat(full.dir, "filler", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd != -1);
	(void)!write(fd, filler, sizeof(filler));
	(void)close(fd);
	counters_add(&full, COUNTER_KEY9, REASON_OK);
	assert_int_equal(faccessat(full.dir, "counters", F_OK, 0), -1);
	/* The control: with room it is there. */
	assert_int_equal(unlinkat(full.dir, "filler", 0), 0);
	counters_add(&full, COUNTER_KEY9, REASON_OK);
	assert_int_equal(faccessat(full.dir, "counters", F_OK, 0), 0);
	(void)close(full.dir);
	assert_int_equal(umount(scratch("full")), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(test) cmocka_unit_test_setup(test, begin_anew)
		T(counters_none_yet_all_zero),
		T(counters_each_place_its_own),
		T(counters_decision_by_source_and_reason),
		T(counters_out_of_range_nothing),
		T(counters_no_directory_nothing),
		T(counters_file_of_one_size_and_private),
		T(counters_damaged_begun_anew),
		T(counters_any_number_is_read),
		T(counters_link_not_followed),
		T(counters_what_is_no_file_replaced),
		T(counters_many_at_once_no_more_than_there_were),
		T(counters_full_disk_leaves_nothing),
#undef T
	};

	return cmocka_run_group_tests_name("counters", tests, setup, teardown);
}
