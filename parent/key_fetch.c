#include "parent/key_fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "parent/fetch.h"
#include "parent/word_stands.h"

/* The two documents, in their order. */
static const struct document {
	enum ipc_text text;
	enum worker netproc; /* and those of its other CAs behind it */
	size_t max;
	const char *name; /* in details */
} documents[] = {
	{ IPC_TEXT_DISCOVERY, WORKER_NET, DISCOVERY_MAX,
	    "openid-configuration" },
	{ IPC_TEXT_JWKS, WORKER_NET_JWKS, JWKS_MAX, "key set" },
};

#define NDOCUMENTS (sizeof(documents) / sizeof(documents[0]))

/* One conversation with the keys role. */
struct talk {
	struct login *login;
	struct key_refresh *refresh;
	struct provider_keys *keys;
	int64_t deadline_ms;
	uint32_t connect_ms;
	const struct trusted_file *jwks; /* supplied; NULL: to be fetched */
	size_t ndocuments; /* asked for so far */
	uint32_t max_age_s; /* of the last one */
	/* What KEYS_FETCH says: its spans do not outlive the next message. */
	char url[URL_MAX + 1];
	char proxy[PROXY_MAX + 1];
	char connected[URL_MAX + 1]; /* "https://host/" of the first */
	char connected_proxy[PROXY_MAX + 1];
};

static void
copy(char *to, struct ipc_span from)
{
	if (from.len > 0)
		memcpy(to, from.p, from.len);
	to[from.len] = '\0';
}

static bool
failed(struct talk *talk, enum reason reason, const char *what,
    const char *detail)
{
	struct key_refresh *refresh = talk->refresh;

	refresh->reason = reason;
	(void)snprintf(refresh->detail, sizeof(refresh->detail), "%s%s%.*s",
	    what, what[0] != '\0' && detail[0] != '\0' ? ": " : "",
	    DETAIL_MAX - 32, detail);
	return false;
}

static bool
failed_by(struct talk *talk, const struct fault *fault)
{
	talk->refresh->worker = fault->worker;
	return failed(talk, fault->reason, "", fault->detail);
}

static bool
keys_role_failed(struct talk *talk, enum err err)
{
	struct fault fault;

	(void)worker_failed(talk->login, WORKER_KEYS, err, &fault);
	return failed_by(talk, &fault);
}

static struct ipc_channel *
keys_channel(struct talk *talk)
{
	return &talk->login->starter.channels[WORKER_KEYS];
}

/* --- fetching what the keys role asks for --- */

static enum worker
netproc_for(const struct talk *talk, const struct document *document)
{
	return (enum worker)((int)document->netproc +
	    (int)talk->refresh->net_ca);
}

static bool
is_https(const void *url, size_t len)
{
	static const char https[] = "https://";
	size_t n = sizeof(https) - 1;

	return len > n && strncasecmp(url, https, n) == 0;
}

/* It could else be whoever the provider likes, and hear of every request. */
static bool
stands_in_config(const struct talk *talk, struct ipc_span proxy)
{
	static const char http[] = "http://";
	const struct trusted_file *config = talk->refresh->opk_config;
	char word[PROXY_MAX + 1];

	copy(word, proxy);
	if (config == NULL)
		return false;
	/* The keys role has put that in front, if it was not there. */
	return word_stands(config, word) || (strncmp(word, http,
	    sizeof(http) - 1) == 0 && word_stands(config, word + sizeof(http) -
	    1));
}

/*
 * Without TLS only an issuer on the loopback interface is asked, and no proxy.
 * The keys role knows; but it has read what the provider sent.
 */
static bool
may_ask(const struct talk *talk, struct ipc_span url, struct ipc_span proxy)
{
	const char *issuer = talk->refresh->issuer;

	if (proxy.len == 0)
		return is_https(url.p, url.len) ||
		    !is_https(issuer, strlen(issuer));
	return is_https(url.p, url.len) && stands_in_config(talk, proxy);
}

/* Of what is left, less what a netproc that fails us may take beyond it. */
static uint32_t
total_ms(const struct talk *talk)
{
	int64_t left = talk->deadline_ms - FETCH_GRACE_MS - ipc_now_ms();

	if (left < 1)
		return 1;
	return left < DEADLINE_MAX_S * 1000 ? (uint32_t)left :
	    DEADLINE_MAX_S * 1000;
}

static struct ipc_message
fetch_message(const struct talk *talk, size_t max)
{
	struct ipc_message fetch = { .type = IPC_FETCH };
	uint32_t total = total_ms(talk);

	fetch.as.FETCH.url = (struct ipc_span){ talk->url,
		strlen(talk->url) };
	fetch.as.FETCH.proxy = (struct ipc_span){ talk->proxy,
		strlen(talk->proxy) };
	fetch.as.FETCH.headers = (struct ipc_span){ "", 0 };
	fetch.as.FETCH.body = (struct ipc_span){ "", 0 };
	fetch.as.FETCH.total_ms = total;
	fetch.as.FETCH.connect_ms = talk->connect_ms < total ?
	    talk->connect_ms : total;
	fetch.as.FETCH.body_max = (uint32_t)max;
	return fetch;
}

