/*
 * One exchange with a server of our own on the loopback interface: what it is
 * sent, and what is passed on of what it answers. Plain http: TLS is
 * test_roots.c's, and tests/e2e has both.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "netproc/connect.h"
#include "netproc/exchange.h"

#define BODY_MAX 1000
#define SLACK_MS 3000

/* Nobody frees an exchange, a process has one: kept, so that none leaks. */
static struct exchange *exchanges[64];
static size_t nexchanges;
static struct roots no_roots;
static struct exchange_result result;
/* NULL: the server is asked itself, by plain http. */
static const char *https_url;
/* What the server heard, and what the parent was passed. */
static char request_text[16384];
static char passed[65536];
static size_t npassed;

static int
setup(void **state)
{
	(void)state;
	return connect_prepare() ? 0 : -1;
}

/* --- the server --- */

/* What the server does when it has answered. */
enum then { THEN_CLOSE, THEN_AGAIN, THEN_NOTHING };

/* Reads a request with its body, and answers. */
static void __attribute__((noreturn))
serve(int fd, int tell, const char *answer, size_t len, enum then then)
{
	char text[sizeof(request_text)];
	size_t n = 0;
	ssize_t got;

	(void)alarm(30); /* should the test end before it */
	while (n < sizeof(text) - 1 &&
	    (got = read(fd, text + n, sizeof(text) - 1 - n)) > 0) {
		n += (size_t)got;
		text[n] = '\0';
		if (strstr(text, "\r\n\r\n") != NULL &&
		    (strncmp(text, "POST", 4) != 0 || text[n - 1] == '}'))
			break;
	}
	(void)!write(tell, text, n);
	(void)close(tell);
	do
		if (send(fd, answer, len, MSG_NOSIGNAL) != (ssize_t)len)
			break;
	while (then == THEN_AGAIN);
	if (then == THEN_NOTHING)
		(void)pause(); /* and it does not go away */
	_exit(0);
}

static int
listener(uint16_t *port)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd != -1);
	assert_int_equal(bind(fd, (const struct sockaddr *)&in, len), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &len), 0);
	*port = ntohs(in.sin_port);
	return fd;
}

/* --- the exchange --- */

static void
make_request(struct request *request, uint16_t port, bool post)
{
	struct ipc_message m = { .type = IPC_FETCH };
	char url[64], proxy[64] = "";

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/q/joe", port);
	if (https_url != NULL) {
		(void)snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%u",
		    port);
		(void)strcpy(url, https_url);
	}
	m.as.FETCH.url = (struct ipc_span){ url, strlen(url) };
	m.as.FETCH.headers = (struct ipc_span){ "X-One: 1\nX-Two: a: b", 20 };
	m.as.FETCH.body = (struct ipc_span){ post ? "{\"r\":1}" : "",
		post ? 7 : 0 };
	m.as.FETCH.proxy = (struct ipc_span){ proxy, strlen(proxy) };
	m.as.FETCH.post = post;
	m.as.FETCH.connect_ms = 2000;
	m.as.FETCH.total_ms = 1000;
	m.as.FETCH.body_max = BODY_MAX;
	assert_true(request_prepare(request));
	assert_true(request_read(request, &m));
}

/* What netproc has said to the parent until it hung up. */
static void
hear(int fd)
{
	struct ipc_channel parent = { .fd = fd, .receives = IPC_FROM_NET };
	struct ipc_message m;

	npassed = 0;
	while (ipc_recv(&parent, ipc_now_ms() + 1000, IPC_SET(FETCH_DATA),
	    &m) == ERR_OK) {
		assert_true(m.as.FETCH_DATA.data.len <=
		    sizeof(passed) - npassed);
		memcpy(passed + npassed, m.as.FETCH_DATA.data.p,
		    m.as.FETCH_DATA.data.len);
		npassed += m.as.FETCH_DATA.data.len;
	}
}

