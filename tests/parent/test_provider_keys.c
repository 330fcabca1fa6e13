/*
 * A provider's keys in the cache: how good they are at which age, what is not
 * taken for any, and when nobody may fetch newer ones. The fetching itself is
 * tests/e2e's: here there is no starter, so an attempt shows by its failure.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ipc/wire.h"
#include "parent/provider_keys.h"
#include "tests/parent/scratch.h"

#define ISSUER "https://idp.example"
#define OTHER "https://other.example"
#define HOUR 3600
#define SET "a set of keys"
#define DEADLINE_S 2

static const struct provider_limits limits = { 24 * HOUR, 48 * HOUR };
static struct login login;
static struct provider_keys keys;

static int
setup(void **state)
{
	if (scratch_setup(state) == -1)
		return -1;
	login_begin(&login, "openpubkey", "-", DEADLINE_S);
	(void)snprintf(login.cache.path, sizeof(login.cache.path), "%s",
	    scratch(""));
	login.cache.dir = open(login.cache.path,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return login.cache.dir != -1 ? 0 : -1;
}

static int
teardown(void **state)
{
	provider_keys_free(&keys);
	(void)close(login.cache.dir);
	return scratch_teardown(state);
}

/* Before each case: an empty cache, and the whole time. */
static int
begin(void **state)
{
	static const char *const kinds[] = { "keys", "try", "lock" };
	static const char *const issuers[] = { ISSUER, OTHER };
	char name[PROVIDER_FILE_MAX];

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		provider_file(kinds[i % 3], issuers[i / 3], name);
		(void)unlink(scratch(name));
	}
	login.deadline_ms = ipc_now_ms() + DEADLINE_S * 1000;
	return 0;
}

/* The path of the issuer's file of that kind. */
static const char *
file_of(const char *kind)
{
	char name[PROVIDER_FILE_MAX];

	provider_file(kind, ISSUER, name);
	return scratch(name);
}

static void
store(const char *issuer, uint32_t fresh_s, bool preloaded)
{
	struct provider_keys stored = { .preloaded = preloaded,
		.set = (uint8_t *)(uintptr_t)SET, .len = sizeof(SET) - 1,
		.userinfo = ISSUER "/me", .userinfo_proxy = "http://p:1" };

	assert_true(provider_keys_store(&login.cache, issuer, fresh_s,
	    &stored));
}

/* Makes a file of the cache look so many seconds older. */
static void
age(const char *path, int64_t seconds)
{
	uint64_t then = (uint64_t)((int64_t)time(NULL) - seconds);
	uint8_t bytes[8];
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(then >> 8 * (7 - i));
	assert_true(fd != -1);
	assert_int_equal(pwrite(fd, bytes, 8, 8), 8);
	(void)close(fd);
}

static enum ipc_keys
load(void)
{
	provider_keys_free(&keys);
	provider_keys_load(&login.cache, ISSUER, &limits, &keys);
	if (keys.state == IPC_KEYS_NONE)
		assert_null(keys.set);
	return keys.state;
}

static enum ipc_keys
loaded_at(int64_t seconds)
{
	age(file_of("keys"), seconds);
	return load();
}

static void
provider_keys_stored_come_back(void **state)
{
	uint64_t before = (uint64_t)time(NULL);

	(void)state;
	assert_int_equal(load(), IPC_KEYS_NONE);
	store(ISSUER, HOUR, false);
	assert_int_equal(load(), IPC_KEYS_FRESH);
	assert_int_equal(keys.len, sizeof(SET) - 1);
	assert_memory_equal(keys.set, SET, keys.len);
	assert_string_equal(keys.userinfo, ISSUER "/me");
	assert_string_equal(keys.userinfo_proxy, "http://p:1");
	assert_false(keys.preloaded);
	assert_in_range(keys.fetched, before, (uint64_t)time(NULL));
	assert_in_range(keys.age_s, 0, 5);
}

