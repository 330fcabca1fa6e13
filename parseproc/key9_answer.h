/*
 * Key9's answer: newline-delimited JSON, an object a line, each with a key
 * ("public_key") or an error ("error"). The bytes are hostile: TLS says who
 * sent them, and design.md promises to survive that server too.
 */
#ifndef PARSEPROC_KEY9_ANSWER_H
#define PARSEPROC_KEY9_ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include "ipc/err.h"
#include "ipc/limits.h"
#include "ipc/reason.h"
#include "parseproc/ssh_key.h"

/* An error's text goes into a log line; a sentence is enough. */
#define KEY9_ERROR_MAX 200

/* A key that was left out. */
struct key9_drop {
	enum reason reason; /* KEY_... */
	uint32_t line;      /* from 1 */
};

struct key9_answer {
	struct ssh_key *keys; /* owned; in the answer's order */
	size_t nkeys;         /* <= KEYS_MAX */
	struct key9_drop *drops; /* owned; in the answer's order */
	size_t ndrops;           /* nkeys + ndrops <= KEYS_MAX */
	uint32_t line;           /* the line that refused it all, or 0 */
	char detail[KEY9_ERROR_MAX + 1]; /* ANSWER_ERROR: printable ASCII */
	size_t detail_len;
};

/*
 * Reads the body of a 200 answer. *answer is always defined and must be given
 * to key9_answer_free() afterwards. Returns
 *
 *	OK                at least one key; some may have been dropped
 *	NO_KEYS           nothing but empty lines
 *	ALL_KEYS_DROPPED  keys, but none that may be printed; drops says why
 *	ANSWER_ERROR      the source's own error; its text is in detail
 *	ANSWER_JSON       a line is not JSON as parseproc/json.h reads it
 *	ANSWER_LINE       a line is longer than KEY9_LINE_MAX, or is JSON but
 *	                  no object with a string "public_key"
 *	ANSWER_KEYS       more than KEYS_MAX keys
 *	TOO_LARGE         more than KEY9_ANSWER_MAX bytes
 *	MEMORY            the process is at its bound
 *
 * Unless it is OK there are no keys, and unless it is OK or ALL_KEYS_DROPPED
 * there are no drops either. The first line that refuses the whole answer
 * ends the reading, and *answer names it in line.
 *
 * A line ends in LF; the last one need not. A line of white space only is
 * skipped, and white space around the object is JSON's own, so CRLF works.
 * Other members are ignored. An "error" counts whatever else the object has
 * and whatever its kind, unless it is null or "", which say that there is
 * none: a sender that always writes both members must not lock people out.
 */
enum reason key9_answer_read(const uint8_t *body, size_t len,
    struct key9_answer *answer) MUST_CHECK;

/* Frees what key9_answer_read() gave and makes *answer all zero. */
void key9_answer_free(struct key9_answer *answer);

#endif
