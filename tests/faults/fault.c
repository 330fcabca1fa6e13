#include "tests/faults/fault.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define WORKER_FD 3

/* As their enums have them. */
static const char *const events[] = { "call", "step", "transfer", "message",
	"clock" };
static const char *const hows[] = { "list", "error", "short", "drop", "cut",
	"twice", "hold", "null", "jump", "signal", "pause" };

static const long steps[] = { SYS_execve, SYS_execveat, SYS_clone, SYS_clone3,
	SYS_fork, SYS_vfork, SYS_socketpair, SYS_sendto, SYS_recvfrom,
	SYS_recvmsg, SYS_poll, SYS_wait4, SYS_kill, SYS_shutdown, SYS_unshare,
	SYS_seccomp, SYS_connect, SYS_read, SYS_write, SYS_exit_group,
	/* what the next login finds in the cache */
	SYS_flock, SYS_renameat };

/* FILE+OFFSET,OFFSET… */
static int
read_functions(struct fault *fault, char *text)
{
	char *offset = strchr(text, '+');

	if (offset == NULL)
		return 0;
	fault->event = FUNCTION;
	fault->file = text;
	do {
		*offset++ = '\0';
		if (fault->nfunctions == FUNCTIONS_MAX)
			return 0;
		fault->functions[fault->nfunctions++] =
		    strtoul(offset, &offset, 16);
	} while (*offset == ',');
	return *offset == '\0';
}

/* The word's place in a table; its length if it is not there. */
static unsigned
find(const char *word, const char *const table[], unsigned n)
{
	unsigned i = 0;

	while (i < n && strcmp(word, table[i]) != 0)
		i++;
	return i;
}

int
fault_read(struct fault *fault, char **words)
{
	const unsigned nevents = sizeof(events) / sizeof(events[0]);
	const unsigned nhows = sizeof(hows) / sizeof(hows[0]);
	char *number = strchr(words[3], '=');
	char *name = strchr(words[1], ':');

	fault->who = words[0];
	if (name != NULL) {
		*name++ = '\0';
		fault->name = name;
	}
	fault->event = find(words[1], events, nevents);
	if (fault->event == nevents && !read_functions(fault, words[1]))
		return 0;
	fault->left = atol(words[2]);
	if (number != NULL) {
		*number++ = '\0';
		fault->number = atol(number);
	}
	fault->how = find(words[3], hows, nhows);
	return fault->how < nhows;
}

static int
is_worker(const struct tracee *t)
{
	return strncmp(t->path, "01", 2) == 0 && strlen(t->path) > 2;
}

/* Whether this call can be noticed by another process of ours. */
static int
is_step(const struct tracee *t)
{
	const struct user_regs_struct *regs = &t->entry;
	int worker = is_worker(t);
	size_t i = 0;

	while (i < sizeof(steps) / sizeof(steps[0]) &&
	    steps[i] != (long)regs->orig_rax)
		i++;
	if (i == sizeof(steps) / sizeof(steps[0]))
		return 0;
	switch (regs->orig_rax) {
	case SYS_read: /* the rest are libraries, files and certificates */
		return worker && regs->rdi == WORKER_FD;
	case SYS_write:
		return !worker || regs->rdi == WORKER_FD;
	case SYS_sendto: /* a worker's are with name servers and the API */
	case SYS_recvfrom:
	case SYS_poll:
		return !worker;
	case SYS_seccomp: /* libseccomp first asks what there is */
		return regs->rdx != 0;
	default:
		return 1;
	}
}

static int
is_transfer(const struct tracee *t)
{
	switch (t->entry.orig_rax) {
	case SYS_read:
	case SYS_pread64:
	case SYS_write:
	case SYS_recvfrom:
	case SYS_sendto:
		return t->entry.rdx > 1 &&
		    !tracee_is_datagram(t, (int)t->entry.rdi);
	default:
		return 0;
	}
}

static int
is_message(const struct tracee *t)
{
	return (t->entry.orig_rax == SYS_write ||
	    t->entry.orig_rax == SYS_sendto) &&
	    tracee_is_channel(t, (int)t->entry.rdi);
}

int
fault_is_clock(const struct tracee *t)
{
	switch (t->entry.orig_rax) {
	case SYS_time:
	case SYS_gettimeofday:
		return 1;
	case SYS_clock_gettime:
		return t->entry.rdi == CLOCK_REALTIME ||
		    t->entry.rdi == CLOCK_REALTIME_COARSE;
	default:
		return 0;
	}
}

/* What these tell is always there to be told, and two of them never return. */
static int
can_fail(const struct tracee *t)
{
	static const unsigned long never[] = { SYS_exit_group,
		SYS_rt_sigreturn, SYS_getpid, SYS_gettid, SYS_getppid,
		SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid };

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (t->entry.orig_rax == never[i])
			return 0;
	return 1;
}

