/* FETCH messages, read: where to connect, and what stands in the headers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "netproc/request.h"

static struct request request;

static int
teardown(void **state)
{
	(void)state;
	curl_url_cleanup(request.url);
	curl_slist_free_all(request.headers);
	memset(&request, 0, sizeof(request));
	return 0;
}

static struct ipc_span
span(const char *s)
{
	return (struct ipc_span){ s, strlen(s) };
}

static struct ipc_message
fetch(const char *url)
{
	struct ipc_message m = { .type = IPC_FETCH };

	m.as.FETCH.url = span(url);
	m.as.FETCH.headers = span("");
	m.as.FETCH.body = span("");
	m.as.FETCH.proxy = span("");
	m.as.FETCH.connect_ms = 1;
	m.as.FETCH.total_ms = 1;
	return m;
}

static bool
reads(const struct ipc_message *m)
{
	(void)teardown(NULL);
	assert_true(request_prepare(&request));
	return request_read(&request, m);
}

static bool
reads_url(const char *url, const char *proxy)
{
	struct ipc_message m = fetch(url);

	m.as.FETCH.proxy = span(proxy);
	return reads(&m);
}

static void
request_url_taken_apart(void **state)
{
	static const struct {
		const char *url, *host;
		uint16_t port;
		bool plain;
	} cases[] = {
		{ "https://a/", "a", 443, false },
		{ "https://a", "a", 443, false },
		{ "HTTPS://A.example/x", "A.example", 443, false },
		{ "https://a:8443/x?y", "a", 8443, false },
		{ "https://a:65535/", "a", 65535, false },
		{ "http://a/", "a", 80, true },
		{ "http://a:8080/", "a", 8080, true },
		{ "https://[::1]/", "::1", 443, false },
		{ "http://[2001:db8::1]:81/", "2001:db8::1", 81, true },
		{ "https://127.0.0.1:1/", "127.0.0.1", 1, false },
		/* Behind an '@' stands the host, wherever else one stands. */
		{ "https://good@evil/", "evil", 443, false },
		{ "https://a:1@b:2/", "b", 2, false },
		{ "https://a/@b", "a", 443, false },
		{ "https://a#@b/", "a", 443, false },
		{ "https://a?@b/", "a", 443, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(reads_url(cases[i].url, ""));
		assert_string_equal(request.host.name, cases[i].host);
		assert_int_equal(request.host.port, cases[i].port);
		assert_int_equal(request.host.plain, cases[i].plain);
	}
}

static void
request_bad_url_refused(void **state)
{
	static const char *const urls[] = { "https://", "https://a:0/",
		"https://a:65536/", "https://a:99999/", "https://a:x/",
		"https://a b/", "https://[::1", "https://[a]/",
		"https://a\\b/", "https://a%00b/", "ftp://a/",
		"file:///etc/passwd", "gopher://a/", "a.example/", "/a/b/c/d",
		"https:a/" };
	char longest[320] = "https://";

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
		if (reads_url(urls[i], ""))
			fail_msg("%s taken", urls[i]);
	memset(longest + 8, 'a', 255);
	assert_true(reads_url(longest, ""));
	memset(longest + 8, 'a', 256);
	assert_false(reads_url(longest, ""));
}

static void
request_proxy_called_instead(void **state)
{
	(void)state;
	assert_true(reads_url("https://a/", "http://proxy.example:3128"));
	assert_string_equal(request.host.name, "proxy.example");
	assert_int_equal(request.host.port, 3128);
	assert_string_equal(request.proxy, "http://proxy.example:3128");
	assert_true(reads_url("https://a:1/", "http://[::1]:8080/"));
	assert_string_equal(request.host.name, "::1");
	assert_int_equal(request.host.port, 8080);
}

/* The API key would leave in the clear, even if the URL says loopback. */
static void
request_plain_by_proxy_needs_leave(void **state)
{
	static const char *const urls[] = { "http://a/", "HTTP://a/",
		"http://127.0.0.1:8080/", "http://[::1]/",
		"http://localhost/" };

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		struct ipc_message m = fetch(urls[i]);

		m.as.FETCH.proxy = span("http://p");
		if (reads(&m))
			fail_msg("%s by a proxy", urls[i]);
		m.as.FETCH.allow_http = 1;
		assert_true(reads(&m));
		/* The proxy is another's machine: "plain" is about ours. */
		assert_false(request.host.plain);
		assert_string_equal(request.host.name, "p");
		assert_int_equal(request.host.port, 80);
	}
}

