/* The starter, told what the parent never says. It runs in a child. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "parent/starter_process.h"

static int channel;
static pid_t starter;

static struct report
hear(void)
{
	struct report report = { 0, 0 };

	assert_int_equal(ipc_wait(channel, POLLIN, ipc_now_ms() + 10000),
	    ERR_OK);
	assert_int_equal(recv(channel, &report, sizeof(report), 0),
	    sizeof(report));
	return report;
}

static int
start(void **state)
{
	struct children children = { .root = -1 };
	pid_t self = getpid();
	int pair[2];

	(void)state;
	for (unsigned i = 0; i < WORKER_COUNT; i++)
		children.channel[i] = -1;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	channel = pair[0];
	if ((starter = fork()) == 0) {
		(void)close(pair[0]);
		children.command_fd = pair[1];
		starter_main(&children, self);
	}
	(void)close(pair[1]);
	assert_int_equal(hear().worker, REPORT_READY);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	(void)close(channel);
	if (starter > 0) {
		(void)kill(starter, SIGKILL);
		(void)waitpid(starter, NULL, 0);
	}
	return 0;
}

static void
say(unsigned byte)
{
	uint8_t command = (uint8_t)byte;

	assert_int_equal(send(channel, &command, 1, MSG_NOSIGNAL), 1);
}

/* It must end well, and have said no more. */
static void
ended(void)
{
	struct report report;
	int status;

	assert_int_equal(ipc_wait(channel, POLLIN, ipc_now_ms() + 10000),
	    ERR_OK);
	assert_int_equal(recv(channel, &report, sizeof(report), 0), 0);
	assert_int_equal(waitpid(starter, &status, 0), starter);
	starter = 0;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
starter_worker_not_started_nothing_to_end(void **state)
{
	(void)state;
	for (unsigned i = 0; i < WORKER_COUNT; i++) {
		struct report report;

		say(COMMAND_END | i);
		report = hear();
		assert_int_equal(report.worker, i);
		assert_int_equal(report.value, -1);
	}
}

static void
starter_unknown_worker_ends_it(void **state)
{
	static const unsigned commands[] = { WORKER_COUNT, COMMAND_MASK - 1,
		0x80, 0xff, COMMAND_END | WORKER_COUNT };

	(void)state;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		say(commands[i]);
		ended();
		(void)close(channel);
		(void)start(state);
	}
}

static void
starter_parent_silent_ends_it(void **state)
{
	(void)state;
	assert_int_equal(shutdown(channel, SHUT_WR), 0);
	ended();
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(starter_worker_not_started_nothing_to_end),
		TEST(starter_unknown_worker_ends_it),
		TEST(starter_parent_silent_ends_it),
	};

	return cmocka_run_group_tests_name("starter", tests, NULL, NULL);
}
