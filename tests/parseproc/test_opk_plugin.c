/* policy.d: which command a file names, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parseproc/opk_plugin.h"

static struct opk_plugin plugin;
static struct config_error error;

static enum reason
read_text(const char *text)
{
	size_t len = strlen(text);
	uint8_t *copy = malloc(len + (len == 0));
	enum reason reason;

	assert_non_null(copy);
	memcpy(copy, text, len);
	reason = opk_plugin_read(copy, len, &plugin, &error);
	free(copy);
	assert_int_equal(error.reason, reason);
	return reason;
}

/* The file is taken and has these words, up to a NULL. */
static void
taken(const char *text, const char *const words[])
{
	const char *p = plugin.words;
	size_t n = 0;

	if (read_text(text) != REASON_OK)
		fail_msg("%s: %s", text, error.what);
	for (; words[n] != NULL; n++) {
		assert_string_equal(p, words[n]);
		p += strlen(p) + 1;
	}
	assert_int_equal(plugin.nwords, n);
	assert_int_equal(plugin.words_len, p - plugin.words);
}

static void
refused(const char *text, uint32_t line, const char *what)
{
	static const struct opk_plugin zero;

	if (read_text(text) == REASON_OK)
		fail_msg("%s", text);
	if (strstr(error.what, what) == NULL)
		fail_msg("%s: %s", text, error.what);
	assert_int_equal(error.line, line);
	assert_memory_equal(&plugin, &zero, sizeof(plugin));
}

#define WORDS(...) (const char *const[]){ __VA_ARGS__, NULL }

static void
opk_plugin_usual_files_taken(void **state)
{
	(void)state;
	taken("name: Example plugin config\ncommand: /etc/opk/plugin-cmd.sh\n",
	    WORDS("/etc/opk/plugin-cmd.sh"));
	assert_string_equal(plugin.name, "Example plugin config");
	taken("name: Match linux username to email username\r\n"
	    "command: /etc/opk/match-email.sh example.com\r\n",
	    WORDS("/etc/opk/match-email.sh", "example.com"));
	taken("enforce_providers: true\nx: [y]\nname: a\ncommand: /b\n",
	    WORDS("/b"));
}

static void
opk_plugin_command_is_split_as_by_a_shell(void **state)
{
	(void)state;
	taken("name: a\ncommand: /b 'c d' \"e f\" g\\ h '' $HOME *.x |d ;e\n",
	    WORDS("/b", "c d", "e f", "g h", "", "$HOME", "*.x", "|d",
	    ";e"));
	taken("name: a\ncommand: \"'/opt/my plugins/x' %u %email% --a='b c'"
	    "\"\n", WORDS("/opt/my plugins/x", "%u", "%email%", "--a=b c"));
	taken("name: a\ncommand: |\n  /b\n  c \\\n  d\n",
	    WORDS("/b", "c", "d"));
	taken("name: a\ncommand: >\n  /b\n  c\n", WORDS("/b", "c"));
	taken("name: a\ncommand: /b a#b\n", WORDS("/b", "a#b"));
}

static void
opk_plugin_command_malformed_refused(void **state)
{
	(void)state;
	refused("name: a\ncommand: /b 'c\n", 2, "single quote");
	refused("name: a\ncommand: /b \"c\n", 2, "double quote");
	refused("name: a\ncommand: /b \\\n", 2, "back slash");
	refused("name: a\ncommand: \"/b\\0c\"\n", 2, "control character");
	refused("name: a\ncommand: \"/b \\x1b\"\n", 2, "control character");
	refused("name: a\ncommand: \"/b \\x7f\"\n", 2, "control character");
	taken("name: a\ncommand: \"/b\\tc\"\n", WORDS("/b", "c"));
	refused("name: a\ncommand: [/b, c]\n", 2, "single value");
	refused("name: a\ncommand: {x: y}\n", 2, "single value");
	refused("name: [a]\ncommand: /b\n", 1, "single value");
	refused("command: /b\n", 0, "name is missing");
	refused("name: ''\ncommand: /b\n", 1, "name is missing");
	refused("name: a\n", 0, "command is missing");
	refused("name: a\ncommand:\n", 2, "command is missing");
	refused("name: a\ncommand: ' '\n", 2, "must begin with the path");
	refused("", 0, "name is missing");
	refused("name: a\nname: b\ncommand: /c\n", 2, "twice");
	refused("name: a\ncommand: &c /b\n", 2, "anchors");
	refused("a: [", 2, "");
}

