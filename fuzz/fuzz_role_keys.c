/*
 * The role that reduces a provider's keys, whole: fuzz/conversation.h. The
 * choices: whether the parent has the key set already (u8), and the issuer
 * (a string).
 *
 * Beyond not crashing: what is to be fetched is a URL that netproc takes,
 * and what was reduced is a key set that the judge takes.
 */
#include <string.h>

#include "fuzz/conversation.h"
#include "fuzz/fuzz.h"
#include "ipc/reason.h"
#include "parseproc/key_set.h"
#include "parseproc/keys.h"
#include "parseproc/text.h"
#include "parseproc/url.h"

static struct {
	unsigned fetched;
	uint8_t set[KEY_SET_MAX];
	size_t len;
	bool ended;
} at;

/* One that url.h reads, perhaps with a query behind it. */
static void
check_url(const char *text, size_t len)
{
	const char *query = memchr(text, '?', len);
	struct url url;

	require(url_read(text, query != NULL ? (size_t)(query - text) : len,
	    &url) == NULL);
}

static void
check_set(const struct ipc_message *m)
{
	static struct key_set set;

	if (m->as.KEYS_DONE.reason != REASON_OK) {
		require(at.len == 0 && m->as.KEYS_DONE.total == 0);
		return;
	}
	require(m->as.KEYS_DONE.total == at.len);
	require(key_set_read((struct span){ at.set, at.len }, &set));
	require(set.nkeys == m->as.KEYS_DONE.keys);
}

void
conversation_heard(const struct ipc_message *m)
{
	require(!at.ended);
	switch (m->type) {
	case IPC_KEYS_FETCH:
		check_url(m->as.KEYS_FETCH.url.p, m->as.KEYS_FETCH.url.len);
		/* The provider's configuration, then its keys. */
		if (at.fetched++ == 0)
			(void)conversation_say_text(IPC_TEXT_DISCOVERY,
			    DISCOVERY_MAX);
		else
			(void)conversation_say_text(IPC_TEXT_JWKS, JWKS_MAX);
		require(at.fetched <= 2);
		break;
	case IPC_KEYS_DATA:
		require(m->as.KEYS_DATA.data.len <= KEY_SET_MAX - at.len);
		memcpy(at.set + at.len, m->as.KEYS_DATA.data.p,
		    m->as.KEYS_DATA.data.len);
		at.len += m->as.KEYS_DATA.data.len;
		break;
	default:
		require(m->type == IPC_KEYS_DONE);
		check_set(m);
		conversation_verdict = (enum reason)m->as.KEYS_DONE.reason;
		at.ended = true;
	}
}

static void
ask(void)
{
	struct ipc_message m = { .type = IPC_KEYS_ASK };
	struct span bytes = conversation_choices();
	struct wire_reader r = { bytes.p, bytes.len };
	struct span issuer = { NULL, 0 };
	uint8_t have_jwks;

	(void)!wire_get_u8(&r, &have_jwks);
	(void)!wire_get_string(&r, &issuer.p, &issuer.len);
	if (issuer.len < 8 || issuer.len > ISSUER_MAX ||
	    !ipc_printable(issuer.p, issuer.len))
		issuer = span_of("https://idp.test:9998");
	(void)conversation_say_text(IPC_TEXT_OPK_CONFIG, CONFIG_FILE_MAX);
	m.as.KEYS_ASK.issuer = text_field(issuer);
	m.as.KEYS_ASK.have_jwks = have_jwks & 1;
	conversation_say(&m);
	if ((have_jwks & 1) != 0)
		(void)conversation_say_text(IPC_TEXT_JWKS, JWKS_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ipc_channel *ch = conversation_begin((struct span){ data,
	    size });
	enum err err;

	memset(&at, 0, sizeof(at));
	ask();
	err = keys_run(ch);
	require(err != ERR_OK || at.ended);
	conversation_end(err);
	return 0;
}
