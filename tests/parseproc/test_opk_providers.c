/* /etc/opk/providers: good rows taken, bad ones told and skipped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "parseproc/opk_providers.h"

static struct opk_providers providers;

static void
read_text(const char *text)
{
	size_t len = strlen(text);
	uint8_t *copy = malloc(len + (len == 0));

	assert_non_null(copy);
	memcpy(copy, text, len);
	opk_providers_read(&providers, copy, len);
	free(copy);
}

/* A text whose only row is refused. */
static void
refused(const char *text, const char *what)
{
	read_text(text);
	if (providers.count != 0 || providers.reports.count != 1)
		fail_msg("%s: %zu rows, %zu reports", text, providers.count,
		    providers.reports.count);
	if (strstr(providers.reports.rows[0].what, what) == NULL)
		fail_msg("%s: %s", text, providers.reports.rows[0].what);
	assert_int_equal(providers.reports.rows[0].line, 1);
	assert_int_equal(providers.reports.rows[0].reason,
	    REASON_PROVIDERS_ROW);
}

static void
opk_providers_nothing_gives_no_row(void **state)
{
	(void)state;
	read_text("");
	assert_int_equal(providers.count, 0);
	assert_int_equal(providers.reports.count, 0);
	opk_providers_read(&providers, NULL, 0);
	assert_int_equal(providers.count, 0);
	read_text("# https://a.example b 24h\n");
	assert_int_equal(providers.count, 0);
	assert_int_equal(providers.reports.count, 0);
}

/* What opkssh's installer writes. */
static void
opk_providers_usual_file_taken(void **state)
{
	(void)state;
	read_text("# Issuer Client-ID expiration-policy\r\n"
	    "https://accounts.google.com 206584157355-7cbe4s640tvm7naoludob4ut"
	    "1emii7sf.apps.googleusercontent.com 24h\r\n"
	    "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b"
	    "66dad/v2.0 096ce0a3-5e72-4da8-9c86-12924b294a01 24h\r\n"
	    "https://gitlab.com 8d8b7024572c7fd501f64374dec6bba37096783dfcd792"
	    "b3988104be08cb6923 oidc_refreshed\r\n"
	    "https://auth.example/application/o/ssh/ 'my client' 1week\r\n");
	assert_int_equal(providers.reports.count, 0);
	assert_int_equal(providers.count, 4);
	assert_string_equal(providers.rows[0].issuer,
	    "https://accounts.google.com");
	assert_int_equal(providers.rows[0].expiry, EXPIRY_24H);
	assert_int_equal(providers.rows[0].line, 2);
	assert_false(providers.rows[0].gq);
	assert_string_equal(providers.rows[1].client_id,
	    "096ce0a3-5e72-4da8-9c86-12924b294a01");
	assert_int_equal(providers.rows[2].expiry, EXPIRY_OIDC_REFRESHED);
	assert_string_equal(providers.rows[3].issuer,
	    "https://auth.example/application/o/ssh/");
	assert_string_equal(providers.rows[3].client_id, "my client");
	assert_int_equal(providers.rows[3].line, 5);
}

static void
opk_providers_expiry_words_taken(void **state)
{
	static const struct {
		const char *word;
		enum expiry expiry;
	} cases[] = {
		{ "12h", EXPIRY_12H },
		{ "24h", EXPIRY_24H },
		{ "48h", EXPIRY_48H },
		{ "1week", EXPIRY_1WEEK },
		{ "oidc", EXPIRY_OIDC },
		{ "oidc-refreshed", EXPIRY_OIDC_REFRESHED },
		{ "oidc_refreshed", EXPIRY_OIDC_REFRESHED },
		{ "never", EXPIRY_NEVER },
	};
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(text, sizeof(text), "https://a.example b %s",
		    cases[i].word);
		read_text(text);
		assert_int_equal(providers.count, 1);
		assert_int_equal(providers.rows[0].expiry, cases[i].expiry);
	}
}