static void
provider_keys_age_decides(void **state)
{
	(void)state;
	store(ISSUER, HOUR, false);
	assert_int_equal(loaded_at(HOUR - 5), IPC_KEYS_FRESH);
	assert_in_range(keys.age_s, HOUR - 5, HOUR);
	assert_int_equal(loaded_at(HOUR + 1), IPC_KEYS_STALE);
	assert_int_equal(loaded_at(24 * HOUR - 5), IPC_KEYS_STALE);
	assert_int_equal(loaded_at(24 * HOUR + 1), IPC_KEYS_NONE);
	/* Nobody could say how old those are. */
	assert_int_equal(loaded_at(-60), IPC_KEYS_NONE);
}

/* Whatever a damaged file says of itself. */
static void
provider_keys_never_fresh_beyond_a_day(void **state)
{
	static const struct provider_limits week = { 7 * 24 * HOUR, 0 };

	(void)state;
	store(ISSUER, UINT32_MAX, false);
	age(file_of("keys"), PROVIDER_FRESH_MAX_S + 1);
	provider_keys_free(&keys);
	provider_keys_load(&login.cache, ISSUER, &week, &keys);
	assert_int_equal(keys.state, IPC_KEYS_STALE);
}

static void
provider_keys_no_stale_ones_allowed(void **state)
{
	static const struct provider_limits none = { 0, 0 };

	(void)state;
	store(ISSUER, HOUR, false);
	for (int stale = 0; stale < 2; stale++) {
		age(file_of("keys"), stale == 1 ? HOUR + 1 : HOUR - 5);
		provider_keys_free(&keys);
		provider_keys_load(&login.cache, ISSUER, &none, &keys);
		assert_int_equal(keys.state, stale == 1 ? IPC_KEYS_NONE :
		    IPC_KEYS_FRESH);
	}
	store(ISSUER, 0, true);
	provider_keys_free(&keys);
	provider_keys_load(&login.cache, ISSUER, &none, &keys);
	assert_int_equal(keys.state, IPC_KEYS_NONE);
}

static void
provider_keys_preloaded_fresh_then_none(void **state)
{
	(void)state;
	store(ISSUER, 0, true);
	assert_int_equal(load(), IPC_KEYS_FRESH);
	assert_true(keys.preloaded);
	assert_int_equal(loaded_at(48 * HOUR - 5), IPC_KEYS_FRESH);
	assert_int_equal(loaded_at(48 * HOUR + 1), IPC_KEYS_NONE);
}

/* Even if a file had the name that belongs to another. */
static void
provider_keys_of_another_issuer_are_none(void **state)
{
	char other[PROVIDER_FILE_MAX];

	(void)state;
	store(OTHER, HOUR, false);
	assert_int_equal(load(), IPC_KEYS_NONE);
	provider_file("keys", OTHER, other);
	assert_int_equal(rename(scratch(other), file_of("keys")), 0);
	assert_int_equal(load(), IPC_KEYS_NONE);
}

static void
provider_file_names_are_fnv_1a(void **state)
{
	char name[PROVIDER_FILE_MAX];

	(void)state;
	/* draft-eastlake-fnv section 8.2 */
	provider_file("keys", "", name);
	assert_string_equal(name, "keys-cbf29ce484222325");
	provider_file("try", "foobar", name);
	assert_string_equal(name, "try-85944171f73967e8");
}

/* The body of an entry: one byte, two strings, the set. */
static bool
takes_body(const void *body, size_t len)
{
	struct ipc_span issuer = { ISSUER, sizeof(ISSUER) - 1 };
	char name[PROVIDER_FILE_MAX];

	provider_file("keys", ISSUER, name);
	assert_true(cache_store(&login.cache, name, issuer, HOUR, body, len));
	return load() == IPC_KEYS_FRESH;
}

static size_t
body_of(uint8_t *buf, size_t size, uint8_t preloaded, size_t url,
    size_t proxy, char letter, size_t set)
{
	static uint8_t letters[KEY_SET_MAX + 1];
	struct wire_writer w = { buf, size, 0 };

	memset(letters, letter, sizeof(letters));
	assert_int_equal(wire_put_u8(&w, preloaded), ERR_OK);
	assert_int_equal(wire_put_string(&w, letters, url), ERR_OK);
	assert_int_equal(wire_put_string(&w, letters, proxy), ERR_OK);
	assert_int_equal(wire_put_bytes(&w, letters, set), ERR_OK);
	return w.used;
}

