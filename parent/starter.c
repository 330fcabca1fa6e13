#include "parent/starter.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "parent/worker_path.h"
#include "seccomp/cage.h"
#include "seccomp/policy.h"

/* A command is one byte: what to do, and with which worker. */
#define COMMAND_START 0x00
#define COMMAND_END 0x40
#define COMMAND_MASK 0x40

/*
 * What the starter says: once, that its own cage is shut; then the answer to
 * each COMMAND_END. Starts are not answered, the worker speaks for itself.
 */
#define REPORT_READY (-1)
struct report {
	int32_t worker; /* or REPORT_READY */
	int32_t value;  /* as from waitpid(); REPORT_READY: CAGE_* layers */
};

static const struct {
	const char *name;
	const char *places[WORKER_PLACES];
	const char *role;
	unsigned to, from;
} workers[WORKER_COUNT] = {
#define W(name, executable, role, to, from)                                   \
	[WORKER_##name] = { #name, executable, role, to, from },
	WORKERS(W)
#undef W
};

const char *
worker_name(enum worker worker)
{
	return (unsigned)worker < WORKER_COUNT ? workers[worker].role : "?";
}

/* --- in the starter's process --- */

struct children {
	int command_fd;
	int executable[WORKER_COUNT];
	int channel[WORKER_COUNT]; /* -1 once handed over */
	pid_t pid[WORKER_COUNT];   /* 0: not started, or reaped */
};

/* Becomes the worker: its channel, no other descriptor, no environment. */
static void __attribute__((noreturn))
run_worker(const struct children *children, unsigned worker, pid_t starter)
{
	char parent[16], role[16], name[] = "sallyport-worker";
	char *argv[] = { name, role, parent, NULL };
	char *envp[] = { NULL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	/* Above the numbers that are about to be taken. */
	int executable = fcntl(children->executable[worker], F_DUPFD_CLOEXEC,
	    WORKER_FD + 1);
	int channel = fcntl(children->channel[worker], F_DUPFD_CLOEXEC,
	    WORKER_FD + 1);

	(void)snprintf(parent, sizeof(parent), "%d", (int)starter);
	(void)snprintf(role, sizeof(role), "%s", workers[worker].role);
	/* Workers must not hold stdout: sshd reads it until all have closed. */
	if (null != -1 && dup2(null, STDIN_FILENO) != -1 &&
	    dup2(null, STDOUT_FILENO) != -1 &&
	    dup2(null, STDERR_FILENO) != -1 &&
	    dup2(channel, WORKER_FD) != -1)
		(void)fexecve(executable, argv, envp);
	_exit(127);
}

static void
start_child(struct children *children, unsigned worker)
{
	pid_t self = getpid();
	pid_t pid;

	if (children->channel[worker] == -1)
		return;
	if ((pid = fork()) == 0)
		run_worker(children, worker, self);
	/* If there is no child, closing this end is how the parent hears it. */
	(void)close(children->channel[worker]);
	children->channel[worker] = -1;
	children->pid[worker] = pid > 0 ? pid : 0;
}

/* Kills and reaps; one that had ended by itself keeps its own status. */
static int
end_child(struct children *children, unsigned worker)
{
	int status = -1;
	pid_t pid = children->pid[worker];

	if (pid == 0)
		return -1;
	(void)kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	children->pid[worker] = 0;
	return status;
}

static bool
say(const struct children *children, int32_t worker, int32_t value)
{
	struct report report = { worker, value };

	return send(children->command_fd, &report, sizeof(report),
	    MSG_NOSIGNAL) == (ssize_t)sizeof(report);
}

static void __attribute__((noreturn))
starter_main(struct children *children)
{
	struct cage_report cage;
	enum cage_step step;
	uint8_t command;

	if ((step = cage_starter(&cage)) != CAGE_SHUT)
		_exit((int)step);
	if (!say(children, REPORT_READY, (int32_t)cage.layers))
		_exit(0);
	while (recv(children->command_fd, &command, 1, 0) == 1) {
		unsigned worker = command & ~COMMAND_MASK & 0xff;

		if (worker >= WORKER_COUNT)
			break;
		if ((command & COMMAND_MASK) == COMMAND_START) {
			start_child(children, worker);
			continue;
		}
		if (!say(children, (int32_t)worker,
		    end_child(children, worker)))
			break;
	}
	/* The parent is done or dead: so is everyone. */
	for (unsigned i = 0; i < WORKER_COUNT; i++)
		(void)end_child(children, i);
	_exit(0);
}

/* --- in the parent's process --- */

static void
log_problem(const char *words, const char *what)
{
	struct log_line line;

	log_begin(&line, words);
	log_add_text(&line, "detail", what);
	log_end(&line, LOG_ERR);
}

static bool
open_executables(struct children *children, enum reason *reason)
{
	struct file_problem problem;

	for (unsigned i = 0; i < WORKER_COUNT; i++) {
		children->executable[i] = worker_path_open(workers[i].places,
		    &problem);
		if (children->executable[i] == -1) {
			log_problem("a worker's executable is not safe to run",
			    problem.what);
			*reason = REASON_WORKER_START;
			return false;
		}
	}
	return true;
}

/* All sockets are made before the fork: later nobody may make any. */
static bool
open_channels(struct starter *starter, struct children *children)
{
	int pair[2];

	for (unsigned i = 0; i < WORKER_COUNT; i++) {
		struct ipc_channel *ch = &starter->channels[i];

		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
		    pair) == -1)
			return false;
		ch->fd = pair[0];
		ch->sends = workers[i].to;
		ch->receives = workers[i].from;
		children->channel[i] = pair[1];
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1)
		return false;
	starter->fd = pair[0];
	children->command_fd = pair[1];
	return true;
}

