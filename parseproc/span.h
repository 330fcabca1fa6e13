/*
 * A run of bytes that somebody else owns: a pointer and a length, never
 * ended by NUL. What most fields of a stranger's text are read into.
 */
#ifndef PARSEPROC_SPAN_H
#define PARSEPROC_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
	const uint8_t *p; /* may be NULL if len is 0 */
	size_t len;
};

/* Whether s is exactly the text, a constant of ours. */
bool span_is(struct span s, const char *text);

bool span_equal(struct span a, struct span b);

/* Whether a comes strictly before b, byte by byte, a prefix first. */
bool span_before(struct span a, struct span b);

#endif
