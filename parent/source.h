/* A source of `authorize`, as the parent sees it: what to make of it, and
 * what became of it. */
#ifndef PARENT_SOURCE_H
#define PARENT_SOURCE_H

#include "ipc/message.h"
#include "parent/source_process.h"

struct source {
	int fd; /* of its process; -1: there is none */
	/* from sallyport.yaml */
	bool named, stop;
	char options[LINE_OPTIONS_MAX + 1];
	struct source_order order;
	/* what became of it */
	bool asked, waiting; /* for its answer */
	/* how it ended; REASON_NO_KEYS if it was not asked */
	enum reason reason;
	char detail[DETAIL_MAX + 1];
	char *text; /* owned; what it has for us */
	size_t len, expected;
	bool silent; /* it has not told the log itself */
	size_t keys; /* what the log is to be told, then */
};

/* "key9" and the like; never NULL. */
const char *source_name(enum ipc_source source);

/*
 * Starts the process of each source that the file could name and that has
 * something to say to a key of the type: before the parent's cage and after
 * starter_open(). One that could not be started says so when it is heard.
 */
void sources_start(struct source sources[IPC_SOURCE_COUNT],
    const struct source_request *request);

/* Whether a key of that type can be the source's business at all. */
bool source_concerned(enum ipc_source source, const char *key_type);

/* Sends the order: now it works. */
void source_begin(struct source *source);

/*
 * Hears how each ended that was begun, in the order in which they speak, and
 * none for longer than its own time: who is late makes no other late.
 */
void sources_hear(struct source sources[IPC_SOURCE_COUNT]);

/* Ends them all; returns when they have, or at the deadline. */
void sources_end(struct source sources[IPC_SOURCE_COUNT],
    int64_t deadline_ms);

#endif
