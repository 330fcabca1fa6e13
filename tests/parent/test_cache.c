/*
 * The cache on disk: what was stored comes back, for the same URL and while
 * it is young enough; anything else in its place is no answer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "parent/cache.h"
#include "tests/parent/scratch.h"

#define NAME "key9-joe"
#define URL "https://key9.example/q/joe/web"
#define BODY "{\"public_key\":\"ssh-ed25519 AAAA\"}\n"
#define DAY ((uint64_t)24 * 3600)
/* "SPCACHE2", time, freshness, two lengths: parent/cache.h */
#define FRESH_AT (8 + 8)
#define HEAD (FRESH_AT + 4 + 4 + 4)
#define FRESH_S 0x01020304

static const struct ipc_span url = { URL, sizeof(URL) - 1 };
static struct cache cache = { .dir = -1 };
static uint8_t large[KEY9_ANSWER_MAX + 1];

/* A cache directory of our own, empty. */
static void
use_directory(const char *path)
{
	if (cache.dir != -1)
		(void)close(cache.dir);
	(void)snprintf(cache.path, sizeof(cache.path), "%s", path);
	cache.dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(cache.dir != -1);
}

static int
setup(void **state)
{
	if (scratch_setup(state) == -1)
		return -1;
	for (size_t i = 0; i < sizeof(large); i++)
		large[i] = (uint8_t)(i ^ i >> 8 ^ i >> 16);
	use_directory(scratch(""));
	return 0;
}

static int
teardown(void **state)
{
	(void)close(cache.dir);
	return scratch_teardown(state);
}

static void
store(const void *body, size_t len)
{
	cache_store(&cache, NAME, url, FRESH_S, body, len);
}

static bool
loads(uint64_t max_age_s, const void *body, size_t len)
{
	struct cache_entry entry;
	bool found = cache_load(&cache, NAME, url, max_age_s, &entry);
	bool same = found && entry.len == len &&
	    memcmp(entry.body, body, len) == 0;

	if (!found) {
		assert_null(entry.body);
		assert_int_equal(entry.len, 0);
	}
	cache_entry_free(&entry);
	assert_null(entry.body);
	return same;
}

static bool
loads_anything(uint64_t max_age_s)
{
	struct cache_entry entry;
	bool found = cache_load(&cache, NAME, url, max_age_s, &entry);

	cache_entry_free(&entry);
	return found;
}

/* How many files are in the directory. */
static size_t
files(void)
{
	DIR *dir = opendir(cache.path);
	size_t n = 0;

	assert_non_null(dir);
	for (const struct dirent *e; (e = readdir(dir)) != NULL;)
		n += e->d_name[0] != '.';
	(void)closedir(dir);
	return n;
}

/* An entry by no code of ours, fetched at the given time. */
static size_t
craft(uint8_t *buf, uint64_t fetched)
{
	size_t n = 8;

	memcpy(buf, "SPCACHE2", 8);
	for (int i = 7; i >= 0; i--)
		buf[n++] = (uint8_t)(fetched >> 8 * i);
	for (int i = 3; i >= 0; i--)
		buf[n++] = (uint8_t)(FRESH_S >> 8 * i);
	for (int i = 3; i >= 0; i--)
		buf[n++] = (uint8_t)((sizeof(URL) - 1) >> 8 * i);
	for (int i = 3; i >= 0; i--)
		buf[n++] = (uint8_t)((sizeof(BODY) - 1) >> 8 * i);
	memcpy(buf + n, URL, sizeof(URL) - 1);
	n += sizeof(URL) - 1;
	memcpy(buf + n, BODY, sizeof(BODY) - 1);
	return n + sizeof(BODY) - 1;
}

static void
put_entry(uint64_t fetched)
{
	uint8_t buf[256];

	scratch_file(NAME, buf, craft(buf, fetched), 0600);
}

static uint64_t
now(void)
{
	return (uint64_t)time(NULL);
}

