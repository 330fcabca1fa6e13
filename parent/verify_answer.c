#include <stdlib.h>
#include <string.h>

#include "parent/fetch.h"
#include "parent/key_fetch.h"
#include "parent/log.h"
#include "parent/verify.h"

/* More notes than this are no notes any more; the judge sums its up. */
#define NOTES_MAX 512

static struct ipc_channel *
judge_channel(struct verify *v)
{
	return &v->login.starter.channels[WORKER_OPK_JUDGE];
}

static enum err
send_text(struct verify *v, enum ipc_text kind, const void *data, size_t len)
{
	return ipc_send_text(judge_channel(v), v->login.deadline_ms, kind,
	    data, len);
}

/* --- what our files say --- */

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

static void
log_note(const struct verify *v, enum reason reason, enum ipc_text text,
    uint32_t line_number, struct ipc_span what)
{
	const char *file = opk_settings_file(&v->settings, text);
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

static void
note(const struct verify *v, enum reason reason, enum ipc_text text,
    const char *what)
{
	log_note(v, reason, text, 0, (struct ipc_span){ what, strlen(what) });
}

static enum err
take_note(const struct verify *v, const struct ipc_message *m)
{
	enum reason reason = (enum reason)m->as.NOTE.reason;

	if (reason_class(reason) != REASON_NOTE)
		return ERR_BOUND;
	log_note(v, reason, (enum ipc_text)m->as.NOTE.text, m->as.NOTE.line,
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

/* --- keys --- */

static enum err
send_keys(struct verify *v, size_t i, const struct provider_keys *keys)
{
	struct ipc_message m = { .type = IPC_KEY_SET };
	enum err err;

	m.as.KEY_SET.provider = (uint8_t)i;
	m.as.KEY_SET.state = (uint8_t)keys->state;
	err = ipc_send(judge_channel(v), v->login.deadline_ms, &m);
	return err != ERR_OK ? err : send_text(v, IPC_TEXT_KEY_SET, keys->set,
	    keys->len);
}

/* The key set of a file, for the first provider; the others share it. */
static bool
reduce_jwks(struct verify *v)
{
	struct login *login = &v->login;
	struct key_refresh refresh = { .issuer = v->providers[0].issuer };

	if (v->providers[0].keys.set != NULL ||
	    key_reduce(login, &refresh, login->deadline_ms, &v->jwks,
	    &v->providers[0].keys))
		return true;
	login->decision.file = v->request->jwks;
	login->decision.worker = refresh.worker;
	return login_fail(login, refresh.reason, "%s", refresh.detail);
}

static enum err
give_all_keys(struct verify *v)
{
	enum err err = ERR_OK;

	if (v->nproviders == 0 || v->nproviders != v->settings.nproviders)
		return ERR_TURN;
	if (v->request->jwks != NULL && !reduce_jwks(v))
		return ERR_EOF;
	for (size_t i = 0; err == ERR_OK && i < v->nproviders; i++) {
		struct verify_provider *p = &v->providers[i];

		if (v->request->jwks == NULL)
			provider_keys_load(&v->login.cache, p->issuer,
			    &v->settings.limits, &p->keys);
		err = send_keys(v, i, v->request->jwks == NULL ? &p->keys :
		    &v->providers[0].keys);
	}
	return err;
}

static enum err
give_newer_keys(struct verify *v, size_t i)
{
	struct decision *decision = &v->login.decision;
	struct verify_provider *p = &v->providers[i];
	struct key_refresh refresh = { .issuer = p->issuer,
		.opk_config = v->settings.files.config.data,
		.opk_config_len = v->settings.files.config.len,
		.net_ca = v->settings.net_ca,
		.ca = opk_settings_ca(&v->settings), .limits = &v->settings.limits };

	if (v->request->jwks != NULL)
		return send_keys(v, i, &v->providers[0].keys);
	if (!provider_keys_refresh(&v->login, &refresh, &p->keys)) {
		decision->fetch = refresh.reason;
		memcpy(decision->fetch_detail, refresh.detail,
		    sizeof(refresh.detail));
	}
	return send_keys(v, i, &p->keys);
}

/* --- userinfo --- */

/* RFC 6750 section 2.1: b64token. */
static bool
is_bearer(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!(p[i] >= 'a' && p[i] <= 'z') &&
		    !(p[i] >= 'A' && p[i] <= 'Z') &&
		    !(p[i] >= '0' && p[i] <= '9') &&
		    memchr("-._~+/=", p[i], 7) == NULL)
			return false;
	return n > 0;
}

static const char authorization[] = "Authorization: Bearer ";

/* The header with the token that stands at that place of the offered key. */
static enum err
bearer_header(const struct verify *v, const struct ipc_message *m,
    char header[HEADERS_MAX], size_t *len)
{
	size_t at = m->as.USERINFO_QUERY.token_at;
	size_t n = m->as.USERINFO_QUERY.token_len;
	size_t prefix = sizeof(authorization) - 1;

	if (at > v->offered.len || n > v->offered.len - at ||
	    !is_bearer((const char *)v->offered.blob + at, n))
		return ERR_BOUND;
	*len = 0;
	if (n > HEADERS_MAX - prefix)
		return ERR_OK;
	memcpy(header, authorization, prefix);
	memcpy(header + prefix, v->offered.blob + at, n);
	*len = prefix + n;
	return ERR_OK;
}

/* False, with words, if there is no answer. */
static bool
ask_userinfo(struct verify *v, const struct provider_keys *keys,
    struct ipc_span header, struct fetch_answer *answer, struct fault *fault)
{
	enum net_ca net_ca = v->settings.net_ca;
	enum worker netproc = (enum worker)(WORKER_NET_USERINFO + net_ca);
	struct ipc_message m = { .type = IPC_FETCH };
	uint32_t time_ms = login_time_left(&v->login, DEADLINE_MAX_S * 1000);

	m.as.FETCH.url = (struct ipc_span){ keys->userinfo,
		strlen(keys->userinfo) };
	m.as.FETCH.proxy = (struct ipc_span){ keys->userinfo_proxy,
		strlen(keys->userinfo_proxy) };
	m.as.FETCH.headers = header;
	m.as.FETCH.connect_ms = time_ms;
	m.as.FETCH.total_ms = time_ms;
	m.as.FETCH.body_max = USERINFO_MAX;
	return worker_start(&v->login, netproc, fault) &&
	    fetch(&v->login, netproc, &m, opk_settings_ca(&v->settings), answer, fault);
}

/* A failure is a note: other rules may still let the user in. */
static enum err
give_userinfo(struct verify *v, const struct ipc_message *m)
{
	size_t i = m->as.USERINFO_QUERY.provider;
	char header[HEADERS_MAX];
	struct fetch_answer answer = { .reason = REASON_SYSTEM };
	const char *problem = NULL;
	struct fault fault;
	size_t len;
	enum err err;

	if (i >= v->nproviders)
		return ERR_BOUND;
	if ((err = bearer_header(v, m, header, &len)) != ERR_OK)
		return err;
	if (len == 0)
		problem = "the access token is too long";
	else if (v->request->jwks != NULL ||
	    v->providers[i].keys.userinfo[0] == '\0')
		problem = "the provider names no userinfo_endpoint";
	else if (!ask_userinfo(v, &v->providers[i].keys,
	    (struct ipc_span){ header, len }, &answer, &fault))
		problem = fault.detail;
	else if (answer.reason != REASON_OK)
		problem = answer.detail;
	else if (answer.status != 200)
		problem = "its status is not 200";
	explicit_bzero(header, sizeof(header));
	if (problem != NULL)
		note(v, REASON_USERINFO, IPC_TEXT_USERINFO, problem);
	err = send_text(v, IPC_TEXT_USERINFO, answer.body, problem == NULL ?
	    answer.len : 0);
	fetch_answer_free(&answer);
	return err;
}

/* --- the user's own rules --- */

/* What the judge needs to go on without them. */
#define HOME_RESERVE_MS 500

/*
 * A name service or a home that answers nobody must not take the time of the
 * plugins, which may still allow the login.
 */
static int64_t
home_deadline(const struct verify *v)
{
	int64_t now_ms = ipc_now_ms(), deadline_ms = v->login.deadline_ms;

	if (v->settings.files.nplugins > 0)
		return now_ms + (deadline_ms - now_ms) / 2;
	return deadline_ms - HOME_RESERVE_MS;
}

static enum err
give_home_auth_id(struct verify *v)
{
	struct trusted_file file = { NULL, 0, false, 0 };
	struct file_problem problem;
	enum err err;

	if (home_take(&v->home, home_deadline(v), &file, &problem) ==
	    HOME_REFUSED)
		note(v, REASON_HOME_POLICY, IPC_TEXT_HOME_AUTH_ID,
		    problem.what);
	err = send_text(v, IPC_TEXT_HOME_AUTH_ID, file.data, file.len);
	trusted_free(&file);
	return err;
}

/* --- plugins --- */

static enum err
give_plugins(struct verify *v)
{
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < v->settings.files.nplugins; i++)
		err = send_text(v, IPC_TEXT_PLUGIN,
		    v->settings.files.plugins[i].text.data,
		    v->settings.files.plugins[i].text.len);
	return err;
}

/* What a plugin is told, as the judge says it piece by piece. */
struct environment {
	uint8_t text[PLUGIN_ENV_MAX];
	size_t len;
};

static enum err
take_environment(struct environment *env, const struct ipc_message *m)
{
	const struct ipc_span *data = &m->as.PLUGIN_ENV.data;

	if (data->len > sizeof(env->text) - env->len)
		return ERR_TOO_BIG;
	memcpy(env->text + env->len, data->p, data->len);
	env->len += data->len;
	return ERR_OK;
}

/* An equal share of what is left, so that a slow one starves none. */
static uint32_t
plugin_time(const struct verify *v, size_t plugin)
{
	uint32_t left = login_time_left(&v->login, DEADLINE_MAX_S * 1000);
	uint32_t share = left / (uint32_t)(v->settings.files.nplugins - plugin);

	return share > 0 ? share : 1;
}

static enum err
run_plugin(struct verify *v, struct environment *env,
    const struct ipc_message *m)
{
	struct ipc_message result = { .type = IPC_PLUGIN_RESULT };
	size_t i = m->as.PLUGIN_RUN.plugin;
	char detail[DETAIL_MAX + 1];
	struct plugin_request request;
	bool allowed = false;
	enum reason reason;

	if (i >= v->settings.files.nplugins || env->len != m->as.PLUGIN_RUN.env_total)
		return ERR_BOUND;
	if (v->plugin_asked[i])
		return ERR_TURN;
	v->plugin_asked[i] = true;
	request = (struct plugin_request){
		.plugin = i,
		.env = env->text,
		.env_len = env->len,
		.words = m->as.PLUGIN_RUN.words.p,
		.words_len = m->as.PLUGIN_RUN.words.len,
		.time_ms = plugin_time(v, i),
	};
	reason = plugin_ask(&v->plugins, &request, v->login.deadline_ms,
	    &allowed, detail);
	if (reason != REASON_OK) {
		struct log_line line;

		log_begin(&line, "noticed");
		log_add_text(&line, "reason", reason_word(reason));
		log_add_text(&line, "user", v->login.user);
		log_add_text(&line, "file", v->settings.files.plugins[i].name);
		log_add_text(&line, "detail", detail);
		log_end(&line, LOG_WARNING);
	}
	env->len = 0;
	result.as.PLUGIN_RESULT.allowed = allowed && reason == REASON_OK;
	return ipc_send(judge_channel(v), v->login.deadline_ms, &result);
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

	if (line.principal == IPC_PRINCIPAL_LOGIN_NAME &&
	    !offered_key_principal_valid(line.user)) {
		(void)login_fail(&v->login, REASON_CERT_PRINCIPALS,
		    "the login name cannot stand in principals=; "
		    "fix: a client that asks for opkssh-wildcard");
		return ERR_OK;
	}
	v->line = offered_key_line(&v->offered, &line);
	if (v->line == NULL)
		return ERR_BOUND;
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

static enum err
give(struct verify *v, const struct ipc_message *m, uint32_t *needed)
{
	unsigned what = m->as.NEED.what;
	uint32_t bit = UINT32_C(1) << what;

	/* Nothing is worth asking for twice. */
	if ((*needed & bit) != 0)
		return ERR_TURN;
	*needed |= bit;
	switch ((enum ipc_need)what) {
	case IPC_NEED_KEY_SETS:
		return give_all_keys(v);
	case IPC_NEED_REFRESH:
		return m->as.NEED.provider < v->nproviders ?
		    give_newer_keys(v, m->as.NEED.provider) : ERR_BOUND;
	case IPC_NEED_AUTH_ID:
		return send_text(v, IPC_TEXT_AUTH_ID, v->settings.files.auth_id.data,
		    v->settings.files.auth_id.len);
	case IPC_NEED_HOME_AUTH_ID:
		return v->settings.home_policy ? give_home_auth_id(v) :
		    ERR_TURN;
	case IPC_NEED_PLUGINS:
		return give_plugins(v);
	}
	return ERR_BOUND;
}

/* One message that is not the verdict. */
static enum err
serve(struct verify *v, const struct ipc_message *m, uint32_t *needed)
{
	static struct environment env;

	switch (m->type) {
	case IPC_NOTE:
		return take_note(v, m);
	case IPC_CHECK:
		return v->request->tell ? take_check(v, m) : ERR_TURN;
	case IPC_PROVIDER:
		return take_provider(v, m);
	case IPC_NEED:
		return give(v, m, needed);
	case IPC_USERINFO_QUERY:
		if ((*needed & 1) != 0)
			return ERR_TURN;
		*needed |= 1; /* no IPC_NEED_ is 0 */
		return give_userinfo(v, m);
	case IPC_PLUGIN_ENV:
		return take_environment(&env, m);
	default:
		return run_plugin(v, &env, m);
	}
}

static enum err
converse(struct verify *v)
{
	struct ipc_message m;
	uint32_t needed = 0;
	unsigned spoken = 0;
	enum err err;

	for (;;) {
		err = ipc_recv(judge_channel(v), v->login.deadline_ms, TURNS,
		    &m);
		if (err != ERR_OK)
			return err;
		if (m.type == IPC_LOGIN_VERDICT)
			return take_verdict(v, &m);
		/* Everything else has a bound of its own. */
		if ((m.type == IPC_NOTE || m.type == IPC_CHECK) &&
		    ++spoken > NOTES_MAX)
			return ERR_TOO_BIG;
		if ((err = serve(v, &m, &needed)) != ERR_OK)
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
