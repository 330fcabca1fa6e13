/*
 * The rows of an auth_id as parseproc's readers see them, kept: for listing,
 * for finding one, and for an audit.
 */
#ifndef ADMIN_RULES_H
#define ADMIN_RULES_H

#include <stddef.h>
#include <stdint.h>

#include "parseproc/opk_auth_id.h"

struct rule {
	uint32_t line;
	const char *problem; /* NULL, or what is wrong: the rest is NULL */
	char *principal, *identity, *issuer; /* owned, without quotes */
	char *value; /* of the identity: what is compared */
	int kind;    /* OPK_PERSON, OPK_CLAIM ... */
};

struct rules {
	struct rule *rows; /* in the file's order */
	size_t count;
};

/* Reads len bytes, whatever they are. */
void rules_read(struct rules *rules, const uint8_t *text, size_t len);

void rules_free(struct rules *rules);

#endif
