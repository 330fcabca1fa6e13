/*
 * Policy plugins: allow is one word and status 0; whatever else a plugin does
 * is no, in time, and leaves nothing behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ipc/channel.h"
#include "parent/plugin.h"
#include "parent/plugin_process.h"
#include "seccomp/cage.h"
#include "tests/parent/scratch.h"

/* Users who are neither root nor anyone else here. */
#define US 12345
#define OTHER 54321
/* What a test gives a plugin that ends by itself. */
#define TIME_MS 5000

static struct opk_files files;
static struct plugin_runner runner;
static bool allowed;
static char detail[DETAIL_MAX + 1];

/* What is asked: the path of a plugin, and more words if any. */
static char words[PATH_LEN_MAX + 1];
static size_t words_len;
static const char *env;
static size_t env_len;

static int
setup(void **state)
{
	/* What a plugin leaves behind becomes ours, to be seen. */
	if (scratch_setup(state) == -1 ||
	    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == -1)
		return -1;
	/* Where plugins may write. */
	return mkdir(scratch("out"), 0700) == 0 &&
	    chmod(scratch("out"), 0777) == 0 ? 0 : -1;
}

/* Makes the command, a shell script, and its file in policy.d. */
static void
plugin(const char *body)
{
	static char text[1024];
	char script[2048];
	int n;

	needs_root();
	if (strncmp(scratch(""), "/root", 5) == 0)
		skip();
	n = snprintf(script, sizeof(script), "#!/bin/sh\nOUT=%s\n%s\n",
	    scratch("out/file"), body);
	assert_in_range(n, 1, sizeof(script) - 1);
	scratch_file("plugin", script, (size_t)n, 0755);
	(void)unlink(scratch("out/file"));
	n = snprintf(text, sizeof(text), "name: x\ncommand: %s a 'b  c'\n",
	    scratch("plugin"));
	files.plugins[0].text = (struct trusted_file){ (uint8_t *)text,
		(size_t)n, false, 0 };
	files.nplugins = 1;
	n = snprintf(words, sizeof(words), "%s", scratch("plugin"));
	words_len = (size_t)n + 1;
	env = "OPKSSH_PLUGIN_U=joe";
	env_len = strlen(env) + 1;
}

static enum reason
ask_for(uint32_t time_ms, int64_t deadline_ms)
{
	const struct plugin_request request = { 0, (const uint8_t *)env,
		env_len, (const uint8_t *)words, words_len, time_ms };
	enum reason reason;

	memset(detail, 'x', sizeof(detail));
	allowed = true;
	reason = plugin_ask(&runner, &request, deadline_ms, &allowed, detail);
	assert_non_null(memchr(detail, '\0', sizeof(detail)));
	assert_true(reason == REASON_OK || reason == REASON_PLUGIN_RUN);
	assert_int_equal(reason == REASON_OK, detail[0] == '\0');
	assert_true(reason == REASON_OK || !allowed);
	return reason;
}

/* One runner for one request; then it is gone. */
static enum reason
ask(uint32_t time_ms)
{
	enum reason reason;
	int status;

	assert_true(plugin_begin(&runner, &files));
	reason = ask_for(time_ms, ipc_now_ms() + 2 * TIME_MS);
	plugin_end(&runner, ipc_now_ms() + TIME_MS);
	assert_int_equal(runner.fd, -1);
	/* Fewer and fewer; the alarm is for one that stays. */
	(void)alarm(20);
	while (waitpid(-1, &status, 0) > 0)
		;
	(void)alarm(0);
	assert_int_equal(errno, ECHILD);
	return reason;
}

static void
answers(const char *body, bool allow)
{
	plugin(body);
	if (ask(TIME_MS) != REASON_OK)
		fail_msg("%s: %s", body, detail);
	assert_int_equal(allowed, allow);
}

