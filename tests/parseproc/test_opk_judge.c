/*
 * The judge of certificates through whole conversations, with what the real
 * opkssh made. It runs in a child, which the test talks to as sallyport does.
 * Its JSON reader can be made to crash at the first byte it is given: so it
 * shows that no token gets there before a provider's key has fitted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ipc/channel.h"
#include "parseproc/json.h"
#include "parseproc/jwks.h"
#include "parseproc/key_set.h"
#include "parseproc/opk_judge.h"
#include "parseproc/ssh_cert.h"
#include "tests/parseproc/vectors.h"

#define PROVIDERS                                                             \
	"https://idp.test:9998 opkssh-test 24h\n"                             \
	"https://token.actions.githubusercontent.com none 24h\n"
#define AUTH_ID                                                               \
	"root alice@example.com https://idp.test:9998\n"                      \
	"deploy repo:octo-org/octo-repo:ref:refs/heads/* "                    \
	"https://token.actions.githubusercontent.com\n"
#define NISSUERS 2
#define SOON (ipc_now_ms() + 20000)

static bool reader_is_broken;

enum json_verdict __real_json_read(struct json *doc, const uint8_t *text,
    size_t len);
enum json_verdict __wrap_json_read(struct json *doc, const uint8_t *text,
    size_t len);

enum json_verdict
__wrap_json_read(struct json *doc, const uint8_t *text, size_t len)
{
	if (reader_is_broken)
		abort();
	return __real_json_read(doc, text, len);
}

/* --- the two of them --- */

static struct ipc_channel parent = { .fd = -1 };
static pid_t judge = -1;

/* What a login is; a test changes it before it begins. */
static struct {
	const char *yaml, *providers, *config, *auth_id, *user;
	struct vector cert;
	struct span keys; /* of each issuer */
	enum ipc_keys state;
	uint8_t plugins;
} login;

static uint8_t key_bytes[KEY_SET_MAX];

static void
reduce(struct span jwks)
{
	struct wire_writer w = { key_bytes, sizeof(key_bytes), 0 };
	static struct jwks set;

	assert_int_equal(jwks_read(jwks.p, jwks.len, &set), REASON_OK);
	assert_int_equal(key_set_write(set.keys, set.nkeys, &w), ERR_OK);
	login.keys = (struct span){ key_bytes, w.used };
	jwks_free(&set);
}

static void
login_by(const char *vector)
{
	memset(&login, 0, sizeof(login));
	login.cert = vector_read(vector);
	login.yaml = "home_policy: false\n";
	login.providers = PROVIDERS;
	login.config = "";
	login.auth_id = AUTH_ID;
	login.user = strstr(vector, "gq256") != NULL ? "deploy" : "root";
	login.state = IPC_KEYS_FRESH;
	reader_is_broken = false;
	reduce(login.cert.jwks);
}

static int
stop(void **state)
{
	(void)state;
	(void)close(parent.fd);
	if (judge != -1)
		(void)waitpid(judge, NULL, 0);
	judge = -1;
	vector_free(&login.cert);
	return 0;
}

/* How the judge ended, its wait status; nothing more may have been said. */
static int
ended(void)
{
	struct ipc_message m;
	int status;

	assert_int_equal(ipc_recv(&parent, SOON, UINT64_MAX, &m), ERR_EOF);
	assert_int_equal(waitpid(judge, &status, 0), judge);
	judge = -1;
	(void)close(parent.fd);
	return status;
}

/*
 * The one who hears it may have stopped listening and be gone before the last
 * word: whoever expects more of him will notice.
 */
static void
send_text(enum ipc_text kind, struct span text)
{
	enum err err = ipc_send_text(&parent, SOON, kind, text.p, text.len);

	assert_true(err == ERR_OK || err == ERR_EOF);
}

static struct ipc_message
hear(uint64_t expected)
{
	struct ipc_message m;
	enum err err = ipc_recv(&parent, SOON, expected, &m);

	if (err != ERR_OK)
		fail_msg("%s", err_text(err));
	return m;
}