static void
exchange(bool post, const char *answer, size_t len, enum then then)
{
	static struct ipc_channel ch;
	struct request request;
	struct connect_target target;
	char address[64];
	int ends[2], heard[2], fd, server_fd;
	uint16_t port;
	int listening = listener(&port);
	ssize_t n;
	pid_t server;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	assert_int_equal(pipe(heard), 0);
	make_request(&request, port, post);
	target = (struct connect_target){ request.host.name,
		request.host.port, true, ipc_now_ms() + 2000 };
	assert_int_equal(connect_to(&target, &fd, address), REASON_OK);
	assert_string_equal(address, "127.0.0.1");
	server_fd = accept(listening, NULL, NULL);
	assert_true(server_fd != -1);
	(void)close(listening);
	if ((server = fork()) == 0) {
		(void)close(fd);
		serve(server_fd, heard[1], answer, len, then);
	}
	(void)close(server_fd);
	(void)close(heard[1]);
	ch = (struct ipc_channel){ .fd = ends[0], .sends = IPC_FROM_NET };
	assert_true(nexchanges < sizeof(exchanges) / sizeof(exchanges[0]));
	exchanges[nexchanges] = exchange_prepare();
	assert_non_null(exchanges[nexchanges]);
	exchange_run(exchanges[nexchanges++], &request, fd, address,
	    &no_roots, &ch, &result);
	(void)close(ends[0]);
	hear(ends[1]);
	(void)close(ends[1]);
	n = read(heard[0], request_text, sizeof(request_text) - 1);
	request_text[n > 0 ? n : 0] = '\0';
	(void)close(heard[0]);
	(void)kill(server, SIGKILL);
	assert_int_equal(waitpid(server, NULL, 0), server);
	/* connect.c knows its connection by this number: never another. */
	(void)dup2(STDIN_FILENO, fd);
	assert_int_equal(result.total, npassed);
	for (const char *c = result.detail; *c != '\0'; c++)
		assert_in_range(*c, 0x20, 0x7e);
}

static void
answered(const char *answer)
{
	exchange(true, answer, strlen(answer), THEN_CLOSE);
}

/* --- cases --- */

#define CHUNKED "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

