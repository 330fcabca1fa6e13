#include "ipc/worker_entry.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ipc/close_from.h"

/* A login's deadline is the parent's affair; this is for its absence. */
#define LAST_RESORT_S (DEADLINE_MAX_S + 1)

static bool
is_channel(int fd)
{
	int domain = 0, type = 0;
	socklen_t len = sizeof(domain);

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) == -1)
		return false;
	len = sizeof(type);
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == -1)
		return false;
	return domain == AF_UNIX && type == SOCK_SEQPACKET;
}

/* Its own name, its role, the starter. */
#define WORDS_ALWAYS 3

void
worker_enter(int argc, char **argv, int nwords, struct worker_entry *entry)
{
	if (argc != WORDS_ALWAYS + nwords || !is_channel(WORKER_FD)) {
		(void)fprintf(stderr, "This program is a part of sallyport(8) "
		    "and is started by it; it does nothing by hand.\n");
		exit(2);
	}
	close_from(WORKER_FD + 1);
	(void)alarm(LAST_RESORT_S);
	entry->role = argv[1];
	entry->starter = (pid_t)strtol(argv[2], NULL, 10);
	entry->words = argv + WORDS_ALWAYS;
	(void)prctl(PR_SET_NAME, entry->role, 0, 0, 0);
}

void
worker_enter_channel(int argc, char **argv, unsigned sends,
    unsigned receives, struct worker_entry *entry, struct ipc_channel *ch)
{
	worker_enter(argc, argv, 0, entry);
	ch->fd = WORKER_FD;
	ch->sends = sends;
	ch->receives = receives;
}
