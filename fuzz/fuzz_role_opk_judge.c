/*
 * The judge of certificates, a whole login: fuzz/conversation.h.
 *
 * The choices: whether only the settings are asked for, whether it is to tell
 * of each check, how many plugins there are, which of them allow, how good
 * the cache's keys are and those that are fetched (u8 each), now (u64), the
 * user and the key's type (strings), and whether an e-mail must be verified
 * (u8).
 *
 * Beyond not crashing: what the judge says keeps to the protocol and to its
 * turns, and it ends with a verdict. Whoever is let in has a certificate that
 * is valid now, signed by the key that is to be printed, with a token that
 * this key and one of the providers' have signed.
 */
#include <string.h>

#include "fuzz/conversation.h"
#include "fuzz/fuzz.h"
#include "parseproc/jws.h"
#include "parseproc/opk_judge.h"
#include "parseproc/opk_session.h"
#include "parseproc/ssh_cert_self.h"
#include "parseproc/ssh_user_key.h"

static struct {
	uint8_t settings_only, tell, plugins, allowing, cached, fetched;
	uint8_t require_email_verified;
	uint64_t now;
	struct span user, key_type;
} chosen;

/* How far it is. */
static struct {
	struct span blob;
	size_t providers, said_providers;
	struct span sets[2 * PROVIDERS_MAX];
	size_t nsets;
	size_t env_len;
	bool ended;
} at;

static void
read_choices(void)
{
	struct span bytes = conversation_choices();
	struct wire_reader r = { bytes.p, bytes.len };
	uint8_t *const flags[] = { &chosen.settings_only, &chosen.tell,
		&chosen.plugins, &chosen.allowing, &chosen.cached,
		&chosen.fetched };

	memset(&chosen, 0, sizeof(chosen));
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		(void)!wire_get_u8(&r, flags[i]);
	(void)!wire_get_u64(&r, &chosen.now);
	(void)!wire_get_string(&r, &chosen.user.p, &chosen.user.len);
	(void)!wire_get_string(&r, &chosen.key_type.p, &chosen.key_type.len);
	(void)!wire_get_u8(&r, &chosen.require_email_verified);
	/* What the parent would never let through is made what it would. */
	chosen.settings_only &= 1;
	chosen.tell &= 1;
	chosen.require_email_verified &= 1;
	chosen.plugins %= PLUGINS_MAX + 1;
	chosen.now %= NOW_MAX + 1;
	if (chosen.user.len == 0 || chosen.user.len > USER_NAME_MAX ||
	    span_has(chosen.user, '\0'))
		chosen.user = span_of("root");
	if (chosen.key_type.len == 0 || chosen.key_type.len > KEY_TYPE_MAX ||
	    !ipc_printable(chosen.key_type.p, chosen.key_type.len))
		chosen.key_type = span_of("ssh-rsa");
}

static void
ask(void)
{
	struct ipc_message m = { .type = IPC_VERIFY_ASK };

	(void)conversation_say_text(IPC_TEXT_SALLYPORT_YAML, CONFIG_FILE_MAX);
	(void)conversation_say_text(IPC_TEXT_PROVIDERS, CONFIG_FILE_MAX);
	(void)conversation_say_text(IPC_TEXT_OPK_CONFIG, CONFIG_FILE_MAX);
	m.as.VERIFY_ASK.settings_only = chosen.settings_only;
	m.as.VERIFY_ASK.tell = chosen.tell;
	m.as.VERIFY_ASK.require_email_verified =
	    chosen.require_email_verified;
	m.as.VERIFY_ASK.plugins = chosen.plugins;
	m.as.VERIFY_ASK.now = chosen.now;
	m.as.VERIFY_ASK.user = text_field(chosen.user);
	m.as.VERIFY_ASK.key_type = text_field(chosen.key_type);
	conversation_say(&m);
	if (chosen.settings_only == 1)
		return;
	at.blob = conversation_say_text(IPC_TEXT_OFFERED_KEY, OFFERED_KEY_MAX);
	(void)conversation_say_text(IPC_TEXT_EXTRA_WORDS, EXTRA_WORDS_MAX);
}

/* --- what the judge wants --- */

static void
give_keys(size_t provider, unsigned state)
{
	struct ipc_message m = { .type = IPC_KEY_SET };

	m.as.KEY_SET.provider = (uint8_t)provider;
	m.as.KEY_SET.state = (uint8_t)(state % (IPC_KEYS_LAST + 1));
	conversation_say(&m);
	if (m.as.KEY_SET.state == IPC_KEYS_NONE)
		return;
	require(at.nsets < 2 * PROVIDERS_MAX);
	at.sets[at.nsets++] = conversation_say_text(IPC_TEXT_KEY_SET,
	    KEY_SET_MAX);
}

static void
give(const struct ipc_message *m)
{
	switch (m->as.NEED.what) {
	case IPC_NEED_KEY_SETS:
		require(at.said_providers == at.providers);
		for (size_t i = 0; i < at.providers; i++)
			give_keys(i, chosen.cached >> 2 * (i % 4) & 3);
		break;
	case IPC_NEED_REFRESH:
		require(m->as.NEED.provider < at.providers);
		give_keys(m->as.NEED.provider, chosen.fetched);
		break;
	case IPC_NEED_AUTH_ID:
		(void)conversation_say_text(IPC_TEXT_AUTH_ID,
		    AUTH_ID_FILE_MAX);
		break;
	case IPC_NEED_HOME_AUTH_ID:
		(void)conversation_say_text(IPC_TEXT_HOME_AUTH_ID,
		    CONFIG_FILE_MAX);
		break;
	default:
		require(m->as.NEED.what == IPC_NEED_PLUGINS);
		for (unsigned i = 0; i < chosen.plugins; i++)
			(void)conversation_say_text(IPC_TEXT_PLUGIN,
			    CONFIG_FILE_MAX);
	}
}

