/* /etc/opk/config.yml: denials that fail closed, proxies, CA. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parseproc/opk_config.h"

static struct opk_config config;
static struct config_error error;

static int
drop(void **state)
{
	(void)state;
	opk_config_free(&config);
	return 0;
}

static enum reason
read_text(const char *text)
{
	size_t len = strlen(text);
	uint8_t *copy = malloc(len + (len == 0));
	enum reason reason;

	assert_non_null(copy);
	memcpy(copy, text, len);
	opk_config_free(&config);
	reason = opk_config_read(copy, len, &config, &error);
	memset(copy, 'x', len); /* nothing may point there */
	free(copy);
	assert_int_equal(error.reason, reason);
	assert_int_equal(config.usable, reason == REASON_OK);
	return reason;
}

static void
taken(const char *text)
{
	if (read_text(text) != REASON_OK)
		fail_msg("%s: %s", text, error.what);
}

static bool
denies_user(const char *name)
{
	return opk_config_denies_user(&config, span_of(name));
}

static bool
denies_email(const char *email)
{
	return opk_config_denies_email(&config, span_of(email));
}

/* It is refused, and so denies everybody. */
static void
refused(const char *text, uint32_t line, const char *what)
{
	static const struct opk_config zero;
	enum reason reason = read_text(text);

	if (reason == REASON_OK)
		fail_msg("%s", text);
	if (strstr(error.what, what) == NULL)
		fail_msg("%s: %s", text, error.what);
	assert_int_equal(error.line, line);
	assert_memory_equal(&config, &zero, sizeof(config));
	assert_true(denies_user("anybody"));
	assert_true(denies_email("anybody@example.com"));
	assert_true(denies_email(""));
}

static void
opk_config_nothing_denies_nobody(void **state)
{
	static const char *const texts[] = { "", "---\n", "# x\n",
		"deny_users:\n", "deny_users: []\ndeny_emails: ~\n",
		"deny_emails: null\nenv_vars:\n", "env_vars: {}\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		taken(texts[i]);
		assert_false(denies_user("root"));
		assert_false(denies_email("a@example.com"));
		assert_false(denies_email(""));
		assert_int_equal(config.nignored, 0);
		assert_string_equal(config.https_proxy, "");
		assert_string_equal(config.ca_file, "");
	}
	opk_config_free(&config);
	assert_int_equal(opk_config_read(NULL, 0, &config, &error),
	    REASON_OK);
	assert_false(denies_user("root"));
}

static void
opk_config_never_read_denies_everybody(void **state)
{
	(void)state;
	opk_config_free(&config);
	assert_true(denies_user("root"));
	assert_true(denies_email("a@example.com"));
	assert_int_equal(reason_class(REASON_DENIED_USER), REASON_DENY);
	assert_int_equal(reason_class(REASON_DENIED_EMAIL), REASON_DENY);
}

static void
opk_config_lists_ignore_case(void **state)
{
	(void)state;
	taken("---\ndeny_emails:\n  - \"User1@example.com\"\n"
	    "  - eve@Example.com\ndeny_users: [root, 'DOM\\Admin']\n");
	assert_true(denies_email("user1@EXAMPLE.com"));
	assert_true(denies_email("EVE@example.com"));
	assert_false(denies_email("user1@example.co"));
	assert_false(denies_email("xuser1@example.com"));
	assert_false(denies_email("user1@example.com "));
	assert_false(denies_email("root"));
	assert_true(denies_user("Root"));
	assert_true(denies_user("dom\\admin"));
	assert_false(denies_user("roo"));
	assert_false(denies_user("toor"));
}

/* Go folds these two to ASCII letters: no way past a list that it keeps. */
static void
opk_config_letters_like_ascii_are_denied(void **state)
{
	(void)state;
	taken("deny_emails: [sk@example.com, \xc5\xbf@x.example]\n");
	assert_true(denies_email("\xc5\xbf\xe2\x84\xaa@example.com"));
	assert_true(denies_email("S\xe2\x84\xaa@example.com"));
	assert_true(denies_email("s@x.example"));
	assert_false(denies_email("\xc5\xbf@example.com"));
	assert_false(denies_email("\xc5k@example.com"));
	assert_false(denies_email("\xc5"));
	assert_false(denies_email("\xe2\x84"));
}

