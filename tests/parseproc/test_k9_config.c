/* k9.yaml: a real one, and everything that can be wrong with one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parseproc/k9_config.h"

static struct k9_config config;
static struct config_error error;

static enum reason
read_text(const char *text)
{
	size_t len = strlen(text);
	uint8_t *copy = malloc(len + (len == 0));
	enum reason reason;

	assert_non_null(copy);
	memcpy(copy, text, len);
	reason = k9_config_read(copy, len, &config, &error);
	free(copy);
	assert_int_equal(error.reason, reason);
	for (const char *p = error.what; *p != '\0'; p++)
		assert_in_range(*p, 0x20, 0x7e);
	if (reason != REASON_OK) {
		assert_string_equal(config.api_key, "");
		assert_string_equal(config.query_ssh_keys, "");
		assert_int_equal(config.connection_timeout_s, 0);
		/* No error tells a secret. */
		assert_null(strstr(error.what, "SECRET"));
	}
	return reason;
}

#define SYSTEM "system:\n  machine_group: web\n  run_as: key9\n"
#define AUTH "authentication:\n  api_key: SECRET\n  company_uuid: u-1\n"
#define URLS "urls:\n  query_ssh_keys: https://api.example/q/\n"

/* A text that must be refused with a value error at a line. */
static void
refused(const char *text, uint32_t line, const char *what)
{
	enum reason reason = read_text(text);

	if (reason != REASON_CONFIG_VALUE)
		fail_msg("%s: %s: %s", text, reason_word(reason), error.what);
	if (strstr(error.what, what) == NULL)
		fail_msg("%s: %s", text, error.what);
	assert_int_equal(error.line, line);
}

static void
k9_config_minimal_taken(void **state)
{
	(void)state;
	assert_int_equal(read_text(SYSTEM AUTH URLS), REASON_OK);
	assert_string_equal(config.machine_group, "web");
	assert_string_equal(config.run_as, "key9");
	assert_string_equal(config.api_key, "SECRET");
	assert_string_equal(config.company_uuid, "u-1");
	assert_string_equal(config.query_ssh_keys, "https://api.example/q/");
	assert_string_equal(config.ca_file, "");
	assert_string_equal(config.proxy, "");
	assert_int_equal(config.connection_timeout_s, 5);
	assert_false(config.allow_http);
	assert_false(k9_config_plain_http(&config));
}

/* With the sections of the other programs that read this file. */
static void
k9_config_full_size_taken(void **state)
{
	(void)state;
	assert_int_equal(read_text(
	    "# k9.yaml\n"
	    "system:\n\n"
	    "   machine_group: \"Development,Testing\"\n"
	    "   run_as: \"key9\"\n"
	    "   connection_timeout: 7\n"
	    "   allow_http: false\n"
	    "   ca_file: /etc/k9/ca.pem\n"
	    "   proxy: http://proxy.example:3128\n"
	    "   getpwent: disabled\n"
	    "   getgrent: enabled\n\n"
	    "authentication:\n\n"
	    "   api_key: 'SECRET:x'\n"
	    "   company_uuid: 6e0c3a52-5a0b-4f0e-9a3e-1f9d6c2b7a10\n\n"
	    "tail:\n\n"
	    "   tail_file: \"/var/log/auth.log\"   # what to follow\n"
	    "   waldo_file: \"/opt/k9/cache/auth.waldo\"\n"
	    "   more: [1, 2, {a: b}]\n\n"
	    "urls:\n\n"
	    "### a comment\n"
	    "   query_ssh_keys: \"https://ssh-api.k9.io/api/v1/ssh/query/\"\n"
	    "   query_group_name: \"https://ssh-api.k9.io/api/v1/q\"\n"
	    "   query_all_users: not a url at all\n"),
	    REASON_OK);
	assert_string_equal(config.machine_group, "Development,Testing");
	assert_int_equal(config.connection_timeout_s, 7);
	assert_string_equal(config.api_key, "SECRET:x");
	assert_string_equal(config.ca_file, "/etc/k9/ca.pem");
	assert_string_equal(config.proxy, "http://proxy.example:3128");
}

