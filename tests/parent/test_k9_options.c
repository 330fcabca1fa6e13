/* The command line of k9-ssh. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "ipc/limits.h"
#include "parent/k9_options.h"
#include "tests/parent/streams.h"

#define WORDS 8

static struct k9_options options;
static struct streams said;

/* Reads a command line; its last word is followed by NULL. */
static int
read_words(const char *const words[WORDS])
{
	/* In memory of their own, which may be changed. */
	static char copies[WORDS][2048];
	char *argv[WORDS + 2] = { copies[0] };
	int argc = 0, status;
	char name[] = "k9-ssh";

	argv[argc++] = name;
	for (size_t i = 0; i < WORDS && words[i] != NULL; i++) {
		(void)snprintf(copies[i], sizeof(copies[i]), "%s", words[i]);
		argv[argc++] = copies[i];
	}
	argv[argc] = NULL;
	optind = 0; /* the C library begins anew */
	streams_catch(&said);
	status = k9_options_read(argc, argv, &options);
	streams_release(&said);
	return status;
}

#define READ(...) read_words((const char *const[WORDS]){ __VA_ARGS__ })

static void
k9_options_user_alone_defaults(void **state)
{
	(void)state;
	assert_int_equal(READ("--user=joe"), -1);
	assert_string_equal(options.user, "joe");
	assert_string_equal(options.remote, "");
	assert_string_equal(options.config, "/opt/k9/etc/k9.yaml");
	assert_int_equal(options.deadline_s, DEADLINE_DEFAULT_S);
	assert_false(options.log_stderr);
	assert_string_equal(said.out, "");
	assert_string_equal(said.err, "");
}

static void
k9_options_all_of_them(void **state)
{
	(void)state;
	assert_int_equal(READ("--user=joe", "--remote=192.0.2.1 4 5 22",
	    "--config=/x/k9.yaml", "--deadline=30", "--log-stderr"), -1);
	assert_string_equal(options.user, "joe");
	assert_string_equal(options.remote, "192.0.2.1 4 5 22");
	assert_string_equal(options.config, "/x/k9.yaml");
	assert_int_equal(options.deadline_s, 30);
	assert_true(options.log_stderr);
}

/* As Go's flag package has it, and Key9's documentation shows it. */
static void
k9_options_single_dash_or_two_words(void **state)
{
	(void)state;
	assert_int_equal(READ("-user=joe", "-remote=r", "-config=/c"), -1);
	assert_string_equal(options.user, "joe");
	assert_string_equal(options.remote, "r");
	assert_string_equal(options.config, "/c");
	assert_int_equal(READ("--user", "joe", "-remote", "", "-deadline",
	    "1", "-log-stderr"), -1);
	assert_string_equal(options.user, "joe");
	assert_string_equal(options.remote, "");
	assert_int_equal(options.deadline_s, 1);
	assert_true(options.log_stderr);
	/* A value is a value, whatever it looks like. */
	assert_int_equal(READ("--user", "--remote", "--remote=--user=root"),
	    -1);
	assert_string_equal(options.user, "--remote");
	assert_string_equal(options.remote, "--user=root");
}

/* Fails, and does not repeat what was typed: it may be a secret. */
#define REFUSED(...)                                                          \
	do {                                                                  \
		assert_int_equal(READ(__VA_ARGS__), 1);                       \
		assert_true(said.err[0] != '\0');                             \
		assert_null(strstr(said.err, "secret"));                      \
		assert_string_equal(said.out, "");                            \
	} while (0)

static void
k9_options_user_missing_refused(void **state)
{
	(void)state;
	REFUSED(NULL);
	REFUSED("--remote=r");
	REFUSED("--user=");
	REFUSED("--user", "");
	REFUSED("--user");
	REFUSED("--", "--user=joe");
}

static void
k9_options_unknown_or_misplaced_refused(void **state)
{
	(void)state;
	REFUSED("--user=joe", "--secret");
	REFUSED("--user=joe", "--secret=secret");
	REFUSED("--user=joe", "-s");
	REFUSED("--user=joe", "secret");
	REFUSED("secret", "--user=joe");
	REFUSED("--user=joe", "--", "secret");
	REFUSED("--user=joe", "--log-stderr=secret");
	REFUSED("--user=joe", "--config");
}

static void
k9_options_deadline_out_of_bounds_refused(void **state)
{
	static const char *const values[] = { "", "0", "31", "-1", "+1",
		" 1", "1 ", "1s", "1.5", "0x5", "secret", "4294967297",
		"18446744073709551617", "99999999999999999999999" };
	static const struct {
		const char *text;
		uint32_t value;
	} good[] = { { "1", 1 }, { "5", 5 }, { "30", 30 }, { "030", 30 } };

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		REFUSED("--user=joe", "--deadline", values[i]);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(READ("--user=joe", "--deadline",
		    good[i].text), -1);
		assert_int_equal(options.deadline_s, good[i].value);
	}
}

static void
k9_options_remote_bounded(void **state)
{
	char remote[REMOTE_MAX + 2];

	(void)state;
	memset(remote, 'r', sizeof(remote) - 1);
	remote[REMOTE_MAX + 1] = '\0';
	REFUSED("--user=joe", "--remote", remote);
	remote[REMOTE_MAX] = '\0';
	assert_int_equal(READ("--user=joe", "--remote", remote), -1);
	assert_int_equal(strlen(options.remote), REMOTE_MAX);
}

static void
k9_options_version_and_help_answered(void **state)
{
	(void)state;
	assert_int_equal(READ("--version"), 0);
	assert_string_equal(said.out, "sallyport " SALLYPORT_VERSION "\n");
	assert_int_equal(READ("-version"), 0);
	assert_int_equal(READ("--help"), 0);
	for (size_t i = 0; i < 7; i++) {
		static const char *const names[] = { "--user", "--remote",
			"--config", "--deadline", "--log-stderr",
			"--version", "--help" };

		assert_non_null(strstr(said.out, names[i]));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(k9_options_user_alone_defaults),
		cmocka_unit_test(k9_options_all_of_them),
		cmocka_unit_test(k9_options_single_dash_or_two_words),
		cmocka_unit_test(k9_options_user_missing_refused),
		cmocka_unit_test(k9_options_unknown_or_misplaced_refused),
		cmocka_unit_test(k9_options_deadline_out_of_bounds_refused),
		cmocka_unit_test(k9_options_remote_bounded),
		cmocka_unit_test(k9_options_version_and_help_answered),
	};

	return cmocka_run_group_tests_name("k9_options", tests, NULL, NULL);
}
