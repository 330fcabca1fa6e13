#include "parent/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ipc/channel.h"
#include "ipc/close_from.h"
#include "ipc/rlimit.h"
#include "parent/worker_files.h"

/* Nothing of sshd's and nothing of the parent's but one end of the socket. */
static bool
keep_only(int fd, struct child_keeps keeps)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null == -1 || dup2(null, STDIN_FILENO) == -1 ||
	    dup2(null, STDOUT_FILENO) == -1 ||
	    (!keeps.stderr_too && dup2(null, STDERR_FILENO) == -1))
		return false;
	if (fd != CHILD_FD && dup2(fd, CHILD_FD) == -1)
		return false;
	close_from(keeps.worker_files ? WORKER_FILES_FD + EXECUTABLE_COUNT :
	    CHILD_FD + 1);
	return fcntl(CHILD_FD, F_SETFD, FD_CLOEXEC) == 0;
}

static bool
settle(int fd, struct child_keeps keeps, pid_t parent)
{
	/* Alarms are not inherited: its own last resort. */
	(void)alarm(DEADLINE_MAX_S + 2);
	return keep_only(fd, keeps) && RLIMIT_SET(RLIMIT_CORE, 0) &&
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 &&
	    /* It may have died before the kernel was told to tell us. */
	    getppid() == parent;
}

int
child_start(void (*run)(const void *arg, pid_t parent), const void *arg,
    struct child_keeps keeps)
{
	pid_t self = getpid();
	int pair[2], saved;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1)
		return -1;
	if ((pid = fork()) == 0) {
		if (settle(pair[1], keeps, self))
			run(arg, self);
		_exit(127);
	}
	saved = errno;
	(void)close(pair[1]);
	if (pid == -1) {
		(void)close(pair[0]);
		errno = saved;
		return -1;
	}
	return pair[0];
}

enum err
child_hear(int fd, int64_t deadline_ms, void *buf, size_t size, size_t *n)
{
	struct iovec iov = { buf, size };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	enum err err;
	ssize_t got;

	*n = 0;
	do {
		if ((err = ipc_wait(fd, POLLIN, deadline_ms)) != ERR_OK)
			return err;
		got = recvmsg(fd, &msg, MSG_DONTWAIT);
		/* ECONNRESET: it ended with ours unread; it may have spoken. */
	} while (got == -1 && (errno == EINTR || errno == EAGAIN ||
	    errno == ECONNRESET));
	if (got == -1)
		return ERR_SYSTEM;
	/* There is no room for descriptors: the kernel drops them. */
	if ((msg.msg_flags & MSG_CTRUNC) != 0)
		return ERR_DESCRIPTOR;
	if ((msg.msg_flags & MSG_TRUNC) != 0)
		return ERR_TOO_BIG;
	*n = (size_t)got;
	return got == 0 ? ERR_EOF : ERR_OK;
}

enum err
child_tell(int fd, int64_t deadline_ms, const void *buf, size_t n)
{
	enum err err;
	ssize_t sent;

	do {
		if ((err = ipc_wait(fd, POLLOUT, deadline_ms)) != ERR_OK)
			return err;
		sent = send(fd, buf, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	} while (sent == -1 && (errno == EINTR || errno == EAGAIN));
	if (sent == -1 && (errno == EPIPE || errno == ECONNRESET))
		return ERR_EOF;
	return sent == (ssize_t)n ? ERR_OK : ERR_SYSTEM;
}

bool
child_ended(pid_t pid, int64_t deadline_ms)
{
	sigset_t chld;

	(void)sigemptyset(&chld);
	(void)sigaddset(&chld, SIGCHLD);
	for (;;) {
		int64_t left = deadline_ms - ipc_now_ms();
		struct timespec ts = { left / 1000, left % 1000 * 1000000 };
		siginfo_t info = { .si_pid = 0 };

		if (waitid(P_PID, (id_t)pid, &info,
		    WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid)
			return true;
		if (left <= 0)
			return false;
		(void)sigtimedwait(&chld, NULL, &ts);
	}
}
