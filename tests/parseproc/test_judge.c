/*
 * The judge's side of a whole login: it runs in a child, and the test talks
 * to it as sallyport does, or as it must not.
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
#include "parseproc/judge.h"
#include "tests/parseproc/sample_keys.h"

#define API_KEY "k9-very-secret-api-key"
#define K9_YAML                                                               \
	"system:\n"                                                           \
	"  machine_group: web\n"                                              \
	"  run_as: key9\n"                                                    \
	"  connection_timeout: 7\n"                                           \
	"  proxy: http://proxy.example:3128\n"                                \
	"  ca_file: /etc/key9-ca.pem\n"                                       \
	"authentication:\n"                                                   \
	"  api_key: " API_KEY "\n"                                            \
	"  company_uuid: company-1\n"                                         \
	"urls:\n"                                                             \
	"  query_ssh_keys: https://key9.example/q/\n"
#define SOON (ipc_now_ms() + 20000)

static struct ipc_channel parent = { .fd = -1 };
static pid_t judge = -1;

/* --- the two of them --- */

static void
make_pair(struct ipc_channel *its)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	parent = (struct ipc_channel){ .fd = fds[0], .sends = IPC_TO_PARSE,
		.receives = IPC_FROM_PARSE };
	*its = (struct ipc_channel){ .fd = fds[1], .sends = IPC_FROM_PARSE,
		.receives = IPC_TO_PARSE };
}

/* The judge in a child, whose exit status is the enum err. */
static int
start(void **state)
{
	static struct ipc_channel its;

	(void)state;
	make_pair(&its);
	judge = fork();
	if (judge == 0) {
		(void)close(parent.fd);
		_exit((int)judge_run(&its));
	}
	(void)close(its.fd);
	return judge > 0 ? 0 : -1;
}

/* How the judge ended; nothing more may have been said. */
static enum err
ended(void)
{
	struct ipc_message m;
	int status;

	assert_int_equal(ipc_recv(&parent, SOON, UINT64_MAX, &m), ERR_EOF);
	assert_int_equal(waitpid(judge, &status, 0), judge);
	judge = -1;
	if (!WIFEXITED(status))
		fail_msg("the judge's wait status is %#x", (unsigned)status);
	return (enum err)WEXITSTATUS(status);
}

static int
stop(void **state)
{
	(void)state;
	(void)close(parent.fd);
	if (judge != -1)
		(void)waitpid(judge, NULL, 0);
	return 0;
}

/*
 * The one who hears it may have stopped listening and be gone before the last
 * word: whoever expects more of him will notice.
 */
static void
send_text(enum ipc_text kind, const char *text)
{
	enum err err = ipc_send_text(&parent, SOON, kind,
	    (const uint8_t *)text, strlen(text));

	assert_true(err == ERR_OK || err == ERR_EOF);
}

static void
ask(const char *user, const char *remote)
{
	struct ipc_message m = { .type = IPC_KEY9_ASK };

	m.as.KEY9_ASK.user = (struct ipc_span){ user, strlen(user) };
	m.as.KEY9_ASK.remote = (struct ipc_span){ remote, strlen(remote) };
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
	assert_memory_equal(span.p, text, span.len);
}

/* The first turn, up to the question that is now known. */
static void
until_query(void)
{
	send_text(IPC_TEXT_SALLYPORT_YAML, "");
	send_text(IPC_TEXT_K9_YAML, K9_YAML);
	ask("joe", "");
	(void)hear(IPC_SET(KEY9_QUERY));
}

static void
verdict_is(enum reason reason, uint32_t line, uint32_t keys)
{
	struct ipc_message m = hear(IPC_SET(VERDICT));

	assert_int_equal(m.as.VERDICT.reason, reason);
	assert_int_equal(m.as.VERDICT.line, line);
	assert_int_equal(m.as.VERDICT.keys, keys);
}

