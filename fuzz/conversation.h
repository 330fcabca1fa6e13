/*
 * The parent's side of a role's conversation, in memory: whole roles of
 * sallyport-parse run in the fuzzing process, one after the other.
 *
 * An input is a row of records, each a kind (u8) and a string (ipc/wire.h).
 * A record of an enum ipc_text kind is a text that the role may be given;
 * one of kind 0 is what else there is to choose: the number of the message
 * at which the parent is gone (u8), that of the role's message that cannot be
 * sent (u8), that of the allocation that fails (u16), 0 for none, and then
 * what the target likes.
 *
 * Linked with -Wl,--wrap for read and write; fuzz/role_memory.h.
 */
#ifndef FUZZ_CONVERSATION_H
#define FUZZ_CONVERSATION_H

#include "ipc/channel.h"
#include "ipc/reason.h"
#include "parseproc/span.h"

/* Begins one: the role's end of it. */
struct ipc_channel *conversation_begin(struct span input);

/* What the input chooses for the target; empty if nothing. */
struct span conversation_choices(void);

/* The parent says it, as soon as the role listens. */
void conversation_say(const struct ipc_message *m);

/*
 * The next text of the kind, the last one again if there are no more, an
 * empty one if there are none; and saying it, at most max bytes of it.
 */
struct span conversation_text(enum ipc_text kind);
struct span conversation_say_text(enum ipc_text kind, size_t max);

/* Whether a message or an allocation failed as the input chose. */
bool conversation_was_cut(void);
bool conversation_was_starved(void);

/*
 * Ends it with what the role returned, which failed if, and only if, a message
 * could not come or go, or else for want of memory; frees what it has left.
 */
void conversation_end(enum err err);

/* The target's: what a message of the role's makes the parent do. */
void conversation_heard(const struct ipc_message *m);

/* And the reason that the role gave in the end; REASON_COUNT if none. */
extern enum reason conversation_verdict;

#endif
