#include <string.h>

#include "parent/ca.h"
#include "parent/fetch.h"
#include "parent/k9_login.h"
#include "parent/log.h"

/* With an answer in reserve nobody waits long for a dead server. */
#define CONNECT_WITH_CACHE_MS 1000

/*
 * Opens what may still be opened (a CA file), then gives that right up: from
 * here on strangers' bytes are in the machine.
 */
static bool
read_ca(struct k9_login *k9, struct ca *ca)
{
	struct login *login = &k9->login;

	if (!ca_read(k9->query.ca_file, "", ca)) {
		login->decision.file = k9->query.ca_file;
		return login_fail(login, ca->problem.reason, "%s",
		    ca->problem.what);
	}
	return login_narrow(login);
}

static void
log_plain_http(const struct login *login)
{
	struct log_line line;

	log_begin(&line, "keys are fetched over plain http (allow_http)");
	log_add_text(&line, "user", login->user);
	log_end(&line, LOG_WARNING);
}

/* Whether Key9 itself did not answer: then its last answer may stand in. */
static bool
unreachable(const struct fetch_answer *answer)
{
	return answer->reason != REASON_OK ||
	    (answer->status >= 500 && answer->status <= 599);
}

static bool
ask_key9(struct k9_login *k9, bool have_cached, struct fetch_answer *answer)
{
	struct login *login = &k9->login;
	struct ipc_message *m = &k9->query.fetch;
	bool own_ca = k9->query.ca_file[0] != '\0';
	enum worker netproc = own_ca ? WORKER_NET_OWN_CA : WORKER_NET;
	struct ca ca;
	struct fault fault;
	bool ok;

	*answer = (struct fetch_answer){ .reason = REASON_SYSTEM };
	if (m->as.FETCH.allow_http)
		log_plain_http(login);
	if (!login_start(login, netproc))
		return false;
	if (!read_ca(k9, &ca)) {
		ca_free(&ca);
		return false;
	}
	m->as.FETCH.total_ms = login_time_left(login, k9->query.timeout_s * 1000);
	m->as.FETCH.connect_ms = m->as.FETCH.total_ms;
	if (have_cached && m->as.FETCH.connect_ms > CONNECT_WITH_CACHE_MS)
		m->as.FETCH.connect_ms = CONNECT_WITH_CACHE_MS;
	ok = fetch(login, netproc, m, own_ca ? &ca.pem : NULL, answer, &fault) ||
	    login_fault(login, &fault);
	ca_free(&ca);
	return ok;
}

static void
log_drops_left_out(const struct login *login, size_t drops)
{
	struct log_line line;

	if (drops <= DROPS_LOGGED_MAX)
		return;
	log_begin(&line, "more keys dropped");
	log_add_text(&line, "user", login->user);
	log_add_text(&line, "source", login->source);
	log_add_number(&line, "keys", drops - DROPS_LOGGED_MAX);
	log_end(&line, LOG_WARNING);
}

/* What the judge of an answer has to say; the rest is for others to say. */
static bool
is_verdict(enum reason reason)
{
	return reason == REASON_OK || reason == REASON_NO_KEYS ||
	    reason == REASON_MEMORY || (reason >= REASON_ANSWER_JSON &&
	    reason <= REASON_ALL_KEYS_DROPPED);
}

/* What may be wrong with one key of Key9's. */
static bool
is_drop(enum reason reason)
{
	return reason >= REASON_KEY_LINE && reason <= REASON_KEY_RSA;
}

/* A verdict must agree with the keys that came before it. */
static enum err
take_verdict(struct k9_login *k9, const struct ipc_message *m)
{
	struct login *login = &k9->login;
	const struct ipc_span *detail = &m->as.VERDICT.detail;
	enum reason reason = (enum reason)m->as.VERDICT.reason;

	if (!is_verdict(reason) || m->as.VERDICT.keys != k9->keys.count ||
	    (reason == REASON_OK) != (k9->keys.count > 0))
		return ERR_BOUND;
	login->decision.line = m->as.VERDICT.line;
	if (reason != REASON_OK)
		(void)login_fail(login, reason, "%.*s", (int)detail->len,
		    (const char *)detail->p);
	return ERR_OK;
}

