/* The request to Key9: its URL, its headers, its body. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "parseproc/json.h"
#include "parseproc/key9_request.h"

static struct k9_config config;
static struct key9_request request;

static enum reason
write_bytes(const char *user, const void *remote, size_t remote_len)
{
	enum reason reason = key9_request_write(&config,
	    (const uint8_t *)user, strlen(user), remote, remote_len,
	    &request);

	if (reason != REASON_OK) {
		assert_int_equal(request.url_len, 0);
		assert_string_equal(request.headers, "");
	}
	assert_int_equal(request.url_len, strlen(request.url));
	assert_int_equal(request.headers_len, strlen(request.headers));
	assert_int_equal(request.body_len, strlen(request.body));
	return reason;
}

static enum reason
write_for(const char *user, const char *remote)
{
	return write_bytes(user, remote, strlen(remote));
}

static int
setup(void **state)
{
	(void)state;
	memset(&config, 0, sizeof(config));
	strcpy(config.query_ssh_keys, "https://api.example/q/");
	strcpy(config.machine_group, "web");
	strcpy(config.api_key, "k:1");
	strcpy(config.company_uuid, "u-2");
	return 0;
}

static void
key9_request_url_with_and_without_slash(void **state)
{
	static const char *const bases[] = { "https://a/q/", "https://a/q",
		"https://a/", "https://a", "http://127.0.0.1:8080/x/" };
	static const char *const urls[] = { "https://a/q/joe/web",
		"https://a/q/joe/web", "https://a/joe/web",
		"https://a/joe/web", "http://127.0.0.1:8080/x/joe/web" };

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		strcpy(config.query_ssh_keys, bases[i]);
		assert_int_equal(write_for("joe", ""), REASON_OK);
		assert_string_equal(request.url, urls[i]);
	}
}

static void
key9_request_groups_percent_encoded(void **state)
{
	static const struct {
		const char *groups, *path;
	} cases[] = {
		{ "a,b", "a,b" }, { "a b", "a%20b" }, { "a/b", "a%2Fb" },
		{ "../x", "..%2Fx" }, { "a?b#c%d", "a%3Fb%23c%25d" },
		{ "J\xc3\xb6rg", "J%C3%B6rg" }, { "a-b._~9Z", "a-b._~9Z" },
		{ "a&b=c+d;e:f@g", "a%26b%3Dc%2Bd%3Be%3Af%40g" },
		{ "\"'\\", "%22%27%5C" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char url[128];

		strcpy(config.machine_group, cases[i].groups);
		assert_int_equal(write_for("joe", ""), REASON_OK);
		(void)snprintf(url, sizeof(url),
		    "https://api.example/q/joe/%s", cases[i].path);
		assert_string_equal(request.url, url);
	}
}

static void
key9_request_headers_both(void **state)
{
	(void)state;
	assert_int_equal(write_for("joe", ""), REASON_OK);
	assert_string_equal(request.headers, "Content-Type: application/json\n"
	    "API_KEY: u-2:k:1\nAuthorization: API_KEY: u-2:k:1");
}

static void
key9_request_body_empty_without_remote(void **state)
{
	(void)state;
	assert_int_equal(write_bytes("joe", NULL, 0), REASON_OK);
	assert_string_equal(request.body, "");
}

/* What the body's "remote" says to a reader of JSON. */
static void
remote_becomes(const void *remote, size_t len, const char *expected)
{
	struct json doc = { 0 };
	uint8_t buf[8192];
	size_t n;

	assert_int_equal(write_bytes("joe", remote, len), REASON_OK);
	assert_int_equal(json_read(&doc, (const uint8_t *)request.body,
	    request.body_len), JSON_OK);
	assert_int_equal(json_string(&doc, json_member(&doc, JSON_ROOT,
	    "remote"), buf, sizeof(buf), &n), ERR_OK);
	assert_int_equal(n, strlen(expected));
	assert_memory_equal(buf, expected, n);
	json_free(&doc);
}