static void
cache_stored_comes_back(void **state)
{
	static const size_t sizes[] = { 0, 1, 4096, KEY9_ANSWER_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		store(large, sizes[i]);
		assert_true(loads(DAY, large, sizes[i]));
	}
	/* Only what was renamed into place is left. */
	assert_int_equal(files(), 1);
}

static void
cache_stored_in_the_documented_form(void **state)
{
	uint8_t found[256], expected[256];
	uint64_t before = now(), then = 0;
	struct stat st;
	ssize_t n;
	int fd;

	(void)state;
	store(BODY, sizeof(BODY) - 1);
	fd = open(scratch(NAME), O_RDONLY | O_CLOEXEC);
	assert_true(fd != -1);
	n = read(fd, found, sizeof(found));
	assert_int_equal(fstat(fd, &st), 0);
	(void)close(fd);
	for (int i = 8; i < 16; i++)
		then = then << 8 | found[i];
	assert_in_range(then, before, now());
	assert_int_equal(n, craft(expected, then));
	assert_memory_equal(found, expected, (size_t)n);
	/* It may tell who works where: nobody else's. */
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void
cache_age_decides(void **state)
{
	struct cache_entry entry;

	(void)state;
	put_entry(now() - 1000);
	assert_true(cache_load(&cache, NAME, url, DAY, &entry));
	assert_in_range(entry.age_s, 1000, 1010);
	assert_in_range(entry.fetched + entry.age_s, now() - 1, now());
	assert_int_equal(entry.fresh_s, FRESH_S);
	cache_entry_free(&entry);
	assert_true(loads_anything(1010));
	assert_false(loads_anything(999));
	assert_false(loads_anything(1));
	/* None at all is allowed: not even one of this second. */
	put_entry(now());
	assert_false(loads_anything(0));
}

static void
cache_time_in_the_future_no_answer(void **state)
{
	static const uint64_t ahead[] = { 60, DAY, UINT64_C(1) << 32 };

	(void)state;
	for (size_t i = 0; i < sizeof(ahead) / sizeof(ahead[0]); i++) {
		put_entry(now() + ahead[i]);
		assert_false(loads_anything(UINT64_MAX));
	}
	put_entry(UINT64_C(1) << 63);
	assert_false(loads_anything(UINT64_MAX));
	put_entry(UINT64_MAX);
	assert_false(loads_anything(UINT64_MAX));
	put_entry(0);
	assert_true(loads_anything(UINT64_MAX));
}

static void
cache_other_url_no_answer(void **state)
{
	static const char *const others[] = { "", "https://key9.example/q/joe",
		URL "x", URL "{", "https://key9.example/q/joe/wec",
		"http://key9.example/q/joe/web" };
	struct cache_entry entry;

	(void)state;
	put_entry(now());
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct ipc_span other = { others[i], strlen(others[i]) };

		assert_false(cache_load(&cache, NAME, other, DAY, &entry));
	}
	assert_true(loads_anything(DAY));
}

static void
cache_truncated_no_answer(void **state)
{
	uint8_t buf[256];
	size_t n = craft(buf, now());

	(void)state;
	for (size_t cut = 0; cut < n; cut++) {
		scratch_file(NAME, buf, cut, 0600);
		assert_false(loads_anything(DAY));
	}
	buf[n] = 'x';
	scratch_file(NAME, buf, n + 1, 0600);
	assert_false(loads_anything(DAY));
}

/*
 * Any byte changed to anything: there is no checksum, so the body may differ
 * in that byte, and the time may be another; never length, URL, or an age
 * that is not the time's.
 */
