#include "parseproc/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parseproc/discovery.h"
#include "parseproc/jwks.h"
#include "parseproc/key_set.h"
#include "parseproc/opk_config.h"
#include "parseproc/url.h"

/* One provider's keys: what was heard, and what will be said. */
struct keys {
	struct ipc_channel *ch;
	struct opk_config config;
	uint8_t issuer_bytes[ISSUER_MAX];
	struct span issuer;
	bool have_jwks;
	struct discovery discovery; /* all zero if nobody asked */
	struct jwks jwks;
	char detail[DETAIL_MAX + 1];
};

/* --- talking to the parent --- */

/*
 * A text, and if all is well so far, what read() makes of it; the bytes are
 * gone afterwards.
 */
static enum err
hear_text(struct keys *keys, enum ipc_text kind, size_t max,
    enum reason (*read)(struct keys *, const uint8_t *, size_t),
    enum reason *reason)
{
	uint8_t *text = malloc(max);
	size_t len;
	enum err err;

	if (text == NULL)
		return ERR_MEMORY;
	err = ipc_read_text(keys->ch, kind, text, max, &len);
	if (err == ERR_OK && *reason == REASON_OK)
		*reason = read(keys, text, len);
	free(text);
	return err;
}

static struct ipc_span
say_string(const char *s)
{
	return (struct ipc_span){ s, strlen(s) };
}

/*
 * The proxy for a URL that discovery.h has taken: what url.h reads, perhaps
 * with a query behind it.
 */
static const char *
proxy_for(const struct keys *keys, const char *text)
{
	struct url url;

	if (url_read(text, strcspn(text, "?"), &url) != NULL)
		return "";
	return opk_config_proxy(&keys->config, &url);
}

static enum err
say_fetch(struct keys *keys, const char *url)
{
	struct ipc_message m = { .type = IPC_KEYS_FETCH };

	m.as.KEYS_FETCH.url = say_string(url);
	m.as.KEYS_FETCH.proxy = say_string(proxy_for(keys, url));
	return ipc_write(keys->ch, &m);
}

static enum err
say_data(struct keys *keys, const uint8_t *data, size_t len)
{
	struct ipc_message m = { .type = IPC_KEYS_DATA };
	enum err err = ERR_OK;

	for (size_t said = 0; err == ERR_OK && said < len;) {
		size_t n = len - said < IPC_CHUNK_MAX ? len - said :
		    IPC_CHUNK_MAX;

		m.as.KEYS_DATA.data = (struct ipc_span){ data + said, n };
		err = ipc_write(keys->ch, &m);
		said += n;
	}
	return err;
}

/* How it ended, with a set of total bytes before it if that was well. */
static enum err
say_done(struct keys *keys, enum reason reason, size_t total)
{
	struct ipc_message m = { .type = IPC_KEYS_DONE };

	m.as.KEYS_DONE.reason = (uint8_t)reason;
	m.as.KEYS_DONE.detail = say_string(keys->detail);
	m.as.KEYS_DONE.dropped = (uint32_t)keys->jwks.ndrops;
	m.as.KEYS_DONE.userinfo = m.as.KEYS_DONE.userinfo_proxy =
	    say_string("");
	if (reason == REASON_OK) {
		const char *userinfo = keys->discovery.userinfo;

		m.as.KEYS_DONE.total = (uint32_t)total;
		m.as.KEYS_DONE.keys = (uint32_t)keys->jwks.nkeys;
		m.as.KEYS_DONE.userinfo = say_string(userinfo);
		m.as.KEYS_DONE.userinfo_proxy =
		    say_string(proxy_for(keys, userinfo));
	}
	return ipc_write(keys->ch, &m);
}

static enum err
say_set(struct keys *keys)
{
	struct wire_writer w = { malloc(KEY_SET_MAX), KEY_SET_MAX, 0 };
	enum err err;

	if (w.buf == NULL)
		return say_done(keys, REASON_MEMORY, 0);
	err = key_set_write(keys->jwks.keys, keys->jwks.nkeys, &w);
	if (err == ERR_OK)
		err = say_data(keys, w.buf, w.used);
	if (err == ERR_OK)
		err = say_done(keys, REASON_OK, w.used);
	free(w.buf);
	return err;
}

