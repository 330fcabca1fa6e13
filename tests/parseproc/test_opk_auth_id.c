/* auth_id: every form of row, against an identity; and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "parseproc/opk_auth_id.h"

#define ISSUER "https://op.example"

/* A claim with one value, or a list: the same name several times. */
struct claim {
	const char *name;
	const char *value;
};

static const struct claim claims[] = {
	{ "email", "Alice@Example.com" },
	{ "groups", "ssh-users" },
	{ "groups", "a:b" },
	{ "groups", "two words" },
	{ "https://acme.com/groups", "ssh-users" },
	{ "https://acme.com/groups", "a:b c" },
	{ "n", "1000000" },
	{ "admin", "true" },
	{ "x\"y", "v" },
	{ NULL, NULL },
};

static bool
claim_matches(const void *ctx, struct span name, struct span value)
{
	const struct claim *claim = ctx;

	assert_true(name.len > 0);
	assert_true(value.len > 0);
	for (; claim->name != NULL; claim++)
		if (span_equal(name, span_of(claim->name)) &&
		    span_equal(value, span_of(claim->value)))
			return true;
	return false;
}

static struct opk_identity identity;
static struct opk_policy policy;

static int
setup(void **state)
{
	(void)state;
	identity = (struct opk_identity){
		.issuer = span_of(ISSUER),
		.sub = span_of("Sub-1"),
		.email = span_of("Alice@Example.com"),
		.email_verified = OPK_VERIFIED_TRUE,
		.claim_matches = claim_matches,
		.claims = claims,
	};
	return 0;
}

static enum reason
find(const char *text, const char *user)
{
	size_t len = strlen(text);
	uint8_t *copy = malloc(len + (len == 0));

	assert_non_null(copy);
	memcpy(copy, text, len);
	opk_auth_id_find(&policy, copy, len, span_of(user), &identity);
	free(copy);
	return policy.reason;
}

/* The row with this second column, for root and the right issuer. */
static enum reason
row(const char *attribute)
{
	char text[512];

	assert_true(snprintf(text, sizeof(text), "root %s " ISSUER "\n",
	    attribute) < (int)sizeof(text));
	return find(text, "root");
}

static void
matches(const char *attribute)
{
	if (row(attribute) != REASON_OK)
		fail_msg("%s: %s, %zu bad", attribute,
		    reason_word(policy.reason), policy.reports.count);
	assert_int_equal(policy.line, 1);
	assert_int_equal(policy.rows, 1);
}

/* It is a sound row and does not match. */
static void
differs(const char *attribute)
{
	if (row(attribute) != REASON_NO_RULE || policy.reports.count != 0)
		fail_msg("%s: %s, %zu bad", attribute,
		    reason_word(policy.reason), policy.reports.count);
	assert_int_equal(policy.line, 0);
	assert_int_equal(policy.nearest, 1);
	assert_int_equal(policy.rows, 1);
}

/* It is no sound row. */
static void
refused(const char *attribute, const char *what)
{
	if (row(attribute) != REASON_NO_RULE || policy.reports.count != 1)
		fail_msg("%s: %s, %zu bad", attribute,
		    reason_word(policy.reason), policy.reports.count);
	if (strstr(policy.reports.rows[0].what, what) == NULL)
		fail_msg("%s: %s", attribute, policy.reports.rows[0].what);
	assert_int_equal(policy.reports.rows[0].line, 1);
	assert_int_equal(policy.reports.rows[0].reason, REASON_AUTH_ID_ROW);
	assert_int_equal(policy.rows, 0);
	assert_int_equal(policy.nearest, 0);
}

static void
opk_auth_id_nothing_gives_no_rule(void **state)
{
	(void)state;
	assert_int_equal(find("", "root"), REASON_NO_RULE);
	assert_int_equal(find("# root x y\n\n", "root"), REASON_NO_RULE);
	assert_int_equal(policy.rows, 0);
	opk_auth_id_find(&policy, NULL, 0, span_of("root"), &identity);
	assert_int_equal(policy.reason, REASON_NO_RULE);
	assert_int_equal(reason_class(REASON_NO_RULE), REASON_DENY);
	assert_int_equal(reason_class(REASON_EMAIL_UNVERIFIED), REASON_DENY);
}

