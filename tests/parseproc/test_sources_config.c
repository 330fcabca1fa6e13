/* The sources of sallyport.yaml, through the reader of the whole file. */
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

#define CHAIN "  - source: chain\n    command: /bin/x\n    user: nobody\n"

static void
sources_config_none_by_default(void **state)
{
	(void)state;
	assert_int_equal(read_text("stale_max: 1h\n"), REASON_OK);
	assert_int_equal(config.sources.n, 0);
	assert_int_equal(read_text("sources: []\n"), REASON_OK);
	assert_int_equal(config.sources.n, 0);
}

static void
sources_config_all_keys_read(void **state)
{
	static const char words[] = "/usr/bin/keys\0--user=%u\0%t";
	const struct source_config *s = config.sources.list;

	(void)state;
	assert_int_equal(read_text("sources:\n"
	    "  - source: chain\n"
	    "    command: /usr/bin/keys  --user=%u %t \n"
	    "    user: nobody\n"
	    "    cert_authority: true\n"
	    "  - source: openpubkey\n"
	    "    enable: true\n"
	    "    deadline: 2s\n"
	    "    on_error: stop\n"
	    "    require_email_verified: true\n"
	    "    options: [restrict, pty, 'from=\"10.0.0.0/8\"']\n"
	    "  - source: key9\n"
	    "    on_error: continue\n"
	    "deadline: 7s\n"), REASON_OK);
	assert_int_equal(config.sources.n, 3);
	assert_int_equal(s[0].source, IPC_SOURCE_CHAIN);
	assert_int_equal(s[0].words_len, sizeof(words));
	assert_memory_equal(s[0].words, words, sizeof(words));
	assert_string_equal(s[0].run_as, "nobody");
	assert_true(s[0].cert_authority);
	assert_int_equal(s[0].deadline_s, 7);
	assert_int_equal(s[1].source, IPC_SOURCE_OPENPUBKEY);
	assert_int_equal(s[1].deadline_s, 2);
	assert_true(s[1].stop);
	assert_true(s[1].require_email_verified);
	assert_string_equal(s[1].options.text,
	    "restrict,pty,from=\"10.0.0.0/8\"");
	assert_int_equal(s[2].source, IPC_SOURCE_KEY9);
	assert_false(s[2].stop);
	assert_string_equal(s[2].options.text, "");
	assert_ptr_equal(sources_config_find(&config.sources, IPC_SOURCE_KEY9),
	    &s[2]);
}

static void
sources_config_disabled_is_checked_and_left_out(void **state)
{
	(void)state;
	assert_int_equal(read_text("sources:\n  - source: key9\n"
	    "    enable: false\n" CHAIN), REASON_OK);
	assert_int_equal(config.sources.n, 1);
	assert_null(sources_config_find(&config.sources, IPC_SOURCE_KEY9));
	assert_int_equal(read_text("sources:\n  - source: key9\n"
	    "    enable: false\n    deadline: 31s\n"), REASON_CONFIG_VALUE);
	assert_int_equal(error.line, 4);
}

