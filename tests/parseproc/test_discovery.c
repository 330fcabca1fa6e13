/* A provider's configuration: its own issuer, https, or nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parseproc/discovery.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define ISSUER "https://idp.example"
#define DOCUMENT(uri) "{\"issuer\":\"" ISSUER "\",\"jwks_uri\":" uri "}"

static enum reason
read_bytes(const char *json, size_t n, const char *issuer,
    struct discovery *discovery)
{
	static const struct discovery none;
	uint8_t *exact = malloc(n + (n == 0));
	enum reason reason;

	assert_non_null(exact);
	memcpy(exact, json, n);
	reason = discovery_read(exact, n, span_of(issuer), discovery);
	if (reason != REASON_OK)
		assert_memory_equal(discovery, &none, sizeof(none));
	free(exact);
	return reason;
}

static enum reason
read_text(const char *json, const char *issuer, struct discovery *discovery)
{
	return read_bytes(json, strlen(json), issuer, discovery);
}

static void
discovery_good_read(void **state)
{
	static const struct {
		const char *json, *issuer, *jwks_uri, *userinfo;
	} cases[] = {
		{ DOCUMENT("\"https://idp.example/jwks\""), ISSUER,
		    "https://idp.example/jwks", "" },
		/* Google's keys are on another host; slashes escaped. */
		{ "{\"issuer\":\"https:\\/\\/idp.example\",\"jwks_uri\":\"https"
		    ":\\/\\/www.googleapis.com\\/oauth2\\/v3\\/certs\",\"userin"
		    "fo_endpoint\":\"https://x/u\",\"more\":[1,{}]}", ISSUER,
		    "https://www.googleapis.com/oauth2/v3/certs",
		    "https://x/u" },
		{ "{\"issuer\":\"https://a/b/\",\"jwks_uri\":\"https://a/k?p=b2"
		    "c_1%20x\"}", "https://a/b/", "https://a/k?p=b2c_1%20x",
		    "" },
		{ "{\"issuer\":\"http://127.0.0.1:9\",\"jwks_uri\":\"http://[::"
		    "1]:9/k\",\"userinfo_endpoint\":\"http://localhost/u\"}",
		    "http://127.0.0.1:9", "http://[::1]:9/k",
		    "http://localhost/u" },
	};

	(void)state;
	for (size_t i = 0; i < N(cases); i++) {
		struct discovery d;

		assert_int_equal(read_text(cases[i].json, cases[i].issuer,
		    &d), REASON_OK);
		assert_string_equal(d.jwks_uri, cases[i].jwks_uri);
		assert_int_equal(d.jwks_uri_len, strlen(d.jwks_uri));
		assert_string_equal(d.userinfo, cases[i].userinfo);
		assert_int_equal(d.userinfo_len, strlen(d.userinfo));
	}
}

static void
discovery_not_an_object_refused(void **state)
{
	static const char *const texts[] = {
		"", "[]", "null", "<!DOCTYPE html><html></html>", "{",
		"\xef\xbb\xbf" DOCUMENT("\"https://a\""),
		DOCUMENT("\"https://a\"") "{}",
		DOCUMENT("\"https://a\",\"jwks_uri\":\"https://b\""),
		DOCUMENT("\"https://a\",\"jwks\\u005furi\":\"https://b\""),
		DOCUMENT("\"https://a\",\"issuer\":\"" ISSUER "\""),
	};
	struct discovery d;

	(void)state;
	for (size_t i = 0; i < N(texts); i++)
		if (read_text(texts[i], ISSUER, &d) !=
		    REASON_DISCOVERY_JSON)
			fail_msg("%s", texts[i]);
}