static void
begin(bool settings_only)
{
	static struct ipc_channel its;
	struct ipc_message m = { .type = IPC_VERIFY_ASK };
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	parent = (struct ipc_channel){ .fd = fds[0], .sends = IPC_TO_PARSE,
		.receives = IPC_FROM_PARSE };
	its = (struct ipc_channel){ .fd = fds[1], .sends = IPC_FROM_PARSE,
		.receives = IPC_TO_PARSE };
	if ((judge = fork()) == 0) {
		(void)signal(SIGABRT, SIG_DFL);
		(void)close(parent.fd);
		_exit((int)opk_judge_run(&its));
	}
	(void)close(its.fd);
	send_text(IPC_TEXT_SALLYPORT_YAML, span_of(login.yaml));
	send_text(IPC_TEXT_PROVIDERS, span_of(login.providers));
	send_text(IPC_TEXT_OPK_CONFIG, span_of(login.config));
	m.as.VERIFY_ASK.settings_only = settings_only;
	m.as.VERIFY_ASK.user = (struct ipc_span){ login.user,
		strlen(login.user) };
	m.as.VERIFY_ASK.key_type = (struct ipc_span){ login.cert.type.p,
		login.cert.type.len };
	m.as.VERIFY_ASK.now = login.cert.now;
	m.as.VERIFY_ASK.plugins = login.plugins;
	assert_int_equal(ipc_send(&parent, SOON, &m), ERR_OK);
	if (settings_only)
		return;
	send_text(IPC_TEXT_OFFERED_KEY,
	    (struct span){ login.cert.blob, login.cert.len });
	send_text(IPC_TEXT_EXTRA_WORDS, (struct span){ NULL, 0 });
}

static void
give_keys(unsigned provider, enum ipc_keys state)
{
	struct ipc_message m = { .type = IPC_KEY_SET };

	m.as.KEY_SET.provider = (uint8_t)provider;
	m.as.KEY_SET.state = (uint8_t)state;
	assert_int_equal(ipc_send(&parent, SOON, &m), ERR_OK);
	if (state != IPC_KEYS_NONE)
		send_text(IPC_TEXT_KEY_SET, login.keys);
}

/* Settings and providers, up to the judge's wish for keys, which come. */
static void
until_keys(void)
{
	struct ipc_message m = hear(IPC_SET(SETTINGS));

	assert_int_equal(m.as.SETTINGS.providers, NISSUERS);
	for (unsigned i = 0; i < NISSUERS; i++)
		(void)hear(IPC_SET(PROVIDER));
	m = hear(IPC_SET(NEED));
	assert_int_equal(m.as.NEED.what, IPC_NEED_KEY_SETS);
	for (unsigned i = 0; i < NISSUERS; i++)
		give_keys(i, login.state);
}

static void
need_is(enum ipc_need what)
{
	struct ipc_message m = hear(IPC_SET(NEED));

	assert_int_equal(m.as.NEED.what, what);
}

/* The verdict must come now, and the judge end well. */
static struct ipc_message
verdict_is(enum reason reason)
{
	struct ipc_message m = hear(IPC_SET(LOGIN_VERDICT));

	if (m.as.LOGIN_VERDICT.reason != reason)
		fail_msg("%s, not %s",
		    reason_word((enum reason)m.as.LOGIN_VERDICT.reason),
		    reason_word(reason));
	return m;
}

static void
ended_well(void)
{
	assert_int_equal(ended(), 0);
}

/* --- good tokens --- */

static void
judge_takes_what_opkssh_made(void **state)
{
	(void)state;
	for (size_t i = 0; i < NVECTORS; i++) {
		struct ipc_message m;
		struct ssh_cert cert;

		login_by(vector_names[i]);
		begin(false);
		until_keys();
		need_is(IPC_NEED_AUTH_ID);
		send_text(IPC_TEXT_AUTH_ID, span_of(login.auth_id));
		m = verdict_is(REASON_OK);
		assert_int_equal(ssh_cert_read(login.cert.blob,
		    login.cert.len, &cert), REASON_OK);
		assert_ptr_equal(login.cert.blob + m.as.LOGIN_VERDICT.key_at,
		    cert.signature_key.p);
		assert_int_equal(m.as.LOGIN_VERDICT.key_len,
		    cert.signature_key.len);
		assert_int_equal(m.as.LOGIN_VERDICT.principal,
		    IPC_PRINCIPAL_WILDCARD);
		assert_int_equal(m.as.LOGIN_VERDICT.text, IPC_TEXT_AUTH_ID);
		ended_well();
		vector_free(&login.cert);
	}
	login_by(vector_names[0]);
}

