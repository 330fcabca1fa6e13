/*
 * The starter: a child forked before the parent's cage shuts, because what
 * is caged can start nothing. It hears one byte at a time and runs what a
 * fixed table says; there is nothing else one can ask of it.
 */
#ifndef PARENT_STARTER_H
#define PARENT_STARTER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "ipc/channel.h"
#include "ipc/reason.h"
#include "parent/log.h"

/*
 * W(NAME, whose socket, name in the log, executable, its role argument, routes
 * to it and from it). Each socket serves one worker: a netproc makes one
 * exchange, and a login may need three. Which CAs a netproc trusts is said
 * when it starts.
 */
#define WORKERS(W)                                                            \
	W(JUDGE, JUDGE, "judge", PARSE, "judge", IPC_TO_PARSE,                \
	    IPC_FROM_PARSE)                                                   \
	W(OPK_JUDGE, OPK_JUDGE, "judge", PARSE, "opk-judge", IPC_TO_PARSE,    \
	    IPC_FROM_PARSE)                                                   \
	W(KEYS, KEYS, "keys", PARSE, "keys", IPC_TO_PARSE, IPC_FROM_PARSE)    \
	W(EXPLAIN, EXPLAIN, "explain", PARSE, "explain", IPC_TO_PARSE,        \
	    IPC_FROM_PARSE)                                                   \
	W(AUTHORIZE, AUTHORIZE, "authorize", PARSE, "authorize",              \
	    IPC_TO_PARSE, IPC_FROM_PARSE)                                     \
	W(HOME, HOME, "home", HOME, "home", 0, 0) /* ipc/home_report.h */     \
	NETPROC(W, NET)                                                       \
	NETPROC(W, NET_JWKS)                                                  \
	NETPROC(W, NET_USERINFO)

/* In the order of enum net_ca. */
#define NETPROC(W, name)                                                      \
	W(name, name, "netproc", NET, "system-ca", IPC_TO_NET, IPC_FROM_NET)  \
	W(name##_MORE_CA, name, "netproc", NET, "more-ca", IPC_TO_NET,        \
	    IPC_FROM_NET)                                                     \
	W(name##_OWN_CA, name, "netproc", NET, "own-ca", IPC_TO_NET,          \
	    IPC_FROM_NET)

/* Which CAs a netproc trusts: what to add to WORKER_NET and its like. */
enum net_ca {
	NET_CA_SYSTEM,
	NET_CA_MORE, /* the system's and ours */
	NET_CA_OWN,  /* ours only */
};

enum worker {
#define W(name, socket, log_name, executable, role, to, from) WORKER_##name,
	WORKERS(W)
#undef W
	WORKER_COUNT
};

/* "judge", "netproc" and so on, for log lines; never NULL. */
const char *worker_name(enum worker worker);

struct starter {
	int fd;                 /* -1 once it is gone */
	int ends[WORKER_COUNT]; /* ours, of each worker's socket */
	struct ipc_channel channels[WORKER_COUNT]; /* of those started */
	bool started[WORKER_COUNT];
	bool ready;      /* its cage is shut */
	uint32_t layers; /* CAGE_* of it */
};

/* How a worker ended: a wait status, or -1 if the starter could not tell. */
struct worker_end {
	int status;
};

/* Whose file the home process looks for: words of its command line. */
struct home_question {
	char user[USER_NAME_MAX + 1];
	char dir[PATH_LEN_MAX + 2]; /* room for one that is too long */
	char uid[16];
	bool asks; /* the name service, which no filter foresees */
};

/*
 * Sees that worker_files_open() went well, then forks the starter. Each worker
 * can be started once. home: for WORKER_HOME, NULL if there will be none; one
 * that asks has been started when this returns, ahead of the starter's cage.
 * Returns false after logging why; *reason then says it too.
 */
bool starter_open(struct starter *starter, struct home_question *home,
    enum reason *reason) MUST_CHECK;

/* Waits until its own cage is shut. False if it is not by deadline_ms. */
bool starter_ready(struct starter *starter, int64_t deadline_ms) MUST_CHECK;

/* Starts a worker. False if the starter is gone. */
bool starter_start(struct starter *starter, enum worker worker) MUST_CHECK;

/*
 * Ends a worker at once, whatever it is doing, and reports how it ended:
 * by itself before, or by our hand. Waits no longer than deadline_ms.
 */
struct worker_end starter_end(struct starter *starter, enum worker worker,
    int64_t deadline_ms);

/* Ends all workers and the starter; returns when none is left or at the
 * deadline. */
void starter_close(struct starter *starter, int64_t deadline_ms);

/* Writes "killed by signal 31" or the like to buf; always NUL-terminated. */
void worker_end_text(struct worker_end end, char *buf, size_t size);

#endif