static void
fails(const char *body, const char *what)
{
	plugin(body);
	assert_int_equal(ask(TIME_MS), REASON_PLUGIN_RUN);
	if (strstr(detail, what) == NULL)
		fail_msg("%s: \"%s\", not \"%s\"", body, detail, what);
}

static char *
out_file(size_t *len)
{
	static char text[8192];
	int fd = open(scratch("out/file"), O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd == -1)
		fail_msg("the plugin has written nothing: %s", detail);
	n = read(fd, text, sizeof(text) - 1);
	assert_true(n >= 0);
	(void)close(fd);
	text[n] = '\0';
	if (len != NULL)
		*len = (size_t)n;
	return text;
}

/* --- its answer --- */

static void
plugin_allow_is_one_word(void **state)
{
	(void)state;
	answers("echo allow", true);
	answers("printf allow", true);
	answers("printf ' allow \\n'", true);
	answers("printf '\\r\\n\\t allow\\n\\n\\n'", true);
	answers("printf al; printf low >&2", true);
	answers("echo allow; exec >&- 2>&-; sleep 0.1", true);
}

static void
plugin_deny_is_an_answer(void **state)
{
	(void)state;
	answers("echo deny", false);
	answers("printf ' deny'", false);
}

static void
plugin_other_output_no(void **state)
{
	(void)state;
	fails("", "0 bytes");
	fails("echo allow; echo more", "neither allow nor deny");
	fails("echo more; echo allow", "neither allow nor deny");
	fails("echo allowed", "neither");
	fails("echo ALLOW", "neither");
	fails("echo allo", "neither");
	fails("echo allow allow", "neither");
	fails("echo allow; echo warning >&2", "neither");
	fails("printf 'allow\\000'", "neither");
	fails("printf '\\000allow'", "neither");
	fails("printf 'al\\nlow'", "neither");
}

static void
plugin_other_end_no(void **state)
{
	(void)state;
	fails("echo allow; exit 1", "exit status 1");
	fails("echo deny; exit 1", "exit status 1");
	fails("echo allow; exit 255", "exit status 255");
	fails("echo allow; kill -9 $$", "killed by signal 9");
	fails("echo allow; kill -15 $$", "killed by signal 15");
	fails("echo allow; exec /nonexistent 2>&-", "exit status 127");
}

static void
plugin_detail_never_what_it_printed(void **state)
{
	(void)state;
	fails("echo secret", "neither");
	assert_null(strstr(detail, "secret"));
	fails("echo secret; exit 3", "status 3");
	assert_null(strstr(detail, "secret"));
}

static void
plugin_output_bounded(void **state)
{
	int64_t began = ipc_now_ms();

	(void)state;
	answers("printf '%4090s' ''; echo allow", true);
	fails("printf '%4091s' ''; echo allow", "more than 4096");
	fails("head -c 1000000 /dev/zero", "more than 4096");
	fails("exec cat /dev/zero", "more than 4096");
	assert_true(ipc_now_ms() - began < TIME_MS);
}

/* --- its time --- */

static void
too_long(const char *body)
{
	int64_t began, took;

	plugin(body);
	began = ipc_now_ms();
	assert_int_equal(ask(300), REASON_PLUGIN_RUN);
	took = ipc_now_ms() - began;
	assert_non_null(strstr(detail, "longer than 300 ms"));
	assert_in_range(took, 300, TIME_MS);
}

static void
plugin_time_limit_ends_it_and_its_children(void **state)
{
	(void)state;
	too_long("exec sleep 60");
	too_long("sleep 60; echo allow");
	/* It has ended itself; its child holds the pipe. */
	too_long("sleep 60 & echo allow");
	too_long("trap '' TERM INT HUP; while :; do sleep 60; done");
	too_long("exec >&- 2>&-; sleep 60");
	too_long("(trap '' TERM; sleep 60) & wait");
}

/* A child that does not hold the pipe is ended all the same. */
static void
plugin_children_end_with_it(void **state)
{
	int64_t began = ipc_now_ms();

	(void)state;
	answers("sleep 60 >&- 2>&- & echo allow", true);
	assert_true(ipc_now_ms() - began < TIME_MS);
}