/* A line of an answer with one of the samples. */
static size_t
add_key(char *body, size_t size, const struct sample_key *key)
{
	return (size_t)snprintf(body, size, "{\"public_key\":\"%s %s c\"}\n",
	    key->type, key->base64);
}

/* --- whole conversations --- */

static void
judge_query_from_configuration(void **state)
{
	struct ipc_message m;

	(void)state;
	send_text(IPC_TEXT_SALLYPORT_YAML, "stale_max: 77\n");
	send_text(IPC_TEXT_K9_YAML, K9_YAML);
	ask("joe", "192.0.2.1 4 192.0.2.2 22");
	m = hear(IPC_SET(KEY9_QUERY));
	is(m.as.KEY9_QUERY.url, "https://key9.example/q/joe/web");
	is(m.as.KEY9_QUERY.run_as, "key9");
	is(m.as.KEY9_QUERY.ca_file, "/etc/key9-ca.pem");
	is(m.as.KEY9_QUERY.proxy, "http://proxy.example:3128");
	assert_int_equal(m.as.KEY9_QUERY.timeout_s, 7);
	assert_int_equal(m.as.KEY9_QUERY.allow_http, 0);
	assert_int_equal(m.as.KEY9_QUERY.stale_max_s, 77);
	assert_non_null(memmem(m.as.KEY9_QUERY.headers.p,
	    m.as.KEY9_QUERY.headers.len, API_KEY, strlen(API_KEY)));
	assert_non_null(memmem(m.as.KEY9_QUERY.body.p,
	    m.as.KEY9_QUERY.body.len, "192.0.2.1 4 192.0.2.2 22", 24));
}

static void
judge_good_answer_keys_and_verdict(void **state)
{
	char body[4096];
	size_t n;

	(void)state;
	until_query();
	n = add_key(body, sizeof(body), &good_keys[0]);
	(void)add_key(body + n, sizeof(body) - n, &good_keys[1]);
	send_text(IPC_TEXT_KEY9_ANSWER, body);
	for (int i = 0; i < 2; i++) {
		struct ipc_message m = hear(IPC_SET(KEY));

		is(m.as.KEY.type, good_keys[i].type);
		is(m.as.KEY.base64, good_keys[i].base64);
		is(m.as.KEY.comment, "c");
	}
	verdict_is(REASON_OK, 0, 2);
	assert_int_equal(ended(), ERR_OK);
}

static void
judge_bad_keys_dropped_others_stand(void **state)
{
	char body[8192];
	struct ipc_message m;
	size_t n;

	(void)state;
	until_query();
	n = add_key(body, sizeof(body), &bad_keys[0]);
	n += add_key(body + n, sizeof(body) - n, &good_keys[0]);
	(void)add_key(body + n, sizeof(body) - n, &bad_keys[1]);
	send_text(IPC_TEXT_KEY9_ANSWER, body);
	m = hear(IPC_SET(KEY_DROPPED));
	assert_int_equal(m.as.KEY_DROPPED.reason, bad_keys[0].reason);
	assert_int_equal(m.as.KEY_DROPPED.line, 1);
	m = hear(IPC_SET(KEY_DROPPED));
	assert_int_equal(m.as.KEY_DROPPED.reason, bad_keys[1].reason);
	assert_int_equal(m.as.KEY_DROPPED.line, 3);
	m = hear(IPC_SET(KEY));
	is(m.as.KEY.base64, good_keys[0].base64);
	verdict_is(REASON_OK, 0, 1);
	assert_int_equal(ended(), ERR_OK);
}

static void
judge_only_bad_keys_none(void **state)
{
	char body[4096];

	(void)state;
	until_query();
	(void)add_key(body, sizeof(body), &bad_keys[0]);
	send_text(IPC_TEXT_KEY9_ANSWER, body);
	(void)hear(IPC_SET(KEY_DROPPED));
	verdict_is(REASON_ALL_KEYS_DROPPED, 0, 0);
	assert_int_equal(ended(), ERR_OK);
}