static void
k9_config_missing_keys_named_with_remedy(void **state)
{
	(void)state;
	refused("", 0, "system.machine_group is missing: add");
	refused("system:\n  run_as: k\n" AUTH URLS, 0,
	    "system.machine_group is missing: add");
	refused("system:\n  machine_group: w\n" AUTH URLS, 0,
	    "system.run_as is missing: add");
	refused(SYSTEM URLS, 0, "authentication.api_key is missing: add");
	refused(SYSTEM "authentication:\n  company_uuid: u\n" URLS, 0,
	    "authentication.api_key is missing: add it, Key9 gives it to you");
	refused(SYSTEM "authentication:\n  api_key: SECRET\n" URLS, 0,
	    "authentication.company_uuid is missing: add");
	refused(SYSTEM AUTH, 0, "urls.query_ssh_keys is missing: add");
	refused(SYSTEM AUTH "urls:\n", 0,
	    "urls.query_ssh_keys is missing: add");
	/* In another section it does not count. */
	refused(SYSTEM "urls:\n  query_ssh_keys: https://a/\n  api_key: k\n"
	    "  company_uuid: u\n", 0, "authentication.api_key is missing");
	refused("machine_group: w\nrun_as: k\n" AUTH URLS, 0,
	    "system.machine_group is missing");
}

static void
k9_config_empty_values_named(void **state)
{
	static const char *const nothing[] = { "", "''", "\"\"", "~", "null" };
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++) {
		(void)snprintf(text, sizeof(text), "system:\n"
		    "  machine_group: %s\n  run_as: k\n" AUTH URLS,
		    nothing[i]);
		refused(text, 2, "system.machine_group is missing");
		(void)snprintf(text, sizeof(text), SYSTEM "authentication:\n"
		    "  api_key: %s\n  company_uuid: u\n" URLS, nothing[i]);
		refused(text, 5, "authentication.api_key is missing");
	}
	refused("system:\n  machine_group: []\n  run_as: k\n" AUTH URLS, 2,
	    "system.machine_group is missing");
	assert_int_equal(read_text(SYSTEM "  connection_timeout:\n"
	    "  proxy: ''\n  ca_file: ~\n  allow_http:\n" AUTH URLS),
	    REASON_OK);
	assert_int_equal(config.connection_timeout_s, 5);
}

static void
k9_config_wrong_types_named(void **state)
{
	(void)state;
	refused("system: x\n" AUTH URLS, 1, "system must be a section");
	refused(SYSTEM "authentication: [a]\n" URLS, 4,
	    "authentication must be a section");
	refused(SYSTEM AUTH "urls: https://a\n", 7, "urls must be a section");
	refused("system:\n  machine_group: {a: b}\n  run_as: k\n" AUTH URLS,
	    2, "system.machine_group must be");
	refused("system:\n  machine_group: [a, [b]]\n  run_as: k\n" AUTH URLS,
	    2, "system.machine_group must be a name or a list");
	refused("system:\n  machine_group: a\n  run_as: [k]\n" AUTH URLS,
	    3, "system.run_as must be a single value");
	refused(SYSTEM AUTH "urls:\n  query_ssh_keys:\n    a: b\n", 9,
	    "urls.query_ssh_keys must be a single value");
	refused(SYSTEM "  allow_http: 1\n" AUTH URLS, 4,
	    "system.allow_http must be true or false");
	refused(SYSTEM "  allow_http: \"true\"\n" AUTH URLS, 4,
	    "system.allow_http must be true or false");
	refused(SYSTEM "  allow_http: yes\n" AUTH URLS, 4,
	    "system.allow_http must be true or false");
	refused(SYSTEM "  proxy: [a]\n" AUTH URLS, 4, "system.proxy");
	refused(SYSTEM "  ca_file: {}\n" AUTH URLS, 4, "system.ca_file");
}

static void
k9_config_timeout_within_bounds(void **state)
{
	static const char *const bad[] = { "0", "31", "-1", "+1", "5s",
		"1.5", "x", "1e1", "0x5", "4294967301", "5 5",
		"99999999999999999999999" };
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(text, sizeof(text), SYSTEM
		    "  connection_timeout: %s\n" AUTH URLS, bad[i]);
		refused(text, 4, "system.connection_timeout must be a whole "
		    "number of seconds, 1 to 30");
	}
	assert_int_equal(read_text(SYSTEM "  connection_timeout: 30\n" AUTH
	    URLS), REASON_OK);
	assert_int_equal(config.connection_timeout_s, 30);
	assert_int_equal(read_text(SYSTEM "  connection_timeout: \"1\"\n" AUTH
	    URLS), REASON_OK);
	assert_int_equal(config.connection_timeout_s, 1);
}