/* Nobody slips past in capitals: there, letters with cases are all the same. */
static void
opk_config_letters_beyond_ascii_have_cases(void **state)
{
	(void)state;
	taken("deny_emails: [j\u00fcrgen@x.example, "
	    "\u0416@x.example, \u2c65@x.example, \u10a0@x.example, "
	    "\uab70\uab70@x.example, \uff21\U00010400@x.example, "
	    "\u738b@x.example]\n");
	assert_true(denies_email("j\u00fcrgen@x.example"));
	assert_true(denies_email("J\u00dcRGEN@X.EXAMPLE"));
	assert_true(denies_email("\u0436@x.example"));
	assert_true(denies_email("\u023a@x.example"));
	assert_true(denies_email("\u2d00@x.example"));
	assert_true(denies_email("\u13a0\u13a0@x.example"));
	assert_true(denies_email("\uff41\U00010428@x.example"));
	assert_false(denies_email("jurgen@x.example"));
	assert_false(denies_email("j\u00fc\u00fcrgen@x.example"));
	assert_false(denies_email("\u00fcrgen@x.example"));
	/* These have none. */
	assert_true(denies_email("\u738b@x.example"));
	assert_false(denies_email("\u674e@x.example"));
}

/* user-needs 3b, 1: a deny list that is dropped when it cannot be read. */
static void
opk_config_malformed_denies_everybody(void **state)
{
	(void)state;
	refused("deny_users: [root\n", 2, "");
	refused("deny_users:\n\t- root\n", 2, "");
	refused("deny_users: root\n", 1, "must be a list");
	refused("deny_emails: a@example.com\n", 1, "must be a list");
	refused("deny_emails: {a: b}\n", 1, "must be a list");
	refused("deny_users:\n- a\n- [b]\n", 3, "list of names");
	refused("deny_users:\n- a\n- b: c\n", 3, "list of names");
	refused("deny_users:\n- a\n-\n", 3, "empty entry");
	refused("deny_users:\n- ''\n", 2, "empty entry");
	refused("deny_users:\n- ~\n", 2, "empty entry");
	refused("deny_users:\n- a b\n", 2, "white space");
	refused("deny_users:\n- 'root '\n", 2, "white space");
	refused("deny_users:\n- \"root\\n\"\n", 2, "white space");
	refused("deny_users:\n- \"root\\0\"\n", 2, "white space");
	refused("deny_users: [a]\ndeny_users: [b]\n", 2, "twice");
	refused("deny_users: &a [b]\n", 1, "anchors");
	refused("- deny_users\n", 1, "not of a list");
	refused("\xff\xfe" "d\0e\0", 1, "UTF-8");
	refused("deny_emails: [\"\xff\"]\n", 1, "UTF-8");
}

/* A misspelt list would deny nobody. */
static void
opk_config_key_like_a_deny_list_refused(void **state)
{
	(void)state;
	refused("deny_user: [root]\n", 1, "unknown key");
	refused("a: b\nDeny_users: [root]\n", 2, "unknown key");
	refused("deny-emails: [a@b]\n", 1, "unknown key");
	refused("\nusers_denied: [a]\nx_deny: b\n", 2, "unknown key");
}

static void
opk_config_other_keys_ignored_and_named(void **state)
{
	(void)state;
	taken("cache: {ttl: 3}\nenv_vars:\n  HTTPS_PROXY: http://p:1\n"
	    "  GODEBUG: x\n  \"LD_PRELOAD\\n\xc3\xa9\": /evil.so\n"
	    "deny_users: [a]\n");
	assert_int_equal(config.nignored, 3);
	assert_string_equal(config.ignored[0].name, "cache");
	assert_int_equal(config.ignored[0].line, 1);
	assert_string_equal(config.ignored[1].name, "GODEBUG");
	assert_int_equal(config.ignored[1].line, 4);
	assert_string_equal(config.ignored[2].name, "LD_PRELOAD??");
	assert_true(denies_user("a"));
	taken("a1: b\na2: b\na3: b\na4: b\na5: b\na6: b\na7: b\na8: b\n"
	    "a9: b\naverylongnameaverylongnameaverylongnameaverylongname: b\n");
	assert_int_equal(config.nignored, 10);
	assert_string_equal(config.ignored[OPK_IGNORED_MAX - 1].name, "a8");
	taken("averylongnameaverylongnameaverylongnameaverylongname: b\n");
	assert_int_equal(strlen(config.ignored[0].name),
	    OPK_IGNORED_NAME_MAX);
}

