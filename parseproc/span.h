/*
 * A piece of somebody's text: pointer and length, borrowed, without a NUL at
 * its end. And the few comparisons that the policy files need.
 */
#ifndef PARSEPROC_SPAN_H
#define PARSEPROC_SPAN_H

#include <stdbool.h>
#include <stddef.h>

/* p may be NULL only where len is 0. */
struct span {
	const char *p;
	size_t len;
};

/* The span of a string that ends in NUL, without it. */
struct span span_of(const char *s);

/* The span behind its first n bytes; n is at most s.len. */
struct span span_from(struct span s, size_t n);

bool span_equal(struct span a, struct span b);
/* Ignoring the case of ASCII letters, and of no others. */
bool span_equal_nocase(struct span a, struct span b);
/*
 * And of the two other letters that are an ASCII one but for case, the long s
 * (U+017F) and the Kelvin sign (U+212A): for lists that nobody shall slip
 * past.
 */
bool span_equal_folded(struct span a, struct span b);

/* Whether s begins with the constant. */
bool span_begins(struct span s, const char *with);
/* Whether s ends with the text, ignoring the case of ASCII letters. */
bool span_ends_nocase(struct span s, struct span with);

/* Whether the byte stands anywhere in s. */
bool span_has(struct span s, char c);

#endif