static void
opk_providers_other_expiry_refused(void **state)
{
	static const char *const words[] = { "''", "24H", "24", "1w", "2week",
		"36h", "oidc-", "oidc-refresh", "Never", "'24h '", "24hh" };
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		(void)snprintf(text, sizeof(text), "https://a.example b %s",
		    words[i]);
		refused(text, "must end in 12h");
	}
}

static void
opk_providers_issuer_is_https_or_loopback(void **state)
{
	static const char *const good[] = { "https://a", "http://localhost:1",
		"http://127.0.0.1:8080/realms/x", "http://[::1]/", "https://a/",
		"HTTPS://A.example", "https://a.example:8443/x%20y" };
	static const char *const bad[] = { "http://a.example", "''",
		"accounts.google.com", "a.example/x", "ftp://a", "https://",
		"https://u@a.example", "https://a?x", "http://127.0.0.1.a/",
		"http://localhost.a.example", "https://a:0/", "https:/a",
		"file:///etc/passwd" };
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		(void)snprintf(text, sizeof(text), "%s b 24h", good[i]);
		read_text(text);
		assert_int_equal(providers.count, 1);
		assert_string_equal(providers.rows[0].issuer, good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(text, sizeof(text), "%s b 24h", bad[i]);
		read_text(text);
		if (providers.count != 0 || providers.reports.count != 1)
			fail_msg("%s", bad[i]);
	}
	/* opkssh issue 387. */
	refused("accounts.google.com b 24h", "must begin with https://");
	refused("http://a.example b 24h", "must begin with https://");
	refused("'https://a\\b' b 24h", "character");
	/* The parent would look for these in vain. */
	refused("https://a/x\\&y b 24h", "write it plainly");
	refused("\\https://a b 24h", "write it plainly");
	refused("https://a/'x'y b 24h", "write it plainly");
	refused("\"https://a/x'y\" b 24h", "write it plainly");
}

static void
opk_providers_workflow_issuers_flagged(void **state)
{
	static const struct {
		const char *issuer;
		bool gq;
	} cases[] = {
		{ "https://token.actions.githubusercontent.com", true },
		{ "https://codeberg.org/api/actions", true },
		{ "https://codeberg.org/api/actions/", true },
		{ "https://git.example/forgejo/api/actions", true },
		{ "https://token.actions.githubusercontent.com/", false },
		{ "https://token.actions.githubusercontent.com.evil", false },
		{ "https://git.example/api/actions/x", false },
		{ "https://git.example/api/actions//", false },
		{ "https://git.example/api/Actions", false },
		{ "https://gitlab.com", false },
	};
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(text, sizeof(text), "%s none 24h",
		    cases[i].issuer);
		read_text(text);
		assert_int_equal(providers.count, 1);
		if (providers.rows[0].gq != cases[i].gq)
			fail_msg("%s", cases[i].issuer);
	}
}

/* user-needs 3b, 3: two rows with the same issuer breaking all logins. */
static void
opk_providers_two_clients_of_one_issuer_both_taken(void **state)
{
	(void)state;
	read_text("https://a.example one 24h\nhttps://a.example two 12h\n"
	    "https://a.example/ one oidc\n");
	assert_int_equal(providers.count, 3);
	assert_int_equal(providers.reports.count, 0);
	assert_string_equal(providers.rows[1].client_id, "two");
	assert_int_equal(providers.rows[1].expiry, EXPIRY_12H);
}

/* The first counts: a later one must not prolong it unseen. */
static void
opk_providers_same_issuer_and_client_reported(void **state)
{
	(void)state;
	read_text("https://a.example one 24h\nhttps://a.example one never\n");
	assert_int_equal(providers.count, 1);
	assert_int_equal(providers.rows[0].expiry, EXPIRY_24H);
	assert_int_equal(providers.reports.count, 1);
	assert_int_equal(providers.reports.rows[0].line, 2);
	assert_non_null(strstr(providers.reports.rows[0].what, "repeats"));
}