static void
opk_config_variables_kept(void **state)
{
	(void)state;
	taken("env_vars:\n  HTTPS_PROXY: http://yourproxy:3128\n"
	    "  HTTP_PROXY: \"proxy.example:8080\"\n"
	    "  NO_PROXY: 'a.example, b.example'\n"
	    "  SSL_CERT_FILE: /etc/ssl/my ca.pem\n"
	    "  SSL_CERT_DIR: /etc/ssl/certs:/opt/certs\n");
	assert_string_equal(config.https_proxy, "http://yourproxy:3128");
	assert_string_equal(config.http_proxy, "http://proxy.example:8080");
	assert_true(span_equal(config.no_proxy,
	    span_of("a.example, b.example")));
	assert_string_equal(config.ca_file, "/etc/ssl/my ca.pem");
	assert_string_equal(config.ca_dir, "/etc/ssl/certs:/opt/certs");
	assert_int_equal(config.nignored, 0);
	taken("env_vars: {SSL_CERT_FILE: '/etc/a:b'}\n");
	assert_string_equal(config.ca_file, "/etc/a:b");
}

/* As in Go: both spellings, the upper-case one first. */
static void
opk_config_lower_case_variables_kept(void **state)
{
	(void)state;
	taken("env_vars:\n  https_proxy: http://low:1\n  http_proxy: l:2\n"
	    "  no_proxy: n\n");
	assert_string_equal(config.https_proxy, "http://low:1");
	assert_string_equal(config.http_proxy, "http://l:2");
	assert_true(span_equal(config.no_proxy, span_of("n")));
	taken("env_vars:\n  HTTPS_PROXY: http://up:1\n"
	    "  https_proxy: http://low:1\n");
	assert_string_equal(config.https_proxy, "http://up:1");
	taken("env_vars:\n  HTTPS_PROXY: ''\n  https_proxy: http://low:1\n");
	assert_string_equal(config.https_proxy, "http://low:1");
	taken("env_vars: {ssl_cert_file: /x, Https_Proxy: y}\n");
	assert_int_equal(config.nignored, 2);
	assert_string_equal(config.ca_file, "");
}

static void
opk_config_unusable_variables_refused(void **state)
{
	static char text[3 * PATH_LEN_MAX];

	(void)state;
	refused("env_vars: x\n", 1, "must be a section");
	refused("env_vars: [HTTPS_PROXY]\n", 1, "must be a section");
	refused("env_vars:\n  HTTPS_PROXY: [x]\n", 2, "NAME: value");
	refused("env_vars:\n  X: {y: z}\n", 2, "NAME: value");
	refused("env_vars:\n  HTTPS_PROXY: https://p:1\n", 2, "form http://");
	refused("env_vars:\n  HTTPS_PROXY: proxy\n", 2, "form http://");
	refused("env_vars:\n  HTTPS_PROXY: http://u:p@proxy:1\n", 2,
	    "credentials");
	refused("env_vars:\n  HTTPS_PROXY: http://proxy:1/x\n", 2,
	    "form http://");
	refused("env_vars:\n  HTTPS_PROXY: socks5://proxy:1\n", 2, "https://");
	refused("env_vars:\n  HTTPS_PROXY: 'a b:1'\n", 2, "white space");
	refused("env_vars:\n  https_proxy: 'a\"b:1'\n", 2, "character");
	refused("env_vars:\n  SSL_CERT_FILE: ca.pem\n", 2, "from / on");
	refused("env_vars:\n  SSL_CERT_FILE: \"/a\\nb\"\n", 2, "control");
	refused("env_vars:\n  SSL_CERT_FILE: \"/a\\0b\"\n", 2, "control");
	refused("env_vars:\n  SSL_CERT_FILE: \"/a\\x7f\"\n", 2, "control");
	refused("env_vars:\n  HTTPS_PROXY: \"a\\x7f:1\"\n", 2, "white space");
	refused("deny_users: [\"a\\x7f\"]\n", 1, "white space");
	refused("env_vars:\n  SSL_CERT_DIR: /a:b\n", 2, "from / on");
	(void)snprintf(text, sizeof(text), "env_vars:\n  SSL_CERT_FILE: /%0*d",
	    PATH_LEN_MAX, 0);
	refused(text, 2, "too long");
	(void)snprintf(text, sizeof(text), "env_vars:\n  HTTPS_PROXY: p%0*d:1",
	    PROXY_MAX - 9, 0);
	refused(text, 2, "longer than 512");
}

static const char *
proxy_for(const char *text)
{
	struct url url;

	assert_null(url_read(text, strlen(text), &url));
	return opk_config_proxy(&config, &url);
}

