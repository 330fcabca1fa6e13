#include "parent/chain_answer.h"

#include <stdio.h>
#include <string.h>

static bool
is_verdict(enum reason reason)
{
	return reason == REASON_OK || reason == REASON_NO_KEYS ||
	    reason == REASON_MEMORY || reason == REASON_ANSWER_KEYS ||
	    reason == REASON_ALL_KEYS_DROPPED;
}

static bool
is_drop(enum reason reason)
{
	return reason >= REASON_KEY_LINE && reason <= REASON_LINE_OPTION;
}

static enum err
add(struct key_list *lines, const struct source *source,
    const struct ipc_message *m)
{
	const struct key_line line = {
		.own = m->as.LINE.options,
		.more = { source->options, strlen(source->options) },
		.type = m->as.LINE.type,
		.base64 = m->as.LINE.base64,
		.comment = m->as.LINE.comment,
	};

	return key_list_add_line(lines, &line);
}

/* A verdict must agree with the lines that came before it. */
static enum err
take_verdict(struct source *source, const struct ipc_message *m, size_t keys,
    size_t drops)
{
	enum reason reason = (enum reason)m->as.VERDICT.reason;

	if (!is_verdict(reason) || m->as.VERDICT.keys != keys ||
	    (reason == REASON_OK && keys == 0) ||
	    ((reason == REASON_NO_KEYS || reason == REASON_ALL_KEYS_DROPPED) &&
	    keys != 0))
		return ERR_BOUND;
	source->reason = reason;
	if (drops > 0)
		(void)snprintf(source->detail, sizeof(source->detail),
		    "%zu lines were dropped", drops);
	return ERR_OK;
}

static enum err
converse(struct login *login, struct source *source, int64_t deadline_ms,
    struct key_list *lines)
{
	struct ipc_channel *ch = &login->starter.channels[WORKER_AUTHORIZE];
	size_t drops = 0;
	struct ipc_message m;
	enum err err;

	err = ipc_send_text(ch, deadline_ms, IPC_TEXT_CHAIN,
	    (const uint8_t *)source->text, source->len);
	while (err == ERR_OK) {
		err = ipc_recv(ch, deadline_ms, IPC_SET(LINE) |
		    IPC_SET(KEY_DROPPED) | IPC_SET(VERDICT), &m);
		if (err != ERR_OK)
			break;
		if (m.type == IPC_VERDICT)
			return take_verdict(source, &m, key_list_begun(lines),
			    drops);
		if (m.type == IPC_LINE)
			err = add(lines, source, &m);
		else if (++drops > KEYS_MAX ||
		    !is_drop((enum reason)m.as.KEY_DROPPED.reason))
			err = ERR_BOUND;
		else if (drops <= DROPS_LOGGED_MAX)
			login_log_drop(login, "line dropped",
			    source_name(IPC_SOURCE_CHAIN), &m);
	}
	return err;
}

void
chain_answer(struct login *login, struct source *source,
    int64_t deadline_ms, struct key_list *lines)
{
	struct fault fault;
	enum err err;

	key_list_begin(lines);
	err = converse(login, source, deadline_ms, lines);
	if (err != ERR_OK) {
		(void)worker_failed(login, WORKER_AUTHORIZE, err, &fault);
		source->reason = fault.reason;
		(void)snprintf(source->detail, sizeof(source->detail),
		    "%.20s: %.200s", fault.worker, fault.detail);
	}
	if (source->reason != REASON_OK)
		key_list_take_back(lines);
}
