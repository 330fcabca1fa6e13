/*
 * The system calls of each process. A row without arguments allows the call
 * whatever they are; every other row allows only what it says.
 *
 * Calls that malloc needs stand in every table but parseproc's, whose memory
 * is a fixed arena.
 */
#include "seccomp/policy.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "ipc/limits.h"

#define CALL(name, why) { SCMP_SYS(name), #name, why, { { 0 } } }
#define CALL1(name, why, a) { SCMP_SYS(name), #name, why, { a } }
#define CALL2(name, why, a, b) { SCMP_SYS(name), #name, why, { a, b } }
#define CALL3(name, why, a, b, c)                                             \
	{ SCMP_SYS(name), #name, why, { a, b, c } }
#define EQ(index, value) { index, FILTER_EQ, value, 0 }
#define LE(index, value) { index, FILTER_LE, value, 0 }
#define WITHOUT(index, bits) { index, FILTER_NONE_OF, bits, 0 }
#define BITS(index, mask, value) { index, FILTER_BITS, value, mask }

#define FILTER(variable, process, rows)                                       \
	const struct filter variable = { process, rows,                       \
		sizeof(rows) / sizeof((rows)[0]) }

#define MEMORY                                                                \
	CALL(brk, "malloc"),                                                  \
	CALL(munmap, "free"),                                                 \
	CALL(mremap, "realloc"),                                              \
	CALL1(mmap, "malloc; nothing executable", WITHOUT(2, PROT_EXEC)),     \
	CALL1(mprotect, "malloc; nothing executable", WITHOUT(2, PROT_EXEC))

#define ENDING                                                                \
	CALL(exit_group, "the end"),                                          \
	CALL(exit, "the end of a single-threaded process"),                   \
	CALL(rt_sigreturn, "return from a signal handler"),                   \
	CALL(restart_syscall, "a call goes on after SIGSTOP and SIGCONT")

#define CLOCK                                                                 \
	CALL(clock_gettime, "deadlines, where the vDSO has no clock"),        \
	CALL(gettimeofday, "the same"),                                       \
	CALL(time, "the same")

/* The judge and its siblings: one descriptor, and the end. */
static const struct filter_row parse_rows[] = {
	CALL2(read, "a message; one byte more than the largest",
	    EQ(0, WORKER_FD), EQ(2, IPC_MESSAGE_MAX + 1)),
	CALL2(write, "a message", EQ(0, WORKER_FD), LE(2, IPC_MESSAGE_MAX)),
	CALL(exit_group, "the end"),
};
FILTER(policy_parse, "parseproc", parse_rows);

/*
 * Only these: Landlock's ports are TCP's; MPTCP, SCTP or a raw socket would
 * pass them by.
 */
#define SOCKET(family, type, protocol)                                        \
	CALL3(socket, "DNS and TCP", EQ(0, family),                           \
	    BITS(1, ~(uint64_t)(SOCK_NONBLOCK | SOCK_CLOEXEC), type),         \
	    EQ(2, protocol))

#define SOCKETS                                                               \
	SOCKET(AF_INET, SOCK_STREAM, 0),                                      \
	SOCKET(AF_INET, SOCK_DGRAM, 0),                                       \
	SOCKET(AF_INET, SOCK_DGRAM, IPPROTO_UDP),                             \
	SOCKET(AF_INET6, SOCK_STREAM, 0),                                     \
	SOCKET(AF_INET6, SOCK_DGRAM, 0),                                      \
	SOCKET(AF_INET6, SOCK_DGRAM, IPPROTO_UDP)

/* A pair of datagram sockets could send to any service's unix socket. */
#define SOCKETPAIR                                                            \
	CALL2(socketpair, "Debian's libcurl wakes itself through one",        \
	    EQ(0, AF_UNIX),                                                   \
	    BITS(1, ~(uint64_t)(SOCK_NONBLOCK | SOCK_CLOEXEC), SOCK_STREAM))

/* To whom a socket is connected, and to nobody else. */
#define SEND(why)                                                             \
	CALL2(sendto, why "; MSG_FASTOPEN would connect",                     \
	    WITHOUT(3, MSG_FASTOPEN), EQ(4, 0 /* no address */))

/* netproc, second stage: one TLS session on a connected socket. */
#define TALK                                                                  \
	CALL(read, "messages, the peer"),                                     \
	CALL(write, "messages, the peer"),                                    \
	CALL(recvfrom, "the peer"),                                           \
	SEND("the peer"),                                                     \
	CALL(poll, "wait for the peer"),                                      \
	CALL(ppoll, "wait for the peer"),                                     \
	CALL(close, "the socket"),                                            \
	CALL(getsockopt, "is it connected; libcurl"),                         \
	CALL2(setsockopt, "libcurl; IP_OPTIONS would lead elsewhere",         \
	    EQ(1, IPPROTO_TCP), EQ(2, TCP_NODELAY)),                          \
	CALL(getsockname, "libcurl notes its own address"),                   \
	CALL(getpeername, "libcurl notes the peer's address"),                \
	CALL1(fcntl, "non-blocking sockets", EQ(1, F_GETFL)),                 \
	CALL1(fcntl, "non-blocking sockets", EQ(1, F_SETFL)),                 \
	CALL1(fcntl, "is a descriptor open", EQ(1, F_GETFD)),                 \
	CALL(getrandom, "keys of the session"),                               \
	CALL1(futex, "CRYPTO_once wakes nobody; private only",                \
	    EQ(1, 129 /* FUTEX_WAKE_PRIVATE */)),                             \
	CALL(madvise, "free"),                                                \
	CALL(getpid, "BoringSSL asks whether it was forked"),                 \
	SOCKETPAIR,                                                           \
	MEMORY, CLOCK, ENDING

static const struct filter_row net_talk_rows[] = { TALK };
FILTER(policy_net_talk, "netproc, connected", net_talk_rows);

/* netproc, first stage: resolve and connect, then take the second. */
static const struct filter_row net_connect_rows[] = {
	TALK,
	SOCKETS,
	CALL(connect, "DNS and TCP"),
	CALL1(fcntl, "c-ares: its sockets close on exec", EQ(1, F_SETFD)),
	CALL(writev, "DNS over TCP"),
	CALL1(openat, "hosts, resolv.conf and nsswitch.conf, at every query",
	    WITHOUT(2, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)),
	CALL1(open, "the same",
	    WITHOUT(1, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)),
	CALL(newfstatat, "the same files"),
	CALL(fstat, "the same files"),
	CALL(stat, "the same files"),
	CALL(lseek, "the same files"),
	CALL(landlock_create_ruleset, "ports, once they are known"),
	CALL(landlock_add_rule, "ports, once they are known"),
	CALL(landlock_restrict_self, "ports, once they are known"),
	CALL(seccomp, "the second stage"),
};
FILTER(policy_net_connect, "netproc, resolving", net_connect_rows);

/* The parent, after its files are open. */
static const struct filter_row parent_rows[] = {
	CALL(read, "files"),
	CALL(pread64, "files"),
	CALL(write, "the keys on stdout; the cache; stderr for people"),
	CALL(writev, "the same, by stdio"),
	CALL(recvmsg, "workers"),
	CALL(recvfrom, "the starter"),
	CALL1(sendto, "workers, starter, syslog; no other service's socket",
	    EQ(4, 0 /* no address */)),
	CALL(shutdown, "no more commands for the starter"),
	CALL(poll, "deadlines"),
	CALL(ppoll, "deadlines"),
	CALL(close, "files, workers"),
	CALL(openat, "a CA file; the cache. Landlock says where"),
	CALL(open, "the same, where the C library has no other"),
	CALL(getdents64, "the names in a CA directory"),
	CALL(newfstatat, "owner and mode of what is opened"),
	CALL(fstat, "owner and mode of what is opened"),
	CALL(stat, "owner and mode of what is opened"),
	CALL(lstat, "owner and mode of what is opened"),
	CALL(readlink, "where links lead on the way to a CA file"),
	CALL(readlinkat, "the same"),
	CALL1(fcntl, "descriptor flags; no other's signals", EQ(1, F_GETFD)),
	CALL1(fcntl, "descriptor flags", EQ(1, F_SETFD)),
	CALL1(fcntl, "descriptor flags", EQ(1, F_GETFL)),
	CALL1(fcntl, "descriptor flags", EQ(1, F_SETFL)),
	CALL(getpid, "a temporary name in the cache"),
	CALL(geteuid, "whether a CA file is ours"),
	CALL(getegid, "what to tell of one that we may not read"),
	CALL(flock, "the cache: one process at a time renews a provider's keys"),
	CALL(renameat, "the cache"),
	CALL(renameat2, "the cache"),
	CALL(unlinkat, "the cache"),
	CALL(landlock_create_ruleset, "the second, narrower ruleset"),
	CALL(landlock_add_rule, "the second, narrower ruleset"),
	CALL(landlock_restrict_self, "the second, narrower ruleset"),
	CALL(getrandom, "malloc's first use"),
	CALL(madvise, "free"),
	MEMORY, CLOCK, ENDING,
};
FILTER(policy_parent, "parent", parent_rows);

/*
 * The starter. Its filter is inherited by every worker, so it must leave what
 * they need until they have shut their own; what it takes away for good are
 * the calls that none of us ever makes.
 */
static const struct filter_row starter_rows[] = {
	/* the starter itself */
	CALL(clone, "fork"),
	CALL(clone3, "fork, in newer C libraries"),
	CALL(fork, "fork"),
	CALL(vfork, "a worker that is about to be executed"),
	CALL(execveat, "the workers, by descriptors checked before"),
	CALL(execve, "the same, where the C library has no execveat"),
	CALL(wait4, "how a worker ended"),
	CALL(kill, "a worker whose login is over"),
	CALL(getpid, "which worker's parent am I"),
	CALL(dup2, "a worker's descriptors"),
	CALL(dup3, "a worker's descriptors"),
	CALL(fcntl, "a worker's descriptors"),
	CALL(read, "commands"),
	CALL(write, "reports"),
	CALL(recvfrom, "commands"),
	SEND("reports; netproc's peers"),
	CALL(close, "a worker's descriptors"),
	CALL(close_range, "a worker's descriptors"),
	CALL(rt_sigaction, "default dispositions"),
	CALL(rt_sigprocmask, "fork"),
	CALL(alarm, "the last resort"),
	CALL(setitimer, "the last resort"),
	CALL(set_robust_list, "fork"),
	CALL(set_tid_address, "the C library starts"),
	CALL(gettid, "fork"),
	/* a worker that starts: the dynamic linker and the C library */
	CALL(arch_prctl, "thread pointer"),
	CALL(rseq, "the C library starts"),
	CALL(mmap, "libraries"),
	CALL(mprotect, "libraries"),
	CALL(munmap, "libraries"),
	CALL(mremap, "memory"),
	CALL(brk, "memory"),
	CALL(madvise, "memory"),
	CALL(openat, "libraries; CA and resolver files; /proc/self"),
	CALL(open, "the same"),
	CALL(access, "ld.so.preload"),
	CALL(faccessat, "ld.so.preload"),
	CALL(newfstatat, "files"),
	CALL(fstat, "files"),
	CALL(stat, "files"),
	CALL(statx, "files"),
	CALL(readlink, "files"),
	CALL(readlinkat, "files"),
	CALL(pread64, "files"),
	CALL(lseek, "files"),
	CALL(getdents64, "the CA directory"),
	CALL(getrandom, "malloc, keys"),
	CALL(futex, "CRYPTO_once"),
	CALL(prlimit64, "limits"),
	CALL(setrlimit, "limits"),
	CALL(sysinfo, "libraries that size themselves"),
	CALL(sched_getaffinity, "libraries that size themselves"),
	CALL(uname, "c-ares"),
	/* a worker that shuts its cage */
	CALL(unshare, "namespaces"),
	CALL(mount, "private root"),
	CALL(umount2, "private root"),
	CALL(pivot_root, "private root"),
	CALL(chroot, "private root"),
	CALL(chdir, "private root"),
	CALL(fchdir, "private root"),
	CALL(mkdir, "private root"),
	CALL(mkdirat, "private root"),
	CALL(setgroups, "worker ids"),
	CALL(setresgid, "worker ids"),
	CALL(setresuid, "worker ids"),
	CALL(getuid, "worker ids"),
	CALL(geteuid, "worker ids"),
	CALL(getgid, "worker ids"),
	CALL(getegid, "worker ids"),
	CALL(getppid, "is my parent still there"),
	CALL(capget, "capabilities"),
	CALL(capset, "capabilities"),
	CALL(prctl, "capabilities, dumpable, no_new_privs"),
	CALL(fstatfs, "libcap-ng: is this the real /proc"),
	CALL(landlock_create_ruleset, "Landlock"),
	CALL(landlock_add_rule, "Landlock"),
	CALL(landlock_restrict_self, "Landlock"),
	CALL(seccomp, "its own filter"),
	/* netproc at work */
	SOCKETS,
	SOCKETPAIR,
	CALL(connect, "DNS and TCP"),
	CALL(writev, "DNS over TCP"),
	CALL(getsockopt, "TCP"),
	CALL2(setsockopt, "TCP", EQ(1, IPPROTO_TCP), EQ(2, TCP_NODELAY)),
	CALL(getsockname, "TCP"),
	CALL(getpeername, "TCP"),
	CALL(poll, "DNS and TCP"),
	CALL(ppoll, "DNS and TCP"),
	CLOCK, ENDING,
};
FILTER(policy_starter, "starter", starter_rows);
