/*
 * The certificates in tests/vectors: what the real opkssh made, with what its
 * provider served, and what ssh-keygen made.
 */
#ifndef TESTS_PARSEPROC_VECTORS_H
#define TESTS_PARSEPROC_VECTORS_H

#include <stddef.h>
#include <stdint.h>

#include "parseproc/span.h"

/* The last one has a GQ256 token, the others ordinary ones. */
#define NVECTORS 5
extern const char *const vector_names[NVECTORS];

struct vector {
	struct span line; /* id-cert.pub */
	struct span type; /* %t; borrowed from the line */
	uint8_t *blob;    /* %k, decoded */
	size_t len;
	struct span jwks;
	uint64_t now;
};

/* Reads one of vector_names; the calling test fails if there is none. */
struct vector vector_read(const char *name);
void vector_free(struct vector *vector);

/* The same of tests/vectors/ssh-keygen/NAME.pub; jwks and now are empty. */
struct vector certificate_read(const char *name);

/* The same of a line's text, which is copied. */
struct vector certificate_of_line(const uint8_t *line, size_t len);

#endif
