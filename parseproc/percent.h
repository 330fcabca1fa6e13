/*
 * Percent-encoding of text into one segment of a URL's path, RFC 3986
 * section 2.1: everything but the unreserved characters of section 2.3 and
 * the comma, which Key9's server takes as it is between groups.
 */
#ifndef PARSEPROC_PERCENT_H
#define PARSEPROC_PERCENT_H

#include <stddef.h>

/* How many characters the n characters of text take. n is bounded by us. */
size_t percent_encoded_len(const char *text, size_t n);

/* Writes them to out, which has that much room; no NUL is written. */
void percent_encode(const char *text, size_t n, char *out);

#endif
