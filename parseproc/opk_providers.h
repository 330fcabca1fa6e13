/*
 * /etc/opk/providers: whose tokens count, for which client, and for how
 * long. A bad row is reported and skipped; the others stand.
 */
#ifndef PARSEPROC_OPK_PROVIDERS_H
#define PARSEPROC_OPK_PROVIDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/limits.h"
#include "parseproc/expiry.h"
#include "parseproc/opk_lines.h"

/* Entra's issuers have 75 characters, Google's client ids 73. */
#define OPK_CLIENT_ID_MAX 512

/* Both strings end in NUL and have none inside. */
struct opk_provider {
	uint32_t line;
	enum expiry expiry;
	/*
	 * GitHub's and Forgejo's workflows: GQ256 signatures only, and the
	 * client id is not checked.
	 */
	bool gq;
	char issuer[ISSUER_MAX + 1]; /* as it must stand in iss */
	char client_id[OPK_CLIENT_ID_MAX + 1];
};

struct opk_providers {
	size_t count; /* of rows, in the file's order */
	struct opk_provider rows[PROVIDERS_MAX];
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

#endif
