/* A plugin's command and environment: nothing but what root wrote, and ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "parent/plugin_command.h"

/* The words are separated by '|'. */
static bool
stands(const char *text, const char *words)
{
	char split[512];
	size_t n = strlen(words) + 1;

	assert_true(n <= sizeof(split));
	memcpy(split, words, n);
	for (size_t i = 0; i < n; i++)
		if (split[i] == '|')
			split[i] = '\0';
	return plugin_command_stands(text, strlen(text), split, n);
}

static void
plugin_command_as_people_write_it_stands(void **state)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
		{ "name: x\ncommand: /opt/check\n", "/opt/check" },
		{ "command: /opt/check", "/opt/check" },
		{ "\"command\" : /opt/check", "/opt/check" },
		{ "{name: x,command: /opt/check }", "/opt/check" },
		{ "\xef\xbb\xbf" "command: /opt/check", "/opt/check" },
		{ "command: /opt/check --a b\n", "/opt/check|--a|b" },
		{ "command: /opt/check --a   b\r\n", "/opt/check|--a|b" },
		{ "command: \"/opt/check --a\"\n", "/opt/check|--a" },
		{ "command: '/opt/check --a'\n", "/opt/check|--a" },
		{ "command: /opt/check 'a b' c\n", "/opt/check|a b|c" },
		{ "command: \"/opt/check 'a b'\"\n", "/opt/check|a b" },
		{ "command: \"/opt/check \\\"a b\\\"\"\n", "/opt/check|a b" },
		{ "command: '/opt/check ''a b'''\n", "/opt/check|a b" },
		{ "command: /opt/check a\\ b\n", "/opt/check|a b" },
		{ "command: /opt/check a'b'c\n", "/opt/check|abc" },
		{ "command: /opt/check \"it's\"\n", "/opt/check|it's" },
		{ "command: /opt/check '' b\n", "/opt/check||b" },
		{ "command: /opt/check b ''\n", "/opt/check|b|" },
		{ "command: >\n  /opt/check a\n  b\n", "/opt/check|a|b" },
		{ "command: |2-\n  /opt/check a\n", "/opt/check|a" },
		{ "command:\n  /opt/check a\n", "/opt/check|a" },
		{ "command: '/opt/my check' a\n", "/opt/my check|a" },
		{ "# /opt/checker\ncommand: /opt/check\n", "/opt/check" },
		/* An owned judge may leave out words at the end, or join, or
		 * choose what root has commented out. */
		{ "#command: /opt/no\ncommand: /opt/check\n", "/opt/check" },
		{ "# command: /opt/no\ncommand: /opt/check\n", "/opt/no" },
		{ "command: /opt/check --a b\n", "/opt/check|--a" },
		{ "command: /opt/check --a b\n", "/opt/check|--a b" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (!stands(cases[i].text, cases[i].words))
			fail_msg("%s: %s", cases[i].text, cases[i].words);
}