static void
judge_asks_for_what_could_still_allow(void **state)
{
	(void)state;
	login_by("RS256-ecdsa");
	login.yaml = "";
	login.auth_id = "";
	begin(false);
	until_keys();
	need_is(IPC_NEED_AUTH_ID);
	send_text(IPC_TEXT_AUTH_ID, span_of(""));
	need_is(IPC_NEED_HOME_AUTH_ID);
	send_text(IPC_TEXT_HOME_AUTH_ID, span_of(AUTH_ID));
	assert_int_equal(verdict_is(REASON_OK).as.LOGIN_VERDICT.text,
	    IPC_TEXT_HOME_AUTH_ID);
	ended_well();
}

static void
judge_home_policy_off_never_asks_for_it(void **state)
{
	(void)state;
	login_by("RS256-ecdsa");
	begin(false);
	until_keys();
	need_is(IPC_NEED_AUTH_ID);
	send_text(IPC_TEXT_AUTH_ID, span_of(""));
	(void)verdict_is(REASON_NO_RULE);
	ended_well();
}

static void
judge_denied_user_reads_no_rule(void **state)
{
	(void)state;
	login_by("RS256-ecdsa");
	login.config = "deny_users: [ROOT]\n";
	begin(false);
	until_keys();
	(void)verdict_is(REASON_DENIED_USER);
	ended_well();
}

/* What sshd says it was offered is not what we have read. */
static void
judge_certificate_of_another_type_refused(void **state)
{
	static const char type[] = "ssh-ed25519-cert-v01@openssh.com";

	(void)state;
	login_by("RS256-ecdsa");
	login.cert.type = span_of(type);
	begin(false);
	(void)hear(IPC_SET(SETTINGS));
	(void)verdict_is(REASON_CERT_TYPE);
	ended_well();
}

static void
judge_says_settings_only(void **state)
{
	(void)state;
	login_by("RS256-ecdsa");
	begin(true);
	assert_int_equal(hear(IPC_SET(SETTINGS)).as.SETTINGS.providers,
	    NISSUERS);
	for (unsigned i = 0; i < NISSUERS; i++)
		(void)hear(IPC_SET(PROVIDER));
	ended_well();
}

static void
judge_unreadable_config_ends_it(void **state)
{
	(void)state;
	login_by("RS256-ecdsa");
	login.config = "deny_users: {\n";
	begin(false);
	assert_int_equal(hear(IPC_SET(CONFIG_ERROR)).as.CONFIG_ERROR.text,
	    IPC_TEXT_OPK_CONFIG);
	ended_well();
}

/* --- keys --- */

static void
judge_stale_keys_ask_for_newer_ones(void **state)
{
	(void)state;
	login_by("RS256-ecdsa");
	login.state = IPC_KEYS_STALE;
	begin(false);
	until_keys();
	need_is(IPC_NEED_REFRESH);
	give_keys(0, IPC_KEYS_STALE); /* there are none */
	need_is(IPC_NEED_AUTH_ID);
	send_text(IPC_TEXT_AUTH_ID, span_of(login.auth_id));
	(void)verdict_is(REASON_OK);
	ended_well();
}

/* The first provider's turn, and the second's keys. */
static void
judge_keys_out_of_turn_end_it(void **state)
{
	(void)state;
	login_by("RS256-ecdsa");
	begin(false);
	(void)hear(IPC_SET(SETTINGS));
	for (unsigned i = 0; i < NISSUERS; i++)
		(void)hear(IPC_SET(PROVIDER));
	need_is(IPC_NEED_KEY_SETS);
	give_keys(1, IPC_KEYS_FRESH);
	assert_int_equal(WEXITSTATUS(ended()), ERR_TURN);
}

