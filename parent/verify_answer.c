#include <stdlib.h>
#include <string.h>

#include "parent/log.h"
#include "parent/verify.h"

/* More notes than this are no notes any more; the judge sums its up. */
#define NOTES_MAX 512

/* What may stand before a row's first word: white space, a quote, UTF-8's own
 * mark or a no-break space. */
static bool
is_margin(uint8_t c)
{
	return c <= ' ' || c == '"' || c == '\'' || c >= 0x80;
}

/* Whether the n bytes at p are the first word of a line of the file. */
static bool
is_first_word(const struct trusted_file *file, const uint8_t *p, size_t n)
{
	const uint8_t *end = file->data + file->len;
	const uint8_t *before = p;

	if (p + n < end && !is_margin(p[n]))
		return false;
	while (before > file->data && before[-1] != '\n' &&
	    is_margin(before[-1]))
		before--;
	return before == file->data || before[-1] == '\n';
}

/*
 * Issuers are ours: each begins a line of the file that we gave. Not a piece
 * of one: https://idp.example.co is not https://idp.example.com, and this is
 * whom we will ask for keys.
 */
static bool
is_ours(const struct trusted_file *file, const struct ipc_span *issuer)
{
	const uint8_t *p = file->data, *end = file->data + file->len;

	for (size_t i = 0; i < issuer->len; i++)
		if (is_margin(((const uint8_t *)issuer->p)[i]))
			return false;
	for (; p < end; p++) {
		p = memmem(p, (size_t)(end - p), issuer->p, issuer->len);
		if (p == NULL)
			return false;
		if (is_first_word(file, p, issuer->len))
			return true;
	}
	return false;
}

static enum err
take_provider(struct verify *v, const struct ipc_message *m)
{
	const struct ipc_span *issuer = &m->as.PROVIDER.issuer;

	if (v->nproviders == v->settings.nproviders)
		return ERR_TURN;
	if (!is_ours(&v->settings.files.providers, issuer))
		return ERR_BOUND;
	opk_settings_copy(v->providers[v->nproviders++].issuer, *issuer);
	return ERR_OK;
}

void
verify_note(const struct verify *v, enum reason reason, const char *file,
    uint32_t line_number, struct ipc_span what)
{
	struct log_line line;

	log_begin(&line, "noticed");
	log_add_text(&line, "reason", reason_word(reason));
	log_add_text(&line, "user", v->login.user);
	if (file != NULL)
		log_add_text(&line, "file", file);
	if (line_number != 0)
		log_add_number(&line, "line", line_number);
	log_add(&line, "detail", what.p, what.len);
	log_end(&line, LOG_WARNING);
}

static enum err
take_note(const struct verify *v, const struct ipc_message *m)
{
	enum reason reason = (enum reason)m->as.NOTE.reason;

	if (reason_class(reason) != REASON_NOTE)
		return ERR_BOUND;
	verify_note(v, reason, opk_settings_file(&v->settings,
	    (enum ipc_text)m->as.NOTE.text), m->as.NOTE.line,
	    m->as.NOTE.what);
	return ERR_OK;
}

static enum err
take_check(struct verify *v, const struct ipc_message *m)
{
	struct verify_check *check;

	if (m->as.CHECK.check >= CHECK_COUNT)
		return ERR_BOUND;
	check = &v->checks[m->as.CHECK.check];
	check->state = m->as.CHECK.passed == 1 ? VERIFY_PASSED :
	    VERIFY_FAILED;
	opk_settings_copy(check->detail, m->as.CHECK.detail);
	return ERR_OK;
}

/* --- the verdict --- */

/* What the judge of a certificate has to say; the rest is for others. */
static bool
is_verdict(enum reason reason)
{
	if (reason == REASON_OK || reason == REASON_PROVIDER_KEYS ||
	    reason == REASON_NO_PROVIDER || reason == REASON_MEMORY ||
	    reason == REASON_SYSTEM)
		return true;
	return reason >= REASON_CERT_TYPE && reason <= REASON_DENIED_EMAIL &&
	    reason_class(reason) == REASON_DENY;
}

static void
keep_identity(struct decision *decision, const struct ipc_message *m)
{
	opk_settings_copy(decision->issuer, m->as.LOGIN_VERDICT.issuer);
	opk_settings_copy(decision->sub, m->as.LOGIN_VERDICT.sub);
	opk_settings_copy(decision->email, m->as.LOGIN_VERDICT.email);
	opk_settings_copy(decision->kid, m->as.LOGIN_VERDICT.kid);
}