static void
k9_config_groups_text_or_list(void **state)
{
	static const struct {
		const char *yaml, *groups;
	} good[] = {
		{ "a,b", "a,b" }, { "[a, b]", "a,b" }, { "[a, 'b,c']",
		    "a,b,c" }, { "['a b']", "a b" }, { "a, b", "a, b" },
		{ "J\xc3\xb6rg/../x", "J\xc3\xb6rg/../x" }, { "7", "7" },
	};
	static const char *const bad[] = { "','", "a,", "',a'", "a,,b",
		"[a, '']", "['', a]", "\"a\\n\"", "\"a\\0\"", "\"\\x7f\"",
		".", "..", "['.']" };
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		(void)snprintf(text, sizeof(text), "system:\n"
		    "  machine_group: %s\n  run_as: k\n" AUTH URLS,
		    good[i].yaml);
		assert_int_equal(read_text(text), REASON_OK);
		assert_string_equal(config.machine_group, good[i].groups);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(text, sizeof(text), "system:\n"
		    "  machine_group: %s\n  run_as: k\n" AUTH URLS, bad[i]);
		refused(text, 2, "system.machine_group");
	}
}

/* A config whose group has n characters of one kind. */
static enum reason
read_group_of(size_t n, char c, const char *before, const char *after)
{
	char group[K9_GROUP_MAX + 64], text[2048];

	memset(group, c, n);
	group[n] = '\0';
	(void)snprintf(text, sizeof(text), "system:\n  run_as: k\n"
	    "  machine_group: %s\"%s\"%s\n" AUTH URLS, before, group, after);
	return read_text(text);
}

static void
k9_config_groups_at_bound_taken_beyond_refused(void **state)
{
	(void)state;
	assert_int_equal(read_group_of(K9_GROUP_MAX, 'g', "", ""), REASON_OK);
	assert_int_equal(read_group_of(K9_GROUP_MAX + 1, 'g', "", ""),
	    REASON_CONFIG_VALUE);
	assert_int_equal(read_group_of(K9_GROUP_MAX - 2, 'g', "[", ",a]"),
	    REASON_OK);
	assert_int_equal(strlen(config.machine_group), K9_GROUP_MAX);
	assert_int_equal(read_group_of(K9_GROUP_MAX - 1, 'g', "[", ",a]"),
	    REASON_CONFIG_VALUE);
	assert_int_equal(read_group_of(K9_GROUP_MAX, 'g', "[", ",a]"),
	    REASON_CONFIG_VALUE);
	assert_int_equal(read_group_of(K9_GROUP_MAX, 'g', "[a,", "]"),
	    REASON_CONFIG_VALUE);
	/* Each becomes three in the URL, which still has room. */
	assert_int_equal(read_group_of(K9_GROUP_MAX, ' ', "", ""), REASON_OK);
}

static void
k9_config_url_and_groups_together_too_long_refused(void **state)
{
	char text[4096], path[K9_URL_MAX], group[K9_GROUP_MAX + 1];

	(void)state;
	memset(path, 'p', 900);
	path[900] = '\0';
	memset(group, '%', 400);
	group[400] = '\0';
	(void)snprintf(text, sizeof(text), "system:\n  machine_group: \"%s\""
	    "\n  run_as: k\n" AUTH "urls:\n  query_ssh_keys: https://a/%s\n",
	    group, path);
	refused(text, 2, "is too long for a URL");
}

