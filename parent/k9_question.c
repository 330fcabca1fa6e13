#include <string.h>
#include <unistd.h>

#include "parent/k9_login.h"
#include "parent/log.h"
#include "parent/trusted_file.h"

static bool
send_file(struct k9_login *k9, const char *path, enum trust trust,
    enum ipc_text kind, bool optional)
{
	struct login *login = &k9->login;
	struct trusted_file file = { NULL, 0, false, 0 };
	struct file_problem problem;
	enum err err;
	bool ok;

	ok = optional ?
	    trusted_read_optional(path, trust, CONFIG_FILE_MAX, &file, &problem) :
	    trusted_read(path, trust, CONFIG_FILE_MAX, &file, &problem);
	if (!ok) {
		login->decision.file = path;
		return login_fail(login, problem.reason, "%s", problem.what);
	}
	if (trust == TRUST_SECRET)
		k9->group_reads_config = file.group_reads &&
		    file.group != getegid();
	err = ipc_send_text(&login->starter.channels[WORKER_JUDGE],
	    login->deadline_ms, kind, file.data, file.len);
	trusted_free(&file);
	return err == ERR_OK || login_worker_failed(login, WORKER_JUDGE, err);
}

bool
k9_brief_judge(struct k9_login *k9)
{
	struct login *login = &k9->login;
	struct ipc_message m = { .type = IPC_KEY9_ASK };
	enum err err;

	if (!send_file(k9, SALLYPORT_YAML, TRUST_ROOT, IPC_TEXT_SALLYPORT_YAML,
	    true) || !send_file(k9, k9->options->config, TRUST_SECRET,
	    IPC_TEXT_K9_YAML, false))
		return false;
	m.as.KEY9_ASK.user = (struct ipc_span){ login->user,
		strlen(login->user) };
	m.as.KEY9_ASK.remote = (struct ipc_span){ k9->options->remote,
		strlen(k9->options->remote) };
	err = ipc_send(&login->starter.channels[WORKER_JUDGE],
	    login->deadline_ms, &m);
	return err == ERR_OK || login_worker_failed(login, WORKER_JUDGE, err);
}

/* Copies a span and lets the copy's span point to it. */
static struct ipc_span
keep(char *buf, struct ipc_span from)
{
	if (from.len > 0)
		memcpy(buf, from.p, from.len);
	return (struct ipc_span){ buf, from.len };
}

static void
keep_query(struct query *query, const struct ipc_message *m)
{
	struct ipc_span ca_file;

	query->fetch = (struct ipc_message){ .type = IPC_FETCH };
	query->fetch.as.FETCH.post = 1;
	query->fetch.as.FETCH.url = keep(query->url, m->as.KEY9_QUERY.url);
	query->fetch.as.FETCH.headers = keep(query->headers,
	    m->as.KEY9_QUERY.headers);
	query->fetch.as.FETCH.body = keep(query->body, m->as.KEY9_QUERY.body);
	query->fetch.as.FETCH.proxy = keep(query->proxy,
	    m->as.KEY9_QUERY.proxy);
	query->fetch.as.FETCH.allow_http = m->as.KEY9_QUERY.allow_http;
	query->fetch.as.FETCH.body_max = KEY9_ANSWER_MAX;
	ca_file = keep(query->ca_file, m->as.KEY9_QUERY.ca_file);
	query->ca_file[ca_file.len] = '\0';
	query->timeout_s = m->as.KEY9_QUERY.timeout_s;
	query->stale_max_s = m->as.KEY9_QUERY.stale_max_s;
	log_as_json(m->as.KEY9_QUERY.log_json == 1);
}

/*
 * Are we who the file says we must be? Then its readers must be us and its
 * owner: a group that may read the API key must be our own.
 */
static bool
check_run_as(struct k9_login *k9, struct ipc_span run_as)
{
	struct login *login = &k9->login;

	login->decision.file = k9->options->config;
	if (run_as.len != strlen(k9->us) ||
	    memcmp(run_as.p, k9->us, run_as.len) != 0)
		return login_fail(login, REASON_WRONG_USER, "run_as is %.*s, "
		    "but this is %s; fix: AuthorizedKeysCommandUser",
		    (int)run_as.len, (const char *)run_as.p, k9->us);
	if (k9->group_reads_config)
		return login_fail(login, REASON_CONFIG_MODE, "a group that is "
		    "not run_as's own may read the API key; "
		    "fix: chgrp %s, or chmod 0600", k9->us);
	login->decision.file = NULL;
	return true;
}

bool
k9_hear_question(struct k9_login *k9)
{
	struct login *login = &k9->login;
	struct ipc_message m;
	enum err err;

	if (!login_await_ready(login, WORKER_JUDGE, NULL))
		return false;
	err = ipc_recv(&login->starter.channels[WORKER_JUDGE],
	    login->deadline_ms, IPC_SET(KEY9_QUERY) | IPC_SET(CONFIG_ERROR),
	    &m);
	if (err != ERR_OK)
		return login_worker_failed(login, WORKER_JUDGE, err);
	if (m.type == IPC_CONFIG_ERROR)
		return login_config_error(login, WORKER_JUDGE,
		    m.as.CONFIG_ERROR.text == IPC_TEXT_K9_YAML ?
		    k9->options->config : SALLYPORT_YAML, &m);
	keep_query(&k9->query, &m);
	return check_run_as(k9, m.as.KEY9_QUERY.run_as);
}
