/* What the judge asks for on its way: keys, files, userinfo, plugins. */
#include <string.h>

#include "parent/fetch.h"
#include "parent/key_fetch.h"
#include "parent/verify.h"

static enum err
send_text(struct verify *v, enum ipc_text kind, const void *data, size_t len)
{
	return ipc_send_text(verify_judge(v), v->login.deadline_ms, kind,
	    data, len);
}

static void
note(const struct verify *v, enum reason reason, enum ipc_text text,
    const char *what)
{
	verify_note(v, reason, opk_settings_file(&v->settings, text), 0,
	    (struct ipc_span){ what, strlen(what) });
}

/* --- keys --- */

static enum err
send_keys(struct verify *v, size_t i, const struct provider_keys *keys)
{
	struct ipc_message m = { .type = IPC_KEY_SET };
	enum err err;

	m.as.KEY_SET.provider = (uint8_t)i;
	m.as.KEY_SET.state = (uint8_t)keys->state;
	err = ipc_send(verify_judge(v), v->login.deadline_ms, &m);
	if (err != ERR_OK || keys->state == IPC_KEYS_NONE)
		return err;
	return send_text(v, IPC_TEXT_KEY_SET, keys->set, keys->len);
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
		.opk_config = &v->settings.files.config,
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
	    fetch(&v->login, netproc, &m, opk_settings_ca(&v->settings),
	    answer, fault);
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

	if (home_take(&v->login.starter, home_deadline(v), &file, &problem) ==
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
	if (reason != REASON_OK)
		verify_note(v, reason, v->settings.files.plugins[i].name, 0,
		    (struct ipc_span){ detail, strlen(detail) });
	env->len = 0;
	result.as.PLUGIN_RESULT.allowed = allowed && reason == REASON_OK;
	return ipc_send(verify_judge(v), v->login.deadline_ms, &result);
}

static enum err
give(struct verify *v, const struct ipc_message *m)
{
	unsigned what = m->as.NEED.what;
	uint32_t bit = UINT32_C(1) << what;

	/* Nothing is worth asking for twice. */
	if ((v->needed & bit) != 0)
		return ERR_TURN;
	v->needed |= bit;
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

enum err
verify_supply(struct verify *v, const struct ipc_message *m)
{
	static struct environment env;

	switch (m->type) {
	case IPC_NEED:
		return give(v, m);
	case IPC_USERINFO_QUERY:
		if ((v->needed & 1) != 0)
			return ERR_TURN;
		v->needed |= 1; /* no IPC_NEED_ is 0 */
		return give_userinfo(v, m);
	case IPC_PLUGIN_ENV:
		return take_environment(&env, m);
	case IPC_PLUGIN_RUN:
		return run_plugin(v, &env, m);
	default:
		return ERR_TURN;
	}
}