static void
judge_empty_answer_no_keys(void **state)
{
	(void)state;
	until_query();
	send_text(IPC_TEXT_KEY9_ANSWER, "");
	verdict_is(REASON_NO_KEYS, 0, 0);
	assert_int_equal(ended(), ERR_OK);
}

/* A key before it does not count, and is not even mentioned. */
static void
judge_error_in_answer_no_keys(void **state)
{
	char body[4096];
	size_t n;
	struct ipc_message m;

	(void)state;
	until_query();
	n = add_key(body, sizeof(body), &good_keys[0]);
	(void)snprintf(body + n, sizeof(body) - n,
	    "{\"error\":\"no such group\"}\n");
	send_text(IPC_TEXT_KEY9_ANSWER, body);
	m = hear(IPC_SET(VERDICT));
	assert_int_equal(m.as.VERDICT.reason, REASON_ANSWER_ERROR);
	assert_int_equal(m.as.VERDICT.line, 2);
	assert_int_equal(m.as.VERDICT.keys, 0);
	is(m.as.VERDICT.detail, "no such group");
	assert_int_equal(ended(), ERR_OK);
}

/* The most that one answer can hold, each key of a line of its own. */
static void
judge_as_many_keys_as_allowed(void **state)
{
	static char body[KEY9_ANSWER_MAX];
	size_t n = 0;

	(void)state;
	until_query();
	for (int i = 0; i < KEYS_MAX; i++)
		n += add_key(body + n, sizeof(body) - n, &good_keys[0]);
	send_text(IPC_TEXT_KEY9_ANSWER, body);
	for (int i = 0; i < KEYS_MAX; i++)
		is(hear(IPC_SET(KEY)).as.KEY.base64, good_keys[0].base64);
	verdict_is(REASON_OK, 0, KEYS_MAX);
	assert_int_equal(ended(), ERR_OK);
}

static void
config_error_is(enum ipc_text text, enum reason reason, uint32_t line)
{
	struct ipc_message m = hear(IPC_SET(CONFIG_ERROR));

	assert_int_equal(m.as.CONFIG_ERROR.text, text);
	assert_int_equal(m.as.CONFIG_ERROR.reason, reason);
	assert_int_equal(m.as.CONFIG_ERROR.line, line);
	assert_true(m.as.CONFIG_ERROR.what.len > 0);
	/* Nothing was asked, and nothing will be. */
	assert_int_equal(ended(), ERR_OK);
}

static void
judge_bad_k9_yaml_told(void **state)
{
	(void)state;
	send_text(IPC_TEXT_SALLYPORT_YAML, "");
	send_text(IPC_TEXT_K9_YAML, "system:\n  a: [\n");
	ask("joe", "");
	config_error_is(IPC_TEXT_K9_YAML, REASON_CONFIG_SYNTAX, 3);
}

static void
judge_bad_sallyport_yaml_told(void **state)
{
	(void)state;
	send_text(IPC_TEXT_SALLYPORT_YAML, "\nno_such_key: 1\n");
	send_text(IPC_TEXT_K9_YAML, K9_YAML);
	ask("joe", "");
	config_error_is(IPC_TEXT_SALLYPORT_YAML, REASON_CONFIG_VALUE, 2);
}

/* The parent has checked the name; if it has not, nothing is asked. */
static void
judge_user_name_unchecked_refused(void **state)
{
	(void)state;
	send_text(IPC_TEXT_SALLYPORT_YAML, "");
	send_text(IPC_TEXT_K9_YAML, K9_YAML);
	ask("../root", "");
	assert_int_equal(ended(), ERR_BOUND);
}

/* --- a parent that breaks the protocol --- */

static void
throw_bytes(const void *p, size_t n)
{
	assert_int_equal(send(parent.fd, p, n, MSG_NOSIGNAL), n);
}

static void
judge_no_message_at_all_refused(void **state)
{
	(void)state;
	throw_bytes("\xff\xff\xff\xff", 4);
	assert_int_equal(ended(), ERR_TYPE);
}