static void
close_parents_side(const struct starter *starter)
{
	(void)close(starter->fd);
	for (unsigned i = 0; i < WORKER_COUNT; i++)
		(void)close(starter->channels[i].fd);
}

static void
close_childrens_side(const struct children *children)
{
	(void)close(children->command_fd);
	for (unsigned i = 0; i < WORKER_COUNT; i++) {
		(void)close(children->channel[i]);
		(void)close(children->executable[i]);
	}
}

/* The starter lives as long as its parent, and holds nothing of sshd's. */
static void __attribute__((noreturn))
become_starter(const struct starter *starter, struct children *children,
    pid_t parent)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	close_parents_side(starter);
	if (null == -1 || dup2(null, STDIN_FILENO) == -1 ||
	    dup2(null, STDOUT_FILENO) == -1 ||
	    dup2(null, STDERR_FILENO) == -1)
		_exit(127);
	/* Alarms are not inherited: its own last resort. */
	(void)alarm(DEADLINE_MAX_S + 2);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == -1 ||
	    getppid() != parent)
		_exit(127);
	starter_main(children);
}

bool
starter_open(struct starter *starter, enum reason *reason)
{
	struct children children = { .command_fd = -1 };
	pid_t self = getpid();
	pid_t pid;

	memset(starter->started, 0, sizeof(starter->started));
	starter->ready = false;
	starter->fd = -1;
	if (!open_executables(&children, reason))
		return false;
	*reason = REASON_SYSTEM;
	if (!open_channels(starter, &children) || (pid = fork()) == -1) {
		log_problem("cannot start", strerror(errno));
		return false;
	}
	if (pid == 0)
		become_starter(starter, &children, self);
	close_childrens_side(&children);
	*reason = REASON_OK;
	return true;
}

static bool
command(const struct starter *starter, unsigned what, enum worker worker)
{
	uint8_t byte = (uint8_t)(what | (unsigned)worker);

	return starter->fd != -1 && send(starter->fd, &byte, 1,
	    MSG_NOSIGNAL | MSG_DONTWAIT) == 1;
}

bool
starter_start(struct starter *starter, enum worker worker)
{
	if (starter->started[worker] ||
	    !command(starter, COMMAND_START, worker))
		return false;
	starter->started[worker] = true;
	return true;
}

/* Waits for the starter to speak or to end; false at the deadline. */
static bool
starter_wait(const struct starter *starter, int64_t deadline_ms)
{
	struct pollfd pfd = { .fd = starter->fd, .events = POLLIN };
	int64_t left = deadline_ms - ipc_now_ms();

	while (left > 0) {
		int n = poll(&pfd, 1, (int)left);

		if (n > 0)
			return true;
		if (n == -1 && errno != EINTR)
			return false;
		left = deadline_ms - ipc_now_ms();
	}
	return false;
}

/* The starter's next report, which must be about the given worker. */
static bool
hear(const struct starter *starter, int32_t worker, int64_t deadline_ms,
    int32_t *value)
{
	struct report report;

	*value = -1;
	if (!starter_wait(starter, deadline_ms) ||
	    recv(starter->fd, &report, sizeof(report), MSG_DONTWAIT) !=
	    (ssize_t)sizeof(report) || report.worker != worker)
		return false;
	*value = report.value;
	return true;
}

bool
starter_ready(struct starter *starter, int64_t deadline_ms)
{
	int32_t layers;

	if (starter->ready)
		return true;
	starter->ready = hear(starter, REPORT_READY, deadline_ms, &layers);
	starter->layers = starter->ready ? (uint32_t)layers : 0;
	return starter->ready;
}

struct worker_end
starter_end(struct starter *starter, enum worker worker, int64_t deadline_ms)
{
	struct worker_end end = { -1 };
	int32_t status;

	if (starter->started[worker] && starter_ready(starter, deadline_ms) &&
	    command(starter, COMMAND_END, worker) &&
	    hear(starter, (int32_t)worker, deadline_ms, &status))
		end.status = status;
	return end;
}

void
starter_close(struct starter *starter, int64_t deadline_ms)
{
	struct report ignored;

	if (starter->fd == -1)
		return;
	for (unsigned i = 0; i < WORKER_COUNT; i++)
		(void)close(starter->channels[i].fd);
	(void)shutdown(starter->fd, SHUT_WR);
	/* It closes its end by exiting, when all its children are gone. */
	while (starter_wait(starter, deadline_ms) &&
	    recv(starter->fd, &ignored, sizeof(ignored), MSG_DONTWAIT) > 0)
		;
	(void)close(starter->fd);
	starter->fd = -1;
}

void
worker_end_text(struct worker_end end, char *buf, size_t size)
{
	const char *step;

	if (end.status == -1)
		(void)snprintf(buf, size, "nobody saw it end");
	else if (WIFSIGNALED(end.status) && WTERMSIG(end.status) == SIGSYS)
		(void)snprintf(buf, size,
		    "killed by its system call filter (SIGSYS)");
	else if (WIFSIGNALED(end.status) && WTERMSIG(end.status) == SIGKILL)
		(void)snprintf(buf, size, "ended by us, or killed (SIGKILL)");
	else if (WIFSIGNALED(end.status))
		(void)snprintf(buf, size, "killed by signal %d",
		    WTERMSIG(end.status));
	else if ((step = cage_step_name(WEXITSTATUS(end.status))) != NULL)
		(void)snprintf(buf, size, "could not shut its cage: %s", step);
	else
		(void)snprintf(buf, size, "exit status %d",
		    WEXITSTATUS(end.status));
}