/* How old the keys were that the login rests on. */
static void
keep_cache_state(struct verify *v)
{
	struct decision *decision = &v->login.decision;

	for (size_t i = 0; i < v->nproviders; i++) {
		const struct provider_keys *keys = &v->providers[i].keys;

		if (keys->state == IPC_KEYS_NONE ||
		    strcmp(v->providers[i].issuer, decision->issuer) != 0)
			continue;
		decision->cache_age_s = keys->age_s;
		decision->cache = keys->preloaded ? "preloaded" :
		    keys->state == IPC_KEYS_FRESH ? "fresh" : "stale";
	}
}

static enum err
allow(struct verify *v, const struct ipc_message *m)
{
	const struct offered_line line = {
		.key_at = m->as.LOGIN_VERDICT.key_at,
		.key_len = m->as.LOGIN_VERDICT.key_len,
		.principal = (enum ipc_principal)m->as.LOGIN_VERDICT.principal,
		.user = v->request->user,
		.ends = v->settings.expiry_time ? m->as.LOGIN_VERDICT.ends : 0,
	};
	enum err err;

	if (line.principal == IPC_PRINCIPAL_LOGIN_NAME &&
	    !offered_key_principal_valid(line.user)) {
		(void)login_fail(&v->login, REASON_CERT_PRINCIPALS,
		    "the login name cannot stand in principals=; "
		    "fix: a client that asks for opkssh-wildcard");
		return ERR_OK;
	}
	err = offered_key_line(&v->offered, &line, &v->line);
	if (err != ERR_OK)
		return err;
	v->login.decision.keys = 1;
	v->login.decision.file = opk_settings_file(&v->settings,
	    (enum ipc_text)m->as.LOGIN_VERDICT.text);
	v->login.decision.line = m->as.LOGIN_VERDICT.line;
	return ERR_OK;
}

static enum err
take_verdict(struct verify *v, const struct ipc_message *m)
{
	enum reason reason = (enum reason)m->as.LOGIN_VERDICT.reason;
	const struct ipc_span *detail = &m->as.LOGIN_VERDICT.detail;

	if (!is_verdict(reason))
		return ERR_BOUND;
	keep_identity(&v->login.decision, m);
	keep_cache_state(v);
	if (reason == REASON_OK)
		return allow(v, m);
	(void)login_fail(&v->login, reason, "%.*s", (int)detail->len,
	    (const char *)detail->p);
	return ERR_OK;
}

/* --- the conversation --- */

/* What may come next, once the judge has said what our files say. */
#define TURNS                                                                 \
	(IPC_SET(NOTE) | IPC_SET(CHECK) | IPC_SET(PROVIDER) |                 \
	IPC_SET(NEED) | IPC_SET(USERINFO_QUERY) | IPC_SET(PLUGIN_ENV) |       \
	IPC_SET(PLUGIN_RUN) | IPC_SET(LOGIN_VERDICT))

/* One message that is not the verdict. */
static enum err
serve(struct verify *v, const struct ipc_message *m)
{
	switch (m->type) {
	case IPC_NOTE:
		return take_note(v, m);
	case IPC_CHECK:
		return v->request->tell ? take_check(v, m) : ERR_TURN;
	case IPC_PROVIDER:
		return take_provider(v, m);
	default:
		return verify_supply(v, m);
	}
}

static enum err
converse(struct verify *v)
{
	struct ipc_message m;
	unsigned spoken = 0;
	enum err err;

	for (;;) {
		err = ipc_recv(verify_judge(v), v->login.deadline_ms, TURNS,
		    &m);
		if (err != ERR_OK)
			return err;
		if (m.type == IPC_LOGIN_VERDICT)
			return take_verdict(v, &m);
		/* Everything else has a bound of its own. */
		if ((m.type == IPC_NOTE || m.type == IPC_CHECK) &&
		    ++spoken > NOTES_MAX)
			return ERR_TOO_BIG;
		if ((err = serve(v, &m)) != ERR_OK)
			return err;
	}
}

bool
verify_hear_judge(struct verify *v)
{
	struct login *login = &v->login;
	enum err err;

	if (!opk_settings_hear(login, &v->settings))
		return false;
	if (v->request->deadline_s == 0)
		login->deadline_ms = login->began_ms +
		    (int64_t)v->settings.deadline_s * 1000;
	if ((err = converse(v)) != ERR_OK) {
		free(v->line);
		v->line = NULL;
		return login_worker_failed(login, WORKER_OPK_JUDGE, err);
	}
	return login->decision.reason == REASON_OK && v->line != NULL;
}