static void
changed(const uint8_t *buf, size_t n, size_t at, uint64_t fetched)
{
	struct cache_entry entry;
	uint64_t then = 0;

	for (size_t i = 8; i < 16; i++)
		then = then << 8 | buf[i];
	scratch_file(NAME, buf, n, 0600);
	if (!cache_load(&cache, NAME, url, DAY, &entry))
		return;
	assert_true(at >= n - (sizeof(BODY) - 1) || then != fetched ||
	    entry.fresh_s != FRESH_S);
	assert_true(then <= now() && now() - then <= DAY + 1);
	assert_in_range(entry.age_s + then, now() - 2, now());
	assert_int_equal(entry.len, sizeof(BODY) - 1);
	assert_memory_equal(entry.body, buf + n - entry.len, entry.len);
	cache_entry_free(&entry);
}

static void
cache_changed_byte_no_wrong_answer(void **state)
{
	uint8_t buf[256];
	uint64_t fetched = now() - 100;
	size_t n = craft(buf, fetched);

	(void)state;
	for (size_t at = 0; at < n; at++)
		for (unsigned by = 1; by <= UINT8_MAX; by++) {
			/* The bytes of URL and body take one bit each. */
			if (at >= HEAD && (by & (by - 1)) != 0)
				continue;
			buf[at] ^= (uint8_t)by;
			changed(buf, n, at, fetched);
			buf[at] ^= (uint8_t)by;
		}
}

/* A file of an older version, whose URL begins where ours has a length. */
static void
cache_entry_of_older_form_no_answer(void **state)
{
	uint8_t buf[256];
	size_t n = craft(buf, now());

	(void)state;
	memcpy(buf, "SPCACHE1", 8);
	scratch_file(NAME, buf, n, 0600);
	assert_false(loads_anything(DAY));
	memmove(buf + FRESH_AT, buf + FRESH_AT + 4, n - FRESH_AT - 4);
	scratch_file(NAME, buf, n - 4, 0600);
	assert_false(loads_anything(DAY));
}

/* --- locks --- */

static void
cache_lock_held_once(void **state)
{
	int first, second, other;

	(void)state;
	assert_int_equal(cache_lock(&cache, "lock-1", &first), CACHE_LOCKED);
	assert_int_equal(cache_lock(&cache, "lock-1", &second), CACHE_BUSY);
	assert_int_equal(second, -1);
	assert_int_equal(cache_lock(&cache, "lock-2", &other), CACHE_LOCKED);
	(void)close(first);
	assert_int_equal(cache_lock(&cache, "lock-1", &second), CACHE_LOCKED);
	(void)close(second);
	(void)close(other);
	assert_int_equal(unlink(scratch("lock-1")), 0);
	assert_int_equal(unlink(scratch("lock-2")), 0);
}

/* Whoever cannot lock goes on without, and does nothing to what is there. */
static void
cache_lock_impossible_said(void **state)
{
	static const struct cache none = { .dir = -1 };
	struct stat st;
	int fd;

	(void)state;
	assert_int_equal(cache_lock(&none, "lock-1", &fd), CACHE_NO_LOCK);
	assert_int_equal(fd, -1);
	scratch_file("elsewhere", "x", 1, 0600);
	assert_int_equal(symlink(scratch("elsewhere"), scratch("lock-3")), 0);
	assert_int_equal(cache_lock(&cache, "lock-3", &fd), CACHE_NO_LOCK);
	assert_int_equal(fd, -1);
	assert_int_equal(stat(scratch("elsewhere"), &st), 0);
	assert_int_equal(st.st_size, 1);
	assert_int_equal(unlink(scratch("lock-3")), 0);
	assert_int_equal(unlink(scratch("elsewhere")), 0);
}

static void
cache_larger_than_any_answer_no_answer(void **state)
{
	uint8_t *buf = malloc(HEAD + URL_MAX + sizeof(large));
	size_t n = HEAD + sizeof(URL) - 1;
	const size_t len = sizeof(large);

	(void)state;
	assert_non_null(buf);
	(void)craft(buf, now());
	for (size_t i = 0; i < 4; i++)
		buf[20 + i] = (uint8_t)(len >> 8 * (3 - i));
	memcpy(buf + n, large, len);
	scratch_file(NAME, buf, n + len, 0600);
	assert_false(loads_anything(DAY));
	/* And a file without end is not read to its end. */
	assert_int_equal(truncate(scratch(NAME), (off_t)1 << 40), 0);
	assert_false(loads_anything(DAY));
	free(buf);
}