static void
plugin_deadline_goes_before_its_time(void **state)
{
	int64_t began;
	int status;

	(void)state;
	plugin("sleep 60");
	assert_true(plugin_begin(&runner, &files));
	began = ipc_now_ms();
	assert_int_equal(ask_for(TIME_MS, began + 200), REASON_PLUGIN_RUN);
	assert_in_range(ipc_now_ms() - began, 200, TIME_MS - 1);
	/* It cannot be asked again: its answer would be about this. */
	assert_int_equal(ask_for(TIME_MS, began + TIME_MS),
	    REASON_PLUGIN_RUN);
	assert_non_null(strstr(detail, "no runner"));
	/* And when we have been told that it has ended, it has. */
	plugin_end(&runner, began + 2 * TIME_MS);
	assert_int_equal(runner.fd, -1);
	(void)alarm(20);
	while (waitpid(-1, &status, 0) > 0)
		;
	(void)alarm(0);
	assert_true(ipc_now_ms() - began < TIME_MS);
}

/* One more process that holds the socket, as a starter might. */
static void
hold(void)
{
	if (fork() == 0) {
		(void)sleep(1);
		_exit(0);
	}
}

static void
plugin_dies_with_the_parent(void **state)
{
	int status, n;
	pid_t pid;

	(void)state;
	for (int held = 0; held < 2; held++) {
		struct timespec tick = { 0, 10000000 };

		plugin("sleep 61 & sleep 61 & echo x >$OUT; wait");
		if ((pid = fork()) == 0) {
			if (!plugin_begin(&runner, &files))
				_exit(1);
			if (held)
				hold();
			(void)ask_for(30000, ipc_now_ms() + 30000);
			_exit(2);
		}
		(void)alarm(20);
		while (access(scratch("out/file"), F_OK) == -1)
			(void)nanosleep(&tick, NULL);
		assert_int_equal(kill(pid, SIGKILL), 0);
		/* It, runner, shell and two sleepers: all come to us. */
		for (n = 0; waitpid(-1, &status, 0) > 0; n++)
			;
		(void)alarm(0);
		assert_int_equal(n, 5 + held);
	}
}

static void
plugin_runner_asked_several_times(void **state)
{
	int64_t deadline_ms = ipc_now_ms() + 4 * TIME_MS;

	(void)state;
	plugin("echo allow");
	assert_true(plugin_begin(&runner, &files));
	for (int i = 0; i < 3; i++) {
		assert_int_equal(ask_for(TIME_MS, deadline_ms), REASON_OK);
		assert_true(allowed);
	}
	assert_int_equal(chmod(scratch("plugin"), 0700), 0);
	assert_int_equal(ask_for(TIME_MS, deadline_ms), REASON_PLUGIN_RUN);
	assert_int_equal(chmod(scratch("plugin"), 0755), 0);
	assert_int_equal(ask_for(TIME_MS, deadline_ms), REASON_OK);
	plugin_end(&runner, ipc_now_ms() + TIME_MS);
	assert_int_equal(runner.fd, -1);
	assert_true(waitpid(-1, NULL, 0) > 0);
}

/* --- what may be run --- */

static void
plugin_mode_exactly_that_of_a_program(void **state)
{
	static const mode_t bad[] = { 0775, 0757, 0777, 04755, 02755, 01755,
		0700, 0750, 0644, 0754, 0511, 06555 };

	(void)state;
	plugin("echo allow");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(chmod(scratch("plugin"), bad[i]), 0);
		if (ask(TIME_MS) != REASON_PLUGIN_RUN)
			fail_msg("mode %04o", bad[i]);
		assert_non_null(strstr(detail, scratch("plugin")));
	}
	assert_int_equal(chmod(scratch("plugin"), 0555), 0);
	assert_int_equal(ask(TIME_MS), REASON_OK);
	assert_true(allowed);
}

