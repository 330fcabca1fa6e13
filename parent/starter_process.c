/*
 * The starter: alone in the parent's image, it may fork, exec, kill and wait.
 * It is told one byte at a time, never reads a file or a worker's message,
 * and executes only descriptors that were opened and checked before it began.
 */
#include "parent/starter_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ipc/close_from.h"
#include "ipc/home_report.h"
#include "seccomp/cage.h"

#define REAP_S 2

/* Becomes the worker: its channel, no other descriptor, no environment. */
static void __attribute__((noreturn))
run_worker(const struct children *children, unsigned worker, pid_t starter)
{
	enum executable which = starter_workers[worker].executable;
	const char *path = worker_places[which][0];
	char name[32], role[16], parent[16];
	char *argv[] = { name, role, parent, NULL, NULL, NULL, NULL };
	char *envp[] = { NULL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	/* Above the numbers that are about to be taken. */
	int channel = fcntl(children->channel[starter_workers[worker].socket],
	    F_DUPFD_CLOEXEC,
	    WORKER_FD + 1);

	(void)snprintf(name, sizeof(name), "%s", strrchr(path, '/') + 1);
	(void)snprintf(parent, sizeof(parent), "%d", (int)starter);
	(void)snprintf(role, sizeof(role), "%s", starter_workers[worker].role);
	if (worker == WORKER_HOME) {
		argv[3 + HOME_WORD_USER] = children->home->user;
		argv[3 + HOME_WORD_DIR] = children->home->dir;
		argv[3 + HOME_WORD_UID] = children->home->uid;
	}
	/* Workers must not hold stdout: sshd reads it until all have closed. */
	if (null != -1 && dup2(null, STDIN_FILENO) != -1 &&
	    dup2(null, STDOUT_FILENO) != -1 &&
	    dup2(null, STDERR_FILENO) != -1 &&
	    dup2(channel, WORKER_FD) != -1)
		(void)fexecve(WORKER_FILES_FD + (int)which, argv, envp);
	_exit(127);
}

static void
start_child(struct children *children, unsigned worker)
{
	int *channel = &children->channel[starter_workers[worker].socket];
	pid_t self = getpid();
	pid_t pid;

	if (*channel == -1 ||
	    (worker == WORKER_HOME && children->home == NULL))
		return;
	/* Nothing is copied for what is replaced at once. */
	if ((pid = vfork()) == 0)
		run_worker(children, worker, self);
	/* If there is no child, closing this end is how the parent hears it. */
	(void)close(*channel);
	*channel = -1;
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

/*
 * A file system may keep home, and nobody can do anything about it: but not
 * the others, and not us.
 */
static void
end_all(struct children *children)
{
	(void)alarm(REAP_S);
	for (unsigned i = 0; i < WORKER_COUNT; i++)
		if (children->pid[i] != 0)
			(void)kill(children->pid[i], SIGKILL);
	for (unsigned i = 0; i < WORKER_COUNT; i++)
		(void)end_child(children, i);
}

static void __attribute__((noreturn))
serve(struct children *children)
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
	end_all(children);
	_exit(0);
}

static bool
is_ours(const struct children *children, int fd)
{
	for (unsigned i = 0; i < WORKER_COUNT; i++)
		if (fd == children->channel[i])
			return true;
	return fd == children->command_fd || fd == children->root ||
	    (fd >= WORKER_FILES_FD &&
	    fd < WORKER_FILES_FD + EXECUTABLE_COUNT);
}

/* The parent's: its ends, the log's sockets, where a source reports. */
static void
close_parents(const struct children *children)
{
	int last = WORKER_FILES_FD + EXECUTABLE_COUNT - 1;

	if (last < children->command_fd)
		last = children->command_fd;
	if (last < children->root)
		last = children->root;
	for (unsigned i = 0; i < WORKER_COUNT; i++)
		if (last < children->channel[i])
			last = children->channel[i];
	close_from(last + 1);
	for (int fd = STDERR_FILENO + 1; fd < last; fd++)
		if (!is_ours(children, fd))
			(void)close(fd);
}

void
starter_main(struct children *children, pid_t parent)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null == -1 || dup2(null, STDIN_FILENO) == -1 ||
	    dup2(null, STDOUT_FILENO) == -1 ||
	    dup2(null, STDERR_FILENO) == -1)
		_exit(127);
	/* Alarms are not inherited: its own last resort. */
	(void)alarm(DEADLINE_MAX_S + 2);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == -1 ||
	    getppid() != parent)
		_exit(127);
	close_parents(children);
	/* Workers take it as their root, if it is good for that. */
	if (children->root != -1)
		(void)!fchdir(children->root);
	/* A name service may do anything: no filter of ours. */
	if (children->home != NULL && children->home->asks)
		start_child(children, WORKER_HOME);
	serve(children);
}