static void
exchange_request_is_as_told(void **state)
{
	(void)state;
	answered("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
	assert_int_equal(result.reason, REASON_OK);
	assert_memory_equal(request_text, "POST /q/joe HTTP/1.1\r\n", 22);
	assert_non_null(strstr(request_text, "\r\nX-One: 1\r\n"));
	assert_non_null(strstr(request_text, "\r\nX-Two: a: b\r\n"));
	assert_non_null(strstr(request_text, "\r\nUser-Agent: sallyport/"));
	assert_non_null(strstr(request_text, "\r\n\r\n{\"r\":1}"));
	/* Nothing that would let an answer grow when it is unpacked. */
	assert_null(strcasestr(request_text, "Accept-Encoding"));
	exchange(false, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 40,
	    THEN_CLOSE);
	assert_memory_equal(request_text, "GET /q/joe HTTP/1.1\r\n", 21);
}

/* A header may be a credential: the proxy connects, and learns none of it. */
static void
exchange_headers_kept_from_the_proxy(void **state)
{
	(void)state;
	https_url = "https://idp.example/userinfo";
	exchange(false, "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n", 39,
	    THEN_CLOSE);
	https_url = NULL;
	assert_memory_equal(request_text, "CONNECT idp.example:443 ", 24);
	assert_null(strstr(request_text, "X-One"));
	assert_null(strstr(request_text, "userinfo"));
	assert_int_equal(result.reason, REASON_HTTP_PROTOCOL);
}

#define OK_2 "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"

static void
exchange_max_age_of_the_last_answer(void **state)
{
	(void)state;
	answered(OK_2 "Cache-Control: max-age=60\r\n\r\nok");
	assert_int_equal(result.max_age_s, 60);
	answered(OK_2 "Cache-Control: public\r\ncache-control: "
	    "max-age=99999999999\r\n\r\nok");
	assert_int_equal(result.max_age_s, MAX_AGE_MAX_S);
	answered(OK_2 "\r\nok");
	assert_int_equal(result.max_age_s, 0);
	answered("HTTP/1.1 100 Continue\r\nCache-Control: max-age=60\r\n\r\n"
	    OK_2 "\r\nok");
	assert_int_equal(result.max_age_s, 0);
	answered("HTTP/1.1 100 Continue\r\nCache-Control: no-store\r\n\r\n"
	    OK_2 "Cache-Control: max-age=60\r\n\r\nok");
	assert_int_equal(result.max_age_s, 60);
}

/* Neither a trailer's, which comes when the body has been seen (RFC 9110
 * section 6.5.1), nor one of an answer that is not to be used. */
static void
exchange_max_age_of_nothing_else(void **state)
{
	(void)state;
	answered(CHUNKED "2\r\nok\r\n0\r\nCache-Control: max-age=60\r\n\r\n");
	assert_int_equal(result.reason, REASON_OK);
	assert_int_equal(result.max_age_s, 0);
	answered("HTTP/1.1 404 No\r\nContent-Length: 2\r\n"
	    "Cache-Control: max-age=60\r\n\r\nno");
	assert_int_equal(result.status, 404);
	assert_int_equal(result.max_age_s, 0);
	answered("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n"
	    "Cache-Control: max-age=60\r\n\r\nshort");
	assert_int_not_equal(result.reason, REASON_OK);
	assert_int_equal(result.max_age_s, 0);
}

static void
exchange_body_passed_on(void **state)
{
	(void)state;
	answered("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\na\nb\nc");
	assert_int_equal(result.reason, REASON_OK);
	assert_int_equal(result.status, 200);
	assert_int_equal(npassed, 5);
	assert_memory_equal(passed, "a\nb\nc", 5);
	answered(CHUNKED "2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n");
	assert_int_equal(result.reason, REASON_OK);
	assert_int_equal(npassed, 5);
	assert_memory_equal(passed, "abcde", 5);
	answered("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
	assert_int_equal(result.reason, REASON_OK);
	assert_int_equal(npassed, 0);
}

static void
exchange_other_status_told_without_body(void **state)
{
	static const unsigned codes[] = { 201, 204, 301, 302, 401, 404, 429,
		500, 503 };
	char answer[256];

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		(void)snprintf(answer, sizeof(answer), "HTTP/1.1 %u X\r\n"
		    "Location: http://127.0.0.1:1/\r\n"
		    "Content-Length: %d\r\n\r\n%s", codes[i],
		    codes[i] == 204 ? 0 : 4, codes[i] == 204 ? "" : "body");
		answered(answer);
		assert_int_equal(result.reason, REASON_OK);
		assert_int_equal(result.status, codes[i]);
		assert_int_equal(npassed, 0);
	}
}

/* An answer of n bytes, with its length said or in one chunk. */
static void
answered_size(size_t n, bool chunk)
{
	static char answer[BODY_MAX * 2];
	size_t len = (size_t)snprintf(answer, sizeof(answer), chunk ?
	    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%zx\r\n" :
	    "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", n);

	memset(answer + len, 'x', n);
	len += n;
	if (chunk) {
		memcpy(answer + len, "\r\n0\r\n\r\n", 7);
		len += 7;
	}
	exchange(true, answer, len, THEN_CLOSE);
}

static void
exchange_more_than_allowed_refused(void **state)
{
	(void)state;
	for (int chunk = 0; chunk < 2; chunk++) {
		answered_size(BODY_MAX, chunk == 1);
		assert_int_equal(result.reason, REASON_OK);
		assert_int_equal(npassed, BODY_MAX);
		answered_size(BODY_MAX + 1, chunk == 1);
		assert_int_equal(result.reason, REASON_TOO_LARGE);
		assert_true(npassed <= BODY_MAX);
	}
}

static void
exchange_headers_without_end_refused(void **state)
{
	static char answer[4096] = "HTTP/1.1 200 OK\r\n";
	size_t len = strlen(answer);

	(void)state;
	while (len + 13 < sizeof(answer)) {
		memcpy(answer + len, "X-Again: 1\r\n", 12);
		len += 12;
	}
	/* Each time round it begins with a line that is no header either. */
	exchange(true, answer, len, THEN_AGAIN);
	assert_true(result.reason == REASON_TOO_LARGE ||
	    result.reason == REASON_HTTP_PROTOCOL);
	assert_int_equal(npassed, 0);
	exchange(true, "HTTP/1.1 100 Continue\r\n\r\n", 25, THEN_AGAIN);
	assert_int_equal(result.reason, REASON_TOO_LARGE);
}

/* Whoever can cut the connection could cut such an answer unseen. */
static void
exchange_body_whose_end_is_not_said_refused(void **state)
{
	(void)state;
	answered("HTTP/1.1 200 OK\r\n\r\nbody");
	assert_int_equal(result.reason, REASON_HTTP_PROTOCOL);
	assert_int_equal(npassed, 0);
	answered("HTTP/1.1 200 OK\r\n\r\n");
	assert_int_equal(result.reason, REASON_HTTP_PROTOCOL);
	answered("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nbody");
	assert_int_equal(result.reason, REASON_HTTP_PROTOCOL);
	answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nbody");
	assert_int_equal(result.reason, REASON_HTTP_PROTOCOL);
	assert_int_equal(npassed, 0);
	/* What the first answer said does not hold for the second. */
	answered("HTTP/1.1 100 Continue\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "HTTP/1.1 200 OK\r\n\r\nbody");
	assert_int_equal(result.reason, REASON_HTTP_PROTOCOL);
}

static void
exchange_cut_short_refused(void **state)
{
	static const char *const answers[] = {
		"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
		CHUNKED "9\r\nsho", CHUNKED "5\r\nshort\r\n", CHUNKED "z\r\n",
		"HTTP/1.1 200 OK\r\nContent-Le",
		"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nDate: ",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nDa",
		"HTTP/1.1 200 OK\r\n", "HTTP/1.1 200", "HTTP/1.1", "x", "\xff\xfe\r\n",
		"SSH-2.0-OpenSSH\r\n", "220 mail\r\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		answered(answers[i]);
		if (result.reason == REASON_OK)
			fail_msg("status %u for %s", result.status,
			    answers[i]);
		assert_true(result.detail[0] != '\0');
	}
}

/* Whatever it has said before it fell silent: that is what the log says. */
static void
exchange_silent_server_timeout(void **state)
{
	static const char *const answers[] = { "", "HTTP/1.1 200 OK\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort" };

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		int64_t began = ipc_now_ms();

		exchange(true, answers[i], strlen(answers[i]), THEN_NOTHING);
		assert_int_equal(result.reason, REASON_TIMEOUT);
		assert_in_range(ipc_now_ms() - began, 1000, 1000 + SLACK_MS);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exchange_request_is_as_told),
		cmocka_unit_test(exchange_headers_kept_from_the_proxy),
		cmocka_unit_test(exchange_max_age_of_the_last_answer),
		cmocka_unit_test(exchange_max_age_of_nothing_else),
		cmocka_unit_test(exchange_body_passed_on),
		cmocka_unit_test(exchange_other_status_told_without_body),
		cmocka_unit_test(exchange_more_than_allowed_refused),
		cmocka_unit_test(exchange_headers_without_end_refused),
		cmocka_unit_test(exchange_body_whose_end_is_not_said_refused),
		cmocka_unit_test(exchange_cut_short_refused),
		cmocka_unit_test(exchange_silent_server_timeout),
	};

	return cmocka_run_group_tests_name("exchange", tests, setup, NULL);
}