static void
plugin_of_another_owner_refused(void **state)
{
	(void)state;
	plugin("echo allow");
	assert_int_equal(chown(scratch("plugin"), OTHER, 0), 0);
	assert_int_equal(ask(TIME_MS), REASON_PLUGIN_RUN);
	assert_non_null(strstr(detail, "54321"));
	assert_int_equal(chown(scratch("plugin"), SALLYPORT_PLUGIN_ID, 0), 0);
	assert_int_equal(ask(TIME_MS), REASON_PLUGIN_RUN);
	assert_int_equal(chown(scratch("plugin"), 0, 0), 0);
	assert_int_equal(unlink(scratch("plugin")), 0);
	assert_int_equal(ask(TIME_MS), REASON_PLUGIN_RUN);
	assert_non_null(strstr(detail, "does not exist"));
}

/* The path is the first of the words; its file is there for each. */
static void
names(const char *path)
{
	static char text[1024];
	int n = snprintf(text, sizeof(text), "command: %s\n", path);

	files.plugins[0].text.data = (uint8_t *)text;
	files.plugins[0].text.len = (size_t)n;
	n = snprintf(words, sizeof(words), "%s", path);
	words_len = (size_t)n + 1;
}

static void
plugin_link_led_to_checked_both_ways(void **state)
{
	(void)state;
	plugin("echo allow");
	assert_int_equal(symlink("plugin", scratch("good")), 0);
	names(scratch("good"));
	assert_int_equal(ask(TIME_MS), REASON_OK);
	assert_true(allowed);
	assert_int_equal(symlink("../plugin", scratch("out/link")), 0);
	names(scratch("out/link"));
	assert_int_equal(ask(TIME_MS), REASON_PLUGIN_RUN);
	assert_non_null(strstr(detail, "writable"));
	assert_int_equal(rename(scratch("plugin"), scratch("out/plugin")), 0);
	assert_int_equal(symlink("out/plugin", scratch("bad")), 0);
	names(scratch("bad"));
	assert_int_equal(ask(TIME_MS), REASON_PLUGIN_RUN);
	assert_non_null(strstr(detail, "writable"));
	names(scratch(""));
	assert_int_equal(ask(TIME_MS), REASON_PLUGIN_RUN);
	assert_non_null(strstr(detail, "regular"));
	assert_int_equal(unlink(scratch("out/plugin")), 0);
}

static void
asks_for(const char *bytes, size_t len)
{
	memcpy(words, bytes, len);
	words_len = len;
	assert_int_equal(ask(TIME_MS), REASON_PLUGIN_RUN);
	assert_non_null(strstr(detail, "its file"));
}

static void
plugin_command_not_in_its_file_refused(void **state)
{
	static const char shell[] = "/bin/sh\0-c\0echo allow";
	char longer[600];
	int n;

	(void)state;
	plugin("echo allow");
	asks_for(shell, sizeof(shell));
	asks_for(shell, sizeof(shell) - 1);
	asks_for("", 1);
	/* The command, and a word that root has not written. */
	n = snprintf(longer, sizeof(longer), "%s", scratch("plugin"));
	memcpy(longer + n, "\0-x", 4);
	asks_for(longer, (size_t)n + 4);
	/* A plugin that is not there. */
	assert_true(plugin_begin(&runner, &files));
	{
		const struct plugin_request request = { 1,
			(const uint8_t *)env, env_len,
			(const uint8_t *)words, words_len, TIME_MS };

		assert_int_equal(plugin_ask(&runner, &request,
		    ipc_now_ms() + TIME_MS, &allowed, detail),
		    REASON_PLUGIN_RUN);
		assert_non_null(strstr(detail, "no such plugin"));
	}
	plugin_end(&runner, ipc_now_ms() + TIME_MS);
	assert_int_equal(runner.fd, -1);
	assert_true(waitpid(-1, NULL, 0) > 0);
}