static bool
check_answer(struct talk *talk, const struct document *document,
    const struct fetch_answer *answer)
{
	char what[64];

	if (answer->reason != REASON_OK)
		return failed(talk, answer->reason, document->name,
		    answer->detail);
	if (answer->status == 200)
		return true;
	talk->refresh->status = answer->status;
	(void)snprintf(what, sizeof(what), "the provider answered %u",
	    answer->status);
	return failed(talk, REASON_HTTP_STATUS, document->name, what);
}

/* "https://host/" of a URL: who has the same is reached the same way. */
static void
origin_of(const char *url, char origin[URL_MAX + 1])
{
	const char *host = strstr(url, "://");
	size_t n = host == NULL ? 0 :
	    (size_t)(host - url) + 3 + strcspn(host + 3, "/?#");

	(void)snprintf(origin, URL_MAX + 1, "%.*s/", (int)n, url);
}

/*
 * By the netproc that has fetched the document before it, if that is on the
 * same host (which netproc sees for itself) and its connection is still there;
 * else by one of its own.
 */
static bool
get(struct talk *talk, const struct document *document,
    struct fetch_answer *answer, struct fault *fault)
{
	enum worker own = netproc_for(talk, document);
	struct ipc_message request = fetch_message(talk, document->max);
	char origin[URL_MAX + 1];

	origin_of(talk->url, origin);
	if (document != documents && strcmp(origin, talk->connected) == 0 &&
	    strcmp(talk->proxy, talk->connected_proxy) == 0) {
		if (!fetch_again(talk->login, netproc_for(talk, documents),
		    &request, answer, fault))
			return false;
		if (answer->reason != REASON_CONNECT)
			return true;
		fetch_answer_free(answer);
		/* Of what that has left. */
		request = fetch_message(talk, document->max);
	}
	memcpy(talk->connected, origin, sizeof(origin));
	memcpy(talk->connected_proxy, talk->proxy, sizeof(talk->proxy));
	return (document == documents ||
	    worker_start(talk->login, own, fault)) &&
	    fetch(talk->login, own, &request, talk->refresh->ca, answer, fault);
}

/* Gets the document that the keys role asks for in *m, and hands it over. */
static bool
serve(struct talk *talk, const struct ipc_message *m)
{
	const struct document *document = &documents[talk->ndocuments];
	struct fetch_answer answer = { .reason = REASON_SYSTEM };
	struct fault fault;
	enum err err = ERR_OK;
	bool ok;

	if (!may_ask(talk, m->as.KEYS_FETCH.url, m->as.KEYS_FETCH.proxy))
		return keys_role_failed(talk, ERR_BOUND);
	copy(talk->url, m->as.KEYS_FETCH.url);
	copy(talk->proxy, m->as.KEYS_FETCH.proxy);
	talk->ndocuments++;
	ok = get(talk, document, &answer, &fault);
	if (!ok)
		(void)failed_by(talk, &fault);
	else if ((ok = check_answer(talk, document, &answer))) {
		talk->max_age_s = answer.max_age_s;
		err = ipc_send_text(keys_channel(talk), talk->deadline_ms,
		    document->text, answer.body, answer.len);
	}
	fetch_answer_free(&answer);
	return ok && (err == ERR_OK || keys_role_failed(talk, err));
}

/* --- what the keys role says --- */

/* What the reader of a provider's documents has to say, and no more. */
static bool
is_keys_reason(enum reason reason)
{
	return reason == REASON_OK || reason == REASON_MEMORY ||
	    reason == REASON_TOO_LARGE ||
	    (reason >= REASON_CONFIG_SIZE && reason <= REASON_CONFIG_VALUE) ||
	    (reason >= REASON_JWKS_JSON && reason <= REASON_JWKS_EMPTY) ||
	    (reason >= REASON_DISCOVERY_JSON &&
	    reason <= REASON_DISCOVERY_JWKS_URI);
}