static void
opk_auth_id_email_ignores_case_of_ascii(void **state)
{
	(void)state;
	matches("alice@example.com");
	matches("ALICE@EXAMPLE.COM");
	matches("'alice@example.com'");
	differs("alice@example.co");
	differs("alice@example.com.evil");
	differs("lice@example.com");
	identity.email = span_of("\xc3\x89va@example.com");
	matches("\xc3\x89VA@example.com");
	differs("\xc3\xa9va@example.com");
}

static void
opk_auth_id_sub_is_exact(void **state)
{
	(void)state;
	matches("Sub-1");
	differs("sub-1");
	differs("Sub-");
	differs("Sub-11");
}

static void
opk_auth_id_principal_and_issuer_are_exact(void **state)
{
	static const char text[] = "root Sub-1 " ISSUER "\n";

	(void)state;
	assert_int_equal(find(text, "root"), REASON_OK);
	assert_int_equal(find(text, "Root"), REASON_NO_RULE);
	assert_int_equal(policy.nearest, 0);
	assert_int_equal(find(text, "roo"), REASON_NO_RULE);
	assert_int_equal(find(text, "root2"), REASON_NO_RULE);
	assert_int_equal(find(text, ""), REASON_NO_RULE);
	identity.issuer = span_of(ISSUER "/");
	assert_int_equal(find(text, "root"), REASON_NO_RULE);
	assert_int_equal(policy.nearest, 0);
	assert_int_equal(policy.nearest_issuer, 1);
	identity.issuer = span_of("https://OP.example");
	assert_int_equal(find(text, "root"), REASON_NO_RULE);
	identity.issuer = span_of("");
	assert_int_equal(find(text, "root"), REASON_NO_RULE);
	setup(NULL);
	assert_int_equal(find("DOM\\\\user Sub-1 " ISSUER, "DOM\\user"),
	    REASON_OK);
	assert_int_equal(find("'a b' Sub-1 '" ISSUER "'", "a b"), REASON_OK);
}

static void
opk_auth_id_claim_is_string_or_list(void **state)
{
	(void)state;
	matches("oidc:groups:ssh-users");
	matches("'oidc:groups:ssh-users'");
	matches("oidc:\"groups\":ssh-users");
	matches("oidc:n:1000000");
	matches("oidc:admin:true");
	differs("oidc:groups:SSH-users");
	differs("oidc:groups:ssh-user");
	differs("oidc:Groups:ssh-users");
	differs("oidc:n:1e+06");
	differs("oidc:none:x");
	differs("OIDC:groups:ssh-users");
}

/* user-needs 3b, 8: oidc:groups:a:b compared by its last piece. */
static void
opk_auth_id_group_value_compared_whole(void **state)
{
	(void)state;
	matches("oidc:groups:a:b");
	matches("'oidc:groups:two words'");
	matches("oidc:groups:two\\ words");
	matches("oidc:groups:\"two words\"");
	differs("oidc:groups:x:ssh-users");
	differs("oidc:groups:a:b:ssh-users");
	differs("oidc:groups::ssh-users");
	differs("oidc:groups:b");
	differs("'oidc:groups: ssh-users'");
	differs("'oidc:groups:ssh-users '");
}

static void
opk_auth_id_claim_with_colons_in_quotes(void **state)
{
	(void)state;
	/* Protected, as opkssh wants it and as opkssh add writes it. */
	matches("'oidc:\"https://acme.com/groups\":ssh-users'");
	matches("oidc:\\\"https://acme.com/groups\\\":ssh-users");
	matches("'oidc:\"https://acme.com/groups\":a:b c'");
	/* Unprotected, as its README prints it. */
	matches("oidc:\"https://acme.com/groups\":ssh-users");
	matches("oidc:\"https://acme.com/groups\":a:b\\ c");
	matches("oidc:\"https://acme.com/groups\":'a:b c'");
	matches("oidc:\"https://acme.com/groups\":\"a:b c\"");
	differs("oidc:\"https://acme.com/groups\":c");
	differs("oidc:\"https://acme.com/group\":ssh-users");
	refused("oidc:\"https\"://acme.com/groups:ssh-users", "quotes");
	/* Quotes around all of it, or elsewhere, are the shell's. */
	matches("oidc:\"groups:two words\"");
	matches("\"oidc:groups:two words\"");
	matches("oidc:gro\"ups:a\":b");
	matches("oidc:groups:\"a:b\"");
}