static void
provider_keys_damaged_are_none(void **state)
{
	static uint8_t b[2 * KEY_SET_MAX];
	size_t n = body_of(b, sizeof(b), 0, 3, 3, 'x', 4);

	(void)state;
	assert_true(takes_body(b, n));
	/* With less than one byte of a set, and cut anywhere before it. */
	for (size_t cut = 4; cut <= n; cut++)
		assert_false(takes_body(b, n - cut));
	assert_false(takes_body(b, body_of(b, sizeof(b), 2, 3, 3, 'x', 4)));
	assert_false(takes_body(b, body_of(b, sizeof(b), 0, 3, 3, '\n', 4)));
	assert_false(takes_body(b, body_of(b, sizeof(b), 0, 3, 3, '\0', 4)));
	assert_true(takes_body(b, body_of(b, sizeof(b), 0, URL_MAX,
	    PROXY_MAX, 'x', KEY_SET_MAX)));
	assert_false(takes_body(b, body_of(b, sizeof(b), 0, URL_MAX + 1,
	    PROXY_MAX, 'x', 4)));
	assert_false(takes_body(b, body_of(b, sizeof(b), 0, URL_MAX,
	    PROXY_MAX + 1, 'x', 4)));
	assert_false(takes_body(b, body_of(b, sizeof(b), 0, 3, 3, 'x',
	    KEY_SET_MAX + 1)));
}

static void
provider_fresh_bounded(void **state)
{
	(void)state;
	assert_int_equal(provider_fresh_s(0), HOUR);
	assert_int_equal(provider_fresh_s(1), 300);
	assert_int_equal(provider_fresh_s(300), 300);
	assert_int_equal(provider_fresh_s(301), 301);
	assert_int_equal(provider_fresh_s(24 * HOUR), 24 * HOUR);
	assert_int_equal(provider_fresh_s(UINT32_MAX), 24 * HOUR);
}

/* --- who may fetch, and when --- */

enum tried { TOOK, BUSY, NOT_AGAIN, ATTEMPTED };

static enum tried
refresh(bool now)
{
	struct key_refresh r = { .issuer = ISSUER, .limits = &limits,
		.now = now };

	if (provider_keys_refresh(&login, &r, &keys))
		return TOOK;
	/* There is no starter: the attempt ends with the first worker. */
	if (r.reason == REASON_WORKER_DIED) {
		assert_string_equal(r.worker, "keys");
		return ATTEMPTED;
	}
	assert_int_equal(r.reason, REASON_PROVIDER_KEYS);
	assert_null(r.worker);
	return strstr(r.detail, "another process") != NULL ? BUSY : NOT_AGAIN;
}

static void
provider_refresh_once_a_minute(void **state)
{
	(void)state;
	assert_int_equal(refresh(false), ATTEMPTED);
	assert_int_equal(refresh(false), NOT_AGAIN);
	age(file_of("try"), PROVIDER_ATTEMPT_S - 5);
	assert_int_equal(refresh(false), NOT_AGAIN);
	age(file_of("try"), PROVIDER_ATTEMPT_S);
	assert_int_equal(refresh(false), ATTEMPTED);
	/* A clock that was wrong does not keep us for ever. */
	age(file_of("try"), -1000);
	assert_int_equal(refresh(false), ATTEMPTED);
	/* The decision of the login is its own. */
	assert_int_equal(login.decision.reason, REASON_OK);
}

static void
provider_refresh_now_whatever_was_tried(void **state)
{
	(void)state;
	assert_int_equal(refresh(true), ATTEMPTED);
	assert_int_equal(refresh(true), ATTEMPTED);
	/* But it is an attempt, as far as logins go. */
	assert_int_equal(refresh(false), NOT_AGAIN);
}

static void
provider_refresh_failed_keeps_keys(void **state)
{
	uint8_t *set;

	(void)state;
	store(ISSUER, HOUR, false);
	assert_int_equal(loaded_at(HOUR + 1), IPC_KEYS_STALE);
	set = keys.set;
	assert_int_equal(refresh(false), ATTEMPTED);
	assert_ptr_equal(keys.set, set);
	assert_int_equal(keys.state, IPC_KEYS_STALE);
	assert_memory_equal(keys.set, SET, sizeof(SET) - 1);
}