/* KEYS_DONE must agree with itself and with the data before it. */
static bool
take_done(struct talk *talk, const struct ipc_message *m)
{
	struct key_refresh *refresh = talk->refresh;
	struct provider_keys *keys = talk->keys;
	enum reason reason = (enum reason)m->as.KEYS_DONE.reason;
	bool good = reason == REASON_OK;

	if (!is_keys_reason(reason) || m->as.KEYS_DONE.total != keys->len ||
	    good != (keys->len > 0) || good != (m->as.KEYS_DONE.keys > 0))
		return keys_role_failed(talk, ERR_BOUND);
	/* Supplied keys come without what only the provider can name. */
	if (m->as.KEYS_DONE.userinfo.len > 0 && (talk->jwks != NULL ||
	    !may_ask(talk, m->as.KEYS_DONE.userinfo,
	    m->as.KEYS_DONE.userinfo_proxy)))
		return keys_role_failed(talk, ERR_BOUND);
	refresh->reason = reason;
	refresh->nkeys = m->as.KEYS_DONE.keys;
	refresh->ndropped = m->as.KEYS_DONE.dropped;
	copy(refresh->detail, m->as.KEYS_DONE.detail);
	copy(keys->userinfo, m->as.KEYS_DONE.userinfo);
	copy(keys->userinfo_proxy, m->as.KEYS_DONE.userinfo_proxy);
	return good;
}

static bool
take_data(struct talk *talk, struct ipc_span data)
{
	struct provider_keys *keys = talk->keys;

	if (data.len > KEY_SET_MAX - keys->len)
		return keys_role_failed(talk, ERR_TOO_BIG);
	memcpy(keys->set + keys->len, data.p, data.len);
	keys->len += data.len;
	return true;
}

/* Serves the keys role until it is done. */
static bool
converse(struct talk *talk)
{
	struct ipc_message m;
	enum err err;
	bool ok;

	do {
		/* Another document may come only before the first data. */
		uint64_t may = IPC_SET(KEYS_DATA) | IPC_SET(KEYS_DONE);

		if (talk->jwks == NULL && talk->ndocuments < NDOCUMENTS &&
		    talk->keys->len == 0)
			may |= IPC_SET(KEYS_FETCH);
		err = ipc_recv(keys_channel(talk), talk->deadline_ms, may, &m);
		if (err != ERR_OK)
			return keys_role_failed(talk, err);
		if (m.type == IPC_KEYS_DONE)
			return take_done(talk, &m);
		ok = m.type == IPC_KEYS_FETCH ? serve(talk, &m) :
		    take_data(talk, m.as.KEYS_DATA.data);
	} while (ok);
	return false;
}

/* Says what the keys role hears first. */
static bool
brief(struct talk *talk)
{
	const struct key_refresh *refresh = talk->refresh;
	struct ipc_channel *ch = keys_channel(talk);
	struct ipc_message m = { .type = IPC_KEYS_ASK };
	struct fault fault;
	enum err err;

	if (!worker_await_ready(talk->login, WORKER_KEYS, talk->deadline_ms,
	    NULL, &fault))
		return failed_by(talk, &fault);
	m.as.KEYS_ASK.issuer = (struct ipc_span){ refresh->issuer,
		strlen(refresh->issuer) };
	m.as.KEYS_ASK.have_jwks = talk->jwks != NULL;
	err = ipc_send_text(ch, talk->deadline_ms, IPC_TEXT_OPK_CONFIG,
	    refresh->opk_config != NULL ? refresh->opk_config->data : NULL,
	    refresh->opk_config != NULL ? refresh->opk_config->len : 0);
	if (err == ERR_OK)
		err = ipc_send(ch, talk->deadline_ms, &m);
	if (err == ERR_OK && talk->jwks != NULL)
		err = ipc_send_text(ch, talk->deadline_ms, IPC_TEXT_JWKS,
		    talk->jwks->data, talk->jwks->len);
	return err == ERR_OK || keys_role_failed(talk, err);
}

static bool
talk_to_keys(struct talk *talk)
{
	struct provider_keys *keys = talk->keys;

	if ((keys->set = malloc(KEY_SET_MAX)) == NULL)
		return failed(talk, REASON_MEMORY, "", "no memory");
	if (brief(talk) && converse(talk)) {
		keys->state = IPC_KEYS_FRESH;
		return true;
	}
	provider_keys_free(keys);
	return false;
}

bool
key_fetch(struct login *login, struct key_refresh *refresh,
    int64_t deadline_ms, uint32_t connect_ms, struct provider_keys *keys)
{
	struct talk talk = { .login = login, .refresh = refresh, .keys = keys,
		.deadline_ms = deadline_ms, .connect_ms = connect_ms };
	struct fault fault;

	if (!worker_start(login, WORKER_KEYS, &fault) ||
	    !worker_start(login, netproc_for(&talk, &documents[0]), &fault))
		return failed_by(&talk, &fault);
	if (!talk_to_keys(&talk))
		return false;
	refresh->fresh_s = provider_fresh_s(talk.max_age_s);
	return true;
}

bool
key_reduce(struct login *login, struct key_refresh *refresh,
    int64_t deadline_ms, const struct trusted_file *jwks,
    struct provider_keys *keys)
{
	struct talk talk = { .login = login, .refresh = refresh, .keys = keys,
		.deadline_ms = deadline_ms, .jwks = jwks };
	struct fault fault;

	if (!worker_start(login, WORKER_KEYS, &fault))
		return failed_by(&talk, &fault);
	return talk_to_keys(&talk);
}
