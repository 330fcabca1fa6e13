/* The tokens in tests/vectors/gq256, which vectors/README.md describes. */
#ifndef TESTS_PARSEPROC_GQ256_VECTOR_H
#define TESTS_PARSEPROC_GQ256_VECTOR_H

#include <stdint.h>

#include "parseproc/gq256.h"

struct gq256_vector {
	uint8_t *header64, *payload64, *original64, *signature, *n; /* owned */
	struct gq256_key key; /* borrows from the above, as does: */
	struct gq256_token token;
};

/* Reads the directory of that name; fails the calling test if it cannot. */
void gq256_vector_read(const char *name, struct gq256_vector *v);

void gq256_vector_free(struct gq256_vector *v);

#endif
