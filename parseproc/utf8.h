/*
 * UTF-8 as RFC 3629 section 4 draws it: no surrogates, no overlong forms,
 * nothing above U+10FFFF.
 */
#ifndef PARSEPROC_UTF8_H
#define PARSEPROC_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest character. */
#define UTF8_CHAR_MAX 4

/*
 * The length, 1 to 4, of the well-formed character at the start of n hostile
 * bytes; 0 if there is none (n may be 0).
 */
size_t utf8_char_len(const uint8_t *p, size_t n);

/* The character in the len bytes at p, of which utf8_char_len() has said so. */
uint32_t utf8_get(const uint8_t *p, size_t len);

/* Whether all n hostile bytes are well-formed. NUL is a character like any. */
bool utf8_valid(const uint8_t *p, size_t n);

/*
 * Writes the character c and returns its length. c must be a scalar value:
 * below 0x110000 and no surrogate.
 */
size_t utf8_put(uint32_t c, uint8_t out[UTF8_CHAR_MAX]);

/*
 * Reduces n hostile bytes to printable ASCII, for a log line or a comment:
 * every character outside 0x20 to 0x7e, and every byte that is part of none,
 * becomes one '?'. Writes at most max characters, no NUL, and returns how
 * many.
 */
size_t utf8_to_ascii(const uint8_t *p, size_t n, char *out, size_t max);

#endif
