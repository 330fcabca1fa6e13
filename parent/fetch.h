/* One HTTPS exchange through netproc, from this side. */
#ifndef PARENT_FETCH_H
#define PARENT_FETCH_H

#include "parent/login.h"
#include "parent/trusted_file.h"

struct fetch_answer {
	enum reason reason; /* OK: there was an answer, with this status */
	uint32_t status;    /* HTTP */
	uint8_t *body;      /* owned; hostile */
	size_t len;
	char detail[DETAIL_MAX + 1]; /* why not, in netproc's words */
};

/*
 * Makes the request, which is a FETCH message, by the given netproc. ca: the
 * CA certificates to trust, for WORKER_NET_OWN_CA; NULL for WORKER_NET. False
 * when netproc failed us and the decision has been made.
 */
bool fetch(struct login *login, enum worker netproc,
    const struct ipc_message *request, const struct trusted_file *ca,
    struct fetch_answer *answer) MUST_CHECK;

void fetch_answer_free(struct fetch_answer *answer);

#endif