static void
plugin_words_arrive(void **state)
{
	int n;

	(void)state;
	plugin("printf '%s,' \"$@\" >$OUT");
	n = snprintf(words, sizeof(words), "%s", scratch("plugin"));
	memcpy(words + n, "\0a\0b  c", 8);
	words_len = (size_t)n + 8;
	(void)ask(TIME_MS);
	assert_string_equal(out_file(NULL), "a,b  c,");
}

static void
plugin_question_out_of_bounds_ends_runner(void **state)
{
	static const struct plugin_question good = { 0, TIME_MS, 1, 1 };
	struct plugin_question bad[5] = { good, good, good, good, good };

	(void)state;
	plugin("echo allow");
	bad[0].env_len = PLUGIN_ENV_MAX + 1;
	bad[1].words_len = 0;
	bad[2].words_len = PATH_LEN_MAX + 2;
	bad[3].time_ms = 0;
	bad[4].time_ms = DEADLINE_MAX_S * 1000 + 1;
	for (size_t i = 0; i < 5; i++) {
		assert_true(plugin_begin(&runner, &files));
		assert_true(send(runner.fd, &bad[i], sizeof(good), 0) > 0);
		/* It ends, whether the parent listens or not. */
		(void)alarm(20);
		assert_true(waitpid(-1, NULL, 0) > 0);
		(void)alarm(0);
		plugin_end(&runner, ipc_now_ms() + TIME_MS);
		assert_int_equal(runner.fd, -1);
	}
	/* More than was announced. */
	assert_true(plugin_begin(&runner, &files));
	assert_true(send(runner.fd, &good, sizeof(good), 0) > 0);
	assert_true(send(runner.fd, "xx", 2, 0) > 0);
	(void)alarm(20);
	assert_true(waitpid(-1, NULL, 0) > 0);
	(void)alarm(0);
	plugin_end(&runner, ipc_now_ms() + TIME_MS);
	assert_int_equal(runner.fd, -1);
}

/* --- what it has --- */

/* Its environment as it was started with it, one variable a line. */
static char *
environment(void)
{
	size_t len;
	char *text;

	plugin("cat /proc/$$/environ >$OUT");
	env = "OPKSSH_PLUGIN_U=joe\0OPKSSH_PLUGIN_GROUPS=[\"a b\"]\0"
	    "OPKSSH_PLUGIN_EMAIL=";
	env_len = 19 + 1 + 28 + 1 + 20 + 1;
	(void)ask(TIME_MS);
	text = out_file(&len);
	for (size_t i = 0; i < len; i++)
		if (text[i] == '\0')
			text[i] = '\n';
	return text;
}

#define GIVEN "OPKSSH_PLUGIN_U=joe\nOPKSSH_PLUGIN_GROUPS=[\"a b\"]\n"       \
	"OPKSSH_PLUGIN_EMAIL=\n"

static void
plugin_environment_exactly_as_given(void **state)
{
	(void)state;
	assert_int_equal(clearenv(), 0);
	assert_int_equal(setenv("SSL_CERT_FILE", "/x", 1), 0);
	assert_int_equal(setenv("LD_LIBRARY_PATH", "/x", 1), 0);
	assert_int_equal(setenv("OPKSSH_PLUGIN_T", "x", 1), 0);
	assert_string_equal(environment(), "PATH=/usr/local/sbin:"
	    "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n" GIVEN);
	assert_int_equal(setenv("PATH", "/usr/bin:/bin", 1), 0);
	assert_int_equal(setenv("https_proxy", "http://p:1", 1), 0);
	assert_int_equal(setenv("NO_PROXY", "localhost", 1), 0);
	assert_int_equal(setenv("https_proxyx", "x", 1), 0);
	assert_string_equal(environment(), "PATH=/usr/bin:/bin\n"
	    "https_proxy=http://p:1\nNO_PROXY=localhost\n" GIVEN);
}

