/*
 * /etc/opk/providers: whose tokens count, for which client, and for how
 * long. A bad row is reported and skipped; the others stand.
 */
#ifndef PARSEPROC_OPK_PROVIDERS_H
#define PARSEPROC_OPK_PROVIDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parseproc/opk_lines.h"

/* A dozen are many; every row's keys are tried for a login. */
#define OPK_PROVIDERS_MAX 64
/* Entra's issuers have 75 characters, Google's client ids 73. */
#define OPK_ISSUER_MAX 512
#define OPK_CLIENT_ID_MAX 512

/* E(NAME, word, how old a token may be in seconds; 0: not by its age) */
#define OPK_EXPIRY_TABLE(E)                                                   \
	E(12H, "12h", 12 * 3600)                                              \
	E(24H, "24h", 24 * 3600)                                              \
	E(48H, "48h", 48 * 3600)                                              \
	E(1WEEK, "1week", 7 * 24 * 3600)                                      \
	E(OIDC, "oidc", 0)                                                    \
	E(OIDC_REFRESHED, "oidc-refreshed", 0)                                \
	E(NEVER, "never", 0)

enum opk_expiry {
#define E(name, word, seconds) OPK_EXPIRY_##name,
	OPK_EXPIRY_TABLE(E)
#undef E
	OPK_EXPIRY_COUNT
};

/* Both strings end in NUL and have none inside. */
struct opk_provider {
	uint32_t line;
	enum opk_expiry expiry;
	/*
	 * GitHub's and Forgejo's workflows: GQ256 signatures only, and the
	 * client id is not checked.
	 */
	bool gq;
	char issuer[OPK_ISSUER_MAX + 1]; /* as it must stand in iss */
	char client_id[OPK_CLIENT_ID_MAX + 1];
};

struct opk_providers {
	size_t count; /* of rows, in the file's order */
	struct opk_provider rows[OPK_PROVIDERS_MAX];
	struct opk_reports reports;
};

/*
 * Reads len bytes, whatever they are. No usable row is no error here: it
 * means that no token can ever count.
 *
 * An issuer is https, or http to a loopback address; no two rows have the
 * same issuer and client id.
 */
void opk_providers_read(struct opk_providers *providers, const uint8_t *text,
    size_t len);

/* The word for an expiry; never NULL, whatever the value. */
const char *opk_expiry_word(enum opk_expiry expiry);

/*
 * How many seconds after iat a token ends; 0 where its age does not matter
 * (and for an unknown value).
 */
uint32_t opk_expiry_age_max(enum opk_expiry expiry);

#endif
