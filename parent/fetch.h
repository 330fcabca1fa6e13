/* HTTPS exchanges through netproc, from this side. */
#ifndef PARENT_FETCH_H
#define PARENT_FETCH_H

#include "parent/login.h"
#include "parent/trusted_file.h"

/* What netproc has beyond its own time limit, before we call it dead. */
#define FETCH_GRACE_MS 200

struct fetch_answer {
	enum reason reason; /* OK: there was an answer, with this status */
	uint32_t status;    /* HTTP */
	uint32_t max_age_s; /* how long it stays fresh; 0: it does not say */
	uint8_t *body;      /* owned; hostile */
	size_t len;
	char detail[DETAIL_MAX + 1]; /* why not, in netproc's words */
};

/*
 * Makes the request, which is a FETCH message, by the given netproc, which
 * has been started. ca: the certificates to trust, NULL for a netproc that
 * trusts the system's only. Takes the request's total_ms and FETCH_GRACE_MS
 * at most, and never longer than the login's deadline. False when netproc
 * failed us, and *fault says how; *answer is to be freed either way.
 */
bool fetch(struct login *login, enum worker netproc,
    const struct ipc_message *request, const struct trusted_file *ca,
    struct fetch_answer *answer, struct fault *fault) MUST_CHECK;

/*
 * Makes another request of the host that the given netproc has had an answer
 * of, on the same connection; as fetch(). REASON_CONNECT if that is closed.
 */
bool fetch_again(struct login *login, enum worker netproc,
    const struct ipc_message *request, struct fetch_answer *answer,
    struct fault *fault) MUST_CHECK;

void fetch_answer_free(struct fetch_answer *answer);

#endif