static void
cache_something_else_in_its_place_no_answer(void **state)
{
	int fd;

	(void)state;
	put_entry(now());
	assert_int_equal(rename(scratch(NAME), scratch("elsewhere")), 0);
	assert_false(loads_anything(DAY));
	assert_int_equal(symlink("elsewhere", scratch(NAME)), 0);
	assert_false(loads_anything(DAY));
	assert_int_equal(unlink(scratch(NAME)), 0);
	assert_int_equal(mkdir(scratch(NAME), 0700), 0);
	assert_false(loads_anything(DAY));
	assert_int_equal(rmdir(scratch(NAME)), 0);
	/* Without a writer, and with one that says nothing. */
	assert_int_equal(mkfifo(scratch(NAME), 0600), 0);
	(void)alarm(20);
	assert_false(loads_anything(DAY));
	fd = open(scratch(NAME), O_RDWR | O_CLOEXEC);
	assert_false(loads_anything(DAY));
	(void)alarm(0);
	(void)close(fd);
	/* A store puts an end to all of them. */
	store(BODY, sizeof(BODY) - 1);
	assert_true(loads(DAY, BODY, sizeof(BODY) - 1));
	assert_int_equal(unlink(scratch("elsewhere")), 0);
}

/* Whoever can make links here gets nothing written through them. */
static void
cache_store_does_not_follow_links(void **state)
{
	char tmp[64];

	(void)state;
	scratch_file("victim", "safe", 4, 0600);
	(void)snprintf(tmp, sizeof(tmp), NAME ".%d", (int)getpid());
	assert_int_equal(symlink("victim", scratch(tmp)), 0);
	store(BODY, sizeof(BODY) - 1);
	(void)unlink(scratch(NAME));
	assert_int_equal(symlink("victim", scratch(NAME)), 0);
	store(BODY, sizeof(BODY) - 1);
	assert_true(loads(DAY, BODY, sizeof(BODY) - 1));
	{
		struct stat st;

		assert_int_equal(stat(scratch("victim"), &st), 0);
		assert_int_equal(st.st_size, 4);
	}
	assert_int_equal(unlink(scratch("victim")), 0);
}

static void
cache_removed_is_gone(void **state)
{
	(void)state;
	store(BODY, sizeof(BODY) - 1);
	cache_remove(&cache, NAME);
	assert_false(loads_anything(DAY));
	assert_int_equal(files(), 0);
	cache_remove(&cache, NAME); /* twice does no harm */
}

static void
cache_absent_goes_on_without(void **state)
{
	struct cache none = { .dir = -1 };
	struct cache_entry entry;

	(void)state;
	cache_store(&none, NAME, url, 0, large, 10);
	cache_remove(&none, NAME);
	assert_false(cache_load(&none, NAME, url, DAY, &entry));
	assert_null(entry.body);
	assert_int_equal(files(), 0);
}

/* --- file systems that fail: for root only, in mounts of our own --- */

static void
cache_disk_full_last_answer_stays(void **state)
{
	(void)state;
	assert_int_equal(mkdir(scratch("full"), 0700), 0);
	own_tmpfs(scratch("full"), "size=64k,mode=0700");
	use_directory(scratch("full"));
	store(large, 1000);
	store(large, KEY9_ANSWER_MAX);
	assert_true(loads(DAY, large, 1000));
	/* Half an answer would only fill it further. */
	assert_int_equal(files(), 1);
	assert_int_equal(umount2(scratch("full"), MNT_DETACH), 0);
	use_directory(scratch(""));
}