/* Each with the line at fault and what is said of it. */
static void
sources_config_bad_values_refused(void **state)
{
	static const struct {
		const char *text;
		uint32_t line;
		const char *what;
	} bad[] = {
		{ "key9", 1, "must be a list" },
		{ "\n  key9:\n    enable: true", 2, "must be a list" },
		{ "[key9]", 1, "does not begin with" },
		{ "\n  - enable: true", 2, "source is missing" },
		{ "\n  - source: keynine", 2, "source must be openpubkey" },
		{ "\n  - source: key9\n  - source: key9", 3, "comes twice" },
		{ "\n  - source: key9\n    enable: false\n  - source: key9",
		  4, "comes twice" },
		{ "\n  - source: key9\n    enable: 1", 3, "enable must be" },
		{ "\n  - source: key9\n    deadline: 0", 3, "deadline must" },
		{ "\n  - source: key9\n    on_error: go", 3, "on_error must" },
		{ "\n  - source: key9\n    on_error: [stop]", 3, "on_error" },
		{ "\n  - source: key9\n    color: red", 3, "unknown key" },
		{ "\n  - source: key9\n    require_email_verified: true", 3,
		  "unknown key" },
		{ "\n  - source: key9\n    command: /bin/x", 3,
		  "unknown key" },
		{ "\n  - source: openpubkey\n    cert_authority: true", 3,
		  "unknown key" },
		{ "\n  - source: openpubkey\n    require_email_verified: 1",
		  3, "require_email_verified must" },
		{ "\n  - source: openpubkey\n    require_email_verified:", 3,
		  "require_email_verified has no value" },
		{ "\n  - source: key9\n    on_error: ''", 3,
		  "on_error has no value" },
		{ "\n  - source: key9\n    options: ~", 3,
		  "options has no value" },
		{ "\n  - source: chain\n    user: x", 2, "command is" },
		{ "\n  - source: chain\n    command: /x", 2, "user is" },
		{ "\n  - source: chain\n    user: x\n    command: x", 4,
		  "must begin with a path" },
		{ "\n  - source: chain\n    user: x\n    command: '/x \"y\"'",
		  4, "no quotes" },
		{ "\n  - source: chain\n    user: x\n    command: '/x \\y'",
		  4, "no quotes" },
		{ "\n  - source: chain\n    user: x\n    command: \"/x\\0y\"",
		  4, "no quotes" },
		{ "\n  - source: chain\n    user: x\n    command: \"/x\\ny\"",
		  4, "no quotes" },
		{ "\n  - source: chain\n    user: x\n    command: \"/x\\x7f\"",
		  4, "no quotes" },
		{ "\n  - source: chain\n    user: x y\n    command: /x", 3,
		  "user has white space" },
	};
	static const struct sallyport_config zero;
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(text, sizeof(text), "sources: %s\n",
		    bad[i].text);
		if (read_text(text) != REASON_CONFIG_VALUE ||
		    error.line != bad[i].line ||
		    strstr(error.what, bad[i].what) == NULL)
			fail_msg("%s: %u %s", bad[i].text, error.line,
			    error.what);
		assert_memory_equal(&config, &zero, sizeof(zero));
	}
}

static void
sources_config_bad_options_refused(void **state)
{
	static const char *const bad[] = { "restrict", "{restrict: true}",
		"[frobnicate]", "[cert-authority]", "['principals=\"a\"']",
		"['environment=\"A=b\"']", "['command=x']", "['command=\"x']",
		"['from=\"a\"', 'from=\"b\"']", "[restrict pty]",
		"['restrict ssh-rsa']", "[\"command=\\\"a\\nb\\\"\"]",
		"[\"command=\\\"a\\0b\\\"\"]", "[[restrict]]", "['']",
		"['command=\"a\\\"']" };
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(text, sizeof(text),
		    "sources:\n  - source: key9\n    options: %s\n", bad[i]);
		if (read_text(text) != REASON_CONFIG_VALUE ||
		    error.line != 3 || strstr(error.what, "options ") !=
		    error.what)
			fail_msg("%s: %u %s", bad[i], error.line, error.what);
	}
}

/* As long as may be, and one byte longer. */
static void
sources_config_bounds(void **state)
{
	static char text[2 * PATH_LEN_MAX];
	int n;

	(void)state;
	for (int more = 0; more <= 1; more++) {
		n = snprintf(text, sizeof(text), "sources:\n"
		    "  - source: chain\n    user: u\n    command: /%0*d\n",
		    PATH_LEN_MAX - 1 + more, 0);
		assert_in_range(n, PATH_LEN_MAX, sizeof(text) - 1);
		assert_int_equal(read_text(text), more == 0 ? REASON_OK :
		    REASON_CONFIG_VALUE);
		n = snprintf(text, sizeof(text), "sources:\n"
		    "  - source: key9\n    options: ['command=\"%0*d\"']\n",
		    LINE_OPTIONS_MAX - 10 + more, 0);
		assert_in_range(n, LINE_OPTIONS_MAX, sizeof(text) - 1);
		assert_int_equal(read_text(text), more == 0 ? REASON_OK :
		    REASON_CONFIG_VALUE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sources_config_none_by_default),
		cmocka_unit_test(sources_config_all_keys_read),
		cmocka_unit_test(
		    sources_config_disabled_is_checked_and_left_out),
		cmocka_unit_test(sources_config_bad_values_refused),
		cmocka_unit_test(sources_config_bad_options_refused),
		cmocka_unit_test(sources_config_bounds),
	};

	return cmocka_run_group_tests_name("sources_config", tests, NULL,
	    NULL);
}
