#include "parent/fetch.h"

#include <stdlib.h>
#include <string.h>

/* What netproc has beyond its own time limit, before we call it dead. */
#define GRACE_MS 200

/* Takes the pieces of the body until netproc says how it ended. */
static enum err
receive(struct ipc_channel *ch, int64_t deadline_ms, size_t max,
    struct fetch_answer *answer)
{
	struct ipc_message m;
	enum err err;

	for (;;) {
		const struct ipc_span *data = &m.as.FETCH_DATA.data;

		err = ipc_recv(ch, deadline_ms,
		    IPC_SET(FETCH_DATA) | IPC_SET(FETCH_DONE), &m);
		if (err != ERR_OK)
			return err;
		if (m.type == IPC_FETCH_DONE)
			break;
		if (data->len > max - answer->len)
			return ERR_TOO_BIG;
		memcpy(answer->body + answer->len, data->p, data->len);
		answer->len += data->len;
	}
	if (m.as.FETCH_DONE.total != answer->len)
		return ERR_BOUND;
	answer->reason = (enum reason)m.as.FETCH_DONE.reason;
	answer->status = m.as.FETCH_DONE.status;
	memcpy(answer->detail, m.as.FETCH_DONE.detail.p,
	    m.as.FETCH_DONE.detail.len);
	answer->detail[m.as.FETCH_DONE.detail.len] = '\0';
	return ERR_OK;
}

bool
fetch(struct login *login, enum worker netproc,
    const struct ipc_message *request, const struct trusted_file *ca,
    struct fetch_answer *answer)
{
	struct ipc_channel *ch = &login->starter.channels[netproc];
	size_t max = request->as.FETCH.body_max;
	int64_t deadline_ms = ipc_now_ms() + request->as.FETCH.total_ms +
	    GRACE_MS;
	enum err err = ERR_OK;

	*answer = (struct fetch_answer){ .reason = REASON_SYSTEM };
	if (deadline_ms > login->deadline_ms)
		deadline_ms = login->deadline_ms;
	if ((answer->body = malloc(max + 1)) == NULL)
		return login_fail(login, REASON_MEMORY, "no memory");
	if (!login_await_ready(login, netproc, NULL))
		return false;
	if (ca != NULL)
		err = ipc_send_text(ch, deadline_ms, IPC_TEXT_CA, ca->data,
		    ca->len);
	if (err == ERR_OK)
		err = ipc_send(ch, deadline_ms, request);
	if (err == ERR_OK)
		err = receive(ch, deadline_ms, max, answer);
	if (err != ERR_OK)
		return login_worker_failed(login, netproc, err);
	/* Only these may come from there. */
	if (answer->reason != REASON_OK && (answer->reason < REASON_RESOLVE ||
	    answer->reason > REASON_TOO_LARGE) &&
	    answer->reason != REASON_MEMORY && answer->reason != REASON_SYSTEM)
		return login_worker_failed(login, netproc, ERR_BOUND);
	return true;
}

void
fetch_answer_free(struct fetch_answer *answer)
{
	free(answer->body);
	answer->body = NULL;
	answer->len = 0;
}