static void
request_bad_proxy_refused(void **state)
{
	static const char *const proxies[] = { "proxy.example:3128", "p",
		"https://p/", "socks5://p:1080", "socks4a://p", "ftp://p/",
		"file:///p", "http://", "http://p:0", "http://p:65536",
		"http://p q" };

	(void)state;
	for (size_t i = 0; i < sizeof(proxies) / sizeof(proxies[0]); i++)
		if (reads_url("https://a/", proxies[i]))
			fail_msg("%s taken", proxies[i]);
}

/* Expected: what is behind it, one by one, then NULL. */
static void
headers_are(const char *lines, size_t n, const char *const *expected)
{
	struct ipc_message m = fetch("https://a/");
	/* Exactly as large as it is: ASan sees the next byte. */
	char *copy = malloc(n + (n == 0));
	const struct curl_slist *header;

	assert_non_null(copy);
	memcpy(copy, lines, n);
	m.as.FETCH.headers = (struct ipc_span){ copy, n };
	assert_true(reads(&m));
	free(copy);
	header = request.headers;
	for (; *expected != NULL; expected++, header = header->next) {
		assert_non_null(header);
		assert_string_equal(header->data, *expected);
	}
	assert_null(header);
}

#define HEADERS(lines, ...)                                                   \
	headers_are(lines, sizeof(lines) - 1,                                 \
	    (const char *const[]){ __VA_ARGS__ })

static void
request_headers_split_at_line_ends(void **state)
{
	(void)state;
	HEADERS("", NULL);
	HEADERS("a: b", "a: b", NULL);
	HEADERS("a: b\n", "a: b", NULL);
	HEADERS("API_KEY: k\nCOMPANY_UUID: c\nx: y: z", "API_KEY: k",
	    "COMPANY_UUID: c", "x: y: z", NULL);
}

static void
request_longest_header_taken(void **state)
{
	static char lines[HEADERS_MAX];
	char expected[HEADERS_MAX + 1];

	(void)state;
	memset(lines, 'h', sizeof(lines));
	memset(expected, 'h', HEADERS_MAX);
	expected[HEADERS_MAX] = '\0';
	headers_are(lines, sizeof(lines), (const char *const[]){ expected,
	    NULL });
}

static void
request_everything_kept(void **state)
{
	static char body[REQUEST_BODY_MAX], proxy[PROXY_MAX], path[URL_MAX];
	struct ipc_message m = fetch("https://a/");

	(void)state;
	memset(body, 'b', sizeof(body));
	m.as.FETCH.body = (struct ipc_span){ body, sizeof(body) };
	m.as.FETCH.post = 1;
	m.as.FETCH.total_ms = 12345;
	m.as.FETCH.body_max = 54321;
	assert_true(reads(&m));
	assert_int_equal(request.body_len, sizeof(body));
	assert_memory_equal(request.body, body, sizeof(body));
	assert_int_equal(request.body[sizeof(body)], '\0');
	assert_true(request.post);
	assert_int_equal(request.total_ms, 12345);
	assert_int_equal(request.body_max, 54321);
	/* The longest of each. */
	memset(proxy, '/', sizeof(proxy));
	memcpy(proxy, "http://p:1", 10);
	memset(path, 'p', sizeof(path));
	memcpy(path, "https://a/", 10);
	m.as.FETCH.proxy = (struct ipc_span){ proxy, sizeof(proxy) };
	m.as.FETCH.url = (struct ipc_span){ path, sizeof(path) };
	m.as.FETCH.post = 0;
	assert_true(reads(&m));
	assert_false(request.post);
	assert_int_equal(strlen(request.proxy), sizeof(proxy));
}

#define TEST(test) cmocka_unit_test_teardown(test, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(request_url_taken_apart),
		TEST(request_bad_url_refused),
		TEST(request_proxy_called_instead),
		TEST(request_plain_by_proxy_needs_leave),
		TEST(request_bad_proxy_refused),
		TEST(request_headers_split_at_line_ends),
		TEST(request_longest_header_taken),
		TEST(request_everything_kept),
	};

	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