static void
judge_no_keys_asks_once(void **state)
{
	(void)state;
	login_by("RS256-ecdsa");
	login.state = IPC_KEYS_NONE;
	begin(false);
	until_keys();
	need_is(IPC_NEED_REFRESH);
	give_keys(0, IPC_KEYS_NONE);
	(void)verdict_is(REASON_PROVIDER_KEYS);
	ended_well();

	vector_free(&login.cert);
	login_by("RS256-ecdsa");
	login.state = IPC_KEYS_NONE;
	begin(false);
	until_keys();
	need_is(IPC_NEED_REFRESH);
	give_keys(0, IPC_KEYS_FRESH);
	need_is(IPC_NEED_AUTH_ID);
	send_text(IPC_TEXT_AUTH_ID, span_of(login.auth_id));
	(void)verdict_is(REASON_OK);
	ended_well();
}

static void
judge_unlisted_issuer_asks_for_nothing(void **state)
{
	(void)state;
	login_by("RS256-ecdsa");
	login.providers = "https://other.test opkssh-test 24h\n"
	    "https://third.test opkssh-test 24h\n";
	login.state = IPC_KEYS_NONE;
	begin(false);
	until_keys();
	(void)verdict_is(REASON_ISSUER_UNKNOWN);
	ended_well();
}

/* The settings; then keys of each provider, as good as it is said. */
static void
until_keys_are(enum ipc_keys first, enum ipc_keys second)
{
	(void)hear(IPC_SET(SETTINGS));
	for (unsigned i = 0; i < NISSUERS; i++)
		(void)hear(IPC_SET(PROVIDER));
	need_is(IPC_NEED_KEY_SETS);
	give_keys(0, first);
	give_keys(1, second);
}

/*
 * Two tenants of Microsoft's have the same keys: that one's set has the key
 * must not keep the other's, which the token names, from being fetched.
 */
static void
judge_shared_key_asks_for_the_named_issuers(void **state)
{
	struct ipc_message m;

	(void)state;
	login_by("RS256-ecdsa");
	login.providers = "https://other.test opkssh-test 24h\n"
	    "https://idp.test:9998 opkssh-test 24h\n";
	begin(false);
	until_keys_are(IPC_KEYS_FRESH, IPC_KEYS_NONE);
	m = hear(IPC_SET(NEED) | IPC_SET(LOGIN_VERDICT));
	assert_int_equal(m.type, IPC_NEED);
	assert_int_equal(m.as.NEED.what, IPC_NEED_REFRESH);
	assert_int_equal(m.as.NEED.provider, 1);
	give_keys(1, IPC_KEYS_FRESH);
	need_is(IPC_NEED_AUTH_ID);
	send_text(IPC_TEXT_AUTH_ID, span_of(login.auth_id));
	(void)verdict_is(REASON_OK);
	ended_well();

	/* Its own newest set does not have it: then it is not its. */
	vector_free(&login.cert);
	login_by("RS256-ecdsa");
	login.providers = "https://other.test opkssh-test 24h\n"
	    "https://idp.test:9998 opkssh-test 24h\n";
	begin(false);
	until_keys_are(IPC_KEYS_FRESH, IPC_KEYS_NONE);
	need_is(IPC_NEED_REFRESH);
	give_keys(1, IPC_KEYS_NONE);
	(void)verdict_is(REASON_ISSUER_MISMATCH);
	ended_well();
}

static void
judge_keys_of_another_provider_refused(void **state)
{
	(void)state;
	login_by("RS256-ecdsa");
	begin(false);
	(void)hear(IPC_SET(SETTINGS));
	for (unsigned i = 0; i < NISSUERS; i++)
		(void)hear(IPC_SET(PROVIDER));
	need_is(IPC_NEED_KEY_SETS);
	give_keys(1, IPC_KEYS_FRESH);
	assert_int_equal(WEXITSTATUS(ended()), ERR_TURN);
}

/* --- rows of providers --- */

/* A login of so many seconds later, by these rows. */
static void
row_decides(const char *providers, uint64_t later, enum reason reason)
{
	login_by("RS256-ecdsa");
	login.providers = providers;
	login.cert.now += later;
	begin(false);
	until_keys();
	if (reason == REASON_OK) {
		need_is(IPC_NEED_AUTH_ID);
		send_text(IPC_TEXT_AUTH_ID, span_of(login.auth_id));
	}
	(void)verdict_is(reason);
	ended_well();
	vector_free(&login.cert);
}