int
fault_counts(const struct fault *fault, const struct tracee *t,
    const char *name)
{
	if (!fault->started ||
	    (fault->name != NULL && strcmp(fault->name, name) != 0))
		return 0;
	switch (fault->event) {
	case CALL:
		return can_fail(t);
	case STEP:
		return is_step(t);
	case TRANSFER:
		return is_transfer(t);
	case MESSAGE:
		return is_message(t);
	case CLOCK:
		return fault_is_clock(t);
	default:
		return 0;
	}
}

/* The call is not made; this is what it says. */
static void
skip(struct tracee *t, long result)
{
	struct user_regs_struct regs = t->entry;

	regs.orig_rax = (unsigned long)-1;
	regs.rax = (unsigned long)result;
	(void)ptrace(PTRACE_SETREGS, t->pid, NULL, &regs);
}

/* The call is made with other arguments; fault_end() puts them back. */
static void
change(struct tracee *t, unsigned long rdi, unsigned long rdx)
{
	struct user_regs_struct regs = t->entry;

	regs.rdi = rdi;
	regs.rdx = rdx;
	t->returns = 1;
	(void)ptrace(PTRACE_SETREGS, t->pid, NULL, &regs);
}

/* brk has no errors: it leaves the end where it is, and tells where. */
static void
fail(struct tracee *t, long error)
{
	if (t->entry.orig_rax == SYS_brk)
		change(t, 0, t->entry.rdx);
	else
		skip(t, -error);
}

int
fault_begin(struct fault *fault, struct tracee *t)
{
	switch (fault->how) {
	case ERROR:
		fail(t, fault->number);
		break;
	case DROP:
		skip(t, (long)t->entry.rdx);
		break;
	case SHORT:
		change(t, t->entry.rdi, 1);
		break;
	case CUT:
		change(t, t->entry.rdi, t->entry.rdx - 1);
		break;
	case TWICE:
		t->returns = 1;
		break;
	case SIGNAL:
		(void)kill(t->pid, (int)fault->number);
		break;
	case PAUSE:
		(void)kill(t->pid, SIGSTOP);
		return 1;
	case HOLD:
		return 1;
	default:
		break;
	}
	return 0;
}

/* The time that the call has told, and where. */
static void
shift_time(const struct fault *fault, struct tracee *t,
    struct user_regs_struct *regs)
{
	uint64_t at = regs->orig_rax == SYS_clock_gettime ? regs->rsi :
	    regs->rdi;

	if (regs->orig_rax == SYS_time)
		regs->rax += (unsigned long)fault->number;
	if (at != 0)
		(void)ptrace(PTRACE_POKEDATA, t->pid, at,
		    ptrace(PTRACE_PEEKDATA, t->pid, at, NULL) + fault->number);
}

void
fault_end(struct fault *fault, struct tracee *t)
{
	struct user_regs_struct regs;

	t->returns = 0;
	if (ptrace(PTRACE_GETREGS, t->pid, NULL, &regs) == -1)
		return;
	regs.rdi = t->entry.rdi;
	regs.rdx = t->entry.rdx;
	if (fault->how == CUT)
		regs.rax = regs.rdx;
	else if (fault->how == TWICE) {
		/* Back on the instruction that is two bytes long. */
		regs.rip -= 2;
		regs.rax = t->entry.orig_rax;
	} else if (fault->how == JUMP)
		shift_time(fault, t, &regs);
	(void)ptrace(PTRACE_SETREGS, t->pid, NULL, &regs);
}

void
fault_arm(const struct fault *fault, struct tracee *t)
{
	uint64_t base = tracee_base(t, fault->file);
	unsigned long enable = 0;

	if (base == 0)
		return;
	for (size_t i = 0; i < fault->nfunctions; i++) {
		if (ptrace(PTRACE_POKEUSER, t->pid,
		    offsetof(struct user, u_debugreg) + 8 * i,
		    base + fault->functions[i]) == -1)
			exit(125);
		enable |= 1ul << 2 * i;
	}
	if (ptrace(PTRACE_POKEUSER, t->pid,
	    offsetof(struct user, u_debugreg) + 8 * 7, enable) == -1)
		exit(125);
	t->armed = 1;
}

void
fault_return_null(const struct tracee *t, struct user_regs_struct *regs)
{
	regs->rip = (unsigned long)ptrace(PTRACE_PEEKDATA, t->pid, regs->rsp,
	    NULL);
	regs->rsp += 8;
	regs->rax = 0;
	(void)ptrace(PTRACE_SETREGS, t->pid, NULL, regs);
}
