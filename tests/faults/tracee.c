#include "tests/faults/tracee.h"

#include <elf.h>
#include <errno.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TRACEES_MAX 32

static struct tracee tracees[TRACEES_MAX];

/*
 * Every call stops for us, and the stop comes behind the program's own
 * filters: a call that we take away there is not judged as another one.
 * (Taken away before them, it would be number -1, for which a cage kills.)
 */
static int
trace_every_call(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
	};
	struct sock_fprog program = { 1, code };

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

pid_t
tracee_start(uid_t id, char **argv)
{
	/*
	 * Seized, not PTRACE_TRACEME: that would send each new process a
	 * SIGSTOP, which becomes a real one if we end before it arrives.
	 */
	const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK |
	    PTRACE_O_TRACECLONE | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC |
	    PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL;
	int seized[2];
	char byte;
	pid_t pid;

	if (pipe(seized) == -1 || (pid = fork()) == -1)
		return -1;
	if (pid == 0) {
		(void)close(seized[1]);
		(void)!read(seized[0], &byte, 1);
		(void)close(seized[0]);
		if (trace_every_call() == 0 && setgroups(0, NULL) == 0 &&
		    setresgid(id, id, id) == 0 && setresuid(id, id, id) == 0)
			(void)execv(argv[0], argv);
		_exit(126);
	}
	if (ptrace(PTRACE_SEIZE, pid, NULL, options) == -1)
		return -1;
	(void)strcpy(tracee_of(pid)->path, "0");
	(void)close(seized[1]);
	(void)close(seized[0]);
	return pid;
}

struct tracee *
tracee_of(pid_t pid)
{
	struct tracee *unused = NULL;

	for (int i = 0; i < TRACEES_MAX; i++)
		if (tracees[i].pid == pid)
			return &tracees[i];
		else if (tracees[i].pid == 0 && unused == NULL)
			unused = &tracees[i];
	if (unused != NULL)
		*unused = (struct tracee){ .pid = pid };
	return unused;
}

static int
is_known(pid_t pid)
{
	for (int i = 0; i < TRACEES_MAX; i++)
		if (tracees[i].pid == pid)
			return 1;
	return 0;
}

static pid_t
parent_of(pid_t pid)
{
	char path[64];
	int parent = 0;
	FILE *stat;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if ((stat = fopen(path, "r")) == NULL)
		return 0;
	(void)!fscanf(stat, "%*d %*s %*c %d", &parent);
	(void)fclose(stat);
	return parent;
}

/* Of held children, those whose parent has ended: nobody will name them. */
static void
let_orphans_go(void)
{
	for (int i = 0; i < TRACEES_MAX; i++)
		if (tracees[i].pid != 0 && tracees[i].held &&
		    !is_known(parent_of(tracees[i].pid))) {
			(void)strcpy(tracees[i].path, "?");
			tracees[i].held = 0;
			tracee_resume(&tracees[i], 0);
		}
}

void
tracee_forget(struct tracee *t)
{
	t->pid = 0;
	let_orphans_go();
}

void
tracee_hold(struct tracee *t)
{
	t->held = 1;
	let_orphans_go();
}

void
tracee_name_child(struct tracee *t)
{
	struct tracee *child;
	unsigned long pid;

	if (ptrace(PTRACE_GETEVENTMSG, t->pid, NULL, &pid) == -1 ||
	    (child = tracee_of((pid_t)pid)) == NULL)
		return;
	(void)snprintf(child->path, sizeof(child->path), "%.6s%u", t->path,
	    ++t->children % 10u);
	if (child->held)
		tracee_resume(child, 0);
	child->held = 0;
}

void
tracee_resume(struct tracee *t, int sig)
{
	(void)ptrace(t->returns ? PTRACE_SYSCALL : PTRACE_CONT, t->pid, NULL,
	    sig);
}

uint64_t
tracee_base(const struct tracee *t, const char *file)
{
	char path[64], line[512];
	uint64_t base = 0;
	unsigned long from, offset;
	FILE *maps;
	int at;

	(void)snprintf(path, sizeof(path), "/proc/%d/maps", (int)t->pid);
	if ((maps = fopen(path, "r")) == NULL)
		return 0;
	while (base == 0 && fgets(line, sizeof(line), maps) != NULL)
		if (sscanf(line, "%lx-%*x %*s %lx %*s %*s %n", &from, &offset,
		    &at) == 2 && offset == 0 &&
		    strncmp(line + at, file, strlen(file)) == 0 &&
		    line[at + (int)strlen(file)] == '\n')
			base = from;
	(void)fclose(maps);
	return base;
}

/* SO_DOMAIN and SO_TYPE of the tracee's socket; -1 if it is none. */
static int
socket_of(const struct tracee *t, int fd, int *domain)
{
	int pidfd = (int)syscall(SYS_pidfd_open, t->pid, 0);
	int copy = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	int type = -1;
	socklen_t len = sizeof(type);

	*domain = -1;
	if (getsockopt(copy, SOL_SOCKET, SO_TYPE, &type, &len) == 0)
		(void)getsockopt(copy, SOL_SOCKET, SO_DOMAIN, domain, &len);
	(void)close(copy);
	(void)close(pidfd);
	return type;
}

int
tracee_is_channel(const struct tracee *t, int fd)
{
	int domain;

	return socket_of(t, fd, &domain) == SOCK_SEQPACKET &&
	    domain == AF_UNIX;
}

int
tracee_is_log(const struct tracee *t, int fd)
{
	int domain;

	return socket_of(t, fd, &domain) == SOCK_DGRAM && domain == AF_UNIX;
}

int
tracee_is_datagram(const struct tracee *t, int fd)
{
	int domain, type = socket_of(t, fd, &domain);

	return type == SOCK_SEQPACKET || type == SOCK_DGRAM;
}

static uint64_t
peek(const struct tracee *t, uint64_t at)
{
	return (uint64_t)ptrace(PTRACE_PEEKDATA, t->pid, at, NULL);
}

void
tracee_hide_vdso(const struct tracee *t)
{
	struct user_regs_struct regs;
	uint64_t at;

	if (ptrace(PTRACE_GETREGS, t->pid, NULL, &regs) == -1)
		return;
	/* On the stack: argc, argv, NULL, environment, NULL, pairs. */
	at = regs.rsp + 8 * (peek(t, regs.rsp) + 2);
	while (peek(t, at) != 0)
		at += 8;
	for (at += 8; peek(t, at) != AT_NULL; at += 16)
		if (peek(t, at) == AT_SYSINFO_EHDR)
			(void)ptrace(PTRACE_POKEDATA, t->pid, at, AT_IGNORE);
}