static void
opk_config_proxy_by_scheme(void **state)
{
	(void)state;
	taken("env_vars: {HTTPS_PROXY: 's:1', HTTP_PROXY: 'h:2'}\n");
	assert_string_equal(proxy_for("https://a.example/x"), "http://s:1");
	assert_string_equal(proxy_for("http://a.example/x"), "http://h:2");
	assert_string_equal(proxy_for("http://localhost:3/x"), "");
	assert_string_equal(proxy_for("https://127.0.0.9/x"), "");
	assert_string_equal(proxy_for("https://[::1]:8/x"), "");
	taken("");
	assert_string_equal(proxy_for("https://a.example/x"), "");
}

static void
opk_config_no_proxy_matches_hosts(void **state)
{
	static const struct {
		const char *list;
		const char *url;
		bool has;
	} cases[] = {
		{ "a.example", "https://a.example/", true },
		{ "A.Example", "https://a.eXample/", true },
		{ "a.example", "https://b.a.example/", true },
		{ "a.example", "https://ba.example/", false },
		{ "a.example", "https://a.example.evil/", false },
		{ ".a.example", "https://b.a.example/", true },
		{ ".a.example", "https://a.example/", false },
		{ "*.a.example", "https://b.a.example/", true },
		{ "*.a.example", "https://a.example/", false },
		{ "*", "https://a.example/", true },
		{ " x , * ", "https://a.example/", true },
		{ "*x", "https://ax/", false },
		{ "x,,a.example,", "https://a.example/", true },
		{ ",", "https://a.example/", false },
		{ "", "https://a.example/", false },
		{ "example", "https://a.example/", true },
		{ "a.example:443", "https://a.example/", true },
		{ "a.example:443", "https://a.example:8443/", false },
		{ "a.example:8443", "https://a.example:8443/", true },
		{ "a.example:80", "http://a.example/", true },
		{ "a.example:x", "https://a.example/", false },
		{ "443", "https://443.example/", false },
		{ "a.example:", "https://a.example/", false },
		{ "a.example:100443", "https://a.example/", false },
		{ ":443", "https://a.example/", false },
		{ ".", "https://a.example/", false },
		{ "10.0.0.1", "https://10.0.0.1/", true },
		{ "10.0.0.1", "https://10.0.0.11/", false },
		{ "10.0.0.0/8", "https://10.0.0.1/", false },
		{ "fe80::1", "https://[fe80::1]/", true },
		{ "[fe80::1]", "https://[fe80::1]/", true },
		{ "[fe80::1]:443", "https://[fe80::1]/", true },
		{ "[fe80::1]:444", "https://[fe80::1]/", false },
		{ "fe80::2", "https://[fe80::1]/", false },
		{ "]", "https://a.example/", false },
		{ "[", "https://a.example/", false },
		{ "[]", "https://a.example/", false },
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(text, sizeof(text), "env_vars: {HTTPS_PROXY: "
		    "'p:1', HTTP_PROXY: 'p:1', NO_PROXY: '%s'}\n",
		    cases[i].list);
		taken(text);
		if ((proxy_for(cases[i].url)[0] == '\0') != cases[i].has)
			fail_msg("%s, %s", cases[i].list, cases[i].url);
	}
}

static void
opk_config_3000_names_are_taken(void **state)
{
	static char text[CONFIG_FILE_MAX];
	size_t used = (size_t)sprintf(text, "deny_users:\n");

	(void)state;
	for (size_t i = 0; i < 3000; i++)
		used += (size_t)sprintf(text + used, "- user.%zu\n", i);
	taken(text);
	assert_true(denies_user("User.0"));
	assert_true(denies_user("User.2999"));
	assert_false(denies_user("User.3000"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opk_config_nothing_denies_nobody),
		cmocka_unit_test(opk_config_never_read_denies_everybody),
		cmocka_unit_test(opk_config_lists_ignore_case),
		cmocka_unit_test(opk_config_letters_like_ascii_are_denied),
		cmocka_unit_test(opk_config_letters_beyond_ascii_have_cases),
		cmocka_unit_test(opk_config_malformed_denies_everybody),
		cmocka_unit_test(opk_config_key_like_a_deny_list_refused),
		cmocka_unit_test(opk_config_other_keys_ignored_and_named),
		cmocka_unit_test(opk_config_variables_kept),
		cmocka_unit_test(opk_config_lower_case_variables_kept),
		cmocka_unit_test(opk_config_unusable_variables_refused),
		cmocka_unit_test(opk_config_proxy_by_scheme),
		cmocka_unit_test(opk_config_no_proxy_matches_hosts),
		cmocka_unit_test(opk_config_3000_names_are_taken),
	};

	return cmocka_run_group_tests_name("opk_config", tests, NULL, drop);
}
