/* max-age, as servers write it and as none should. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "ipc/limits.h"
#include "netproc/cache_control.h"

/* Each line from a block of exactly its size, so that ASan sees the next. */
static void
add(struct cache_control *cc, const char *line)
{
	size_t n = strlen(line);
	char *copy = malloc(n + (n == 0));

	assert_non_null(copy);
	memcpy(copy, line, n);
	cache_control_add(cc, copy, n);
	free(copy);
}

static uint32_t
max_age_of(const char *value)
{
	struct cache_control cc = { 0 };
	char line[256] = "Cache-Control:";

	strcat(line, value);
	add(&cc, line);
	return cache_control_max_age(&cc);
}

static void
is(const char *value, uint32_t max_age_s)
{
	if (max_age_of(value) != max_age_s)
		fail_msg("%s: %u", value, max_age_of(value));
}

static void
cache_control_max_age_found(void **state)
{
	(void)state;
	is(" public, max-age=22645, must-revalidate, no-transform\r\n", 22645);
	is("max-age=1", 1);
	is(" MAX-AGE=60", 60);
	is(",, ,max-age=60 ,,", 60);
	is("\tmax-age=60\t,private\r\n", 60);
	is(" max-age=\"60\"", 60);
	is(" max-age=0060", 60);
	/* What its argument says is not a directive. */
	is(" foo=\"a, max-age=5\", max-age=60", 60);
	is(" foo=\"a\\\", max-age=5\", max-age=60", 60);
	is(" x-max-age=5, max-age=60", 60);
	is(" s-maxage=5, max-age=60", 60);
	is(" max-age=60, foo", 60);
}

static void
cache_control_max_age_absent_is_none(void **state)
{
	struct cache_control cc = { 0 };

	(void)state;
	is("", 0);
	is(" public", 0);
	is(" s-maxage=60", 0);
	is(" max-age2=60", 0);
	is(" foo=\"max-age=60", 0); /* in quotes that never end */
	is(" foo=\"max-age=60\\", 0);
	add(&cc, "");
	add(&cc, "\r\n");
	add(&cc, "Cache-Control");
	add(&cc, "X-Cache-Control: max-age=60");
	add(&cc, " Cache-Control: max-age=60");
	add(&cc, "Expires: max-age=60");
	assert_int_equal(cache_control_max_age(&cc), 0);
}

static void
cache_control_forbidden_is_the_least(void **state)
{
	(void)state;
	is(" no-store", 1);
	is(" max-age=60, no-store", 1);
	is(" No-Cache, max-age=60", 1);
	is(" no-cache=\"Set-Cookie\", max-age=60", 1);
	is(" max-age=0", 1);
	is(" no-stored, max-age=60", 60);
}

/* RFC 9111 section 4.2.1: stale at once. */
static void
cache_control_no_number_is_the_least(void **state)
{
	static const char *const values[] = { "max-age", "max-age=",
		"max-age=\"\"", "max-age=\"", "max-age=-1", "max-age=+1",
		"max-age=1.5", "max-age=0x10", "max-age=1 2", "max-age= 1",
		"max-age=1s", "max-age=\"1", "max-age=\xd9\xa1" };

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		char both[128];

		is(values[i], 1);
		(void)strcpy(both, "max-age=60, ");
		is(strcat(both, values[i]), 1);
	}
}

static void
cache_control_huge_clamped(void **state)
{
	(void)state;
	is("max-age=86399", MAX_AGE_MAX_S - 1);
	is("max-age=86400", MAX_AGE_MAX_S);
	is("max-age=86401", MAX_AGE_MAX_S);
	is("max-age=864000", MAX_AGE_MAX_S);
	/* 2^32 and 2^64 plus one minute. */
	is("max-age=4294967356", MAX_AGE_MAX_S);
	is("max-age=18446744073709551676", MAX_AGE_MAX_S);
	is("max-age=99999999999999999999999999999999999", MAX_AGE_MAX_S);
}

static void
cache_control_several_least_counts(void **state)
{
	static const char *const lines[] = { "Cache-Control: public",
		"cache-control: max-age=300\r\n",
		"CACHE-CONTROL: max-age=60, max-age=90\r\n" };
	struct cache_control cc = { 0 };

	(void)state;
	for (size_t i = 0; i < 3; i++)
		add(&cc, lines[i]);
	assert_int_equal(cache_control_max_age(&cc), 60);
	add(&cc, "Cache-Control: no-cache");
	assert_int_equal(cache_control_max_age(&cc), 1);
	is(" max-age=90, max-age=60", 60);
	is(" max-age=0, max-age=60", 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cache_control_max_age_found),
		cmocka_unit_test(cache_control_max_age_absent_is_none),
		cmocka_unit_test(cache_control_forbidden_is_the_least),
		cmocka_unit_test(cache_control_no_number_is_the_least),
		cmocka_unit_test(cache_control_huge_clamped),
		cmocka_unit_test(cache_control_several_least_counts),
	};

	return cmocka_run_group_tests_name("cache_control", tests, NULL, NULL);
}
