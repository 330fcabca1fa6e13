/*
 * What can go wrong between two processes, and in reading bytes.
 *
 * Zero is success; every function that returns an enum err must be listened
 * to. Outcomes of a login are not errors: they are reasons (ipc/reason.h).
 */
#ifndef IPC_ERR_H
#define IPC_ERR_H

#define MUST_CHECK __attribute__((warn_unused_result))

#define ERR_TABLE(E)                                                          \
	E(ERR_OK, "ok")                                                       \
	E(ERR_EOF, "closed its end")                                          \
	E(ERR_DEADLINE, "did not answer in time")                             \
	E(ERR_SYSTEM, "system call failed")                                   \
	E(ERR_SHORT, "message cut short")                                     \
	E(ERR_TRAILING, "message has trailing bytes")                         \
	E(ERR_TOO_BIG, "message or body too large")                           \
	E(ERR_TYPE, "unknown message type")                                   \
	E(ERR_DIRECTION, "message in the wrong direction")                    \
	E(ERR_TURN, "message out of turn")                                    \
	E(ERR_BOUND, "field out of bounds")                                   \
	E(ERR_ALPHABET, "field has a forbidden byte")                         \
	E(ERR_DESCRIPTOR, "a descriptor was passed")                          \
	E(ERR_MEMORY, "out of memory")

enum err {
#define E(name, text) name,
	ERR_TABLE(E)
#undef E
	ERR_COUNT
};

/* A constant phrase for a log line; never NULL, whatever the value. */
const char *err_text(enum err err);

#endif