#define OTHER "https://other.test opkssh-test 12h\n"
#define HOURS_20 (20 * 3600)

static void
judge_row_is_of_issuer_and_client(void **state)
{
	(void)state;
	row_decides(OTHER "https://idp.test:9998 opkssh-test 24h\n", 0,
	    REASON_OK);
	row_decides(OTHER "https://idp.test:9998 another 24h\n", 0,
	    REASON_AUDIENCE);
	/* How long is for the issuer's own row to say. */
	row_decides(OTHER "https://idp.test:9998 opkssh-test 24h\n", HOURS_20,
	    REASON_OK);
	row_decides("https://other.test opkssh-test never\n"
	    "https://idp.test:9998 opkssh-test 12h\n", HOURS_20,
	    REASON_TOKEN_EXPIRED);
	login_by("RS256-ecdsa");
}

#define MADE_PROVIDERS                                                        \
	"https://idp.test:9998 opkssh-test oidc-refreshed\n"                  \
	"https://token.actions.githubusercontent.com none 24h\n"

/*
 * The provider took a new key since the login: what is attached is signed by
 * it, and our set is too fresh to have it.
 */
static void
judge_refreshed_token_asks_for_newer_keys(void **state)
{
	struct vector older = vector_read("../made/access-token");
	struct ipc_message m;

	(void)state;
	login_by("../made/refreshed");
	login.providers = MADE_PROVIDERS;
	begin(false);
	until_keys();
	need_is(IPC_NEED_AUTH_ID);
	send_text(IPC_TEXT_AUTH_ID, span_of("root alice-id "
	    "https://idp.test:9998\n"));
	(void)verdict_is(REASON_OK);
	ended_well();

	reduce(older.jwks);
	begin(false);
	until_keys();
	m = hear(IPC_SET(NEED) | IPC_SET(LOGIN_VERDICT));
	assert_int_equal(m.type, IPC_NEED);
	assert_int_equal(m.as.NEED.what, IPC_NEED_REFRESH);
	assert_int_equal(m.as.NEED.provider, 0);
	reduce(login.cert.jwks);
	give_keys(0, IPC_KEYS_FRESH);
	need_is(IPC_NEED_AUTH_ID);
	send_text(IPC_TEXT_AUTH_ID, span_of("root alice-id "
	    "https://idp.test:9998\n"));
	assert_int_equal(verdict_is(REASON_OK).as.LOGIN_VERDICT.ends,
	    login.cert.now + 3600);
	ended_well();

	/* And once only. */
	reduce(older.jwks);
	begin(false);
	until_keys();
	need_is(IPC_NEED_REFRESH);
	give_keys(0, IPC_KEYS_FRESH);
	(void)verdict_is(REASON_TOKEN_SIGNATURE);
	ended_well();
	vector_free(&older);
}

/* --- userinfo --- */

/* One with an access token, up to where userinfo is to be asked. */
static void
until_userinfo(const char *auth_id)
{
	struct ipc_message m;

	login.providers = MADE_PROVIDERS;
	begin(false);
	until_keys();
	need_is(IPC_NEED_AUTH_ID);
	send_text(IPC_TEXT_AUTH_ID, span_of(auth_id));
	m = hear(IPC_SET(USERINFO_QUERY));
	assert_memory_equal(login.cert.blob + m.as.USERINFO_QUERY.token_at,
	    "somebodys-access-token", m.as.USERINFO_QUERY.token_len);
}

/*
 * The token says that the e-mail is not verified. That userinfo does not say
 * it again is no reason to believe it.
 */
static void
judge_userinfo_without_verified_leaves_it_unverified(void **state)
{
	static const struct {
		const char *userinfo;
		enum reason reason;
	} cases[] = {
		{ "{\"sub\":\"alice-id\",\"email\":\"alice@example.com\"}",
		    REASON_EMAIL_UNVERIFIED },
		{ "{\"sub\":\"alice-id\",\"email\":\"alice@example.com\","
		    "\"email_verified\":false}", REASON_EMAIL_UNVERIFIED },
		{ "{\"sub\":\"alice-id\",\"email\":\"alice@example.com\","
		    "\"email_verified\":true}", REASON_OK },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		vector_free(&login.cert);
		login_by("../made/access-token");
		until_userinfo(AUTH_ID);
		send_text(IPC_TEXT_USERINFO, span_of(cases[i].userinfo));
		(void)verdict_is(cases[i].reason);
		ended_well();
	}
}

