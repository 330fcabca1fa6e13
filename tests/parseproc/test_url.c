/* URLs of configuration files, and which host is this machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "parseproc/url.h"

static const char *
read_bytes(const char *text, size_t n, struct url *url)
{
	/* Exactly as large as the text. What is read borrows, so no free. */
	static char *copy;

	free(copy);
	copy = malloc(n + (n == 0));
	assert_non_null(copy);
	memcpy(copy, text, n);
	return url_read(copy, n, url);
}

static void
url_good_taken_apart(void **state)
{
	static const struct {
		const char *text, *host, *path;
		uint32_t port;
		bool https;
	} cases[] = {
		{ "https://a", "a", "", 0, true },
		{ "HTTPS://Api.Example/", "Api.Example", "/", 0, true },
		{ "https://a:1/b", "a", "/b", 1, true },
		{ "http://a:65535", "a", "", 65535, false },
		{ "https://a:00443/", "a", "/", 443, true },
		{ "https://ssh-api.k9.io/api/v1/ssh/query/",
		    "ssh-api.k9.io", "/api/v1/ssh/query/", 0, true },
		{ "https://[::1]:8443/x", "::1", "/x", 8443, true },
		{ "https://[2001:db8::192.0.2.1]/", "2001:db8::192.0.2.1",
		    "/", 0, true },
		{ "https://192.0.2.1/a%20b,c;d=e:f", "192.0.2.1",
		    "/a%20b,c;d=e:f", 0, true },
		{ "https://a_b-c./", "a_b-c.", "/", 0, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct url url;

		assert_null(read_bytes(cases[i].text, strlen(cases[i].text),
		    &url));
		assert_int_equal(url.https, cases[i].https);
		assert_int_equal(url.port, cases[i].port);
		assert_int_equal(url.host_len, strlen(cases[i].host));
		assert_memory_equal(url.host, cases[i].host, url.host_len);
		assert_int_equal(url.path_len, strlen(cases[i].path));
		assert_memory_equal(url.path, cases[i].path, url.path_len);
	}
}

static void
url_bad_refused(void **state)
{
	static const char *const texts[] = {
		"", "a", "https", "https:/a", "https:a", "//a", "ftp://a",
		"file:///etc/passwd", "httpss://a", " https://a",
		"https://", "https:///a", "https://:443/", "https://a:",
		"https://a:/", "https://a:0", "https://a:65536",
		"https://a:4294967739", "https://a:99999999999999999999",
		"https://a:-1", "https://a:+1", "https://a:1x",
		"https://a: 1", "https://u@a/", "https://u:p@a/",
		"https://a/@", "https://a?b", "https://a/?", "https://a/#b",
		"https://a#b", "https://a b/", "https://a/b c", "https://a\n",
		"https://a/\n", "https://a/\x7f", "https://a/\xc3\xa9",
		"https://\xc3\xa9/", "https://a\\b/", "https://a/\\b",
		"https://a%2e/", "https://a/%", "https://a/%2", "https://a/%zz",
		"https://a/%2g", "https://a/\"", "https://a/<b>",
		"https://a/{b}", "https://a/|", "https://a/^", "https://a/`",
		"https://[::1", "https://::1/", "https://[]/",
		"https://[a]/", "https://[localhost]/", "https://[fe80::1%25e]/",
		"https://[::1]a/", "https://[::1]]/", "https://a]/",
	};
	struct url url;
	char longest[300] = "https://";

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (read_bytes(texts[i], strlen(texts[i]), &url) == NULL)
			fail_msg("%s taken", texts[i]);
		assert_null(url.host);
		assert_null(url.path);
	}
	assert_non_null(read_bytes("https://a\0b/", 12, &url));
	assert_non_null(read_bytes("https://a/\0", 11, &url));
	/* The phrase tells what to change. */
	assert_non_null(strstr(read_bytes("https://a/?b", 12, &url), "?"));
	assert_non_null(strstr(read_bytes("https://a/#b", 12, &url), "#"));
	assert_non_null(strstr(read_bytes("https://u@a/", 12, &url), "@"));
	assert_non_null(strstr(read_bytes("ftp://a/", 8, &url), "https://"));
	assert_non_null(strstr(read_bytes("https://a:0", 11, &url), "port"));
	memset(longest + 8, 'a', URL_HOST_MAX + 1);
	assert_non_null(read_bytes(longest, 8 + URL_HOST_MAX + 1, &url));
	assert_null(read_bytes(longest, 8 + URL_HOST_MAX, &url));
}

static void
url_loopback_told_from_others(void **state)
{
	static const char *const here[] = { "http://127.0.0.1/",
		"http://127.255.255.255:80", "http://localhost:8080/x",
		"http://LocalHost", "http://[::1]/" };
	static const char *const elsewhere[] = { "http://127.0.0.1.example/",
		"http://127.1/", "http://127/", "http://2130706433/",
		"http://0177.0.0.1/", "http://127.00.0.1/",
		"http://127.0.0.256/", "http://127.0.0.1./",
		"http://0x7f.0.0.1/", "http://128.0.0.1/", "http://1.127.0.0/",
		"http://localhost.example/", "http://localhost./",
		"http://localhostx/", "http://xlocalhost/", "http://0.0.0.0/",
		"http://[::]/", "http://[::2]/", "http://[::ffff:127.0.0.1]/",
		"http://[0:0:0:0:0:0:0:1]/", "http://127.0.0/",
		"http://127.0.0./", "http://127..0.1/", "http://127.0.0.1.1/",
		"http://127.0.0.1000/", "http://ip6-localhost/" };
	struct url url;

	(void)state;
	for (size_t i = 0; i < sizeof(here) / sizeof(here[0]); i++) {
		assert_null(read_bytes(here[i], strlen(here[i]), &url));
		assert_true(url_is_loopback(&url));
	}
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]);
	    i++) {
		assert_null(read_bytes(elsewhere[i], strlen(elsewhere[i]),
		    &url));
		if (url_is_loopback(&url))
			fail_msg("%s", elsewhere[i]);
	}
	(void)read_bytes("", 0, &url);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(url_good_taken_apart),
		cmocka_unit_test(url_bad_refused),
		cmocka_unit_test(url_loopback_told_from_others),
	};

	return cmocka_run_group_tests_name("url", tests, NULL, NULL);
}