static void
opk_auth_id_malformed_claim_refused(void **state)
{
	(void)state;
	refused("oidc:", "no value");
	refused("oidc::", "no claim");
	refused("oidc::x", "no claim");
	refused("oidc:groups", "no value");
	refused("oidc:groups:", "no value");
	refused("oidc:\"\":x", "no claim");
	refused("'oidc:\"\":x'", "no claim");
	refused("oidc:\"a:b\":", "no value");
	refused("'oidc:\"a:b\":'", "no value");
	refused("'oidc:\"a:b\"'", "needs a colon");
	refused("'oidc:\"a:b\"c:d'", "needs a colon");
	refused("'oidc:\"a:b'", "quote is not closed");
	refused("'oidc:a\"b:c\"d:e'", "quote inside");
	refused("oidc:\"x\\\"y\":v", "quote inside");
	refused("'oidc:\"'", "quote is not closed");
	refused("oidc:\"\\", "double quote");
	refused("oidc:\"", "double quote");
	refused("oidc:https://acme.com/groups:ssh-users", "double quotes");
	refused("'oidc:https://acme.com/groups:ssh-users'", "double quotes");
	refused("oidc:'https://acme.com/groups':ssh-users", "double quotes");
	refused("oidc:http://acme.com/groups:ssh-users", "double quotes");
	differs("oidc:https:x");
	differs("oidc:\"groups:two\"'x'");
}

static void
opk_auth_id_email_end_ignores_case(void **state)
{
	(void)state;
	matches("oidc-match-end:email:@example.com");
	matches("oidc-match-end:email:@EXAMPLE.com");
	matches("oidc-match-end:email:ice@example.com");
	matches("oidc-match-end:email:alice@example.com");
	differs("oidc-match-end:email:xalice@example.com");
	differs("oidc-match-end:email:@example.co");
	differs("oidc-match-end:email:@xample.com");
	identity.email = span_of("alice@evilexample.com");
	differs("oidc-match-end:email:@example.com");
	identity.email = span_of("");
	differs("oidc-match-end:email:@example.com");
	identity.email = (struct span){ NULL, 0 };
	differs("oidc-match-end:email:@example.com");
	differs("alice@example.com");
}

/* opkssh issue 589: it matches everybody. */
static void
opk_auth_id_empty_email_suffix_refused(void **state)
{
	(void)state;
	refused("oidc-match-end:email:", "everybody");
	refused("oidc-match-end:email:''", "everybody");
	refused("'oidc-match-end:email:'", "everybody");
	identity.email = span_of("");
	refused("oidc-match-end:email:", "everybody");
}

/* opkssh issue 589: example.com lets evilexample.com in. */
static void
opk_auth_id_email_suffix_without_at_refused(void **state)
{
	(void)state;
	identity.email = span_of("alice@evilexample.com");
	refused("oidc-match-end:email:example.com", "needs an @");
	refused("oidc-match-end:email:.com", "needs an @");
	refused("oidc-match-end:email:m", "needs an @");
	refused("oidc-match-end:email:@", "needs an @");
	refused("oidc-match-end:email:a@", "needs an @");
	refused("oidc-match-end:sub:@x.example", "another claim");
	refused("oidc-match-end:", "another claim");
}

static void
opk_auth_id_repo_is_pattern_for_sub(void **state)
{
	(void)state;
	identity.sub = span_of("repo:octo-org/octo-repo:ref:refs/heads/main");
	matches("repo:octo-org/octo-repo:ref:refs/heads/main");
	matches("repo:octo-org/octo-repo:ref:refs/heads/*");
	matches("'repo:octo-org/*:ref:refs/heads/[a-m]ain'");
	matches("repo:octo-org/octo-repo:ref:refs/*/*");
	differs("repo:octo-org/*");
	differs("repo:*");
	differs("repo:octo-org/octo-repo");
	differs("repo:Octo-org/octo-repo:ref:refs/heads/main");
	identity.sub = span_of("repo:octo-org/octo-repo:ref:refs/heads/a/b");
	differs("repo:octo-org/octo-repo:ref:refs/heads/*");
	identity.sub = span_of("octo-org/octo-repo");
	differs("repo:octo-org/octo-repo");
	identity.sub = span_of("");
	differs("repo:*");
	refused("repo:", "nothing behind");
	refused("repo:octo-org/[", "malformed");
	refused("'repo:octo-org/\\'", "malformed");
	/* The shell's rules come first. */
	identity.sub = span_of("repo:a*");
	matches("'repo:a\\*'");
	identity.sub = span_of("repo:ab");
	differs("'repo:a\\*'");
	matches("repo:a\\*");
}