static void
plugin_environment_of_others_refused(void **state)
{
	(void)state;
	plugin("echo allow");
	env = "OPKSSH_PLUGIN_U=joe\0LD_PRELOAD=/x";
	env_len = 20 + 14;
	assert_int_equal(ask(TIME_MS), REASON_PLUGIN_RUN);
	assert_non_null(strstr(detail, "environment"));
}

static void
plugin_environment_largest_arrives(void **state)
{
	static char large[PLUGIN_ENV_MAX];
	size_t used = 0;
	char expected[32];

	(void)state;
	plugin("tr -cd v </proc/$$/environ | wc -c >$OUT");
	/* Four variables of 100,000 bytes and a rest. */
	for (char c = 'A'; c <= 'E'; c++) {
		size_t n = c < 'E' ? 100000 : sizeof(large) - used;

		(void)snprintf(large + used, n, "OPKSSH_PLUGIN_%c=", c);
		memset(large + used + 16, 'v', n - 17);
		large[used + n - 1] = '\0';
		used += n;
	}
	env = large;
	env_len = used;
	(void)ask(TIME_MS);
	(void)snprintf(expected, sizeof(expected), "%zu\n",
	    used - (size_t)5 * 17);
	assert_string_equal(out_file(NULL), expected);
}

static void
plugin_ids_are_its_own(void **state)
{
	char expected[256];

	(void)state;
	(void)clearenv();
	/* As the parent does. */
	(void)signal(SIGPIPE, SIG_IGN);
	plugin("{ id -u; id -g; id -G; grep -E '^(NoNewPrivs|CapEff|CapPrm|"
	    "CapBnd|CapInh|SigBlk|SigIgn):' /proc/self/status; umask; pwd; "
	    "} >$OUT");
	(void)ask(TIME_MS);
	(void)snprintf(expected, sizeof(expected), "%d\n%d\n%d\n"
	    "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n"
	    "CapInh:\t0000000000000000\nCapPrm:\t0000000000000000\n"
	    "CapEff:\t0000000000000000\nCapBnd:\t0000000000000000\n"
	    "NoNewPrivs:\t1\n0022\n/\n", SALLYPORT_PLUGIN_ID,
	    SALLYPORT_PLUGIN_ID, SALLYPORT_PLUGIN_ID);
	assert_string_equal(out_file(NULL), expected);
}

static void
plugin_descriptors_none_of_ours(void **state)
{
	int extra = open("/dev/null", O_RDWR);

	(void)state;
	assert_int_equal(dup2(extra, 50), 50);
		plugin("ls /proc/self/fd | tr '\\n' ' ' >$OUT; "
	    "readlink /proc/self/fd/0 >>$OUT");
	(void)ask(TIME_MS);
	/* 3 is the directory that ls reads. */
	assert_string_equal(out_file(NULL), "0 1 2 3 /dev/null\n");
	(void)close(50);
	(void)close(extra);
}

static void
plugin_process_group_its_own_runners_is_ours(void **state)
{
	char expected[64];
	const char *text;

	(void)state;
	plugin("{ cut -d' ' -f5 /proc/$PPID/stat; echo $$; "
	    "cut -d' ' -f5 /proc/$$/stat; } >$OUT");
	(void)ask(TIME_MS);
	text = out_file(NULL);
	(void)snprintf(expected, sizeof(expected), "%d\n", (int)getpgrp());
	assert_memory_equal(text, expected, strlen(expected));
	text += strlen(expected);
	assert_int_equal(atoi(text), atoi(strchr(text, '\n')));
	assert_int_not_equal(atoi(text), (int)getpgrp());
}

/* It has the token's memory: whoever shares its id must not read it. */
static void
plugin_runner_not_traceable(void **state)
{
	(void)state;
	plugin("cat /proc/$PPID/environ >$OUT 2>&1");
	(void)ask(TIME_MS);
	assert_non_null(strstr(out_file(NULL), "Permission denied"));
}

/* --- who asks --- */

