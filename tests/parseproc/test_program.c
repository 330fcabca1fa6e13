/*
 * sallyport-parse itself, started as the starter does: which command lines and
 * descriptors it takes, and that each role answers from behind its cage.
 *
 * Argument: the program.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ipc/channel.h"
#include "ipc/worker_entry.h"
#include "tests/parseproc/vectors.h"

#define SOON (ipc_now_ms() + 20000)

static const char *program;
static struct ipc_channel parent;

/* Starts it with the descriptor as its channel. */
static pid_t
start(int fd, const char *role, const char *more)
{
	char starter[16];
	pid_t pid;

	(void)snprintf(starter, sizeof(starter), "%d", (int)getpid());
	if ((pid = fork()) != 0)
		return pid;
	if (dup2(fd, WORKER_FD) == -1 || fcntl(WORKER_FD, F_SETFD, 0) == -1 ||
	    freopen("/dev/null", "w", stderr) == NULL)
		_exit(1);
	(void)execl(program, program, role, starter, more, (char *)NULL);
	_exit(1);
}

/* The status that it ends with. */
static int
ended(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status))
		fail_msg("wait status %#x", (unsigned)status);
	return WEXITSTATUS(status);
}

static pid_t
start_role(const char *role)
{
	int fds[2];
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
	    fds), 0);
	parent = (struct ipc_channel){ .fd = fds[0], .sends = IPC_TO_PARSE,
		.receives = IPC_FROM_PARSE };
	pid = start(fds[1], role, NULL);
	(void)close(fds[1]);
	return pid;
}

static struct ipc_message
hear(uint32_t expected)
{
	struct ipc_message m;
	enum err err = ipc_recv(&parent, SOON, expected, &m);

	if (err != ERR_OK)
		fail_msg("%s", err_text(err));
	return m;
}

static void
program_by_hand_does_nothing(void **state)
{
	int pipes[2], fds[2], null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)state;
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	assert_int_equal(ended(start(null, "judge", NULL)), 2);
	assert_int_equal(ended(start(pipes[0], "judge", NULL)), 2);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
	    fds), 0);
	assert_int_equal(ended(start(fds[0], "judge", NULL)), 2);
	(void)close(fds[0]);
	(void)close(fds[1]);
	fds[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(ended(start(fds[0], "judge", NULL)), 2);
	(void)close(fds[0]);
	(void)close(pipes[0]);
	(void)close(pipes[1]);
	(void)close(null);
}

static void
program_takes_two_words(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
	    fds), 0);
	assert_int_equal(ended(start(fds[0], "judge", "more")), 2);
	assert_int_equal(ended(start(fds[0], "nothing", NULL)),
	    WORKER_EXIT_ERR + ERR_TYPE);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

/* Ready, and gone when the parent is: an error, for nothing was asked. */
static void
program_each_role_gets_ready(void **state)
{
	static const char *const roles[] = { "judge", "opk-judge", "keys",
		"explain" };

	(void)state;
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		pid_t pid = start_role(roles[i]);

		(void)hear(IPC_SET(READY));
		(void)close(parent.fd);
		assert_int_equal(ended(pid), WORKER_EXIT_ERR + ERR_EOF);
	}
}

static void
program_explains_a_certificate(void **state)
{
	struct vector v = vector_read("RS256-ecdsa");
	pid_t pid = start_role("explain");
	struct ipc_message m = hear(IPC_SET(READY));
	unsigned claims = 0;

	(void)state;
	assert_int_equal(ipc_send_text(&parent, SOON, IPC_TEXT_OFFERED_KEY,
	    v.blob, v.len), ERR_OK);
	do {
		m = hear(IPC_SET(CLAIM) | IPC_SET(CLAIMS_END));
		claims += m.type == IPC_CLAIM;
	} while (m.type == IPC_CLAIM);
	assert_int_equal(m.as.CLAIMS_END.unreadable, 0);
	assert_true(claims > 10);
	assert_int_equal(ended(pid), 0);
	(void)close(parent.fd);
	vector_free(&v);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(program_by_hand_does_nothing),
		cmocka_unit_test(program_takes_two_words),
		cmocka_unit_test(program_each_role_gets_ready),
		cmocka_unit_test(program_explains_a_certificate),
	};

	if (argc != 2)
		return 2;
	program = argv[1];
	return cmocka_run_group_tests_name("program", tests, NULL, NULL);
}