static void
opk_plugin_path_is_absolute_and_plain(void **state)
{
	static const char *const bad[] = { "b", "./b", "../b", "~/b", "''",
		"$HOME/b", "'' /b" };
	static const char *const detours[] = { "/", "//b", "/b/", "/b//c",
		"/./b", "/b/.", "/../b", "/b/..", "/b/../c" };
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(text, sizeof(text),
		    "name: a\ncommand: \"%s c\"\n", bad[i]);
		refused(text, 2, "from / on");
	}
	for (size_t i = 0; i < sizeof(detours) / sizeof(detours[0]); i++) {
		(void)snprintf(text, sizeof(text),
		    "name: a\ncommand: %s c\n", detours[i]);
		refused(text, 2, "write it plainly");
	}
	taken("name: a\ncommand: /.b/..c/...\n", WORDS("/.b/..c/..."));
	/* What the parent could not find in the file. */
	refused("name: a\ncommand: /b\\c\n", 2, "plainly");
	refused("name: a\ncommand: /b\"c\"\n", 2, "plainly");
	refused("name: a\ncommand: \"/\\x62\"\n", 2, "plainly");
	refused("name: a\ncommand: \"'/b''c'\"\n", 2, "plainly");
	taken("name: a\ncommand: '/b'\n", WORDS("/b"));
}

static void
opk_plugin_sizes_are_bounded(void **state)
{
	static char text[3 * OPK_PLUGIN_COMMAND_MAX];
	size_t used = (size_t)sprintf(text, "name: a\ncommand: /b");

	(void)state;
	for (size_t i = 1; i < OPK_PLUGIN_WORDS_MAX; i++)
		used += (size_t)sprintf(text + used, " x");
	assert_int_equal(read_text(text), REASON_OK);
	assert_int_equal(plugin.nwords, OPK_PLUGIN_WORDS_MAX);
	strcat(text, " x");
	refused(text, 2, "more than 32 words");
	(void)sprintf(text, "name: a\ncommand: /b %0*d",
	    OPK_PLUGIN_COMMAND_MAX - 3, 0);
	assert_int_equal(read_text(text), REASON_OK);
	assert_int_equal(plugin.words_len, OPK_PLUGIN_COMMAND_MAX + 1);
	(void)sprintf(text, "name: a\ncommand: /b %0*d",
	    OPK_PLUGIN_COMMAND_MAX - 2, 0);
	refused(text, 2, "too long");
	(void)sprintf(text, "name: %0*d\ncommand: /b", 300, 0);
	assert_int_equal(read_text(text), REASON_OK);
	assert_int_equal(strlen(plugin.name), OPK_PLUGIN_NAME_MAX);
	assert_int_equal(read_text("name: \"a\\e[1m\\n\xc3\xa9\"\n"
	    "command: /b\n"), REASON_OK);
	assert_string_equal(plugin.name, "a?[1m??");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opk_plugin_usual_files_taken),
		cmocka_unit_test(opk_plugin_command_is_split_as_by_a_shell),
		cmocka_unit_test(opk_plugin_command_malformed_refused),
		cmocka_unit_test(opk_plugin_path_is_absolute_and_plain),
		cmocka_unit_test(opk_plugin_sizes_are_bounded),
	};

	return cmocka_run_group_tests_name("opk_plugin", tests, NULL, NULL);
}