static void
as_child(bool as_us)
{
	struct cage_report report;
	int status;
	pid_t pid;

	if ((pid = fork()) == 0) {
		if (as_us && (setgroups(0, NULL) == -1 ||
		    setresgid(US, US, US) == -1 ||
		    setresuid(US, US, US) == -1 ||
		    /* As it is for whom sshd has started. */
		    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == -1))
			_exit(1);
		if (!plugin_begin(&runner, &files) ||
		    cage_parent(SALLYPORT_PARENT_ID, NULL, &report) !=
		    CAGE_SHUT)
			_exit(2);
		if (ask_for(TIME_MS, ipc_now_ms() + 2 * TIME_MS) !=
		    REASON_OK || !allowed)
			_exit(3);
		plugin_end(&runner, ipc_now_ms() + TIME_MS);
		_exit(0);
	}
	(void)alarm(20);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	while (waitpid(-1, &status, 0) > 0)
		;
	(void)alarm(0);
}

static void
plugin_asked_from_the_parents_cage(void **state)
{
	(void)state;
	plugin("echo allow");
	as_child(false);
}

static void
plugin_started_unprivileged_runs_as_the_user(void **state)
{
	(void)state;
	/* It cannot look into the runner, whose id it shares. */
	plugin("{ id -u; grep CapEff /proc/self/status; "
	    "cat /proc/$PPID/environ 2>/dev/null || echo closed; } >$OUT; "
	    "echo allow");
	as_child(true);
	assert_string_equal(out_file(NULL),
	    "12345\nCapEff:\t0000000000000000\nclosed\n");
}

static void
plugin_none_no_runner(void **state)
{
	(void)state;
	files.nplugins = 0;
	assert_true(plugin_begin(&runner, &files));
	assert_int_equal(runner.fd, -1);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(ask_for(TIME_MS, ipc_now_ms() + TIME_MS),
	    REASON_PLUGIN_RUN);
	plugin_end(&runner, ipc_now_ms() + TIME_MS);
	assert_int_equal(runner.fd, -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plugin_allow_is_one_word),
		cmocka_unit_test(plugin_deny_is_an_answer),
		cmocka_unit_test(plugin_other_output_no),
		cmocka_unit_test(plugin_other_end_no),
		cmocka_unit_test(plugin_detail_never_what_it_printed),
		cmocka_unit_test(plugin_output_bounded),
		cmocka_unit_test(plugin_time_limit_ends_it_and_its_children),
		cmocka_unit_test(plugin_children_end_with_it),
		cmocka_unit_test(plugin_deadline_goes_before_its_time),
		cmocka_unit_test(plugin_dies_with_the_parent),
		cmocka_unit_test(plugin_runner_asked_several_times),
		cmocka_unit_test(plugin_mode_exactly_that_of_a_program),
		cmocka_unit_test(plugin_of_another_owner_refused),
		cmocka_unit_test(plugin_link_led_to_checked_both_ways),
		cmocka_unit_test(plugin_command_not_in_its_file_refused),
		cmocka_unit_test(plugin_words_arrive),
		cmocka_unit_test(plugin_question_out_of_bounds_ends_runner),
		cmocka_unit_test(plugin_environment_exactly_as_given),
		cmocka_unit_test(plugin_environment_of_others_refused),
		cmocka_unit_test(plugin_environment_largest_arrives),
		cmocka_unit_test(plugin_ids_are_its_own),
		cmocka_unit_test(plugin_descriptors_none_of_ours),
		cmocka_unit_test(plugin_process_group_its_own_runners_is_ours),
		cmocka_unit_test(plugin_runner_not_traceable),
		cmocka_unit_test(plugin_asked_from_the_parents_cage),
		cmocka_unit_test(plugin_started_unprivileged_runs_as_the_user),
		cmocka_unit_test(plugin_none_no_runner),
	};

	return cmocka_run_group_tests_name("plugin", tests, setup,
	    scratch_teardown);
}