static void
discovery_of_another_issuer_refused(void **state)
{
	static const char *const issuers[] = {
		"\"https://idp.example/\"", "\"https://IDP.example\"",
		"\"https://idp.example:443\"", "\"https://evil.example\"",
		"\"http://idp.example\"", "\"https://idp.exampl\"",
		"\"https://idp.example\\u0000\"", "\"idp.example\"", "\"\"",
		"null", "[\"" ISSUER "\"]", "{}",
	};
	char json[256];
	struct discovery d;

	(void)state;
	for (size_t i = 0; i < N(issuers); i++) {
		(void)snprintf(json, sizeof(json),
		    "{\"issuer\":%s,\"jwks_uri\":\"https://a/k\"}",
		    issuers[i]);
		if (read_text(json, ISSUER, &d) != REASON_DISCOVERY_ISSUER)
			fail_msg("%s", issuers[i]);
	}
	assert_int_equal(read_text("{\"jwks_uri\":\"https://a/k\"}", ISSUER,
	    &d), REASON_DISCOVERY_ISSUER);
	/* The slash counts the other way too. */
	assert_int_equal(read_text(DOCUMENT("\"https://a/k\""), ISSUER "/",
	    &d), REASON_DISCOVERY_ISSUER);
	/* Equal, but nothing that may be configured. */
	assert_int_equal(read_text("{\"issuer\":\"http://idp.example\",\"jwks_u"
	    "ri\":\"https://a/k\"}", "http://idp.example", &d),
	    REASON_DISCOVERY_ISSUER);
}

static void
discovery_jwks_uri_unusable_refused(void **state)
{
	static const char *const uris[] = {
		"null", "7", "\"\"", "[\"https://a\"]", "{}",
		"\"http://idp.example/jwks\"", "\"http://localhost/jwks\"",
		"\"http://127.0.0.1/jwks\"", "\"ftp://a/\"",
		"\"file:///etc/passwd\"", "\"//a/jwks\"", "\"/jwks\"",
		"\"https://\"", "\"https://u:p@a/\"", "\"https://a/k#f\"",
		"\"https://a/k?x#f\"", "\"https://a/k?x@b\"",
		"\"https://a?@b/\"", "\"https://a/k?x y\"",
		"\"https://a/k?x\\ny\"", "\"https://a/k?a?b\"",
		"\"https://a/k?%\"", "\"https://a\\u0000b/\"",
		"\"https://a/\\r\\nHost: b\"", "\"https://a/ \"",
		"\"https://\\u00e9/\"", "\" https://a/\"",
		"\"https://a\\\\b/\"",
	};
	char json[256];
	struct discovery d;

	(void)state;
	for (size_t i = 0; i < N(uris); i++) {
		(void)snprintf(json, sizeof(json),
		    "{\"issuer\":\"" ISSUER "\",\"jwks_uri\":%s}", uris[i]);
		if (read_text(json, ISSUER, &d) != REASON_DISCOVERY_JWKS_URI)
			fail_msg("%s", uris[i]);
	}
	assert_int_equal(read_text("{\"issuer\":\"" ISSUER "\"}", ISSUER, &d),
	    REASON_DISCOVERY_JWKS_URI);
	assert_int_equal(read_text("{\"issuer\":\"" ISSUER "\",\"JWKS_URI\":"
	    "\"https://a/k\"}", ISSUER, &d), REASON_DISCOVERY_JWKS_URI);
}

static void
discovery_userinfo_unusable_is_none(void **state)
{
	static const char *const uris[] = {
		"null", "7", "\"\"", "\"http://idp.example/u\"",
		"\"http://localhost/u\"", "\"http://idp.example/u?a\"", "\"https://u@a/\"", "\"x\"",
	};
	char json[256];
	struct discovery d;

	(void)state;
	for (size_t i = 0; i < N(uris); i++) {
		(void)snprintf(json, sizeof(json), "{\"issuer\":\"" ISSUER
		    "\",\"jwks_uri\":\"https://a/k\",\"userinfo_endpoint\":%s}",
		    uris[i]);
		assert_int_equal(read_text(json, ISSUER, &d), REASON_OK);
		assert_int_equal(d.userinfo_len, 0);
		assert_string_equal(d.userinfo, "");
	}
}

/* An issuer on this machine may send us to this machine, nowhere else. */
static void
discovery_loopback_issuer_stays_there(void **state)
{
	struct discovery d;

	(void)state;
	assert_int_equal(read_text("{\"issuer\":\"http://127.0.0.1:8/\","
	    "\"jwks_uri\":\"http://localhost:9/k\"}", "http://127.0.0.1:8/",
	    &d), REASON_OK);
	assert_int_equal(read_text("{\"issuer\":\"http://127.0.0.1:8/\","
	    "\"jwks_uri\":\"http://192.0.2.1/k\"}", "http://127.0.0.1:8/",
	    &d), REASON_DISCOVERY_JWKS_URI);
}