static void
cache_read_only_last_answer_stays(void **state)
{
	const char *path = scratch("read-only");

	(void)state;
	assert_int_equal(mkdir(path, 0700), 0);
	own_tmpfs(path, "size=64k,mode=0700");
	use_directory(path);
	store(large, 1000);
	assert_int_equal(mount(NULL, path, NULL, MS_REMOUNT | MS_RDONLY,
	    NULL), 0);
	store(large, 2000);
	cache_remove(&cache, NAME);
	assert_true(loads(DAY, large, 1000));
	assert_int_equal(umount2(path, MNT_DETACH), 0);
	use_directory(scratch(""));
}

/* --- the directory: /var/cache/sallyport/USER --- */

#define ROOT "/var/cache/sallyport"

static bool
opens(void)
{
	struct cache opened;
	bool ok;

	cache_open(&opened, "joe");
	assert_string_equal(opened.path, ROOT "/joe");
	ok = opened.dir != -1;
	if (ok)
		(void)close(opened.dir);
	return ok;
}

static void
cache_directory_made_for_the_caged_id(void **state)
{
	struct stat st;

	(void)state;
	needs_root();
	own_tmpfs("/var/cache", "mode=0755");
	assert_true(opens());
	assert_int_equal(stat(ROOT "/joe", &st), 0);
	assert_int_equal(st.st_uid, SALLYPORT_PARENT_ID);
	assert_int_equal(st.st_gid, SALLYPORT_PARENT_ID);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(stat(ROOT, &st), 0);
	assert_int_equal(st.st_uid, 0);
	assert_true(opens());
}

static void
cache_directory_of_others_not_used(void **state)
{
	static const mode_t modes[] = { 0701, 0710, 0770, 0777, 0702, 0720 };

	(void)state;
	needs_root();
	own_tmpfs("/var/cache", "mode=0755");
	assert_true(opens());
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		assert_int_equal(chmod(ROOT "/joe", modes[i]), 0);
		assert_false(opens());
	}
	assert_int_equal(chmod(ROOT "/joe", 0700), 0);
	assert_int_equal(chown(ROOT "/joe", 12345, 12345), 0);
	assert_false(opens());
	assert_int_equal(chown(ROOT "/joe", SALLYPORT_PARENT_ID, 0), 0);
	assert_true(opens());
	assert_int_equal(rename(ROOT "/joe", ROOT "/jane"), 0);
	assert_int_equal(symlink("jane", ROOT "/joe"), 0);
	assert_false(opens());
	assert_int_equal(unlink(ROOT "/joe"), 0);
	assert_int_equal(mknod(ROOT "/joe", S_IFREG | 0700, 0), 0);
	assert_false(opens());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cache_stored_comes_back),
		cmocka_unit_test(cache_stored_in_the_documented_form),
		cmocka_unit_test(cache_entry_of_older_form_no_answer),
		cmocka_unit_test(cache_lock_held_once),
		cmocka_unit_test(cache_lock_impossible_said),
		cmocka_unit_test(cache_age_decides),
		cmocka_unit_test(cache_time_in_the_future_no_answer),
		cmocka_unit_test(cache_other_url_no_answer),
		cmocka_unit_test(cache_truncated_no_answer),
		cmocka_unit_test(cache_changed_byte_no_wrong_answer),
		cmocka_unit_test(cache_larger_than_any_answer_no_answer),
		cmocka_unit_test(cache_something_else_in_its_place_no_answer),
		cmocka_unit_test(cache_store_does_not_follow_links),
		cmocka_unit_test(cache_removed_is_gone),
		cmocka_unit_test(cache_absent_goes_on_without),
		cmocka_unit_test(cache_disk_full_last_answer_stays),
		cmocka_unit_test(cache_read_only_last_answer_stays),
		cmocka_unit_test(cache_directory_made_for_the_caged_id),
		cmocka_unit_test(cache_directory_of_others_not_used),
	};

	return cmocka_run_group_tests_name("cache", tests, setup, teardown);
}