static void
k9_config_credentials_checked(void **state)
{
	char text[2048], key[K9_API_KEY_MAX + 2];

	(void)state;
	refused(SYSTEM "authentication:\n  api_key: SE CRET\n"
	    "  company_uuid: u\n" URLS, 5, "authentication.api_key has white");
	refused(SYSTEM "authentication:\n  api_key: \"SECRET\\r\\nX: y\"\n"
	    "  company_uuid: u\n" URLS, 5, "authentication.api_key has white");
	refused(SYSTEM "authentication:\n  api_key: \"SECRET\\0\"\n"
	    "  company_uuid: u\n" URLS, 5, "authentication.api_key has white");
	refused(SYSTEM "authentication:\n  api_key: |\n    SECRET\n"
	    "  company_uuid: u\n" URLS, 5, "authentication.api_key has white");
	refused(SYSTEM "authentication:\n  api_key: S\xc3\xa9" "CRET\n"
	    "  company_uuid: u\n" URLS, 5, "authentication.api_key has white");
	refused(SYSTEM "authentication:\n  api_key: SECRET\n"
	    "  company_uuid: u:v\n" URLS, 6,
	    "authentication.company_uuid must have no colon");
	memset(key, 'k', sizeof(key));
	key[K9_API_KEY_MAX + 1] = '\0';
	(void)snprintf(text, sizeof(text), SYSTEM "authentication:\n"
	    "  api_key: %s\n  company_uuid: u\n" URLS, key);
	refused(text, 5, "authentication.api_key is too long");
	(void)snprintf(text, sizeof(text), SYSTEM "authentication:\n"
	    "  api_key: %s\n  company_uuid: u\n" URLS, key + 1);
	assert_int_equal(read_text(text), REASON_OK);
	assert_int_equal(strlen(config.api_key), K9_API_KEY_MAX);
}

static void
k9_config_url_https_or_loopback(void **state)
{
	static const struct {
		const char *url;
		bool taken, taken_if_allowed, plain;
	} cases[] = {
		{ "https://a/", true, true, false },
		{ "http://127.0.0.1:8080/x/", true, true, false },
		{ "http://localhost/", true, true, false },
		{ "http://[::1]:80/", true, true, false },
		{ "http://10.0.0.1/", false, true, true },
		{ "http://127.0.0.1.example/", false, true, true },
		{ "http://localhost@example.com/", false, false, false },
		{ "ftp://a/", false, false, false },
		{ "a", false, false, false },
		{ "https://u:p@a/", false, false, false },
		{ "https://a/?x=", false, false, false },
		{ "https://a/#", false, false, false },
		{ "https://a:0/", false, false, false },
		{ "\"https://a/ b\"", false, false, false },
		{ "\"https://a/\\n\"", false, false, false },
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(text, sizeof(text), SYSTEM AUTH
		    "urls:\n  query_ssh_keys: %s\n", cases[i].url);
		if (cases[i].taken)
			assert_int_equal(read_text(text), REASON_OK);
		else
			refused(text, 8, "urls.query_ssh_keys ");
		(void)snprintf(text, sizeof(text), SYSTEM
		    "  allow_http: true\n" AUTH
		    "urls:\n  query_ssh_keys: %s\n", cases[i].url);
		if (!cases[i].taken_if_allowed) {
			refused(text, 9, "urls.query_ssh_keys ");
			continue;
		}
		assert_int_equal(read_text(text), REASON_OK);
		assert_int_equal(k9_config_plain_http(&config),
		    cases[i].plain);
	}
}

static void
k9_config_proxy_checked(void **state)
{
	static const char *const bad[] = { "proxy:3128", "https://p:1",
		"http://p", "http://p:0", "http://u:p@p:1", "http://p:1/x",
		"socks5://p:1", "\"http://p:1\\n\"" };
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(text, sizeof(text), SYSTEM "  proxy: %s\n" AUTH
		    URLS, bad[i]);
		refused(text, 4, "system.proxy ");
	}
	assert_int_equal(read_text(SYSTEM "  proxy: http://p:1/\n" AUTH URLS),
	    REASON_OK);
}

/* Without TLS the proxy would get the API key, and answer as it likes. */
static void
k9_config_proxy_not_for_plain_loopback(void **state)
{
	static const struct {
		const char *url;
		bool asked; /* the proxy */
	} cases[] = {
		{ "http://127.0.0.1:8080/x/", false },
		{ "HTTP://127.255.0.1/", false },
		{ "http://localhost/", false },
		{ "http://[::1]:80/", false },
		{ "http://10.0.0.1/", true },
		{ "https://a/", true },
		{ "https://127.0.0.1/", true },
		{ "https://localhost/", true },
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(text, sizeof(text), SYSTEM
		    "  allow_http: true\n  proxy: http://p:1\n" AUTH
		    "urls:\n  query_ssh_keys: %s\n", cases[i].url);
		assert_int_equal(read_text(text), REASON_OK);
		assert_string_equal(config.proxy,
		    cases[i].asked ? "http://p:1" : "");
	}
	assert_int_equal(read_text(SYSTEM "  proxy: http://p:1\n" AUTH
	    "urls:\n  query_ssh_keys: http://127.0.0.1/\n"), REASON_OK);
	assert_string_equal(config.proxy, "");
}