/* What a plugin is told as its USERINFO; it says no. */
static void
plugin_is_told(const char *userinfo)
{
	static char env[PLUGIN_ENV_MAX + 1];
	char wanted[128];
	struct ipc_message m, result = { .type = IPC_PLUGIN_RESULT };
	size_t len = 0;

	need_is(IPC_NEED_PLUGINS);
	send_text(IPC_TEXT_PLUGIN, span_of("name: p\ncommand: /bin/p\n"));
	m = hear(IPC_SET(PLUGIN_ENV));
	for (; m.type == IPC_PLUGIN_ENV; m = hear(IPC_SET(PLUGIN_ENV) |
	    IPC_SET(PLUGIN_RUN))) {
		memcpy(env + len, m.as.PLUGIN_ENV.data.p,
		    m.as.PLUGIN_ENV.data.len);
		len += m.as.PLUGIN_ENV.data.len;
	}
	(void)snprintf(wanted, sizeof(wanted), "OPKSSH_PLUGIN_USERINFO=%s",
	    userinfo);
	assert_non_null(memmem(env, len, wanted, strlen(wanted) + 1));
	assert_int_equal(ipc_send(&parent, SOON, &result), ERR_OK);
	(void)verdict_is(REASON_NO_RULE);
	ended_well();
}

/*
 * The access token is the client's to choose: with somebody else's, userinfo
 * is about somebody else.
 */
static void
judge_plugins_never_hear_anothers_userinfo(void **state)
{
	static const char own[] = "{\"sub\":\"alice-id\"}";

	(void)state;
	login_by("../made/access-token");
	login.plugins = 1;
	until_userinfo("");
	send_text(IPC_TEXT_USERINFO, span_of(own));
	plugin_is_told(own);

	vector_free(&login.cert);
	login_by("../made/access-token");
	login.plugins = 1;
	until_userinfo("");
	send_text(IPC_TEXT_USERINFO,
	    span_of("{\"sub\":\"victim\",\"groups\":[\"admins\"]}"));
	(void)hear(IPC_SET(NOTE));
	plugin_is_told("");
}

/* --- nothing is interpreted before it is authenticated --- */

/* The offset of the token in the certificate. */
static size_t
token_at(size_t *len)
{
	struct ssh_cert cert;

	assert_int_equal(ssh_cert_read(login.cert.blob, login.cert.len,
	    &cert), REASON_OK);
	*len = cert.token.len;
	return (size_t)(cert.token.p - login.cert.blob);
}

/* The verdict on the changed login; false if the judge crashed before. */
static bool
verdict_or_crash(enum reason *reason)
{
	struct ipc_message m;
	uint64_t next = IPC_SET(SETTINGS) | IPC_SET(PROVIDER) | IPC_SET(NEED) |
	    IPC_SET(LOGIN_VERDICT);

	while (ipc_recv(&parent, SOON, next, &m) == ERR_OK) {
		if (m.type == IPC_NEED && m.as.NEED.what == IPC_NEED_KEY_SETS)
			for (unsigned i = 0; i < NISSUERS; i++)
				give_keys(i, IPC_KEYS_FRESH);
		else if (m.type == IPC_NEED)
			give_keys(m.as.NEED.provider, IPC_KEYS_FRESH);
		if (m.type != IPC_LOGIN_VERDICT)
			continue;
		*reason = (enum reason)m.as.LOGIN_VERDICT.reason;
		ended_well();
		return true;
	}
	assert_true(WIFSIGNALED(ended()));
	return false;
}

/* Which part of payload:protected:signature:protected:signature n is in. */
static unsigned
part_of(const uint8_t *token, size_t n)
{
	unsigned colons = 0;

	for (size_t i = 0; i < n; i++)
		colons += token[i] == ':';
	return colons;
}

