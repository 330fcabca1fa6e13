#include "tests/seccomp/child.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

void
child_needs(bool condition, const char *text, int line)
{
	if (condition)
		return;
	(void)fprintf(stderr, "child, line %d: %s (%s)\n", line, text,
	    strerror(errno));
	_exit(1);
}

bool
child_survives(void (*run)(const void *arg), const void *arg)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		run(arg);
		/* By number: a sanitizer's _exit() looks for leaks first. */
		(void)syscall(SYS_exit_group, 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		return false;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("the child's wait status is %#x", (unsigned)status);
	return true;
}

void
child_no_new_privs(void)
{
	CHILD_NEEDS(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
}