static void
k9_config_user_is_ascii(void **state)
{
	(void)state;
	refused("system:\n  machine_group: web\n  run_as: k\xc3\xa9y\n" AUTH
	    URLS, 3, "system.run_as has white space");
	refused("system:\n  machine_group: web\n  run_as: \"k\\x7f\"\n" AUTH
	    URLS, 3, "system.run_as has white space");
}

static void
k9_config_ca_file_checked(void **state)
{
	(void)state;
	refused(SYSTEM "  ca_file: ca.pem\n" AUTH URLS, 4,
	    "system.ca_file must be a path from / on");
	refused(SYSTEM "  ca_file: \"/a\\0b\"\n" AUTH URLS, 4,
	    "system.ca_file has");
	refused(SYSTEM "  ca_file: \"/a\\nb\"\n" AUTH URLS, 4,
	    "system.ca_file has");
	refused(SYSTEM "  ca_file: \"/a\\x7f\"\n" AUTH URLS, 4,
	    "system.ca_file has");
	assert_int_equal(read_text(SYSTEM "  ca_file: /a b/\xc3\xa9\n" AUTH
	    URLS), REASON_OK);
	assert_string_equal(config.ca_file, "/a b/\xc3\xa9");
}

static void
k9_config_ca_file_at_bound_taken_beyond_refused(void **state)
{
	static char text[3 * PATH_LEN_MAX], path[PATH_LEN_MAX + 2];

	(void)state;
	memset(path, '/', PATH_LEN_MAX + 1);
	(void)snprintf(text, sizeof(text), SYSTEM "  ca_file: %s\n" AUTH URLS,
	    path);
	refused(text, 4, "system.ca_file is too long");
	(void)snprintf(text, sizeof(text), SYSTEM "  ca_file: %s\n" AUTH URLS,
	    path + 1);
	assert_int_equal(read_text(text), REASON_OK);
	assert_int_equal(strlen(config.ca_file), PATH_LEN_MAX);
}

static void
k9_config_not_yaml_refused(void **state)
{
	(void)state;
	assert_int_equal(read_text(SYSTEM AUTH URLS "x: &y z\n"),
	    REASON_CONFIG_SYNTAX);
	assert_int_equal(error.line, 9);
	assert_int_equal(read_text(SYSTEM AUTH URLS "x: [\n"),
	    REASON_CONFIG_SYNTAX);
	assert_int_equal(read_text(SYSTEM SYSTEM AUTH URLS),
	    REASON_CONFIG_SYNTAX);
	assert_int_equal(error.line, 4);
	assert_int_equal(read_text(SYSTEM AUTH URLS "x: \xff\n"),
	    REASON_CONFIG_SYNTAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(k9_config_minimal_taken),
		cmocka_unit_test(k9_config_full_size_taken),
		cmocka_unit_test(k9_config_missing_keys_named_with_remedy),
		cmocka_unit_test(k9_config_empty_values_named),
		cmocka_unit_test(k9_config_wrong_types_named),
		cmocka_unit_test(k9_config_timeout_within_bounds),
		cmocka_unit_test(k9_config_groups_text_or_list),
		cmocka_unit_test(
		    k9_config_groups_at_bound_taken_beyond_refused),
		cmocka_unit_test(
		    k9_config_url_and_groups_together_too_long_refused),
		cmocka_unit_test(k9_config_credentials_checked),
		cmocka_unit_test(k9_config_url_https_or_loopback),
		cmocka_unit_test(k9_config_proxy_checked),
		cmocka_unit_test(k9_config_proxy_not_for_plain_loopback),
		cmocka_unit_test(k9_config_user_is_ascii),
		cmocka_unit_test(k9_config_ca_file_checked),
		cmocka_unit_test(
		    k9_config_ca_file_at_bound_taken_beyond_refused),
		cmocka_unit_test(k9_config_not_yaml_refused),
	};

	return cmocka_run_group_tests_name("k9_config", tests, NULL, NULL);
}
