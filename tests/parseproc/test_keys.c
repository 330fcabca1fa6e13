/*
 * The keys role's side of its conversation: it runs in a child, and the test
 * talks to it as sallyport does, or as it must not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ipc/channel.h"
#include "parseproc/jwks.h"
#include "parseproc/key_set.h"
#include "parseproc/keys.h"
#include "tests/parseproc/vectors.h"

#define ISSUER "https://idp.example/tenant/"
#define WELL_KNOWN                                                            \
	"https://idp.example/tenant/.well-known/openid-configuration"
#define JWKS_URI "https://keys.example/jwks?p=1"
#define USERINFO "https://idp.example/me"
#define DISCOVERY                                                             \
	"{\"issuer\":\"" ISSUER "\",\"jwks_uri\":\"" JWKS_URI "\","           \
	"\"userinfo_endpoint\":\"" USERINFO "\"}"
#define CONFIG                                                                \
	"env_vars:\n"                                                         \
	"  HTTPS_PROXY: http://proxy.example:3128\n"                          \
	"  NO_PROXY: idp.example\n"
#define PROXY "http://proxy.example:3128"
#define SOON (ipc_now_ms() + 20000)

static struct ipc_channel parent = { .fd = -1 };
static pid_t role = -1;

/* --- the two of them --- */

static int
start(void **state)
{
	static struct ipc_channel its;
	int fds[2];

	(void)state;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds) == -1)
		return -1;
	parent = (struct ipc_channel){ .fd = fds[0], .sends = IPC_TO_PARSE,
		.receives = IPC_FROM_PARSE };
	its = (struct ipc_channel){ .fd = fds[1], .sends = IPC_FROM_PARSE,
		.receives = IPC_TO_PARSE };
	if ((role = fork()) == 0) {
		(void)close(parent.fd);
		_exit((int)keys_run(&its));
	}
	(void)close(its.fd);
	return role > 0 ? 0 : -1;
}

static int
stop(void **state)
{
	(void)state;
	(void)close(parent.fd);
	if (role != -1)
		(void)waitpid(role, NULL, 0);
	return 0;
}

/* How it ended; nothing more may have been said. */
static enum err
ended(void)
{
	struct ipc_message m;
	int status;

	assert_int_equal(ipc_recv(&parent, SOON, UINT64_MAX, &m), ERR_EOF);
	assert_int_equal(waitpid(role, &status, 0), role);
	role = -1;
	if (!WIFEXITED(status))
		fail_msg("the role's wait status is %#x", (unsigned)status);
	return (enum err)WEXITSTATUS(status);
}

static void
send_text(enum ipc_text kind, const void *text, size_t len)
{
	enum err err = ipc_send_text(&parent, SOON, kind, text, len);

	/* As test_judge.c: it may be gone before the last word. */
	assert_true(err == ERR_OK || err == ERR_EOF);
}

static void
send_string(enum ipc_text kind, const char *text)
{
	send_text(kind, text, strlen(text));
}

