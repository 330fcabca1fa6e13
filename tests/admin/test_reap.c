/* A child that others may stop is waited for, but no longer than was said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "admin/reap.h"
#include "ipc/channel.h"

static bool
is_blocked(int signal)
{
	sigset_t now;

	assert_int_equal(sigprocmask(SIG_SETMASK, NULL, &now), 0);
	return sigismember(&now, signal) == 1;
}

static void
reap_tells_how_it_ended(void **state)
{
	int64_t start = ipc_now_ms();
	pid_t pid = fork();
	int status = 0;

	(void)state;
	if (pid == 0)
		_exit(3);
	assert_true(reap(pid, 20, &status));
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 3);
	assert_true(ipc_now_ms() - start < 10000);
	assert_false(is_blocked(SIGCHLD));
}

static void
reap_ends_one_that_is_stopped(void **state)
{
	int64_t start = ipc_now_ms();
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0) {
		(void)alarm(1); /* does not end who is stopped */
		(void)raise(SIGSTOP);
		_exit(0);
	}
	assert_false(reap(pid, 2, &status));
	assert_true(ipc_now_ms() - start >= 2000);
	/* Nothing is left of it. */
	assert_int_equal(waitpid(pid, &status, 0), -1);
	assert_int_equal(errno, ECHILD);
	assert_false(is_blocked(SIGCHLD));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reap_tells_how_it_ended),
		cmocka_unit_test(reap_ends_one_that_is_stopped),
	};

	return cmocka_run_group_tests_name("reap", tests, NULL, NULL);
}