static void
run_plugin(const struct ipc_message *m)
{
	struct ipc_message result = { .type = IPC_PLUGIN_RESULT };
	unsigned plugin = m->as.PLUGIN_RUN.plugin;

	require(plugin < chosen.plugins);
	require(m->as.PLUGIN_RUN.env_total == at.env_len);
	at.env_len = 0;
	result.as.PLUGIN_RESULT.allowed =
	    (uint8_t)(chosen.allowing >> plugin % 8 & 1);
	conversation_say(&result);
}

/* --- the verdict --- */

/* Whether a provider's key has signed one half, and only that. */
static bool
providers_have_signed(const struct pk_token *token)
{
	static struct issuer issuers[4 * PROVIDERS_MAX];
	struct op_fit fit;
	size_t n = 0;

	for (size_t i = 0; i < at.nsets; i++)
		for (int gq = 0; gq < 2; gq++) {
			issuers[n].gq = gq == 1;
			n += key_set_read(at.sets[i], &issuers[n].set);
		}
	return op_signature_find(token, issuers, n, &fit) == REASON_OK;
}

static bool
user_has_signed(const struct pk_token *token, const struct jwk *key)
{
	bool signed_by = false;

	for (size_t i = 0; i < PK_TOKEN_SEGMENTS; i++)
		signed_by |= jws_verify(key, token->segment[i].input,
		    token->segment[i].signature) == REASON_OK;
	return signed_by;
}

static void
check_allowed(const struct ipc_message *m)
{
	static uint8_t room[PK_TOKEN_ROOM(PK_TOKEN_MAX)];
	struct span printed = span_from(at.blob,
	    m->as.LOGIN_VERDICT.key_at);
	struct pk_token token;
	struct ssh_cert cert;
	struct jwk key;

	require(m->as.LOGIN_VERDICT.key_len <= printed.len);
	printed.len = m->as.LOGIN_VERDICT.key_len;
	require(ssh_user_key_read(printed, &key));
	require(ssh_cert_read(at.blob.p, at.blob.len, &cert) == REASON_OK);
	require(jwk_same_key(&key, &cert.key));
	require(ssh_cert_self_verify(&cert) == REASON_OK);
	require(ssh_cert_valid_at(&cert, chosen.now));
	require(ssh_cert_principal(&cert, chosen.user) != SSH_CERT_REFUSED);
	require(pk_token_read(cert.token.p, cert.token.len, room,
	    sizeof(room), &token) == REASON_OK);
	require(user_has_signed(&token, &cert.key));
	require(providers_have_signed(&token));
	require(m->as.LOGIN_VERDICT.text == IPC_TEXT_AUTH_ID ||
	    m->as.LOGIN_VERDICT.text == IPC_TEXT_HOME_AUTH_ID ||
	    m->as.LOGIN_VERDICT.text == IPC_TEXT_PLUGIN);
}

void
conversation_heard(const struct ipc_message *m)
{
	require(!at.ended);
	switch (m->type) {
	case IPC_SETTINGS:
		at.providers = m->as.SETTINGS.providers;
		break;
	case IPC_PROVIDER:
		at.said_providers++;
		break;
	case IPC_CHECK:
		require(chosen.tell == 1);
		break;
	case IPC_NOTE:
		break;
	case IPC_NEED:
		give(m);
		break;
	case IPC_USERINFO_QUERY:
		require(m->as.USERINFO_QUERY.token_at <= at.blob.len);
		require(m->as.USERINFO_QUERY.token_len <= at.blob.len -
		    m->as.USERINFO_QUERY.token_at);
		(void)conversation_say_text(IPC_TEXT_USERINFO, USERINFO_MAX);
		break;
	case IPC_PLUGIN_ENV:
		at.env_len += m->as.PLUGIN_ENV.data.len;
		require(at.env_len <= PLUGIN_ENV_MAX);
		break;
	case IPC_PLUGIN_RUN:
		run_plugin(m);
		break;
	case IPC_LOGIN_VERDICT:
		conversation_verdict =
		    (enum reason)m->as.LOGIN_VERDICT.reason;
		if (m->as.LOGIN_VERDICT.reason == REASON_OK)
			check_allowed(m);
		at.ended = true;
		break;
	default:
		require(m->type == IPC_CONFIG_ERROR);
		conversation_verdict = (enum reason)m->as.CONFIG_ERROR.reason;
		at.ended = true;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* As in opk_judge_run(); half a megabyte is not for a stack or heap. */
	static struct opk_session session;
	static bool warm;
	enum err err;

	require(warm || opk_judge_warm_up());
	warm = true;
	memset(&at, 0, sizeof(at));
	memset(&session, 0, sizeof(session));
	session.ch = conversation_begin((struct span){ data, size });
	read_choices();
	ask();
	err = opk_session_run(&session);
	require(err != ERR_OK || at.ended || chosen.settings_only == 1);
	conversation_end(err);
	return 0;
}
