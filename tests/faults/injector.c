/*
 * Runs a program and lets one thing go wrong in one process of its, once:
 *
 *   injector UID WHO EVENT K FAULT PROGRAM ARGUMENT...
 *
 * WHO is a path of numbers: "0" the parent, "01" its first child, which is its
 * starter, "011" and "012" the starter's, which are the workers in the order
 * of a login; "*": any of them. The fault comes at its K-th EVENT:
 *
 *   call       a system call, but for the few that cannot fail
 *   step       one by which a process starts, hears, tells or leaves another;
 *              between two of them nothing happens that another could see
 *   call:NAME, step:NAME  one of this name; prctl-N: prctl() with this option,
 *              NAME-log: socket, connect or sendto on a socket for the log
 *   transfer   read or write of some bytes of a file or stream
 *   message    a message to another process of ours
 *   clock      a look at the time of day; all of them become system calls
 *   FILE+X,Y…  a call of the function at one of these offsets in FILE
 *
 * FAULT is one of
 *
 *   list       none: tell all events of all processes instead
 *   error=N    the call is not made and fails with errno N
 *   short      one byte is read or written
 *   drop       the call is not made and says that it was
 *   cut        the message loses its last byte, unnoticed by the sender
 *   twice      the call is made twice
 *   hold=MS    the call is made so much later
 *   null       the function is not called and returns NULL
 *   jump=S     from here on it is S seconds later, for all
 *   signal=N   instead of the call it gets this signal; pause=MS: it is stopped
 *              for this long
 *
 * Ends when all processes have, as the program ended; says on stderr at what
 * the fault came, or nothing if there was no K-th event. As root only: it looks
 * into programs that do not want to be looked into.
 */
#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/faults/fault.h"
#include "tests/faults/tracee.h"

static struct fault fault;
/* What is to be done later, to whom. */
static pid_t late_pid;
static int64_t late_ms;

static int64_t
now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
tell(const struct tracee *t, const char *name)
{
	(void)fprintf(stderr, "%s %s\n", t->path, name);
}

/* An event of a process: is it the one? */
static int
is_it(const struct tracee *t, const char *name)
{
	if (fault.how == LIST) {
		tell(t, name);
		return 0;
	}
	if (fault.fired || (strcmp(fault.who, "*") != 0 &&
	    strcmp(fault.who, t->path) != 0) || --fault.left != 0)
		return 0;
	fault.fired = 1;
	tell(t, name);
	return 1;
}

static int
is_for_log(const struct tracee *t)
{
	const unsigned long flags = SOCK_CLOEXEC | SOCK_NONBLOCK;
	const struct user_regs_struct *regs = &t->entry;

	switch (regs->orig_rax) {
	case SYS_socket:
		return regs->rdi == AF_UNIX &&
		    (regs->rsi & ~flags) == SOCK_DGRAM;
	case SYS_connect:
	case SYS_sendto:
		return tracee_is_log(t, (int)regs->rdi);
	default:
		return 0;
	}
}

/* Its name; of those that are many calls, with which one is meant. */
static void
name_call(const struct tracee *t, char *buf, size_t size)
{
	char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE,
	    (int)t->entry.orig_rax);

	if (t->entry.orig_rax == SYS_prctl)
		(void)snprintf(buf, size, "prctl-%d", (int)t->entry.rdi);
	else
		(void)snprintf(buf, size, "%s%s", name != NULL ? name : "?",
		    is_for_log(t) ? "-log" : "");
	free(name);
}

static void
on_call(struct tracee *t)
{
	char name[64];

	t->returns = 0;
	if (ptrace(PTRACE_GETREGS, t->pid, NULL, &t->entry) == -1)
		return;
	name_call(t, name, sizeof(name));
	if (!t->again && fault_counts(&fault, t, name)) {
		if (is_it(t, name) && fault_begin(&fault, t)) {
			late_pid = t->pid;
			late_ms = now_ms() + fault.number;
		}
	}
	t->again = 0;
	/* What the time is, is known when the call returns. */
	if (fault.how == JUMP && fault.fired && fault_is_clock(t))
		t->returns = 1;
	if (late_pid != t->pid || fault.how == PAUSE)
		tracee_resume(t, 0);
}

static void
do_late(void)
{
	pid_t pid = late_pid;

	if (pid == 0 || now_ms() < late_ms)
		return;
	late_pid = 0;
	if (fault.how == PAUSE)
		(void)kill(pid, SIGCONT);
	else
		tracee_resume(tracee_of(pid), 0);
}

/* A stop that is no event of ptrace's. */
static void
on_signal(struct tracee *t, int sig)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, t->pid, NULL, &regs) == -1)
		return;
	if (sig == (SIGTRAP | 0x80)) {
		fault_end(&fault, t);
		sig = 0;
	} else if (sig == SIGTRAP && t->armed) {
		if (is_it(t, "function"))
			fault_return_null(t, &regs);
		sig = 0;
	} else
		/* ERESTARTSYS and its kin: SIGCHLD came in between. */
		t->again = (long)regs.orig_rax >= 0 &&
		    (long)regs.rax <= -512 && (long)regs.rax >= -516;
	tracee_resume(t, sig);
}

static int
is_stop(int sig)
{
	return sig == SIGSTOP || sig == SIGTSTP || sig == SIGTTIN ||
	    sig == SIGTTOU;
}

static void
on_stop(struct tracee *t, int sig, int event)
{
	if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK ||
	    event == PTRACE_EVENT_CLONE)
		tracee_name_child(t);
	if (event == PTRACE_EVENT_EXEC) {
		t->armed = 0;
		if (fault.event == CLOCK)
			tracee_hide_vdso(t);
		if (strcmp(t->path, "0") == 0)
			fault.started = 1;
	}
	if (fault.event == FUNCTION && fault.started && !t->armed &&
	    (fault.how == LIST || strcmp(fault.who, t->path) == 0))
		fault_arm(&fault, t);
	if (event == PTRACE_EVENT_SECCOMP)
		on_call(t);
	else if (event == PTRACE_EVENT_STOP && is_stop(sig))
		(void)ptrace(PTRACE_LISTEN, t->pid, NULL, 0);
	else if (event != 0)
		tracee_resume(t, 0);
	else
		on_signal(t, sig);
}

static void
ignore(int sig)
{
	(void)sig;
}

int
main(int argc, char **argv)
{
	const struct sigaction wake = { .sa_handler = ignore };
	const struct itimerval often = { { 0, 10000 }, { 0, 10000 } };
	int status, ended = 125;
	pid_t root, pid;

	if (argc < 7 || !fault_read(&fault, argv + 2) ||
	    (root = tracee_start((uid_t)atoi(argv[1]), argv + 6)) == -1)
		return 125;
	/* Whoever reads it waits for the program only. */
	(void)close(STDOUT_FILENO);
	(void)sigaction(SIGALRM, &wake, NULL);
	if (fault.how == HOLD || fault.how == PAUSE)
		(void)setitimer(ITIMER_REAL, &often, NULL);
	while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		struct tracee *t;

		do_late();
		if (pid <= 0 || (t = tracee_of(pid)) == NULL)
			continue;
		if (!WIFSTOPPED(status)) {
			if (pid == late_pid)
				late_pid = 0;
			if (pid == root)
				ended = WIFEXITED(status) ?
				    WEXITSTATUS(status) :
				    128 + WTERMSIG(status);
			tracee_forget(t);
		} else if (t->path[0] == '\0')
			tracee_hold(t);
		else
			on_stop(t, WSTOPSIG(status), status >> 16);
	}
	return ended;
}