static void
ask(const char *config, const char *issuer, bool have_jwks)
{
	struct ipc_message m = { .type = IPC_KEYS_ASK };

	send_string(IPC_TEXT_OPK_CONFIG, config);
	m.as.KEYS_ASK.issuer = (struct ipc_span){ issuer, strlen(issuer) };
	m.as.KEYS_ASK.have_jwks = have_jwks;
	assert_int_equal(ipc_send(&parent, SOON, &m), ERR_OK);
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
is(struct ipc_span span, const char *text)
{
	assert_int_equal(span.len, strlen(text));
	if (span.len > 0)
		assert_memory_equal(span.p, text, span.len);
}

static void
fetches(const char *url, const char *proxy)
{
	struct ipc_message m = hear(IPC_SET(KEYS_FETCH));

	is(m.as.KEYS_FETCH.url, url);
	is(m.as.KEYS_FETCH.proxy, proxy);
}

/* It ends with this reason, and says no set. */
static void
fails(enum reason reason, const char *detail)
{
	struct ipc_message m = hear(IPC_SET(KEYS_DONE));

	assert_int_equal(m.as.KEYS_DONE.reason, reason);
	assert_int_equal(m.as.KEYS_DONE.total, 0);
	assert_int_equal(m.as.KEYS_DONE.keys, 0);
	is(m.as.KEYS_DONE.userinfo, "");
	is(m.as.KEYS_DONE.userinfo_proxy, "");
	is(m.as.KEYS_DONE.detail, detail);
	assert_int_equal(ended(), ERR_OK);
}

/* The set that it says, with all of KEYS_DONE; *set borrows until the next. */
static struct ipc_message
says_set(struct key_set *set)
{
	static uint8_t bytes[KEY_SET_MAX];
	size_t len = 0;
	struct ipc_message m;

	for (;;) {
		m = hear(IPC_SET(KEYS_DATA) | IPC_SET(KEYS_DONE));
		if (m.type == IPC_KEYS_DONE)
			break;
		assert_true(m.as.KEYS_DATA.data.len <= sizeof(bytes) - len);
		memcpy(bytes + len, m.as.KEYS_DATA.data.p,
		    m.as.KEYS_DATA.data.len);
		len += m.as.KEYS_DATA.data.len;
	}
	assert_int_equal(m.as.KEYS_DONE.reason, REASON_OK);
	assert_int_equal(m.as.KEYS_DONE.total, len);
	assert_true(key_set_read((struct span){ bytes, len }, set));
	assert_int_equal(m.as.KEYS_DONE.keys, set->nkeys);
	return m;
}

/* --- cases --- */

static void
keys_of_provider_discovered_and_reduced(void **state)
{
	static struct jwks jwks;
	static struct key_set set;
	struct vector v = vector_read(vector_names[0]);
	struct ipc_message m;

	(void)state;
	ask(CONFIG, ISSUER, false);
	fetches(WELL_KNOWN, "");
	send_string(IPC_TEXT_DISCOVERY, DISCOVERY);
	/* For a URL with a query too. */
	fetches(JWKS_URI, PROXY);
	send_text(IPC_TEXT_JWKS, v.jwks.p, v.jwks.len);
	m = says_set(&set);
	is(m.as.KEYS_DONE.userinfo, USERINFO);
	is(m.as.KEYS_DONE.userinfo_proxy, "");
	is(m.as.KEYS_DONE.detail, "");
	assert_int_equal(m.as.KEYS_DONE.dropped, 0);
	assert_int_equal(jwks_read(v.jwks.p, v.jwks.len, &jwks), REASON_OK);
	assert_int_equal(set.nkeys, jwks.nkeys);
	for (size_t i = 0; i < set.nkeys; i++) {
		assert_true(jwk_same_key(&set.keys[i], &jwks.keys[i]));
		assert_true(span_equal(set.keys[i].kid, jwks.keys[i].kid));
	}
	assert_int_equal(ended(), ERR_OK);
	jwks_free(&jwks);
	vector_free(&v);
}

/* As preload has it: no question, and nothing known but the keys. */
static void
keys_at_hand_reduced_at_once(void **state)
{
	static struct key_set set;
	struct vector v = vector_read(vector_names[1]);
	struct ipc_message m;

	(void)state;
	ask("", ISSUER, true);
	send_text(IPC_TEXT_JWKS, v.jwks.p, v.jwks.len);
	m = says_set(&set);
	is(m.as.KEYS_DONE.userinfo, "");
	is(m.as.KEYS_DONE.userinfo_proxy, "");
	assert_int_equal(ended(), ERR_OK);
	vector_free(&v);
}

/* More than one message holds. */
static void
keys_of_large_set_come_in_pieces(void **state)
{
	static char text[JWKS_MAX];
	static struct key_set set;
	char modulus[1366 + 1];
	size_t n = (size_t)sprintf(text, "{\"keys\":[");
	struct ipc_message m;

	(void)state;
	memset(modulus, '_', sizeof(modulus)); /* 8192 bits, all of them set */
	modulus[1365] = 'w'; /* the last four bits are no part of it */
	modulus[1366] = '\0';
	for (int i = 0; i < JWKS_KEYS_MAX; i++)
		n += (size_t)sprintf(text + n, "%s{\"kty\":\"RSA\",\"e\":"
		    "\"AQAB\",\"n\":\"%s\",\"kid\":\"%d\"}",
		    i > 0 ? "," : "", modulus, i);
	n += (size_t)sprintf(text + n, "]}");
	ask("", ISSUER, true);
	send_text(IPC_TEXT_JWKS, text, n);
	m = says_set(&set);
	assert_int_equal(set.nkeys, JWKS_KEYS_MAX);
	assert_true(m.as.KEYS_DONE.total > 3 * IPC_CHUNK_MAX);
	assert_int_equal(ended(), ERR_OK);
}

#define ED25519 "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":"                 \
	"\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}"

static void
keys_left_out_counted(void **state)
{
	static struct key_set set;
	struct ipc_message m;

	(void)state;
	ask("", ISSUER, true);
	send_string(IPC_TEXT_JWKS, "{\"keys\":[" ED25519 ",{\"kty\":\"oct\"},"
	    "{}]}");
	m = says_set(&set);
	assert_int_equal(m.as.KEYS_DONE.keys, 1);
	assert_int_equal(m.as.KEYS_DONE.dropped, 2);
	is(m.as.KEYS_DONE.detail,
	    "2 left out, the first (number 2): jwk_type");
	assert_int_equal(ended(), ERR_OK);
}

static void
keys_none_usable_said_with_the_first_reason(void **state)
{
	(void)state;
	ask("", ISSUER, true);
	send_string(IPC_TEXT_JWKS, "{\"keys\":[{\"kty\":\"oct\"}]}");
	fails(REASON_JWKS_EMPTY, "1 left out, the first (number 1): jwk_type");
}

static void
keys_discovery_of_another_issuer_refused(void **state)
{
	(void)state;
	ask("", "https://other.example", false);
	fetches("https://other.example/.well-known/openid-configuration", "");
	send_string(IPC_TEXT_DISCOVERY, DISCOVERY);
	fails(REASON_DISCOVERY_ISSUER, "");
}

static void
keys_malformed_documents_refused(void **state)
{
	static const struct {
		const char *discovery, *jwks; /* jwks: NULL, not asked for */
		enum reason reason;
	} cases[] = {
		{ "", NULL, REASON_DISCOVERY_JSON },
		{ "[]", NULL, REASON_DISCOVERY_JSON },
		{ "{\"issuer\":\"" ISSUER "\"}", NULL,
		    REASON_DISCOVERY_JWKS_URI },
		{ "{\"issuer\":\"" ISSUER "\",\"jwks_uri\":"
		    "\"http://idp.example/\"}", NULL,
		    REASON_DISCOVERY_JWKS_URI },
		{ DISCOVERY, "", REASON_JWKS_JSON },
		{ DISCOVERY, "{}", REASON_JWKS_FORM },
		{ DISCOVERY, "{\"keys\":[]}", REASON_JWKS_EMPTY },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ask("", ISSUER, false);
		fetches(WELL_KNOWN, "");
		send_string(IPC_TEXT_DISCOVERY, cases[i].discovery);
		if (cases[i].jwks != NULL) {
			fetches(JWKS_URI, "");
			send_string(IPC_TEXT_JWKS, cases[i].jwks);
		}
		fails(cases[i].reason, "");
		(void)close(parent.fd);
		assert_int_equal(start(state), 0);
	}
}

/* The parent says all of its turn before it listens: with a set, or without. */
static void
keys_of_unusable_question_refused(void **state)
{
	/* More than a socket holds of what nobody reads. */
	static const uint8_t large[JWKS_MAX];

	for (int have = 0; have < 2; have++) {
		ask("deny_users: [", ISSUER, have == 1);
		if (have == 1)
			send_text(IPC_TEXT_JWKS, large, sizeof(large));
		assert_int_equal(hear(IPC_SET(KEYS_DONE)).as.KEYS_DONE.reason,
		    REASON_CONFIG_SYNTAX);
		assert_int_equal(ended(), ERR_OK);
		(void)close(parent.fd);
		assert_int_equal(start(state), 0);
		ask("", "http://idp.example", have == 1);
		if (have == 1)
			send_text(IPC_TEXT_JWKS, large, sizeof(large));
		fails(REASON_CONFIG_VALUE, "the issuer must begin with https://");
		(void)close(parent.fd);
		assert_int_equal(start(state), 0);
	}
}

/* The role may have gone before all of it was said. */
static void
send_until_gone(enum ipc_text kind, size_t len)
{
	static const uint8_t zeros[JWKS_MAX + 1];

	(void)!ipc_send_text(&parent, SOON, kind, zeros, len);
}

static void
keys_texts_out_of_turn_or_too_large_end_it(void **state)
{
	send_until_gone(IPC_TEXT_JWKS, 2);
	assert_int_equal(ended(), ERR_TURN);
	(void)close(parent.fd);
	assert_int_equal(start(state), 0);
	ask("", ISSUER, false);
	fetches(WELL_KNOWN, "");
	send_until_gone(IPC_TEXT_JWKS, 2);
	assert_int_equal(ended(), ERR_TURN);
	(void)close(parent.fd);
	assert_int_equal(start(state), 0);
	ask("", ISSUER, true);
	send_until_gone(IPC_TEXT_JWKS, JWKS_MAX + 1);
	assert_int_equal(ended(), ERR_TOO_BIG);
	(void)close(parent.fd);
	assert_int_equal(start(state), 0);
	ask("", ISSUER, false);
	fetches(WELL_KNOWN, "");
	send_until_gone(IPC_TEXT_DISCOVERY, DISCOVERY_MAX + 1);
	assert_int_equal(ended(), ERR_TOO_BIG);
}

/* The parent ends the conversation where it likes. */
static void
keys_parent_gone_is_the_end(void **state)
{
	int status;

	(void)state;
	ask("", ISSUER, false);
	fetches(WELL_KNOWN, "");
	(void)close(parent.fd);
	parent.fd = -1;
	assert_int_equal(waitpid(role, &status, 0), role);
	role = -1;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), ERR_EOF);
}

#define WITH_ROLE(test) cmocka_unit_test_setup_teardown(test, start, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ROLE(keys_of_provider_discovered_and_reduced),
		WITH_ROLE(keys_at_hand_reduced_at_once),
		WITH_ROLE(keys_of_large_set_come_in_pieces),
		WITH_ROLE(keys_left_out_counted),
		WITH_ROLE(keys_none_usable_said_with_the_first_reason),
		WITH_ROLE(keys_discovery_of_another_issuer_refused),
		WITH_ROLE(keys_malformed_documents_refused),
		WITH_ROLE(keys_of_unusable_question_refused),
		WITH_ROLE(keys_texts_out_of_turn_or_too_large_end_it),
		WITH_ROLE(keys_parent_gone_is_the_end),
	};

	return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
