#include "parent/starter.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ipc/worker_entry.h"
#include "parent/starter_process.h"
#include "seccomp/cage.h"

const struct starter_worker starter_workers[WORKER_COUNT] = {
#define W(name, socket, log_name, executable, role, to, from)                 \
	[WORKER_##name] = { WORKER_##socket, log_name,                        \
	    EXECUTABLE_##executable, role, to, from },
	WORKERS(W)
#undef W
};

const char *
worker_name(enum worker worker)
{
	return (unsigned)worker < WORKER_COUNT ?
	    starter_workers[worker].name : "?";
}

static void
log_problem(const char *words, const char *what)
{
	struct log_line line;

	log_begin(&line, words);
	log_add_text(&line, "detail", what);
	log_end(&line, LOG_ERR);
}

static bool
check_executables(enum reason *reason)
{
	const struct file_problem *problem = worker_files_problem();

	if (problem->reason == REASON_OK)
		return true;
	log_problem("a worker's executable is not safe to run", problem->what);
	*reason = problem->reason == REASON_SYSTEM ? REASON_SYSTEM :
	    REASON_WORKER_START;
	return false;
}

/* All sockets are made before the fork: later nobody may make any. */
static bool
open_channels(struct starter *starter, struct children *children)
{
	int pair[2];

	for (unsigned i = 0; i < WORKER_COUNT; i++) {
		/* Otherwise the pair is the one before it. */
		if (starter_workers[i].socket == i && socketpair(AF_UNIX,
		    SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1)
			return false;
		starter->ends[i] = pair[0];
		children->channel[i] = pair[1];
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1)
		return false;
	starter->fd = pair[0];
	children->command_fd = pair[1];
	return true;
}

static void
close_channels(const struct starter *starter)
{
	for (unsigned i = 0; i < WORKER_COUNT; i++)
		if (starter_workers[i].socket == i)
			(void)close(starter->ends[i]);
}

static void
close_childrens_side(const struct children *children)
{
	(void)close(children->command_fd);
	for (unsigned i = 0; i < WORKER_COUNT; i++)
		if (starter_workers[i].socket == i)
			(void)close(children->channel[i]);
	(void)close(children->root);
}

bool
starter_open(struct starter *starter, struct home_question *home,
    enum reason *reason)
{
	struct children children = { .command_fd = -1, .home = home };
	pid_t self = getpid();
	pid_t pid;

	memset(starter->started, 0, sizeof(starter->started));
	starter->ready = false;
	starter->fd = -1;
	if (!check_executables(reason))
		return false;
	children.root = worker_root_open();
	*reason = REASON_SYSTEM;
	if (!open_channels(starter, &children) || (pid = fork()) == -1) {
		log_problem("cannot start", strerror(errno));
		return false;
	}
	if (pid == 0)
		starter_main(&children, self);
	close_childrens_side(&children);
	starter->started[WORKER_HOME] = home != NULL && home->asks;
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
	const struct starter_worker *w = &starter_workers[worker];
	struct ipc_channel *ch = &starter->channels[worker];

	if (starter->started[w->socket] ||
	    !command(starter, COMMAND_START, worker))
		return false;
	starter->started[w->socket] = true;
	ch->fd = starter->ends[worker];
	ch->sends = w->to;
	ch->receives = w->from;
	return true;
}

/* The starter's next report, which must be about the given worker. */
static bool
hear(const struct starter *starter, int32_t worker, int64_t deadline_ms,
    int32_t *value)
{
	struct report report;

	*value = -1;
	if (ipc_wait(starter->fd, POLLIN, deadline_ms) != ERR_OK ||
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

	if (starter->started[starter_workers[worker].socket] &&
	    starter_ready(starter, deadline_ms) &&
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
	close_channels(starter);
	(void)shutdown(starter->fd, SHUT_WR);
	/* It closes its end by exiting, when all its children are gone. */
	while (ipc_wait(starter->fd, POLLIN, deadline_ms) == ERR_OK &&
	    recv(starter->fd, &ignored, sizeof(ignored), MSG_DONTWAIT) > 0)
		;
	(void)close(starter->fd);
	starter->fd = -1;
}

static void
exit_text(int code, char *buf, size_t size)
{
	const char *step = cage_step_name(code);

	if (step != NULL)
		(void)snprintf(buf, size, "could not shut its cage: %s", step);
	else if (code > WORKER_EXIT_ERR && code < WORKER_EXIT_ERR + ERR_COUNT)
		(void)snprintf(buf, size, "gave up: %s",
		    err_text((enum err)(code - WORKER_EXIT_ERR)));
	else
		(void)snprintf(buf, size, "exit status %d", code);
}

void
worker_end_text(struct worker_end end, char *buf, size_t size)
{
	if (end.status == -1)
		(void)snprintf(buf, size, "nobody saw it end");
	else if (WIFEXITED(end.status))
		exit_text(WEXITSTATUS(end.status), buf, size);
	else if (WTERMSIG(end.status) == SIGSYS)
		(void)snprintf(buf, size,
		    "killed by its system call filter (SIGSYS)");
	else if (WTERMSIG(end.status) == SIGKILL)
		(void)snprintf(buf, size, "ended by us, or killed (SIGKILL)");
	else
		(void)snprintf(buf, size, "killed by signal %d",
		    WTERMSIG(end.status));
}
