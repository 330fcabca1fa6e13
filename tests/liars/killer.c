/*
 * Runs a program and kills one process of its at its K-th step:
 *
 *   killer WHO K PROGRAM ARGUMENT...
 *
 * WHO is a path of numbers: "0" the parent, "01" its first child, which is its
 * starter, "011" and "012" the starter's, which are the workers in the order
 * of a login. A step is a system call by which a
 * process starts, hears, tells or leaves another; killed at its entry, the
 * call is not made. Between two steps a kill makes no difference that another
 * process could see, so all K together are all the times one can be killed.
 *
 * Ends with the program, as it ended; says on stderr at which call it killed,
 * or nothing if the process did not come to its K-th step.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES_MAX 16
#define WORKER_FD 3

#define STEP(name) { SYS_##name, #name }
static const struct {
	long nr;
	const char *name;
} steps[] = {
	STEP(execve), STEP(execveat), STEP(clone), STEP(clone3), STEP(fork),
	STEP(vfork),
	STEP(socketpair), STEP(sendto), STEP(recvfrom), STEP(recvmsg),
	STEP(poll), STEP(wait4), STEP(kill), STEP(shutdown), STEP(unshare),
	STEP(seccomp), STEP(connect), STEP(read), STEP(write),
	STEP(exit_group),
	/* what the next login finds in the cache */
	STEP(flock), STEP(fsync), STEP(renameat),
};

struct process {
	pid_t pid;
	char path[16];
	unsigned children;
	int held; /* it has stopped before its parent's fork told of it */
};

static struct process processes[PROCESSES_MAX];

/* The process, or a free place for it; what is too many shares the last. */
static struct process *
process_of(pid_t pid)
{
	int i = 0;

	while (i < PROCESSES_MAX - 1 && processes[i].pid != 0 &&
	    processes[i].pid != pid)
		i++;
	processes[i].pid = pid;
	return &processes[i];
}

/* Called when the parent's fork has been told; lets a held child go. */
static void
name_child(struct process *parent)
{
	struct process *child;
	unsigned long pid;

	if (ptrace(PTRACE_GETEVENTMSG, parent->pid, NULL, &pid) == -1)
		return;
	child = process_of((pid_t)pid);
	(void)snprintf(child->path, sizeof(child->path), "%.6s%u",
	    parent->path, ++parent->children % 10u);
	if (child->held)
		(void)ptrace(PTRACE_SYSCALL, child->pid, NULL, 0);
	child->held = 0;
}

static int
is_worker(const struct process *process)
{
	return strncmp(process->path, "01", 2) == 0 &&
	    strlen(process->path) > 2;
}

/* Whether this call of the process can be noticed by another of ours. */
static int
noticed(int worker, uint64_t nr, const uint64_t args[])
{
	switch (nr) {
	case SYS_read: /* the rest are libraries, files and certificates */
		return worker && args[0] == WORKER_FD;
	case SYS_write:
		return args[0] == (worker ? WORKER_FD : STDOUT_FILENO);
	case SYS_sendto: /* a worker's are with name servers and the API */
	case SYS_recvfrom:
	case SYS_poll:
		return !worker;
	case SYS_seccomp: /* libseccomp first asks what there is */
		return args[2] != 0;
	default:
		return 1;
	}
}

/* The name of the step that this process is about to take, or NULL. */
static const char *
step_of(pid_t pid, int worker)
{
	static int restarted; /* of the one process that is asked about */
	struct __ptrace_syscall_info info = { 0 };

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) <= 0)
		return NULL;
	if (info.op != PTRACE_SYSCALL_INFO_ENTRY) {
		/* ERESTARTSYS and its kin: SIGCHLD came in between. */
		restarted = info.exit.rval <= -512 && info.exit.rval >= -516;
		return NULL;
	}
	if (restarted ||
	    !noticed(worker, info.entry.nr, (const uint64_t *)info.entry.args))
		return NULL;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if ((long)info.entry.nr == steps[i].nr)
			return steps[i].name;
	return NULL;
}

/* The program, stopped before its first call and traced with its children. */
static pid_t
start(char **argv)
{
	/*
	 * Seized, not PTRACE_TRACEME: that would send each new process a
	 * SIGSTOP, which becomes a real one if we end before it arrives.
	 */
	const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK |
	    PTRACE_O_TRACECLONE | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC;
	int wait[2];
	char byte;
	pid_t pid;

	if (pipe2(wait, O_CLOEXEC) == -1 || (pid = fork()) == -1)
		return -1;
	if (pid == 0) {
		(void)close(wait[1]);
		(void)!read(wait[0], &byte, 1);
		(void)execv(argv[0], argv);
		_exit(126);
	}
	if (ptrace(PTRACE_SEIZE, pid, NULL, options) == -1 ||
	    ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) == -1)
		return -1;
	(void)close(wait[1]);
	(void)close(wait[0]);
	return pid;
}

int
main(int argc, char **argv)
{
	int left, status;
	pid_t root, pid;

	if (argc < 4 || (root = start(argv + 3)) == -1)
		return 125;
	left = atoi(argv[2]);
	(void)strcpy(process_of(root)->path, "0");
	while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		struct process *process = process_of(pid);
		int sig, event = status >> 16;
		const char *step;

		if (pid == root && WIFEXITED(status))
			return WEXITSTATUS(status);
		if (pid == root && WIFSIGNALED(status))
			return 128 + WTERMSIG(status);
		if (!WIFSTOPPED(status))
			continue;
		if (process->path[0] == '\0') {
			process->held = 1;
			continue;
		}
		if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK ||
		    event == PTRACE_EVENT_CLONE)
			name_child(process);
		sig = WSTOPSIG(status);
		if (strcmp(process->path, argv[1]) == 0 &&
		    sig == (SIGTRAP | 0x80) &&
		    (step = step_of(pid, is_worker(process))) != NULL &&
		    --left == 0) {
			(void)fprintf(stderr, "killed at %s\n", step);
			(void)kill(pid, SIGKILL);
			continue;
		}
		/* Stops for a call or an event are ours; signals are theirs. */
		if (sig == (SIGTRAP | 0x80) || event != 0)
			sig = 0;
		(void)ptrace(PTRACE_SYSCALL, pid, NULL, sig);
	}
	return 125;
}