/* Where a message ends is nothing to the answer: cut in two at each byte. */
static void
judge_answer_cut_anywhere_is_the_same(void **state)
{
	static char body[512];
	size_t len = add_key(body, sizeof(body), &good_keys[0]);

	len += add_key(body + len, sizeof(body) - len, &good_keys[1]);
	for (size_t cut = 1; cut < len; cut++) {
		const size_t pieces[] = { cut, len - cut };
		struct ipc_message m = { .type = IPC_TEXT };
		size_t at = 0;

		until_query();
		m.as.TEXT.text = IPC_TEXT_KEY9_ANSWER;
		for (size_t i = 0; i < 2; i++) {
			m.as.TEXT.data = (struct ipc_span){ body + at,
				pieces[i] };
			assert_int_equal(ipc_send(&parent, SOON, &m), ERR_OK);
			at += pieces[i];
		}
		m = (struct ipc_message){ .type = IPC_TEXT_END };
		m.as.TEXT_END.text = IPC_TEXT_KEY9_ANSWER;
		m.as.TEXT_END.total = (uint32_t)len;
		assert_int_equal(ipc_send(&parent, SOON, &m), ERR_OK);
		for (size_t i = 0; i < 2; i++) {
			m = hear(IPC_SET(KEY));
			is(m.as.KEY.base64, good_keys[i].base64);
		}
		verdict_is(REASON_OK, 0, 2);
		assert_int_equal(ended(), ERR_OK);
		(void)close(parent.fd);
		assert_int_equal(start(state), 0);
	}
}

static void
judge_text_out_of_turn_refused(void **state)
{
	(void)state;
	send_text(IPC_TEXT_K9_YAML, "");
	assert_int_equal(ended(), ERR_TURN);
}

static void
judge_question_before_files_refused(void **state)
{
	(void)state;
	ask("joe", "");
	assert_int_equal(ended(), ERR_TURN);
}

static void
judge_answer_instead_of_file_refused(void **state)
{
	(void)state;
	send_text(IPC_TEXT_SALLYPORT_YAML, "");
	send_text(IPC_TEXT_KEY9_ANSWER, "");
	assert_int_equal(ended(), ERR_TURN);
}

static void
judge_file_instead_of_question_refused(void **state)
{
	(void)state;
	send_text(IPC_TEXT_SALLYPORT_YAML, "");
	send_text(IPC_TEXT_K9_YAML, K9_YAML);
	send_text(IPC_TEXT_KEY9_ANSWER, "");
	assert_int_equal(ended(), ERR_TURN);
}

static void
judge_second_question_refused(void **state)
{
	(void)state;
	until_query();
	ask("jane", "");
	assert_int_equal(ended(), ERR_TURN);
}

static void
judge_file_instead_of_answer_refused(void **state)
{
	(void)state;
	until_query();
	send_text(IPC_TEXT_K9_YAML, K9_YAML);
	assert_int_equal(ended(), ERR_TURN);
}

/* Half of it; then another kind's. */
static void
judge_two_kinds_in_one_answer_refused(void **state)
{
	struct ipc_message m = { .type = IPC_TEXT };

	(void)state;
	until_query();
	m.as.TEXT.text = IPC_TEXT_KEY9_ANSWER;
	m.as.TEXT.data = (struct ipc_span){ "{}", 2 };
	assert_int_equal(ipc_send(&parent, SOON, &m), ERR_OK);
	m.as.TEXT.text = IPC_TEXT_CA;
	assert_int_equal(ipc_send(&parent, SOON, &m), ERR_OK);
	assert_int_equal(ended(), ERR_TURN);
}

static void
judge_message_for_netproc_refused(void **state)
{
	struct ipc_message m = { .type = IPC_FETCH };

	(void)state;
	m.as.FETCH.url = (struct ipc_span){ "https://a", 9 };
	m.as.FETCH.connect_ms = 1;
	m.as.FETCH.total_ms = 1;
	parent.sends = IPC_TO_NET; /* as a confused parent might */
	assert_int_equal(ipc_send(&parent, SOON, &m), ERR_OK);
	assert_int_equal(ended(), ERR_DIRECTION);
}

