/*
 * A run of bytes that somebody else owns: a pointer and a length, never
 * ended by NUL. What most fields of a stranger's text are read into, and the
 * few comparisons that we need of them.
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

/* The span of a string that ends in NUL, without it. */
struct span span_of(const char *text);

/* The span of n characters. */
struct span span_chars(const char *p, size_t n);

/* The span behind its first n bytes; n is at most s.len. */
struct span span_from(struct span s, size_t n);

/* Whether s is exactly the text, a constant of ours. */
bool span_is(struct span s, const char *text);

bool span_equal(struct span a, struct span b);
/* Ignoring the case of ASCII letters, and of no others. */
bool span_equal_nocase(struct span a, struct span b);

/* Whether a comes strictly before b, byte by byte, a prefix first. */
bool span_before(struct span a, struct span b);

/* Whether s begins with the constant. */
bool span_begins(struct span s, const char *with);
/* Whether s ends with the text, ignoring the case of ASCII letters. */
bool span_ends_nocase(struct span s, struct span with);

/* Whether the byte stands anywhere in s. */
bool span_has(struct span s, char c);

#endif