static void
key9_request_remote_escaped(void **state)
{
	static const char c[] = "192.0.2.1 50000 192.0.2.2 22";
	char one;

	(void)state;
	assert_int_equal(write_for("joe", c), REASON_OK);
	assert_string_equal(request.body,
	    "{\"remote\": \"192.0.2.1 50000 192.0.2.2 22\"}");
	remote_becomes("a\"b\\c/", 6, "a\"b\\c/");
	remote_becomes("\",\"x\":\"", 7, "\",\"x\":\"");
	remote_becomes("J\xc3\xb6rg\xf0\x9f\x98\x80", 9,
	    "J\xc3\xb6rg\xf0\x9f\x98\x80");
	for (int i = 1; i < 128; i++) {
		char same[2] = { (char)i, '\0' };

		one = (char)i;
		remote_becomes(&one, 1, same);
	}
	for (const char *p = request.body; *p != '\0'; p++)
		assert_in_range(*p, 0x20, 0x7e);
}

static void
key9_request_remote_not_utf8_replaced(void **state)
{
	(void)state;
	remote_becomes("a\xff" "b", 3, "a\xef\xbf\xbd" "b");
	remote_becomes("\xc3", 1, "\xef\xbf\xbd");
	remote_becomes("\xed\xa0\x80", 3,
	    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	assert_int_equal(write_bytes("joe", "\0", 1), REASON_OK);
	assert_string_equal(request.body, "{\"remote\": \"\\u0000\"}");
}

static void
key9_request_remote_at_bound_taken_beyond_refused(void **state)
{
	static char remote[REMOTE_MAX + 1];

	(void)state;
	/* The byte that takes most room. */
	memset(remote, 1, sizeof(remote));
	assert_int_equal(write_bytes("joe", remote, REMOTE_MAX), REASON_OK);
	assert_int_equal(request.body_len, 12 + 6 * REMOTE_MAX + 2);
	assert_int_equal(write_bytes("joe", remote, REMOTE_MAX + 1),
	    REASON_USAGE);
}

static void
key9_request_user_rule_kept(void **state)
{
	static const char *const good[] = { "a", "_", "joe", "a-", "a_b-9",
		"abcdefghijklmnopqrstuvwxyz012345" };
	static const char *const bad[] = { "", "A", "9a", "-a", "a.b", "a/b",
		"..", "a b", "a\n", "a%2f", "joe\xc3\xa9", "a$", "a@b",
		"abcdefghijklmnopqrstuvwxyz0123456", "J", "a\x7f" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(write_for(good[i], ""), REASON_OK);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(write_for(bad[i], ""), REASON_USER_NAME);
	assert_false(key9_user_valid((const uint8_t *)"a\0b", 3));
	for (int c = 0; c < 256; c++) {
		uint8_t user[2] = { 'a', (uint8_t)c };
		int letter = (c >= 'a' && c <= 'z') || c == '_';
		int other = (c >= '0' && c <= '9') || c == '-';

		assert_int_equal(key9_user_valid(user, 2), letter || other);
		user[0] = (uint8_t)c;
		user[1] = 'a';
		assert_int_equal(key9_user_valid(user, 2), letter);
	}
}

static void
key9_request_longest_fits_and_longer_refused(void **state)
{
	static const char user[] = "abcdefghijklmnopqrstuvwxyz012345";
	size_t base = URL_MAX - 1 - KEY9_USER_MAX - 1 - 3 * K9_GROUP_MAX;

	(void)state;
	memset(config.machine_group, ' ', K9_GROUP_MAX);
	memset(config.query_ssh_keys, 'x', base);
	config.query_ssh_keys[base] = '\0';
	assert_int_equal(write_for(user, ""), REASON_OK);
	assert_int_equal(request.url_len, URL_MAX);
	config.query_ssh_keys[base] = 'x';
	config.query_ssh_keys[base + 1] = '\0';
	assert_int_equal(write_for(user, ""), REASON_CONFIG_VALUE);
	config.query_ssh_keys[0] = '\0';
	assert_int_equal(write_for(user, ""), REASON_CONFIG_VALUE);
}

#define CASE(name) cmocka_unit_test_setup(name, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(key9_request_url_with_and_without_slash),
		CASE(key9_request_groups_percent_encoded),
		CASE(key9_request_headers_both),
		CASE(key9_request_body_empty_without_remote),
		CASE(key9_request_remote_escaped),
		CASE(key9_request_remote_not_utf8_replaced),
		CASE(key9_request_remote_at_bound_taken_beyond_refused),
		CASE(key9_request_user_rule_kept),
		CASE(key9_request_longest_fits_and_longer_refused),
	};

	return cmocka_run_group_tests_name("key9_request", tests, NULL, NULL);
}