/* opkssh pull request 594: e-mails that nobody has verified. */
static void
opk_auth_id_unverified_email_does_not_match(void **state)
{
	static const char *const email_rows[] = { "alice@example.com",
		"oidc-match-end:email:@example.com",
		"oidc:email:Alice@Example.com",
		"oidc:\"email\":Alice@Example.com" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		identity.email_verified = OPK_VERIFIED_TRUE;
		matches(email_rows[i]);
		assert_false(policy.email_unstated);
		identity.email_verified = OPK_VERIFIED_ABSENT;
		matches(email_rows[i]);
		assert_true(policy.email_unstated);
		identity.email_verified = OPK_VERIFIED_FALSE;
		assert_int_equal(row(email_rows[i]), REASON_EMAIL_UNVERIFIED);
		assert_int_equal(policy.line, 1);
		assert_false(policy.email_unstated);
	}
	matches("Sub-1");
	matches("oidc:groups:ssh-users");
	identity.email_verified = OPK_VERIFIED_ABSENT;
	matches("Sub-1");
	assert_false(policy.email_unstated);
	/* Who has it as sub is not taken at his e-mail's word. */
	identity.sub = span_of("alice@example.com");
	identity.email_verified = OPK_VERIFIED_FALSE;
	matches("alice@example.com");
	assert_false(policy.email_unstated);
	differs("bob@example.com");
}

static void
opk_auth_id_later_row_beats_unverified_email(void **state)
{
	(void)state;
	identity.email_verified = OPK_VERIFIED_FALSE;
	assert_int_equal(find("root alice@example.com " ISSUER "\n"
	    "root oidc-match-end:email:@example.com " ISSUER "\n",
	    "root"), REASON_EMAIL_UNVERIFIED);
	assert_int_equal(policy.line, 1);
	assert_int_equal(find("root alice@example.com " ISSUER "\n"
	    "root Sub-1 " ISSUER "\n", "root"), REASON_OK);
	assert_int_equal(policy.line, 2);
	assert_int_equal(find("root alice@example.com https://other.example\n",
	    "root"), REASON_NO_RULE);
}

static void
opk_auth_id_empty_columns_refused(void **state)
{
	(void)state;
	identity.sub = span_of("");
	identity.email = span_of("");
	identity.issuer = span_of("");
	refused("''", "second column");
	assert_int_equal(find("'' x " ISSUER "\n", ""), REASON_NO_RULE);
	assert_int_equal(policy.reports.count, 1);
	assert_non_null(strstr(policy.reports.rows[0].what, "first column"));
	assert_int_equal(find("root x ''\n", "root"), REASON_NO_RULE);
	assert_non_null(strstr(policy.reports.rows[0].what, "third column"));
}

/* open-bastion pull request 228: a check skipped when its input is missing. */
static void
opk_auth_id_missing_inputs_let_nobody_in(void **state)
{
	static const char *const rows[] = { "alice@example.com", "Sub-1",
		"oidc:email:x", "oidc:groups:x", "'oidc:groups: '", "' '",
		"oidc-match-end:email:@example.com", "repo:*", "repo:?",
		"'\\0'" };
	static const struct claim none[] = { { NULL, NULL } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		setup(NULL);
		identity.sub = identity.email = (struct span){ NULL, 0 };
		identity.claims = none;
		differs(rows[i]);
		setup(NULL);
		identity.issuer = (struct span){ NULL, 0 };
		assert_int_equal(row(rows[i]), REASON_NO_RULE);
	}
	setup(NULL);
	opk_auth_id_find(&policy, (const uint8_t *)"'' Sub-1 " ISSUER, 27,
	    (struct span){ NULL, 0 }, &identity);
	assert_int_equal(policy.reason, REASON_NO_RULE);
}

static void
opk_auth_id_nearest_row_told(void **state)
{
	(void)state;
	assert_int_equal(find("bob Sub-1 " ISSUER "\n"
	    "root Sub-1 https://other.example\n"
	    "root bad\n"
	    "root oidc:groups:x " ISSUER "\n"
	    "root Sub-1 https://third.example\n"
	    "root eve@example.com " ISSUER "\n", "root"), REASON_NO_RULE);
	assert_int_equal(policy.nearest, 4);
	assert_int_equal(policy.nearest_issuer, 2);
	assert_int_equal(policy.rows, 5);
	assert_int_equal(policy.reports.count, 1);
	assert_int_equal(find("bob Sub-1 " ISSUER "\n", "root"),
	    REASON_NO_RULE);
	assert_int_equal(policy.nearest, 0);
	assert_int_equal(policy.nearest_issuer, 0);
}

