/* sallyport.yaml: its keys, and no others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "parseproc/sallyport_config.h"

static struct sallyport_config config;
static struct config_error error;

static enum reason
read_text(const char *text)
{
	return sallyport_config_read((const uint8_t *)text, strlen(text),
	    &config, &error);
}

static void
sallyport_config_nothing_gives_defaults(void **state)
{
	static const char *const texts[] = { "", "# nothing\n", "stale_max:\n",
		"stale_max: ~\n" };

	(void)state;
	assert_int_equal(sallyport_config_read(NULL, 0, &config, &error),
	    REASON_OK);
	assert_int_equal(config.stale_max_s, 24 * 3600);
	assert_int_equal(config.preload_max_s, 30 * 24 * 3600);
	assert_true(config.home_policy);
	assert_false(config.expiry_time);
	assert_int_equal(config.deadline_s, 5);
	assert_int_equal(config.deny_status, 0);
	assert_false(config.log_json);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(read_text(texts[i]), REASON_OK);
		assert_int_equal(config.stale_max_s, 24 * 3600);
	}
}

static void
sallyport_config_durations_read(void **state)
{
	static const struct {
		const char *text;
		uint32_t seconds;
	} cases[] = {
		{ "24h", 86400 }, { "90m", 5400 }, { "3600", 3600 },
		{ "3600s", 3600 }, { "2d", 172800 }, { "0", 0 },
		{ "0h", 0 }, { "30d", 2592000 }, { "'1h'", 3600 },
		{ "720h", 2592000 }, { "007", 7 },
	};
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(text, sizeof(text), "stale_max: %s\n",
		    cases[i].text);
		assert_int_equal(read_text(text), REASON_OK);
		assert_int_equal(config.stale_max_s, cases[i].seconds);
	}
}

static void
sallyport_config_bad_durations_refused(void **state)
{
	static const char *const bad[] = { "31d", "30d1s", "2592001", "1w",
		"h", "-1", "1.5h", "1 h", "1h30m", "24H", "true", "[1h]",
		"{a: b}", "4294967296", "18446744073709551616",
		"99999999999999999999d", "49711d" };
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(text, sizeof(text), "\nstale_max: %s\n",
		    bad[i]);
		if (read_text(text) != REASON_CONFIG_VALUE)
			fail_msg("%s", bad[i]);
		assert_int_equal(error.line, 2);
		assert_non_null(strstr(error.what, "stale_max must be"));
		assert_int_equal(config.stale_max_s, 0);
	}
}

static void
sallyport_config_all_keys_read(void **state)
{
	(void)state;
	assert_int_equal(read_text("stale_max: 1h\npreload_max: 366d\n"
	    "home_policy: false\nexpiry_time: true\ndeadline: 30\n"
	    "deny_status: 255\nlog_json: true\n"), REASON_OK);
	assert_true(config.log_json);
	assert_int_equal(config.stale_max_s, 3600);
	assert_int_equal(config.preload_max_s, 366 * 86400);
	assert_false(config.home_policy);
	assert_true(config.expiry_time);
	assert_int_equal(config.deadline_s, 30);
	assert_int_equal(config.deny_status, 255);
	assert_int_equal(read_text("preload_max: 0\ndeadline: 1s\n"
	    "deny_status: 1\n"), REASON_OK);
	assert_int_equal(config.preload_max_s, 0);
	assert_int_equal(config.deadline_s, 1);
	assert_int_equal(config.deny_status, 1);
	assert_true(config.home_policy);
	assert_int_equal(read_text("deadline: 0m1\n"), REASON_CONFIG_VALUE);
}

static void
sallyport_config_bad_values_refused(void **state)
{
	static const struct {
		const char *text;
		const char *what;
	} bad[] = {
		{ "preload_max: 367d", "preload_max must be 0 (off)" },
		{ "preload_max: forever", "preload_max must be 0 (off)" },
		{ "home_policy: no", "home_policy must be true or false" },
		{ "home_policy: 'false'", "home_policy must be true or" },
		{ "home_policy: [false]", "home_policy must be a single" },
		{ "expiry_time: 1", "expiry_time must be true or false" },
		{ "deadline: 0", "deadline must be a time of 1s to 30s" },
		{ "deadline: 0s", "deadline must be a time of 1s to 30s" },
		{ "deadline: 31", "deadline must be a time of 1s to 30s" },
		{ "deadline: 1m", "deadline must be a time of 1s to 30s" },
		{ "log_json: json", "log_json must be true or false" },
		{ "deny_status: 256", "deny_status must be a whole number" },
		{ "deny_status: [1]", "deny_status must be a single" },
		{ "expiry_time: trux", "expiry_time must be true or false" },
		{ "deny_status: -1", "deny_status must be a whole number" },
		{ "deny_status: 0x1", "deny_status must be a whole number" },
	};
	static const struct sallyport_config zero;
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(text, sizeof(text), "stale_max: 1h\n%s\n",
		    bad[i].text);
		if (read_text(text) != REASON_CONFIG_VALUE ||
		    strstr(error.what, bad[i].what) == NULL)
			fail_msg("%s: %s", bad[i].text, error.what);
		assert_int_equal(error.line, 2);
		assert_memory_equal(&config, &zero, sizeof(zero));
	}
}

static void
sallyport_config_unknown_keys_refused(void **state)
{
	(void)state;
	assert_int_equal(read_text("stale_max: 1h\nstale-max: 2h\n"),
	    REASON_CONFIG_VALUE);
	assert_int_equal(error.line, 2);
	assert_non_null(strstr(error.what, "unknown key"));
	assert_int_equal(read_text("a: {stale_max: 1h}\n"),
	    REASON_CONFIG_VALUE);
	assert_int_equal(read_text("\"stale_max\\0\": 1h\n"),
	    REASON_CONFIG_VALUE);
	assert_int_equal(read_text("stale_max: 1h\nstale_max: 1h\n"),
	    REASON_CONFIG_SYNTAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sallyport_config_nothing_gives_defaults),
		cmocka_unit_test(sallyport_config_durations_read),
		cmocka_unit_test(sallyport_config_bad_durations_refused),
		cmocka_unit_test(sallyport_config_all_keys_read),
		cmocka_unit_test(sallyport_config_bad_values_refused),
		cmocka_unit_test(sallyport_config_unknown_keys_refused),
	};

	return cmocka_run_group_tests_name("sallyport_config", tests, NULL,
	    NULL);
}
