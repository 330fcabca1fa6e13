/* Other processes, what holds this one, and the machine's resources. */
#include "attacks.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define CHANNEL 3

/* More than any of our limits leaves, and little to a machine. */
#define MEMORY_WANTED ((size_t)256 << 20)
#define DESCRIPTORS_WANTED 100

/* What is open without a reason: ours are the first three, 3, and a connection. */
static int
inherited(void)
{
	for (int fd = 4; fd < 1024; fd++) {
		int domain = AF_UNSPEC;
		socklen_t len = sizeof(domain);

		if (fcntl(fd, F_GETFD) != -1 && (getsockopt(fd, SOL_SOCKET,
		    SO_DOMAIN, &domain, &len) == -1 || domain != AF_INET))
			return 0;
	}
	return EBADF;
}

static int signal_parent(void) { return worked(kill(victims.parent, SIGTERM)); }
static int signal_sibling(void) { return worked(kill(victims.sibling, SIGTERM)); }

static int
trace(pid_t pid)
{
	return worked(ptrace(PTRACE_SEIZE, pid, NULL, NULL));
}

static int trace_parent(void) { return trace(victims.parent); }
static int trace_sibling(void) { return trace(victims.sibling); }

static int
queue_signal(void)
{
	siginfo_t info = { .si_code = SI_QUEUE };

	return worked(syscall(SYS_rt_sigqueueinfo, victims.parent, SIGTERM,
	    &info));
}

static int
limit_sibling(void)
{
	const struct rlimit none = { 0, 0 };

	return worked(syscall(SYS_prlimit64, victims.sibling, RLIMIT_CPU, &none,
	    NULL));
}

/* That its channel has become readable is told to whom it is set to. */
static int
signal_by_fcntl(void)
{
	if (fcntl(CHANNEL, F_SETOWN, victims.parent) == -1)
		return errno;
	return worked(fcntl(CHANNEL, F_SETFL, O_ASYNC));
}

static int
signal_by_ioctl(void)
{
	int on = 1, pid = (int)victims.parent;

	if (ioctl(CHANNEL, FIOSETOWN, &pid) == -1)
		return errno;
	return worked(ioctl(CHANNEL, FIOASYNC, &on));
}

static char canary[8] = "canary"; /* where the control's victims have it too */

static int
copy_memory(long call_number)
{
	char mine[sizeof(canary)];
	struct iovec here = { mine, sizeof(mine) };
	struct iovec there = { canary, sizeof(canary) };

	return worked(syscall(call_number, victims.sibling, &here, 1, &there,
	    1, 0));
}

static int read_memory(void) { return copy_memory(SYS_process_vm_readv); }
static int write_memory(void) { return copy_memory(SYS_process_vm_writev); }

static int
take_descriptor(void)
{
	int fd = (int)syscall(SYS_pidfd_open, victims.sibling, 0);

	return fd == -1 ? errno : worked(syscall(SYS_pidfd_getfd, fd, 0, 0));
}

static int
multiply(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return worked(pid);
}

/* What is run ends with STATUS_RAN. */
static int
run(const char *path, char **argv)
{
	char *envp[] = { NULL };

	return worked(execve(path, argv, envp));
}

static int
true_program(void)
{
	return run("/bin/true", (char *[]){ (char *)"true", NULL });
}

static int
shell(void)
{
	return run("/bin/sh", (char *[]){ (char *)"sh", (char *)"-c",
	    (char *)"exit", NULL });
}

static int outlive(void) { return worked(prctl(PR_SET_PDEATHSIG, 0)); }
static int traceable(void) { return worked(prctl(PR_SET_DUMPABLE, 1)); }
static int own_session(void) { return worked(setsid()); }
static int no_alarm(void) { return worked(syscall(SYS_alarm, 0)); }

static int
ignore_alarm(void)
{
	return signal(SIGALRM, SIG_IGN) == SIG_ERR ? errno : 0;
}

static int
become_root(void)
{
	return worked(syscall(SYS_setresuid, 0, 0, 0));
}

static int
new_users(void)
{
	return worked(unshare(CLONE_NEWUSER));
}

static int
new_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? errno : 0;
}

static int
code_from_data(void)
{
	static char page[2 * 4096];
	uintptr_t start = ((uintptr_t)page + 4095) & ~(uintptr_t)4095;

	return worked(mprotect((void *)start, 4096, PROT_READ | PROT_EXEC));
}

static int
memory(void)
{
	const size_t step = 1 << 20;

	for (size_t n = 0; n < MEMORY_WANTED; n += step) {
		char *p = mmap(NULL, step, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (p == MAP_FAILED)
			return errno;
		*p = 1;
	}
	return 0;
}

static int
descriptors(void)
{
	int pair[2];

	for (int i = 0; i < DESCRIPTORS_WANTED / 2; i++)
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1)
			return errno;
	return 0;
}

/* No end, and no call: the processor is all that it takes. */
static int
spin(void)
{
	volatile bool ended = false;

	while (!ended)
		;
	return 0;
}

const struct attack process_attacks[] = {
	{ "find an inherited descriptor", inherited },
	{ "signal the parent", signal_parent },
	{ "signal the sibling", signal_sibling },
	{ "limit the sibling", limit_sibling },
	{ "queue a signal for the parent", queue_signal },
	{ "signal the parent by fcntl", signal_by_fcntl },
	{ "signal the parent by ioctl", signal_by_ioctl },
	{ "trace the parent", trace_parent },
	{ "trace the sibling", trace_sibling },
	{ "read the sibling's memory", read_memory },
	{ "write the sibling's memory", write_memory },
	{ "take the sibling's descriptor", take_descriptor },
	{ "fork", multiply },
	{ "run a program", true_program },
	{ "run a shell", shell },
	{ "outlive its parent", outlive },
	{ "become traceable", traceable },
	{ "leave the session", own_session },
	{ "stop its alarm", no_alarm },
	{ "ignore its alarm", ignore_alarm },
	{ "become root", become_root },
	{ "make a user namespace", new_users },
	{ "map new code", new_code },
	{ "make data code", code_from_data },
	{ "take all memory", memory },
	{ "take all descriptors", descriptors },
	{ "take the processor", spin },
	{ NULL, NULL },
};