static void
opk_providers_bad_row_stops_no_other(void **state)
{
	static const uint32_t bad[] = { 1, 3, 4, 5, 6, 7, 9 };

	(void)state;
	read_text("https://a.example\n"
	    "https://b.example x 24h\n"
	    "https://c.example 'x 24h\n"
	    "https://d.example x forever\n"
	    "http://e.example x 24h\n"
	    "https://f.example x 24h y\n"
	    "https://g.example x\x01 24h\n"
	    "https://h.example x oidc\n"
	    "https://i.example '' 24h\n");
	assert_int_equal(providers.count, 2);
	assert_string_equal(providers.rows[0].issuer, "https://b.example");
	assert_string_equal(providers.rows[1].issuer, "https://h.example");
	assert_int_equal(providers.reports.count, 7);
	for (size_t i = 0; i < 7; i++)
		assert_int_equal(providers.reports.rows[i].line, bad[i]);
}

static void
opk_providers_lengths_are_bounded(void **state)
{
	static char text[2048];
	int n = ISSUER_MAX - 8;

	(void)state;
	(void)snprintf(text, sizeof(text), "https://h/%0*d b 24h", n - 2, 0);
	read_text(text);
	assert_int_equal(providers.count, 1);
	assert_int_equal(strlen(providers.rows[0].issuer), ISSUER_MAX);
	(void)snprintf(text, sizeof(text), "https://h/%0*d b 24h", n - 1, 0);
	refused(text, "issuer of more than");
	n = OPK_CLIENT_ID_MAX;
	(void)snprintf(text, sizeof(text), "https://h %0*d 24h", n, 0);
	read_text(text);
	assert_int_equal(providers.count, 1);
	(void)snprintf(text, sizeof(text), "https://h %0*d 24h", n + 1, 0);
	refused(text, "client id of more than");
}

static void
opk_providers_too_many_rows_reported(void **state)
{
	static char text[100 * PROVIDERS_MAX];
	size_t used = 0;

	(void)state;
	for (size_t i = 0; i < PROVIDERS_MAX + 2; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "https://p%zu.example x 24h\n", i);
	read_text(text);
	assert_int_equal(providers.count, PROVIDERS_MAX);
	assert_int_equal(providers.reports.count, 2);
	assert_int_equal(providers.reports.rows[0].line,
	    PROVIDERS_MAX + 1);
	assert_non_null(strstr(providers.reports.rows[0].what, "too many"));
}

/* A hostile day: 100,000 rows, none of them usable, or all one too many. */
static void
opk_providers_100000_rows_are_fast(void **state)
{
	static char text[100000 * 32];
	struct timespec t0, t1;
	size_t used = 0;

	(void)state;
	for (size_t i = 0; i < 100000; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "https://%zu.ex c 24h\n", i);
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t0);
	opk_providers_read(&providers, (const uint8_t *)text, used);
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t1);
	assert_int_equal(providers.count, PROVIDERS_MAX);
	assert_int_equal(providers.reports.count,
	    100000 - PROVIDERS_MAX);
	print_message("opk_providers: 100000 rows in %.1f ms\n",
	    (double)(t1.tv_sec - t0.tv_sec) * 1e3 +
	    (double)(t1.tv_nsec - t0.tv_nsec) / 1e6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opk_providers_nothing_gives_no_row),
		cmocka_unit_test(opk_providers_usual_file_taken),
		cmocka_unit_test(opk_providers_expiry_words_taken),
		cmocka_unit_test(opk_providers_other_expiry_refused),
		cmocka_unit_test(opk_providers_issuer_is_https_or_loopback),
		cmocka_unit_test(opk_providers_workflow_issuers_flagged),
		cmocka_unit_test(
		    opk_providers_two_clients_of_one_issuer_both_taken),
		cmocka_unit_test(
		    opk_providers_same_issuer_and_client_reported),
		cmocka_unit_test(opk_providers_bad_row_stops_no_other),
		cmocka_unit_test(opk_providers_lengths_are_bounded),
		cmocka_unit_test(opk_providers_too_many_rows_reported),
		cmocka_unit_test(opk_providers_100000_rows_are_fast),
	};

	return cmocka_run_group_tests_name("opk_providers", tests, NULL,
	    NULL);
}
