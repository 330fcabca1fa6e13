#include "parent/fetch.h"

#include <stdlib.h>
#include <string.h>

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
	answer->max_age_s = m.as.FETCH_DONE.max_age_s;
	memcpy(answer->detail, m.as.FETCH_DONE.detail.p,
	    m.as.FETCH_DONE.detail.len);
	answer->detail[m.as.FETCH_DONE.detail.len] = '\0';
	return ERR_OK;
}

/* Only these reasons may come from there. */
static bool
is_netprocs(enum reason reason)
{
	return reason == REASON_OK || reason == REASON_MEMORY ||
	    reason == REASON_SYSTEM ||
	    (reason >= REASON_RESOLVE && reason <= REASON_TOO_LARGE);
}

static int64_t
deadline_of(const struct login *login, const struct ipc_message *request)
{
	int64_t deadline_ms = ipc_now_ms() + request->as.FETCH.total_ms +
	    FETCH_GRACE_MS;

	return deadline_ms < login->deadline_ms ? deadline_ms :
	    login->deadline_ms;
}

bool
fetch_again(struct login *login, enum worker netproc,
    const struct ipc_message *request, struct fetch_answer *answer,
    struct fault *fault)
{
	struct ipc_channel *ch = &login->starter.channels[netproc];
	int64_t deadline_ms = deadline_of(login, request);
	size_t max = request->as.FETCH.body_max;
	enum err err;

	*answer = (struct fetch_answer){ .reason = REASON_SYSTEM };
	*fault = (struct fault){ .reason = REASON_MEMORY };
	if ((answer->body = malloc(max + 1)) == NULL)
		return false;
	err = ipc_send(ch, deadline_ms, request);
	if (err == ERR_OK)
		err = receive(ch, deadline_ms, max, answer);
	if (err == ERR_OK && !is_netprocs(answer->reason))
		err = ERR_BOUND;
	return err == ERR_OK || worker_failed(login, netproc, err, fault);
}

bool
fetch(struct login *login, enum worker netproc,
    const struct ipc_message *request, const struct trusted_file *ca,
    struct fetch_answer *answer, struct fault *fault)
{
	struct ipc_channel *ch = &login->starter.channels[netproc];
	int64_t deadline_ms = deadline_of(login, request);
	enum err err = ERR_OK;

	*answer = (struct fetch_answer){ .reason = REASON_SYSTEM };
	if (!worker_await_ready(login, netproc, deadline_ms, NULL, fault))
		return false;
	if (ca != NULL)
		err = ipc_send_text(ch, deadline_ms, IPC_TEXT_CA, ca->data,
		    ca->len);
	if (err != ERR_OK)
		return worker_failed(login, netproc, err, fault);
	return fetch_again(login, netproc, request, answer, fault);
}

void
fetch_answer_free(struct fetch_answer *answer)
{
	free(answer->body);
	answer->body = NULL;
	answer->len = 0;
}