/* Sends until the judge has had enough. */
static void
too_much(enum ipc_text kind, size_t max)
{
	struct ipc_message m = { .type = IPC_TEXT };
	static uint8_t chunk[IPC_CHUNK_MAX];
	size_t sent = 0;

	m.as.TEXT.text = (uint8_t)kind;
	m.as.TEXT.data = (struct ipc_span){ chunk, sizeof(chunk) };
	while (sent <= max && ipc_send(&parent, SOON, &m) == ERR_OK)
		sent += sizeof(chunk);
	assert_int_equal(ended(), ERR_TOO_BIG);
}

static void
judge_file_too_large_refused(void **state)
{
	(void)state;
	send_text(IPC_TEXT_SALLYPORT_YAML, "");
	too_much(IPC_TEXT_K9_YAML, CONFIG_FILE_MAX);
}

static void
judge_answer_too_large_refused(void **state)
{
	(void)state;
	until_query();
	too_much(IPC_TEXT_KEY9_ANSWER, KEY9_ANSWER_MAX);
}

static void
judge_parent_gone_silent_end(void **state)
{
	(void)state;
	until_query();
	assert_int_equal(shutdown(parent.fd, SHUT_WR), 0);
	assert_int_equal(ended(), ERR_EOF);
}

/* --- the API key --- */

/*
 * Everything said beforehand, so that the judge can run right here, and its
 * buffer be looked at: what it parses after the query is a stranger's.
 */
static void
judge_api_key_forgotten_after_query(void **state)
{
	static struct ipc_channel its;
	struct ipc_message m;
	enum err err;

	(void)state;
	make_pair(&its);
	send_text(IPC_TEXT_SALLYPORT_YAML, "");
	send_text(IPC_TEXT_K9_YAML, K9_YAML);
	ask("joe", "");
	send_text(IPC_TEXT_KEY9_ANSWER, "");
	err = judge_run(&its);
	assert_int_equal(err, ERR_OK);
	assert_null(memmem(its.buf, sizeof(its.buf), API_KEY,
	    strlen(API_KEY)));
	/* The control: it was there, and went out through this buffer. */
	m = hear(IPC_SET(KEY9_QUERY));
	assert_non_null(memmem(m.as.KEY9_QUERY.headers.p,
	    m.as.KEY9_QUERY.headers.len, API_KEY, strlen(API_KEY)));
	verdict_is(REASON_NO_KEYS, 0, 0);
	(void)close(its.fd);
	(void)close(parent.fd);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(judge_query_from_configuration),
		TEST(judge_good_answer_keys_and_verdict),
		TEST(judge_bad_keys_dropped_others_stand),
		TEST(judge_only_bad_keys_none),
		TEST(judge_empty_answer_no_keys),
		TEST(judge_error_in_answer_no_keys),
		TEST(judge_as_many_keys_as_allowed),
		TEST(judge_bad_k9_yaml_told),
		TEST(judge_bad_sallyport_yaml_told),
		TEST(judge_user_name_unchecked_refused),
		TEST(judge_no_message_at_all_refused),
		TEST(judge_answer_cut_anywhere_is_the_same),
		TEST(judge_text_out_of_turn_refused),
		TEST(judge_question_before_files_refused),
		TEST(judge_answer_instead_of_file_refused),
		TEST(judge_file_instead_of_question_refused),
		TEST(judge_second_question_refused),
		TEST(judge_file_instead_of_answer_refused),
		TEST(judge_two_kinds_in_one_answer_refused),
		TEST(judge_message_for_netproc_refused),
		TEST(judge_file_too_large_refused),
		TEST(judge_answer_too_large_refused),
		TEST(judge_parent_gone_silent_end),
		cmocka_unit_test(judge_api_key_forgotten_after_query),
	};

	return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}
