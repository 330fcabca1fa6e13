/* What the dry run found, and its two forms: for people and for machines. */
#ifndef PARENT_EXPLANATION_H
#define PARENT_EXPLANATION_H

#include "parent/verify.h"

#define EXPLANATION_CLAIMS_MAX 64

/* What the unverified token says of itself. */
struct explanation_claim {
	char name[CLAIM_NAME_MAX + 1];
	char value[CLAIM_VALUE_MAX + 1];
	size_t len; /* of value, any bytes */
};

struct explanation {
	const struct verify *verify; /* after verify_run() */
	bool allowed;
	struct explanation_claim claims[EXPLANATION_CLAIMS_MAX];
	size_t nclaims;
	bool unreadable; /* not all that there is could be read */
};

/* Both write to stdout, every hostile byte escaped. */
void explanation_print(const struct explanation *e);
void explanation_print_json(const struct explanation *e);

#endif