/* A malformed allow row never locks out the rest. */
static void
opk_auth_id_bad_rows_stop_no_other(void **state)
{
	(void)state;
	assert_int_equal(find("\xef\xbb\xbf# principal attribute issuer\r\n"
	    "\r\n"
	    "root \"unterminated " ISSUER "\r\n"
	    "root two words " ISSUER "\r\n"
	    "root\r\n"
	    "root oidc-match-end:email: " ISSUER "\r\n"
	    "root \xff " ISSUER "\r\n"
	    "root 'a#b' " ISSUER "\r\n"
	    "root Sub-1 " ISSUER " # me\r\n"
	    "root also\\\r\n", "root"), REASON_OK);
	assert_int_equal(policy.line, 9);
	assert_int_equal(policy.rows, 1);
	assert_int_equal(policy.reports.count, 6);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(policy.reports.rows[i].line, i + 3);
}

static void
opk_auth_id_check_reads_to_the_end(void **state)
{
	static const char text[] = "root Sub-1 " ISSUER "\n"
	    "root oidc:x " ISSUER "\nroot repo:[ " ISSUER "\n"
	    "a b c\n";

	(void)state;
	assert_int_equal(find(text, "root"), REASON_OK);
	assert_int_equal(policy.reports.count, 0);
	opk_auth_id_check(&policy, (const uint8_t *)text, strlen(text));
	assert_int_equal(policy.reason, REASON_NO_RULE);
	assert_int_equal(policy.rows, 2);
	assert_int_equal(policy.reports.count, 2);
	assert_int_equal(policy.reports.rows[1].line, 3);
}

static double
ms_since(const struct timespec *t0)
{
	struct timespec t1;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t1);
	return (double)(t1.tv_sec - t0->tv_sec) * 1e3 +
	    (double)(t1.tv_nsec - t0->tv_nsec) / 1e6;
}

/* The last of n rows fits, all for the same user and issuer. */
static void
big_file(size_t n, const char *before, const char *after)
{
	size_t size = n * 100 + 100, used = 0;
	char *text = malloc(size);
	struct timespec t0;

	assert_non_null(text);
	for (size_t i = 1; i < n; i++)
		used += (size_t)snprintf(text + used, size - used,
		    "%s%zu%s " ISSUER "\n", before, i, after);
	used += (size_t)snprintf(text + used, size - used, "root Sub-1 "
	    ISSUER "\n");
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t0);
	opk_auth_id_find(&policy, (uint8_t *)text, used, span_of("root"),
	    &identity);
	print_message("opk_auth_id: %zu rows, %zu bytes: %.1f ms: %s...%s\n",
	    n, used, ms_since(&t0), before, after);
	assert_int_equal(policy.reason, REASON_OK);
	assert_int_equal(policy.line, n);
	free(text);
}

static void
opk_auth_id_100000_rows_are_fast(void **state)
{
	static const struct {
		const char *before;
		const char *after;
	} forms[] = {
		{ "user", " oidc:groups:some-team-or-other" },
		{ "root user", "@subdomain.example.com" },
		{ "root 'oidc:\"https://a.com/groups\":g", "'" },
		{ "root repo:org/*-repo-", ":ref:refs/*/*" },
		{ "root oidc:groups ", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		big_file(10000, forms[i].before, forms[i].after);
		big_file(100000, forms[i].before, forms[i].after);
	}
	assert_int_equal(policy.reports.count, 99999);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup(opk_auth_id_##name, setup)
		T(nothing_gives_no_rule),
		T(email_ignores_case_of_ascii),
		T(sub_is_exact),
		T(principal_and_issuer_are_exact),
		T(claim_is_string_or_list),
		T(group_value_compared_whole),
		T(claim_with_colons_in_quotes),
		T(malformed_claim_refused),
		T(email_end_ignores_case),
		T(empty_email_suffix_refused),
		T(email_suffix_without_at_refused),
		T(repo_is_pattern_for_sub),
		T(unverified_email_does_not_match),
		T(later_row_beats_unverified_email),
		T(empty_columns_refused),
		T(missing_inputs_let_nobody_in),
		T(nearest_row_told),
		T(bad_rows_stop_no_other),
		T(check_reads_to_the_end),
		T(100000_rows_are_fast),
#undef T
	};

	return cmocka_run_group_tests_name("opk_auth_id", tests, NULL, NULL);
}
