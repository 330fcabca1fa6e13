/*
 * Runs a program and kills one process of its at its K-th step:
 *
 *   killer WHO K PROGRAM ARGUMENT...
 *
 * WHO counts processes as they are made: 0 the parent, 1 its starter, 2 and 3
 * the workers in the order of a login. A step is a system call by which a
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
	STEP(socketpair), STEP(sendto), STEP(recvfrom), STEP(recvmsg),
	STEP(poll), STEP(wait4), STEP(kill), STEP(shutdown), STEP(unshare),
	STEP(seccomp), STEP(connect), STEP(read), STEP(write),
	STEP(exit_group),
};

static pid_t processes[PROCESSES_MAX];

/* The number of a process; new ones get the next. */
static int
number_of(pid_t pid)
{
	int i = 0;

	while (i < PROCESSES_MAX - 1 && processes[i] != 0 && processes[i] != pid)
		i++;
	processes[i] = pid;
	return i;
}

/* Whether this call of the process can be noticed by another of ours. */
static int
noticed(int who, uint64_t nr, const uint64_t args[])
{
	int worker = who >= 2;

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
step_of(pid_t pid, int who)
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
	    !noticed(who, info.entry.nr, (const uint64_t *)info.entry.args))
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
	    PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;
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
	int who, left, status;
	pid_t root, pid;

	if (argc < 4 || (root = start(argv + 3)) == -1)
		return 125;
	who = atoi(argv[1]);
	left = atoi(argv[2]);
	(void)number_of(root);
	while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		int number = number_of(pid), sig;
		const char *step;

		if (pid == root && WIFEXITED(status))
			return WEXITSTATUS(status);
		if (pid == root && WIFSIGNALED(status))
			return 128 + WTERMSIG(status);
		if (!WIFSTOPPED(status))
			continue;
		sig = WSTOPSIG(status);
		if (number == who && sig == (SIGTRAP | 0x80) &&
		    (step = step_of(pid, who)) != NULL && --left == 0) {
			(void)fprintf(stderr, "killed at %s\n", step);
			(void)kill(pid, SIGKILL);
			continue;
		}
		/* Stops for a call or an event are ours; signals are theirs. */
		if (sig == (SIGTRAP | 0x80) || status >> 16 != 0)
			sig = 0;
		(void)ptrace(PTRACE_SYSCALL, pid, NULL, sig);
	}
	return 125;
}
