/* From a host to a connected socket: addresses given in numbers, and names
 * that need no network. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ipc/channel.h"
#include "netproc/connect.h"

/* What c-ares has asked a name server, or tried to. */
static unsigned questions;

/* In place of the C library's, for the whole program. */
__attribute__((visibility("default"))) ssize_t
send(int fd, const void *p, size_t n, int flags)
{
	questions++;
	return (ssize_t)syscall(SYS_sendto, fd, p, n, flags, NULL, 0);
}

static char address[64];

static int
setup(void **state)
{
	(void)state;
	return connect_prepare() ? 0 : -1;
}

/* A server at the loopback address of a family; its port. */
static int
listener(int family, uint16_t *port)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr *sa = family == AF_INET ? (struct sockaddr *)&in :
	    (struct sockaddr *)&in6;
	socklen_t len = family == AF_INET ? sizeof(in) : sizeof(in6);
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1 || bind(fd, sa, len) == -1) {
		print_message("skipped: this machine has no such loopback\n");
		skip();
	}
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, sa, &len), 0);
	*port = ntohs(family == AF_INET ? in.sin_port : in6.sin6_port);
	return fd;
}

static enum reason
call(const char *host, uint16_t port, bool loopback_only, int64_t patience_ms)
{
	const struct connect_target target = { host, port, loopback_only,
		ipc_now_ms() + patience_ms };
	int fd = -2;
	enum reason reason;

	questions = 0;
	reason = connect_to(&target, &fd, address);
	assert_true((reason == REASON_OK) == (fd != -1));
	/* connect.c knows its connection by its number: never another's. */
	if (fd != -1)
		assert_true(dup2(STDIN_FILENO, fd) == fd);
	return reason;
}

static void
connect_ipv4_in_numbers_nobody_asked(void **state)
{
	uint16_t port;
	int server = listener(AF_INET, &port);

	(void)state;
	assert_int_equal(call("127.0.0.1", port, false, 5000), REASON_OK);
	assert_string_equal(address, "127.0.0.1");
	assert_int_equal(questions, 0);
	assert_int_equal(call("127.0.0.1", port, true, 5000), REASON_OK);
	(void)close(server);
}

static void
connect_ipv6_in_numbers_nobody_asked(void **state)
{
	uint16_t port;
	int server = listener(AF_INET6, &port);

	(void)state;
	assert_int_equal(call("::1", port, true, 5000), REASON_OK);
	assert_string_equal(address, "::1");
	assert_int_equal(questions, 0);
	(void)close(server);
}

static void
connect_localhost_nobody_asked(void **state)
{
	uint16_t port;
	int server = listener(AF_INET, &port);

	(void)state;
	/* Without that file c-ares knows no name, but does not ask for it. */
	if (access("/etc/hosts", R_OK) == 0) {
		assert_int_equal(call("localhost", port, true, 5000),
		    REASON_OK);
		assert_string_equal(address, "127.0.0.1");
	} else {
		assert_int_equal(call("localhost", port, true, 5000),
		    REASON_RESOLVE);
	}
	assert_int_equal(questions, 0);
	(void)close(server);
}

/* Else a library that wants another would be killed for it. */
static void
connect_options_as_the_filter_has_them(void **state)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1, now = 0;
	socklen_t len = sizeof(now);

	(void)state;
	assert_int_equal(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on,
	    sizeof(on)), 0);
	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &now, &len),
	    0);
	assert_int_equal(now, 1);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on,
	    sizeof(on)), -1);
	assert_int_equal(errno, ENOPROTOOPT);
	(void)close(fd);
}

static void
connect_address_never_called_refused(void **state)
{
	static const char *const hosts[] = { "169.254.169.254", "0.0.0.0",
		"224.0.0.1", "255.255.255.255", "fe80::1", "::",
		"::ffff:169.254.169.254", "fd00:ec2::254" };

	(void)state;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		assert_int_equal(call(hosts[i], 80, false, 5000),
		    REASON_ADDRESS);
		assert_int_equal(questions, 0);
	}
	/* Plain http stays on this machine. */
	assert_int_equal(call("192.0.2.1", 80, true, 5000), REASON_ADDRESS);
	assert_int_equal(call("2001:db8::1", 80, true, 5000),
	    REASON_ADDRESS);
}

static void
connect_nobody_listens_told(void **state)
{
	uint16_t port;
	int server = listener(AF_INET, &port);

	(void)state;
	(void)close(server);
	assert_int_equal(call("127.0.0.1", port, false, 5000),
	    REASON_CONNECT);
}

static void
connect_deadline_passed_timeout(void **state)
{
	uint16_t port;
	int server = listener(AF_INET, &port);

	(void)state;
	assert_int_equal(call("127.0.0.1", port, false, 0), REASON_TIMEOUT);
	assert_int_equal(call("127.0.0.1", port, false, -1000),
	    REASON_TIMEOUT);
	(void)close(server);
}

/* RFC 7686: such a name is never asked for. */
static void
connect_name_without_address_told(void **state)
{
	(void)state;
	assert_int_equal(call("nobody.onion", 80, false, 5000),
	    REASON_RESOLVE);
	assert_int_equal(questions, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connect_options_as_the_filter_has_them),
		cmocka_unit_test(connect_ipv4_in_numbers_nobody_asked),
		cmocka_unit_test(connect_ipv6_in_numbers_nobody_asked),
		cmocka_unit_test(connect_localhost_nobody_asked),
		cmocka_unit_test(connect_address_never_called_refused),
		cmocka_unit_test(connect_nobody_listens_told),
		cmocka_unit_test(connect_deadline_passed_timeout),
		cmocka_unit_test(connect_name_without_address_told),
	};

	return cmocka_run_group_tests_name("connect", tests, setup, NULL);
}