/*
 * What the provider signed, and its signature, changed anywhere: the reader
 * that would crash is never called. Where only the user's half was changed
 * the provider's is good, and it is.
 */
static void
judge_forged_token_never_reaches_json(void **state)
{
	unsigned refused = 0, crashed = 0;

	(void)state;
	for (size_t i = 0; i < NVECTORS; i++) {
		bool read[5] = { false }; /* with a change in that part */
		size_t at, len;

		login_by(vector_names[i]);
		reader_is_broken = true;
		at = token_at(&len);
		for (size_t n = 0; n < len; n += len / 61 + 1) {
			uint8_t *byte = login.cert.blob + at + n;
			uint8_t kept = *byte;
			enum reason reason;

			*byte = kept == 'A' ? 'B' : 'A';
			begin(false);
			if (verdict_or_crash(&reason)) {
				assert_int_not_equal(reason, REASON_OK);
				refused++;
			} else {
				read[part_of(login.cert.blob + at, n)] = true;
				crashed++;
			}
			*byte = kept;
		}
		/* The payload is the provider's, and one of the segments. */
		assert_false(read[0]);
		assert_false((read[1] || read[2]) && (read[3] || read[4]));
		vector_free(&login.cert);
	}
	login_by(vector_names[0]);
	print_message("%u refused unread; %u with the provider's half good\n",
	    refused, crashed);
	assert_true(refused > 150 && crashed > 0);
}

/* Not one of this provider's keys: a token that is whole, and somebody's. */
static void
judge_strangers_token_never_reaches_json(void **state)
{
	struct vector other = vector_read("ES256-ecdsa");

	(void)state;
	login_by("RS256-ecdsa");
	reduce(other.jwks);
	reader_is_broken = true;
	begin(false);
	until_keys();
	/* Its key has the same kid, so no newer set would help. */
	(void)verdict_is(REASON_TOKEN_SIGNATURE);
	ended_well();
	vector_free(&other);
}

/* The control: the good one does get there. */
static void
judge_good_token_reaches_json(void **state)
{
	int status;

	(void)state;
	login_by("RS256-ecdsa");
	reader_is_broken = true;
	begin(false);
	until_keys();
	status = ended();
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(judge_takes_what_opkssh_made, stop),
		cmocka_unit_test_teardown(
		    judge_asks_for_what_could_still_allow, stop),
		cmocka_unit_test_teardown(
		    judge_home_policy_off_never_asks_for_it, stop),
		cmocka_unit_test_teardown(
		    judge_certificate_of_another_type_refused, stop),
		cmocka_unit_test_teardown(judge_denied_user_reads_no_rule,
		    stop),
		cmocka_unit_test_teardown(judge_says_settings_only, stop),
		cmocka_unit_test_teardown(judge_unreadable_config_ends_it,
		    stop),
		cmocka_unit_test_teardown(judge_stale_keys_ask_for_newer_ones,
		    stop),
		cmocka_unit_test_teardown(judge_keys_out_of_turn_end_it, stop),
		cmocka_unit_test_teardown(judge_no_keys_asks_once, stop),
		cmocka_unit_test_teardown(
		    judge_keys_of_another_provider_refused, stop),
		cmocka_unit_test_teardown(judge_row_is_of_issuer_and_client,
		    stop),
		cmocka_unit_test_teardown(
		    judge_refreshed_token_asks_for_newer_keys, stop),
		cmocka_unit_test_teardown(
		    judge_userinfo_without_verified_leaves_it_unverified,
		    stop),
		cmocka_unit_test_teardown(
		    judge_plugins_never_hear_anothers_userinfo, stop),
		cmocka_unit_test_teardown(
		    judge_shared_key_asks_for_the_named_issuers, stop),
		cmocka_unit_test_teardown(
		    judge_unlisted_issuer_asks_for_nothing, stop),
		cmocka_unit_test_teardown(
		    judge_forged_token_never_reaches_json, stop),
		cmocka_unit_test_teardown(
		    judge_strangers_token_never_reaches_json, stop),
		cmocka_unit_test_teardown(judge_good_token_reaches_json,
		    stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
