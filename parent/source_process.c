#include "parent/source_process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "parent/child.h"
#include "parent/k9_login.h"
#include "parent/log.h"
#include "parent/verify.h"

void
source_await_order(struct source_order *order)
{
	if (recv(CHILD_FD, order, sizeof(*order), MSG_TRUNC) !=
	    (ssize_t)sizeof(*order) ||
	    order->words_len > sizeof(order->words) ||
	    memchr(order->run_as, '\0', sizeof(order->run_as)) == NULL)
		_exit(0);
}

bool
source_tell(enum reason reason, const char *detail, const char *text,
    size_t len, int64_t deadline_ms)
{
	struct source_report report = { .reason = (uint32_t)reason,
		.len = (uint32_t)len };
	enum err err;

	(void)snprintf(report.detail, sizeof(report.detail), "%s", detail);
	deadline_ms += SOURCE_TELL_MS;
	err = child_tell(CHILD_FD, deadline_ms, &report, sizeof(report));
	for (size_t sent = 0; sent < len && err == ERR_OK;) {
		size_t n = len - sent < IPC_CHUNK_MAX ? len - sent :
		    IPC_CHUNK_MAX;

		err = child_tell(CHILD_FD, deadline_ms, text + sent, n);
		sent += n;
	}
	return err == ERR_OK;
}

/* The report, and its own line in the log. */
static void
conclude(const struct login *login, const char *text, size_t len)
{
	const struct decision *decision = &login->decision;

	if (source_tell(decision->reason, decision->detail, text, len,
	    login->deadline_ms))
		login_log(login);
}

void
openpubkey_main(const void *arg, pid_t parent)
{
	static struct verify v;
	const struct source_request *request = arg;
	const struct authorize_options *options = request->options;
	char *extra[] = { NULL, NULL };
	struct source_order order;
	struct verify_request what = {
		.user = options->user,
		.key_type = options->key_type,
		.key = options->key,
		.extra = extra,
		.home = options->home,
		.uid = options->uid,
		.deadline_s = DEADLINE_MAX_S, /* the order's, below */
		.places = { OPK_ETC, NULL, TRUST_ROOT },
		.now = request->now,
	};
	bool allowed;

	(void)parent;
	source_await_order(&order);
	log_open(options->log_stderr);
	if (options->connection != NULL)
		extra[0] = strdup(options->connection);
	what.require_email_verified = order.require_email_verified != 0;
	v.request = &what;
	login_begin(&v.login, "openpubkey", options->user, DEADLINE_MAX_S);
	v.login.deadline_ms = order.deadline_ms;
	allowed = verify_run(&v);
	conclude(&v.login, v.line, allowed ? strlen(v.line) : 0);
	verify_end(&v);
	_exit(0);
}

void
key9_main(const void *arg, pid_t parent)
{
	static struct k9_login k9;
	const struct source_request *request = arg;
	const struct authorize_options *options = request->options;
	const struct k9_options what = {
		.user = options->user,
		.remote = options->connection != NULL ? options->connection :
		    "",
		.config = K9_CONFIG,
		.deadline_s = DEADLINE_MAX_S, /* the order's, below */
	};
	struct source_order order;
	bool found;

	(void)parent;
	source_await_order(&order);
	log_open(options->log_stderr);
	k9_begin(&k9, &what);
	k9.login.deadline_ms = order.deadline_ms;
	if ((found = k9_run(&k9)))
		k9.login.decision.keys = k9.keys.count;
	conclude(&k9.login, k9.keys.text, found ? k9.keys.len : 0);
	login_close(&k9.login);
	_exit(0);
}
