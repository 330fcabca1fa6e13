/*
 * Children that are not workers: forked before the parent's cage, from its
 * own image, for what no cage allows. They talk to the parent over one socket
 * and end with it.
 */
#ifndef PARENT_CHILD_H
#define PARENT_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "ipc/err.h"
#include "ipc/limits.h"

/* The descriptor on which such a child talks to the parent, as workers do. */
#define CHILD_FD WORKER_FD

struct child_keeps {
	bool stderr_too; /* for a person who reads its log */
	bool worker_files; /* it will start workers of its own */
};

/*
 * Forks a child that runs the given function with arg, which must not return,
 * in sshd's process group, with /dev/null as its streams and no descriptor but
 * CHILD_FD and what keeps says, no new privileges, no core, an alarm, and
 * killed when the parent dies. parent is the parent's process id.
 *
 * Returns the parent's end of a SOCK_SEQPACKET pair, or -1 with errno. Nobody
 * waits for the child: it has ended, or is about to, when the parent does,
 * and then it is init's.
 */
int child_start(void (*run)(const void *arg, pid_t parent), const void *arg,
    struct child_keeps keeps) MUST_CHECK;

/*
 * One datagram of at most size bytes from a child: ERR_OK and *n bytes in
 * buf; or ERR_DEADLINE, ERR_EOF, ERR_DESCRIPTOR, ERR_TOO_BIG, ERR_SYSTEM. Never
 * waits past deadline_ms (CLOCK_MONOTONIC).
 */
enum err child_hear(int fd, int64_t deadline_ms, void *buf, size_t size,
    size_t *n) MUST_CHECK;

/*
 * Waits until a child has ended, or deadline_ms, and leaves it there: until it
 * is reaped its number is nobody else's. SIGCHLD must be blocked.
 */
bool child_ended(pid_t pid, int64_t deadline_ms) MUST_CHECK;

/* Sends one datagram to a child; never waits past deadline_ms. */
enum err child_tell(int fd, int64_t deadline_ms, const void *buf, size_t n)
    MUST_CHECK;

#endif