/* Another login was faster, between our look and our lock. */
static void
provider_refresh_takes_newer_ones(void **state)
{
	(void)state;
	store(ISSUER, HOUR, false);
	assert_int_equal(loaded_at(2 * HOUR), IPC_KEYS_STALE);
	store(ISSUER, HOUR, false);
	assert_int_equal(refresh(false), TOOK);
	assert_int_equal(keys.state, IPC_KEYS_FRESH);
	/* And those are no newer than they are. */
	assert_int_equal(refresh(false), ATTEMPTED);
}

/* A process that has the lock, and after some time stores keys or none. */
static pid_t
other_process(int hold_ms, bool stores)
{
	int ready[2], fd;
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	if ((pid = fork()) == 0) {
		fd = open(file_of("lock"), O_RDWR | O_CREAT, 0600);
		if (fd == -1 || flock(fd, LOCK_EX) == -1 ||
		    write(ready[1], "x", 1) != 1)
			_exit(1);
		(void)usleep((useconds_t)hold_ms * 1000);
		if (stores)
			store(ISSUER, HOUR, false);
		_exit(0);
	}
	(void)close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	(void)close(ready[0]);
	return pid;
}

static void
provider_refresh_busy_with_keys_not_waited_for(void **state)
{
	int64_t began = ipc_now_ms();
	pid_t pid;

	(void)state;
	store(ISSUER, HOUR, false);
	assert_int_equal(loaded_at(2 * HOUR), IPC_KEYS_STALE);
	pid = other_process(1000, false);
	assert_int_equal(refresh(false), BUSY);
	assert_true(ipc_now_ms() - began < 900);
	assert_int_equal(keys.state, IPC_KEYS_STALE);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	/* It made no attempt, so neither did it use one up. */
	assert_int_equal(refresh(false), ATTEMPTED);
}

static void
provider_refresh_busy_without_keys_waited_for(void **state)
{
	int64_t began = ipc_now_ms();
	pid_t pid;

	(void)state;
	assert_int_equal(load(), IPC_KEYS_NONE);
	pid = other_process(300, true);
	assert_int_equal(refresh(false), TOOK);
	assert_in_range(ipc_now_ms() - began, 250, 1400);
	assert_int_equal(keys.state, IPC_KEYS_FRESH);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void
provider_refresh_busy_too_long_leaves_time(void **state)
{
	pid_t pid;

	(void)state;
	assert_int_equal(load(), IPC_KEYS_NONE);
	pid = other_process(10000, false);
	assert_int_equal(refresh(false), BUSY);
	assert_in_range(login.deadline_ms - ipc_now_ms(),
	    PROVIDER_RESERVE_MS - 400, PROVIDER_RESERVE_MS);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void
provider_refresh_without_cache_always_attempts(void **state)
{
	int dir = login.cache.dir;

	(void)state;
	login.cache.dir = -1;
	assert_int_equal(load(), IPC_KEYS_NONE);
	assert_int_equal(refresh(false), ATTEMPTED);
	assert_int_equal(refresh(false), ATTEMPTED);
	login.cache.dir = dir;
}

#define CASE(test) cmocka_unit_test_setup(test, begin)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(provider_keys_stored_come_back),
		CASE(provider_keys_age_decides),
		CASE(provider_keys_never_fresh_beyond_a_day),
		CASE(provider_keys_no_stale_ones_allowed),
		CASE(provider_keys_preloaded_fresh_then_none),
		CASE(provider_keys_of_another_issuer_are_none),
		CASE(provider_file_names_are_fnv_1a),
		CASE(provider_keys_damaged_are_none),
		CASE(provider_fresh_bounded),
		CASE(provider_refresh_once_a_minute),
		CASE(provider_refresh_now_whatever_was_tried),
		CASE(provider_refresh_failed_keeps_keys),
		CASE(provider_refresh_takes_newer_ones),
		CASE(provider_refresh_busy_with_keys_not_waited_for),
		CASE(provider_refresh_busy_without_keys_waited_for),
		CASE(provider_refresh_busy_too_long_leaves_time),
		CASE(provider_refresh_without_cache_always_attempts),
	};

	return cmocka_run_group_tests_name("provider_keys", tests, setup,
	    teardown);
}
