/* One row of auth_id, as add writes it and remove looks for it. */
#ifndef ADMIN_ROW_H
#define ADMIN_ROW_H

#include <stdbool.h>

#include "admin/rules.h"

struct row {
	char *line;        /* as it is written, without a line feed */
	struct rules read; /* and as a login would read that: one rule */
};

/*
 * Makes the row of principal, identity and issuer (or its short name): NULL,
 * or what is wrong with them (to be freed). *row is to be freed either way.
 */
char *row_make(char *const words[OPK_COLUMNS], struct row *row)
    __attribute__((warn_unused_result));

/* Whether a rule means what the row does; e-mails do in any case. */
bool row_is(const struct row *row, const struct rule *rule);

void row_free(struct row *row);

#endif
