#include "calls.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ipc/limits.h"
#include "probe.h"

#define AT(object) (uintptr_t)(object)
#define WHOLE (IPC_MESSAGE_MAX + 1)
#define HIGH_BIT (UINT64_C(1) << 32)

char cache_file[4096];

static char buf[2 * WHOLE], page[2 * 4096] __attribute__((aligned(4096)));
static char *no_strings[] = { NULL };
static char *true_argv[] = { (char *)"true", NULL };
static struct iovec iov = { buf, 1 };
static struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
static int pair[2];
static uint64_t two_numbers[2], many_numbers[64];
static const struct sockaddr_un no_log = { AF_UNIX, "/run/room/nobody" };

/* 127.0.0.1 */
#define PORT(n) { .sin_family = AF_INET, .sin_port = (in_port_t)((n) << 8 | (n) >> 8), \
	.sin_addr.s_addr = 0x0100007f }
static const struct sockaddr_in named_port = PORT(PROBE_PORT),
    other_port = PORT(PROBE_OTHER_PORT), any_port = PORT(0);

const struct call calls[] = {
	/* what parseproc may do, and everything next to it */
	{ "read the channel", SYS_read, { 3, AT(buf), WHOLE } },
	{ "read less", SYS_read, { 3, AT(buf), WHOLE - 1 } },
	{ "read more", SYS_read, { 3, AT(buf), WHOLE + 1 } },
	{ "read elsewhere", SYS_read, { 0, AT(buf), WHOLE } },
	{ "read, high bits", SYS_read, { 3 | HIGH_BIT, AT(buf), WHOLE } },
	{ "write the channel", SYS_write, { 3, AT(buf), 1 } },
	{ "write the longest", SYS_write, { 3, AT(buf), IPC_MESSAGE_MAX } },
	{ "write more", SYS_write, { 3, AT(buf), WHOLE } },
	{ "write elsewhere", SYS_write, { 1, AT(buf), 1 } },
	{ "write, high bits", SYS_write, { 3 | HIGH_BIT, AT(buf), 1 } },
	{ "exit_group", SYS_exit_group, { 0 } },
	{ "exit", SYS_exit, { 0 } },
	{ "readv", SYS_readv, { 3, AT(&iov), 1 } },
	{ "writev", SYS_writev, { 3, AT(&iov), 1 } },
	{ "sendto", SYS_sendto, { 3, AT(buf), 1 } },
	{ "recvfrom", SYS_recvfrom, { 3, AT(buf), 1, MSG_DONTWAIT } },
	{ "sendmsg", SYS_sendmsg, { 3, AT(&msg) } },
	{ "recvmsg", SYS_recvmsg, { 3, AT(&msg), MSG_DONTWAIT } },
	{ "close", SYS_close, { 0 } },
	{ "dup", SYS_dup, { 0 } },
	{ "fcntl", SYS_fcntl, { 0, F_GETFL } },
	{ "fcntl dup", SYS_fcntl, { 0, F_DUPFD, 9 } },
	{ "ioctl", SYS_ioctl, { 3, 0x541b /* FIONREAD */, AT(two_numbers) } },
	{ "poll", SYS_poll, { 0, 0, 0 } },
	{ "splice", SYS_splice, { 0, 0, 1, 0, 1 } },
	{ "sendfile", SYS_sendfile, { 1, 0, 0, 1 } },
	/* files */
	{ "open", SYS_open, { AT("/etc/passwd"), O_RDONLY } },
	{ "open to write", SYS_open, { AT("/dev/null"), O_WRONLY } },
	{ "openat", SYS_openat, { AT_FDCWD, AT("/etc/passwd"), O_RDONLY } },
	{ "openat hosts", SYS_openat, { AT_FDCWD, AT("/etc/hosts"), O_RDONLY } },
	{ "openat to write", SYS_openat, { AT_FDCWD, AT("/dev/null"), O_WRONLY } },
	{ "openat shadow", SYS_openat, { AT_FDCWD, AT("/etc/shadow"), O_RDONLY } },
	{ "openat cache", SYS_openat,
	    { AT_FDCWD, AT(cache_file), O_WRONLY | O_CREAT, 0600 } },
	{ "openat elsewhere", SYS_openat,
	    { AT_FDCWD, AT("/tmp/sallyport-probe"), O_WRONLY | O_CREAT, 0600 } },
	{ "openat2", SYS_openat2,
	    { AT_FDCWD, AT("/etc/passwd"), AT(many_numbers), 24 } },
	{ "creat", SYS_creat, { AT("/dev/null"), 0600 } },
	{ "stat", SYS_stat, { AT("/etc/passwd"), AT(buf) } },
	{ "statx", SYS_statx, { AT_FDCWD, AT("/etc/passwd"), 0, 0, AT(buf) } },
	{ "access", SYS_access, { AT("/etc/passwd"), R_OK } },
	{ "readlink", SYS_readlink, { AT("/proc/self/exe"), AT(buf), 99 } },
	{ "getdents64", SYS_getdents64, { 0, AT(buf), 99 } },
	{ "unlink", SYS_unlink, { AT("/nothing") } },
	{ "unlinkat", SYS_unlinkat, { AT_FDCWD, AT("/nothing") } },
	{ "rename", SYS_rename, { AT("/nothing"), AT("/nothing") } },
	{ "link", SYS_link, { AT("/nothing"), AT("/nothing") } },
	{ "symlink", SYS_symlink, { AT("/"), AT("/proc/nothing") } },
	{ "mkdir", SYS_mkdir, { AT("/proc/nothing") } },
	{ "mknod", SYS_mknod, { AT("/proc/nothing") } },
	{ "chmod", SYS_chmod, { AT("/nothing"), 0777 } },
	{ "chown", SYS_chown, { AT("/nothing"), 0, 0 } },
	{ "chdir", SYS_chdir, { AT("/") } },
	{ "truncate", SYS_truncate, { AT("/nothing"), 0 } },
	{ "umask", SYS_umask, { 022 } },
	/* network */
	{ "socket inet", SYS_socket, { AF_INET, SOCK_STREAM } },
	{ "socket inet6", SYS_socket, { AF_INET6, SOCK_DGRAM } },
	{ "socket raw", SYS_socket, { AF_INET, SOCK_RAW, 1 } },
	{ "socket mptcp", SYS_socket, { AF_INET, SOCK_STREAM, IPPROTO_MPTCP } },
	{ "socket sctp", SYS_socket, { AF_INET, SOCK_STREAM, IPPROTO_SCTP } },
	{ "socket ping", SYS_socket, { AF_INET, SOCK_DGRAM, IPPROTO_ICMP } },
	{ "socket unix", SYS_socket, { AF_UNIX, SOCK_STREAM } },
	{ "socket netlink", SYS_socket, { AF_NETLINK, SOCK_RAW } },
	{ "socket packet", SYS_socket, { AF_PACKET, SOCK_RAW } },
	{ "socket vsock", SYS_socket, { AF_VSOCK, SOCK_STREAM } },
	{ "socketpair", SYS_socketpair, { AF_UNIX, SOCK_STREAM, 0, AT(pair) } },
	{ "connect to a named port", SYS_connect,
	    { 0, AT(&named_port), sizeof(named_port) }, .socket = AF_INET },
	{ "connect to another port", SYS_connect,
	    { 0, AT(&other_port), sizeof(other_port) }, .socket = AF_INET },
	{ "connect to another port by mptcp", SYS_connect,
	    { 0, AT(&other_port), sizeof(other_port) }, .socket = AF_INET,
	    .protocol = IPPROTO_MPTCP },
	{ "sendto another port", SYS_sendto,
	    { 0, AT(buf), 1, 0, AT(&other_port), sizeof(other_port) },
	    .socket = AF_INET },
	{ "sendto, fast open", SYS_sendto, { 0, AT(buf), 1, MSG_FASTOPEN },
	    .socket = AF_INET },
	{ "sendto another port, fast open", SYS_sendto,
	    { 0, AT(buf), 1, MSG_FASTOPEN, AT(&other_port), sizeof(other_port) },
	    .socket = AF_INET },
	{ "connect to a unix socket", SYS_connect,
	    { 0, AT(&no_log), sizeof(no_log) }, .socket = AF_UNIX },
	{ "connect", SYS_connect, { 0, AT(&named_port), sizeof(named_port) } },
	{ "bind", SYS_bind, { 0, AT(&any_port), sizeof(any_port) },
	    .socket = AF_INET },
	{ "listen", SYS_listen, { 0, 1 }, .socket = AF_INET },
	{ "accept4", SYS_accept4, { 0, 0, 0, SOCK_NONBLOCK }, .socket = AF_INET },
	{ "setsockopt", SYS_setsockopt,
	    { 3, SOL_SOCKET, SO_PASSCRED, AT(two_numbers), 4 } },
	{ "getsockname", SYS_getsockname, { 3, AT(buf), AT(two_numbers) } },
	/* processes */
	{ "execve", SYS_execve,
	    { AT("/bin/true"), AT(true_argv), AT(no_strings) } },
	{ "execveat", SYS_execveat,
	    { AT_FDCWD, AT("/bin/true"), AT(true_argv), AT(no_strings) } },
	{ "fork", SYS_fork, { 0 } },
	{ "clone", SYS_clone, { SIGCHLD } },
	{ "clone3", SYS_clone3, { AT(many_numbers), 64 } },
	{ "ptrace", SYS_ptrace, { 0 /* PTRACE_TRACEME */ } },
	{ "process_vm_readv", SYS_process_vm_readv,
	    { 1, AT(&iov), 1, AT(&iov), 1 } },
	{ "process_vm_writev", SYS_process_vm_writev,
	    { 1, AT(&iov), 1, AT(&iov), 1 } },
	{ "kill", SYS_kill, { 0 /* ourselves, and nothing is sent */ } },
	{ "kill init", SYS_kill, { 1, 0 } },
	{ "tgkill", SYS_tgkill, { 1, 1, 0 } },
	{ "rt_sigqueueinfo", SYS_rt_sigqueueinfo, { 1, 0, AT(buf) } },
	{ "pidfd_open", SYS_pidfd_open, { 1 } },
	{ "pidfd_getfd", SYS_pidfd_getfd, { 0, 0 } },
	{ "wait4", SYS_wait4, { (uint64_t)-1, 0, WNOHANG } },
	{ "getpid", SYS_getpid, { 0 } },
	{ "getppid", SYS_getppid, { 0 } },
	{ "setpgid", SYS_setpgid, { 0, 0 } },
	{ "prctl", SYS_prctl, { PR_GET_DUMPABLE } },
	{ "prctl dumpable", SYS_prctl, { PR_SET_DUMPABLE, 1 } },
	{ "personality", SYS_personality, { 0xffffffff } },
	{ "rt_sigaction", SYS_rt_sigaction, { SIGUSR1, 0, AT(buf), 8 } },
	{ "alarm", SYS_alarm, { 0 } },
	{ "nanosleep", SYS_nanosleep, { AT(two_numbers), 0 } },
	{ "clock_gettime", SYS_clock_gettime, { 0, AT(two_numbers) } },
	{ "gettimeofday", SYS_gettimeofday, { AT(two_numbers), 0 } },
	{ "getrandom", SYS_getrandom, { AT(buf), 1 } },
	{ "uname", SYS_uname, { AT(buf) } },
	{ "sched_setaffinity", SYS_sched_setaffinity, { 0, 8, AT(many_numbers) } },
	{ "futex", SYS_futex, { AT(two_numbers), 1 /* FUTEX_WAKE */, 1 } },
	{ "futex private", SYS_futex,
	    { AT(two_numbers), 129 /* FUTEX_WAKE_PRIVATE */, 1 } },
	/* memory */
	{ "brk", SYS_brk, { 0 } },
	{ "mmap", SYS_mmap, { 0, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, (uint64_t)-1, 0 } },
	{ "mmap to execute", SYS_mmap, { 0, 4096, PROT_READ | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, (uint64_t)-1, 0 } },
	{ "mprotect", SYS_mprotect, { AT(page), 4096, PROT_READ | PROT_WRITE } },
	{ "mprotect to execute", SYS_mprotect,
	    { AT(page), 4096, PROT_READ | PROT_EXEC } },
	{ "pkey_mprotect to execute", SYS_pkey_mprotect,
	    { AT(page), 4096, PROT_READ | PROT_EXEC, (uint64_t)-1 } },
	{ "munmap", SYS_munmap, { AT(page), 4096 } },
	{ "madvise", SYS_madvise, { AT(page), 4096, MADV_DONTNEED } },
	{ "memfd_create", SYS_memfd_create, { AT("probe") } },
	{ "userfaultfd", SYS_userfaultfd, { 1 /* user mode only */ } },
	{ "shmget", SYS_shmget, { 0, 1, 0600 } },
	/* who we are, and the machine */
	{ "getuid", SYS_getuid, { 0 } },
	{ "setuid", SYS_setuid, { 0 } },
	{ "setresuid", SYS_setresuid, { (uint64_t)-1, (uint64_t)-1, (uint64_t)-1 } },
	{ "setgroups", SYS_setgroups, { 0, 0 } },
	{ "capset", SYS_capset, { 0, 0 } },
	{ "setrlimit", SYS_setrlimit, { 0, 0 } },
	{ "prlimit64", SYS_prlimit64, { 0, 7, 0, AT(buf) } },
	{ "unshare", SYS_unshare, { CLONE_FS } },
	{ "unshare user", SYS_unshare, { CLONE_NEWUSER } },
	{ "setns", SYS_setns, { 0, 0 } },
	{ "mount", SYS_mount, { 0, AT("/"), 0, MS_REC | MS_PRIVATE, 0 } },
	{ "umount2", SYS_umount2, { AT("/nothing"), 0 } },
	{ "pivot_root", SYS_pivot_root, { AT("/nothing"), AT("/nothing") } },
	{ "chroot", SYS_chroot, { AT("/") } },
	{ "bpf", SYS_bpf, { 0, AT(many_numbers), 128 } },
	{ "perf_event_open", SYS_perf_event_open, { AT(many_numbers), 0, 0 } },
	{ "io_uring_setup", SYS_io_uring_setup, { 1, AT(many_numbers) } },
	{ "keyctl", SYS_keyctl,
	    { KEYCTL_GET_KEYRING_ID, (uint64_t)KEY_SPEC_SESSION_KEYRING, 0 } },
	{ "add_key", SYS_add_key, { AT("user"), AT("probe"), AT(buf), 1,
	    (uint64_t)KEY_SPEC_PROCESS_KEYRING } },
	{ "seccomp", SYS_seccomp, { 3 /* GET_NOTIF_SIZES */, 0, AT(buf) } },
	{ "landlock_create_ruleset", SYS_landlock_create_ruleset, { 0, 0, 1 } },
	{ "init_module", SYS_init_module, { 0, 0, AT("") } },
	{ "sethostname", SYS_sethostname, { 0, 1 } },
	{ "inotify_init1", SYS_inotify_init1, { 0 } },
	{ "fanotify_init", SYS_fanotify_init, { 0 } },
	{ "eventfd2", SYS_eventfd2, { 0 } },
	{ "syslog", SYS_syslog, { 10 /* size of the buffer */ } },
	/* other doors */
	{ "getpid by x32", SYS_getpid, { 0 }, X32 },
	{ "write by x32", SYS_write, { 3, AT(buf), 1 }, X32 },
	{ "getpid by int 0x80", 20, { 0 }, INT80 },
	{ "exit_group by int 0x80", 252, { 0 }, INT80 },
	/* the same number to i386 is something else: read is 3, 0 is restart_syscall */
	{ "read by int 0x80", 3, { 3 }, INT80 },
};
const size_t ncalls = sizeof(calls) / sizeof(calls[0]);

