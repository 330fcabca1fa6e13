/*
 * How a worker begins: whatever the room, the same checks before anything
 * else. Its executable is started by sallyport's starter and by nobody else.
 */
#ifndef IPC_WORKER_ENTRY_H
#define IPC_WORKER_ENTRY_H

#include <sys/types.h>

#include "ipc/channel.h"

/* A worker that cannot go on exits with this plus its enum err. */
#define WORKER_EXIT_ERR 40

struct worker_entry {
	const char *role; /* which job, from the starter's table */
	pid_t starter;    /* its death must be ours */
	char **words;     /* what it is told besides */
};

/*
 * Closes what was leaked to us, refuses to be run by hand (says so and
 * exits), and sets the alarm that ends us if all else fails. nwords: how many
 * words it is told besides.
 */
void worker_enter(int argc, char **argv, int nwords,
    struct worker_entry *entry);

/* The same for those that talk in messages: opens the channel, too, in the
 * given directions. */
void worker_enter_channel(int argc, char **argv, unsigned sends,
    unsigned receives, struct worker_entry *entry, struct ipc_channel *ch);

#endif