static void
plugin_command_of_other_words_refused(void **state)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
		{ "", "/opt/check" },
		{ "command: /opt/check\n", "" },
		{ "command: /opt/check\n", "check" },
		{ "command: opt/check\n", "opt/check" },
		/* Less or more of the path. */
		{ "command: /opt/check\n", "/opt/chec" },
		{ "command: /opt/check\n", "/opt" },
		{ "command: /opt/check\n", "/check" },
		{ "command: /opt/check\n", "/opt/check2" },
		{ "command: /opt/check\n", "/opt/check/" },
		{ "command: /usr/bin/env-check\n", "/usr/bin/env" },
		{ "command: /a/bin/sh\n", "/bin/sh" },
		/* Another program than the first word. */
		{ "command: /usr/bin/env /opt/check\n", "/opt/check" },
		{ "command: /opt/check --by /bin/sh a\n", "/bin/sh|a" },
		{ "command: '/opt/check /bin/sh'\n", "/bin/sh" },
		{ "command: /opt/check\n# /bin/sh -c\n", "/bin/sh" },
		{ "command: /opt/check\ncomment: /bin/sh\n", "/bin/sh" },
		{ "command: /opt/check\nmy-command: /bin/sh\n", "/bin/sh" },
		{ "command: /opt/check\nacommand: /bin/sh\n", "/bin/sh" },
		{ "command: # /bin/ls\n  /opt/check\n", "/opt/check" },
		{ "command /opt/check\n", "/opt/check" },
		{ "ommand: /opt/check\n", "/opt/check" },
		{ "/opt/check", "/opt/check" },
		{ "command:/opt/check", "/opt/check" },
		{ "command: 7/opt/check\n", "/opt/check" },
		{ "command: -/opt/check\n", "/opt/check" },
		/* A word of the shell's that only begins so. */
		{ "command: /opt/check'er'\n", "/opt/check" },
		{ "command: '/opt/che'ck\n", "/opt/check" },
		{ "command: /opt/check\"er\"\n", "/opt/check|er" },
		/* Other words, more words, another order. */
		{ "command: /bin/python3 /opt/x.py\n", "/bin/python3|-c" },
		{ "command: /opt/check\n", "/opt/check|-c" },
		{ "command: /opt/check\n", "/opt/check|" "/bin/sh" },
		{ "command: /opt/check a b\n", "/opt/check|b" },
		{ "command: /opt/check a b\n", "/opt/check|b|a" },
		{ "command: /opt/check a b\n", "/opt/check|ab" },
		{ "command: /opt/check a b\n", "/opt/check|a b|c" },
		{ "command: /opt/check abc\n", "/opt/check|ab" },
		{ "command: /opt/check ab c\n", "/opt/check|a|b|c" },
		{ "command: /opt/check 'a'b\n", "/opt/check|a" },
		{ "command: /opt/check a\n", "/opt/check|a|" "name" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (stands(cases[i].text, cases[i].words))
			fail_msg("%s: %s", cases[i].text, cases[i].words);
}

static void
plugin_command_bytes_without_end_refused(void **state)
{
	(void)state;
	assert_false(plugin_command_stands("command: /a/b", 13, "/a/b", 4));
	assert_false(plugin_command_stands("command: /a/b", 13, "", 0));
	assert_false(plugin_command_stands("command: /a/b", 13, "\0", 1));
	/* Text has no NUL behind it: the length counts. */
	assert_false(plugin_command_stands("command: /a/b", 12, "/a/b", 5));
	assert_true(plugin_command_stands("command: /a/b", 13, "/a/b", 5));
}

static void
plugin_env_of_ours_only(void **state)
{
	static const char good[] = "OPKSSH_PLUGIN_U=joe\0"
	    "OPKSSH_PLUGIN_EMAIL_VERIFIED=\0OPKSSH_PLUGIN_K=a=b\nc";
	static const struct {
		const char *env;
		size_t len;
	} bad[] = {
#define BAD(s) { s, sizeof(s) }
		BAD("LD_PRELOAD=/x"), BAD("PATH=/x"), BAD(""),
		BAD("OPKSSH_PLUGIN_U=joe\0LD_PRELOAD=/x"),
		BAD("OPKSSH_PLUGIN_U"), BAD("OPKSSH_PLUGIN_=x"),
		BAD("OPKSSH_PLUGIN_u=x"), BAD("OPKSSH_PLUGIN_U%%=() {"),
		BAD("OPKSSH_PLUGIN_U=joe\0"), BAD("xOPKSSH_PLUGIN_U=joe"),
		BAD("=x"),
#undef BAD
		{ "OPKSSH_PLUGIN_U=joe", 19 },
	};

	(void)state;
	assert_true(plugin_env_valid("", 0));
	assert_true(plugin_env_valid(good, sizeof(good)));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (plugin_env_valid(bad[i].env, bad[i].len))
			fail_msg("passed: %s", bad[i].env);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plugin_command_as_people_write_it_stands),
		cmocka_unit_test(plugin_command_of_other_words_refused),
		cmocka_unit_test(plugin_command_bytes_without_end_refused),
		cmocka_unit_test(plugin_env_of_ours_only),
	};

	return cmocka_run_group_tests_name("plugin_command", tests, NULL,
	    NULL);
}