/* In its caller's frame, which the child of a vfork() must not leave. */
static inline int64_t __attribute__((always_inline))
call_raw(enum entry entry, long nr, const uint64_t args[6])
{
	register uint64_t r10 __asm__("r10") = args[3];
	register uint64_t r8 __asm__("r8") = args[4];
	register uint64_t r9 __asm__("r9") = args[5];
	int64_t result = entry == X32 ? nr | 0x40000000 : nr;

	if (entry == INT80)
		__asm__ volatile("int $0x80" : "+a"(result)
		    : "b"(args[0]), "c"(args[1]), "d"(args[2])
		    : "memory", "r8", "r9", "r10", "r11");
	else
		__asm__ volatile("syscall" : "+a"(result)
		    : "D"(args[0]), "S"(args[1]), "d"(args[2]), "r"(r10),
		    "r"(r8), "r"(r9) : "memory", "rcx", "r11");
	return result;
}

static bool
makes_a_child(const struct call *call)
{
	switch (call->nr) {
	case SYS_fork:
	case SYS_vfork:
	case SYS_clone:
	case SYS_clone3: /* i386's too */
		return true;
	case 2: /* i386: fork, clone, vfork */
	case 120:
	case 190:
		return call->entry == INT80;
	}
	return false;
}

int64_t
call_run(const struct call *call)
{
	uint64_t args[6];
	int64_t result;

	for (int i = 0; i < 6; i++)
		args[i] = call->args[i];
	if (call->socket != 0)
		args[0] = (uint64_t)socket(call->socket, SOCK_STREAM,
		    call->protocol);
	result = call_raw(call->entry, call->nr, args);
	/* A copy of us has nothing to say. */
	if (result == 0 && makes_a_child(call))
		_exit(0);
	return result;
}
