/* Our own children, which run no program: what is started, and how it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "parent/child.h"

/* Says that it is there, and looks at nothing any more. */
static void __attribute__((noreturn))
wait_for_ever(const void *arg, pid_t parent)
{
	(void)arg;
	(void)parent;
	(void)!write(CHILD_FD, "", 1);
	for (;;)
		(void)pause();
}

static void
child_dies_with_its_parent(void **state)
{
	int status, fd;
	pid_t pid;
	char byte;

	(void)state;
	/* What the parent leaves behind becomes ours. */
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
	if ((pid = fork()) == 0) {
		fd = child_start(wait_for_ever, NULL,
		    (struct child_keeps){ false, false });
		_exit(fd != -1 && read(fd, &byte, 1) == 1 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	/* The alarm is for one that stays. */
	(void)alarm(20);
	assert_true(waitpid(-1, &status, 0) > 0);
	(void)alarm(0);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(child_dies_with_its_parent),
	};

	return cmocka_run_group_tests_name("child", tests, NULL, NULL);
}