static enum err
hear_keys(struct k9_login *k9)
{
	struct login *login = &k9->login;
	struct ipc_channel *ch = &login->starter.channels[WORKER_JUDGE];
	struct ipc_message m;
	size_t drops = 0;
	enum err err;

	for (;;) {
		err = ipc_recv(ch, login->deadline_ms, IPC_SET(KEY) |
		    IPC_SET(KEY_DROPPED) | IPC_SET(VERDICT), &m);
		if (err != ERR_OK)
			return err;
		if (m.type == IPC_VERDICT)
			break;
		if (m.type == IPC_KEY)
			err = key_list_add(&k9->keys, m.as.KEY.type,
			    m.as.KEY.base64, m.as.KEY.comment);
		else if (++drops > KEYS_MAX ||
		    !is_drop((enum reason)m.as.KEY_DROPPED.reason))
			err = ERR_BOUND;
		else if (drops <= DROPS_LOGGED_MAX)
			login_log_drop(login, "key dropped",
			    login->source, &m);
		if (err != ERR_OK)
			return err;
	}
	log_drops_left_out(login, drops);
	return take_verdict(k9, &m);
}

static bool
judge_answer(struct k9_login *k9, const uint8_t *body, size_t len)
{
	struct login *login = &k9->login;
	enum err err;

	err = ipc_send_text(&login->starter.channels[WORKER_JUDGE],
	    login->deadline_ms, IPC_TEXT_KEY9_ANSWER, body, len);
	if (err == ERR_OK)
		err = hear_keys(k9);
	if (err != ERR_OK)
		return login_worker_failed(login, WORKER_JUDGE, err);
	return login->decision.reason == REASON_OK;
}

/* Key9 answered: judge it, and keep or forget it for worse days. */
static bool
use_answer(struct k9_login *k9, const struct fetch_answer *answer)
{
	struct login *login = &k9->login;
	uint32_t status = answer->status;
	bool ok;

	if (status != 200) {
		login->decision.status = status;
		if (status == 401 || status == 403 || status == 404)
			cache_remove(&k9->login.cache, k9->cache_name);
		return login_fail(login, REASON_HTTP_STATUS,
		    "Key9 answered %u%s", status, status == 401 ||
		    status == 403 ? ": check api_key and company_uuid" : "");
	}
	ok = judge_answer(k9, answer->body, answer->len);
	if (k9->query.stale_max_s == 0)
		cache_remove(&k9->login.cache, k9->cache_name);
	else if (ok || login->decision.reason == REASON_NO_KEYS ||
	    login->decision.reason == REASON_ALL_KEYS_DROPPED)
		(void)cache_store(&k9->login.cache, k9->cache_name,
		    k9->query.fetch.as.FETCH.url, 0, answer->body,
		    answer->len);
	else if (login->decision.reason == REASON_ANSWER_ERROR)
		cache_remove(&k9->login.cache, k9->cache_name);
	return ok;
}

static bool
use_cached(struct k9_login *k9, const struct cache_entry *cached,
    const struct fetch_answer *answer)
{
	struct decision *decision = &k9->login.decision;

	decision->fetch = answer->reason != REASON_OK ? answer->reason :
	    REASON_HTTP_STATUS;
	decision->status = answer->status;
	decision->cache = "stale";
	decision->cache_age_s = cached->age_s;
	return judge_answer(k9, cached->body, cached->len);
}

static bool
no_answer(struct k9_login *k9, const struct fetch_answer *answer)
{
	struct login *login = &k9->login;

	if (answer->reason != REASON_OK)
		return login_fail(login, answer->reason, "%s",
		    answer->detail);
	login->decision.status = answer->status;
	return login_fail(login, REASON_HTTP_STATUS, "Key9 answered %u",
	    answer->status);
}

bool
k9_find_keys(struct k9_login *k9)
{
	struct fetch_answer answer;
	struct cache_entry cached;
	bool have_cached, ok;

	have_cached = cache_load(&k9->login.cache, k9->cache_name,
	    k9->query.fetch.as.FETCH.url, k9->query.stale_max_s, &cached);
	ok = ask_key9(k9, have_cached, &answer);
	if (ok) {
		if (!unreachable(&answer))
			ok = use_answer(k9, &answer);
		else if (have_cached)
			ok = use_cached(k9, &cached, &answer);
		else
			ok = no_answer(k9, &answer);
	}
	fetch_answer_free(&answer);
	cache_entry_free(&cached);
	return ok;
}