static void
discovery_at_its_bounds(void **state)
{
	static char json[DISCOVERY_MAX + 1], uri[URL_MAX + 2];
	struct discovery d;
	size_t n = strlen(DOCUMENT("\"https://a/k\""));

	(void)state;
	memset(json, ' ', sizeof(json));
	memcpy(json, DOCUMENT("\"https://a/k\""), n);
	assert_int_equal(read_bytes(json, DISCOVERY_MAX, ISSUER, &d),
	    REASON_OK);
	assert_int_equal(read_bytes(json, DISCOVERY_MAX + 1, ISSUER, &d),
	    REASON_TOO_LARGE);
	for (size_t len = URL_MAX; len <= URL_MAX + 1; len++) {
		memset(uri, 'a', len);
		memcpy(uri, "https://a/", 10);
		uri[len] = '\0';
		(void)snprintf(json, sizeof(json), "{\"issuer\":\"" ISSUER
		    "\",\"jwks_uri\":\"%s\"}", uri);
		assert_int_equal(read_text(json, ISSUER, &d), len == URL_MAX ?
		    REASON_OK : REASON_DISCOVERY_JWKS_URI);
	}
}

static void
discovery_cut_anywhere_refused(void **state)
{
	static const char json[] = DOCUMENT("\"https://a/k\"");
	struct discovery d;

	(void)state;
	for (size_t n = 0; n < sizeof(json) - 1; n++)
		assert_int_equal(read_bytes(json, n, ISSUER, &d),
		    REASON_DISCOVERY_JSON);
}

static void
discovery_url_has_one_slash_less(void **state)
{
	static const struct {
		const char *issuer, *url;
	} cases[] = {
		{ "https://a", "https://a/.well-known/openid-configuration" },
		{ "https://a/", "https://a/.well-known/openid-configuration" },
		{ "https://a//",
		    "https://a//.well-known/openid-configuration" },
		{ "https://a:8443/b/c/",
		    "https://a:8443/b/c/.well-known/openid-configuration" },
		{ "http://localhost:1/x",
		    "http://localhost:1/x/.well-known/openid-configuration" },
	};
	char url[URL_MAX + 1];

	(void)state;
	for (size_t i = 0; i < N(cases); i++) {
		assert_null(issuer_problem(span_of(cases[i].issuer)));
		assert_int_equal(discovery_url(span_of(cases[i].issuer), url),
		    strlen(cases[i].url));
		assert_string_equal(url, cases[i].url);
	}
}

static void
discovery_issuer_unusable_refused(void **state)
{
	static const char *const issuers[] = {
		"", "/", "a", "idp.example", "//a", "http://idp.example",
		"http://127.0.0.1.evil.example", "http://localhost.evil",
		"http://10.0.0.1", "https://", "https://u@a", "https://a?b",
		"https://a/#", "https://a b", "https://a/\n", "ftp://a",
	};
	static char longest[URL_MAX + 1];
	char url[URL_MAX + 1];
	const size_t max = URL_MAX - strlen("/.well-known/openid-configuration");

	(void)state;
	for (size_t i = 0; i < N(issuers); i++) {
		assert_non_null(issuer_problem(span_of(issuers[i])));
		assert_int_equal(discovery_url(span_of(issuers[i]), url), 0);
		assert_string_equal(url, "");
	}
	for (size_t n = max; n <= max + 1; n++) {
		memset(longest, 'a', n);
		memcpy(longest, "https://a/", 10);
		longest[n] = '\0';
		assert_int_equal(discovery_url(span_of(longest), url),
		    n == max ? URL_MAX : 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(discovery_good_read),
		cmocka_unit_test(discovery_not_an_object_refused),
		cmocka_unit_test(discovery_of_another_issuer_refused),
		cmocka_unit_test(discovery_jwks_uri_unusable_refused),
		cmocka_unit_test(discovery_userinfo_unusable_is_none),
		cmocka_unit_test(discovery_loopback_issuer_stays_there),
		cmocka_unit_test(discovery_at_its_bounds),
		cmocka_unit_test(discovery_cut_anywhere_refused),
		cmocka_unit_test(discovery_url_has_one_slash_less),
		cmocka_unit_test(discovery_issuer_unusable_refused),
	};

	return cmocka_run_group_tests_name("discovery", tests, NULL, NULL);
}