/* --- reading --- */

static enum reason
read_config(struct keys *keys, const uint8_t *text, size_t len)
{
	struct config_error error;
	enum reason reason = opk_config_read(text, len, &keys->config, &error);

	if (reason != REASON_OK)
		(void)snprintf(keys->detail, sizeof(keys->detail),
		    "config.yml, line %u: %s", error.line, error.what);
	return reason;
}

static enum reason
read_discovery(struct keys *keys, const uint8_t *text, size_t len)
{
	return discovery_read(text, len, keys->issuer, &keys->discovery);
}

/* What was left out is told by its number and the first reason. */
static enum reason
read_jwks(struct keys *keys, const uint8_t *text, size_t len)
{
	const struct jwks *jwks = &keys->jwks;
	enum reason reason = jwks_read(text, len, &keys->jwks);

	if (jwks->ndrops > 0)
		(void)snprintf(keys->detail, sizeof(keys->detail),
		    "%zu left out, the first (number %u): %s", jwks->ndrops,
		    jwks->drops[0].index + 1,
		    reason_word(jwks->drops[0].reason));
	return reason;
}

/* --- the conversation --- */

static enum err
hear_ask(struct keys *keys)
{
	struct ipc_message m;
	enum err err = ipc_read(keys->ch, IPC_SET(KEYS_ASK), &m);

	if (err != ERR_OK)
		return err;
	/* Within the message's own bound, which is that of the copy. */
	memcpy(keys->issuer_bytes, m.as.KEYS_ASK.issuer.p,
	    m.as.KEYS_ASK.issuer.len);
	keys->issuer = (struct span){ keys->issuer_bytes,
		m.as.KEYS_ASK.issuer.len };
	keys->have_jwks = m.as.KEYS_ASK.have_jwks == 1;
	return ERR_OK;
}

static enum reason
check_issuer(struct keys *keys)
{
	const char *problem = issuer_problem(keys->issuer);

	if (problem == NULL)
		return REASON_OK;
	(void)snprintf(keys->detail, sizeof(keys->detail), "the issuer %s",
	    problem);
	return REASON_CONFIG_VALUE;
}

/* Has the provider's configuration fetched, and its key set asked for. */
static enum err
discover(struct keys *keys, enum reason *reason)
{
	char url[URL_MAX + 1];
	enum err err;

	(void)discovery_url(keys->issuer, url);
	if ((err = say_fetch(keys, url)) != ERR_OK)
		return err;
	err = hear_text(keys, IPC_TEXT_DISCOVERY, DISCOVERY_MAX,
	    read_discovery, reason);
	if (err == ERR_OK && *reason == REASON_OK)
		err = say_fetch(keys, keys->discovery.jwks_uri);
	return err;
}

/* All but the end; a reason other than OK is the end. */
static enum err
hear(struct keys *keys, enum reason *reason)
{
	enum err err = hear_text(keys, IPC_TEXT_OPK_CONFIG, CONFIG_FILE_MAX,
	    read_config, reason);

	if (err == ERR_OK)
		err = hear_ask(keys);
	if (err == ERR_OK && *reason == REASON_OK)
		*reason = check_issuer(keys);
	if (err == ERR_OK && *reason == REASON_OK && !keys->have_jwks)
		err = discover(keys, reason);
	/* If it has the set, the parent says it before it listens to us. */
	if (err == ERR_OK && (*reason == REASON_OK || keys->have_jwks))
		err = hear_text(keys, IPC_TEXT_JWKS, JWKS_MAX, read_jwks,
		    reason);
	return err;
}

enum err
keys_run(struct ipc_channel *ch)
{
	struct keys keys = { .ch = ch };
	enum reason reason = REASON_OK;
	enum err err;

	err = hear(&keys, &reason);
	if (err == ERR_OK)
		err = reason == REASON_OK ? say_set(&keys) :
		    say_done(&keys, reason, 0);
	jwks_free(&keys.jwks);
	opk_config_free(&keys.config);
	return err;
}
