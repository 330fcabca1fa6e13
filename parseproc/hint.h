/*
 * What a token that nobody has verified claims to be: a fixed-form scan of
 * its bytes for one member, no JSON. "iss" and "kid" go to the log and to the
 * decision to fetch keys, never to a verdict. (What a GQ256 header's "kid"
 * holds does count, and gq256_kid.h is stricter.)
 *
 * Where the scan and a JSON reader would disagree (escapes, nesting, a name
 * that also stands in a value) the scan says no, or names a key that will not
 * fit. No allocation, no other module.
 */
#ifndef PARSEPROC_HINT_H
#define PARSEPROC_HINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/err.h"
#include "parseproc/span.h"

/* Issuers and key ids that people use are far below. */
#define HINT_MAX 512

struct hint {
	uint8_t text[HINT_MAX];
	size_t len; /* 0: no hint */
};

/*
 * Looks in hostile bytes for "name" (a constant of ours, without quotes).
 * True if it stands there exactly once, quotes included, and then, with
 * white space only between them, a colon and a string of 1 to HINT_MAX
 * characters, letters, digits, - . _ ~ : / + = @ and \/ for /: *hint is that
 * string, every \/ as /. Otherwise false, and hint->len is 0.
 */
bool hint_find(struct span bytes, const char *name,
    struct hint *hint) MUST_CHECK;

#endif
