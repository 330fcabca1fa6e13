#include "parent/command_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ipc/channel.h"
#include "ipc/rlimit.h"
#include "parent/child.h"
#include "parent/trusted_file.h"

/* For programs in languages that reserve more than they use. */
#define MEMORY_MAX (UINT64_C(4) << 30)
#define FILE_SIZE_MAX (16 * 1024 * 1024)

/* The command's process group, for a handler; 0: none. */
static volatile sig_atomic_t running;

/* Who wants the command run, for a handler. */
static pid_t asker;

/* Our own time is up, sshd's is, or the parent has died: nothing is left. */
static void
end_all(int sig)
{
	(void)sig;
	if (running != 0)
		(void)kill(-(pid_t)running, SIGKILL);
	_exit(0);
}

/* It is sent as the parent dies, because it wakes whom somebody has stopped. */
static void
on_waking(int sig)
{
	if (getppid() != asker)
		end_all(sig);
}

static bool refuse(char *why, size_t size, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Returns false, for the caller's own return. */
static bool
refuse(char *why, size_t size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, size, fmt, ap);
	va_end(ap);
	return false;
}

/* Only what root has put there for everybody to run. */
bool
command_allowed(const char *path, char *why, size_t size)
{
	struct file_problem problem;
	struct stat st;
	int fd = trusted_open(path, TRUST_ROOT, &problem);
	bool known;

	if (fd == -1)
		return refuse(why, size, "%.100s: %.130s", path,
		    problem.what);
	known = fstat(fd, &st) == 0;
	(void)close(fd);
	if (!known || ((st.st_mode & 07777) != 0755 &&
	    (st.st_mode & 07777) != 0555))
		return refuse(why, size, "%.120s has mode %04o; "
		    "fix: chmod 0755", path, known ? (unsigned)st.st_mode & 07777 : 0);
	return true;
}

/* In the child: a plain process, as a program expects to be started. */
static bool
settle(const struct command_run *run, int out, pid_t runner)
{
	static const struct sigaction defaults = { .sa_handler = SIG_DFL };
	uid_t uid = geteuid(); /* the runner's other ones guard it */
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		(void)sigaction(sig, &defaults, NULL);
	(void)sigemptyset(&none);
	(void)umask(022);
	/* 0 and 2 are /dev/null already, and CHILD_FD closes on exec. */
	return setresuid(uid, uid, uid) == 0 &&
	    dup2(out, STDOUT_FILENO) != -1 &&
	    (!run->with_stderr || dup2(out, STDERR_FILENO) != -1) &&
	    setpgid(0, 0) == 0 &&
	    chdir("/") == 0 && RLIMIT_SET(RLIMIT_CPU, DEADLINE_MAX_S) &&
	    RLIMIT_SET(RLIMIT_AS, MEMORY_MAX) &&
	    RLIMIT_SET(RLIMIT_FSIZE, FILE_SIZE_MAX) &&
	    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 &&
	    getppid() == runner &&
	    sigprocmask(SIG_SETMASK, &none, NULL) == 0;
}

/* Signals must not come between the fork and our knowing of it. */
static pid_t
start(const struct command_run *run, int out)
{
	pid_t self = getpid();
	sigset_t all, before;
	pid_t pid;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &before);
	if ((pid = fork()) == 0) {
		if (settle(run, out, self))
			(void)execve(run->argv[0], run->argv, run->envp);
		_exit(127);
	}
	if (pid > 0) {
		/* It does so too: whoever comes first. */
		(void)setpgid(pid, pid);
		running = pid;
	}
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return pid;
}

/*
 * Takes the output until all who could write any have closed it. A parent
 * that has closed its socket, or its half, wants no answer.
 */
static enum command_outcome
listen_to(int fd, struct command_run *run)
{
	struct pollfd pfds[] = { { .fd = fd, .events = POLLIN },
		{ .fd = CHILD_FD, .events = POLLRDHUP } };
	char more;

	for (;;) {
		int64_t left = run->deadline_ms - ipc_now_ms();
		size_t room = run->max - run->len;
		ssize_t n;

		if (left <= 0)
			return COMMAND_TIMEOUT;
		if (poll(pfds, 2, (int)left) <= 0)
			continue;
		if (pfds[1].revents != 0)
			end_all(0);
		n = room > 0 ? read(fd, run->out + run->len, room) :
		    read(fd, &more, 1);
		if (n > 0 && room == 0)
			return COMMAND_TALKS;
		if (n == 0)
			return COMMAND_ENDED;
		if (n == -1) /* what was read may be half of what it said */
			return COMMAND_UNHEARD;
		run->len += (size_t)n;
	}
}

enum command_outcome
command_run(struct command_run *run)
{
	enum command_outcome outcome;
	int out[2], saved;
	pid_t pid;

	run->len = 0;
	run->status = -1;
	if (pipe2(out, O_CLOEXEC) == -1)
		return COMMAND_REFUSED;
	pid = start(run, out[1]);
	saved = errno;
	(void)close(out[1]);
	if (pid == -1) {
		(void)close(out[0]);
		errno = saved;
		return COMMAND_REFUSED;
	}
	outcome = listen_to(out[0], run);
	saved = errno;
	if (outcome == COMMAND_ENDED && !child_ended(pid, run->deadline_ms))
		outcome = COMMAND_TIMEOUT;
	/*
	 * Before it is reaped: until then its number is nobody else's. It may
	 * have left the group.
	 */
	(void)kill(-pid, SIGKILL);
	(void)kill(pid, SIGKILL);
	running = 0;
	while (waitpid(pid, &run->status, 0) == -1 && errno == EINTR)
		;
	(void)close(out[0]);
	errno = saved;
	return outcome;
}

/* SIGCHLD is waited for; what ends us ends the command too. */
static bool
set_signals(void)
{
	const struct sigaction end = { .sa_handler = end_all };
	const struct sigaction wake = { .sa_handler = on_waking };
	sigset_t chld;

	(void)sigemptyset(&chld);
	(void)sigaddset(&chld, SIGCHLD);
	return sigprocmask(SIG_BLOCK, &chld, NULL) == 0 &&
	    sigaction(SIGTERM, &end, NULL) == 0 &&
	    sigaction(SIGALRM, &end, NULL) == 0 &&
	    sigaction(SIGHUP, &end, NULL) == 0 &&
	    sigaction(SIGINT, &end, NULL) == 0 &&
	    sigaction(SIGCONT, &wake, NULL) == 0;
}

bool
command_begin(pid_t parent)
{
	asker = parent;
	/* When the parent dies we have something to do before we do. */
	return set_signals() &&
	    prctl(PR_SET_PDEATHSIG, SIGCONT, 0, 0, 0) == 0 &&
	    getppid() == parent;
}
