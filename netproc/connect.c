#include "netproc/connect.h"

#include <ares.h>
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ipc/channel.h"
#include "netproc/address.h"

/* Per try and resolver; the login's deadline is above it all. */
#define DNS_TRY_MS 1500
#define DNS_TRIES 2

static ares_channel resolver;
/* The socket that connect_to() has given out; -1: none yet. */
static int connected = -1;

/*
 * In place of the C library's, for the whole program: libcurl 7.88 connects
 * even a socket of which it was told that it is connected, at a time when our
 * filter kills for that. It gets its answer without the kernel.
 */
__attribute__((visibility("default"))) int
connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t len)
{
	if (fd != -1 && fd == connected)
		return 0;
	return (int)syscall(SYS_connect, fd, address.__sockaddr__, len);
}

/*
 * What the filter allows, and no more: newer versions of c-ares would have
 * TCP's fast open, and do without if it is not to be had.
 */
__attribute__((visibility("default"))) int
setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
	if (level == IPPROTO_TCP && name == TCP_NODELAY)
		return (int)syscall(SYS_setsockopt, fd, level, name, value,
		    len);
	errno = ENOPROTOOPT;
	return -1;
}

bool
connect_prepare(void)
{
	struct ares_options options = { .timeout = DNS_TRY_MS,
		.tries = DNS_TRIES };

	return ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS &&
	    ares_init_options(&resolver, &options,
	    ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES) == ARES_SUCCESS;
}

struct lookup {
	bool done;
	struct ares_addrinfo *result;
};

static void
looked_up(void *arg, int status, int timeouts, struct ares_addrinfo *result)
{
	struct lookup *lookup = arg;

	(void)timeouts;
	lookup->done = true;
	lookup->result = status == ARES_SUCCESS ? result : NULL;
}

/* Waits for DNS sockets or c-ares' own timers, not past the deadline. */
static void
serve_resolver(int64_t deadline_ms)
{
	ares_socket_t socks[ARES_GETSOCK_MAXNUM];
	struct pollfd pfds[ARES_GETSOCK_MAXNUM];
	struct timeval most, next, *tv;
	unsigned bits = (unsigned)ares_getsock(resolver, socks,
	    ARES_GETSOCK_MAXNUM);
	int64_t left = deadline_ms - ipc_now_ms();
	nfds_t n = 0;

	/* c-ares' own macros shift a signed one to where it has no room. */
	for (unsigned i = 0; i < ARES_GETSOCK_MAXNUM; i++) {
		short events = (short)(((bits >> i & 1) != 0 ? POLLIN : 0) |
		    ((bits >> (i + ARES_GETSOCK_MAXNUM) & 1) != 0 ?
		    POLLOUT : 0));

		if (events != 0)
			pfds[n++] = (struct pollfd){ socks[i], events, 0 };
	}
	most.tv_sec = left > 0 ? left / 1000 : 0;
	most.tv_usec = left > 0 ? left % 1000 * 1000 : 0;
	tv = ares_timeout(resolver, &most, &next);
	(void)poll(pfds, n, (int)(tv->tv_sec * 1000 + tv->tv_usec / 1000 + 1));
	for (nfds_t i = 0; i < n; i++)
		ares_process_fd(resolver,
		    (pfds[i].revents & (POLLIN | POLLERR | POLLHUP)) != 0 ?
		    pfds[i].fd : ARES_SOCKET_BAD,
		    (pfds[i].revents & POLLOUT) != 0 ?
		    pfds[i].fd : ARES_SOCKET_BAD);
	ares_process_fd(resolver, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

static struct ares_addrinfo *
resolve(const struct connect_target *target)
{
	struct ares_addrinfo_hints hints = { .ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM, .ai_flags = ARES_AI_NUMERICSERV };
	struct lookup lookup = { false, NULL };
	struct in_addr in_numbers;
	char port[8];

	/* Else c-ares 1.18 asks DNS about an IPv4 address, too. */
	if (inet_pton(AF_INET, target->host, &in_numbers) == 1)
		hints.ai_family = AF_INET;
	(void)snprintf(port, sizeof(port), "%u", target->port);
	ares_getaddrinfo(resolver, target->host, port, &hints, looked_up,
	    &lookup);
	while (!lookup.done && ipc_now_ms() < target->deadline_ms)
		serve_resolver(target->deadline_ms);
	if (!lookup.done)
		ares_cancel(resolver);
	return lookup.result;
}

static bool
may_call(const struct connect_target *target, const struct sockaddr *sa)
{
	return address_allowed(sa) &&
	    (!target->loopback_only || address_loopback(sa));
}

/* One address, for at most patience_ms. A socket, or -1. */
static int
try_address(const struct ares_addrinfo_node *node, int64_t patience_ms)
{
	struct pollfd pfd = { .events = POLLOUT };
	int error = 0;
	socklen_t len = sizeof(error);

	pfd.fd = socket(node->ai_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (pfd.fd == -1)
		return -1;
	if (connect(pfd.fd, node->ai_addr, node->ai_addrlen) == 0)
		return pfd.fd;
	if (errno == EINPROGRESS && poll(&pfd, 1, (int)patience_ms) == 1 &&
	    getsockopt(pfd.fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 &&
	    error == 0)
		return pfd.fd;
	(void)close(pfd.fd);
	return -1;
}

static enum reason
try_all(const struct connect_target *target,
    const struct ares_addrinfo_node *nodes, int *fd, char address[64])
{
	enum reason reason = REASON_ADDRESS;
	int64_t allowed = 0;

	for (const struct ares_addrinfo_node *n = nodes; n != NULL;
	    n = n->ai_next)
		allowed += may_call(target, n->ai_addr);
	for (const struct ares_addrinfo_node *n = nodes; n != NULL;
	    n = n->ai_next) {
		int64_t left = target->deadline_ms - ipc_now_ms();

		if (!may_call(target, n->ai_addr))
			continue;
		if (left <= 0)
			return REASON_TIMEOUT;
		/* What remains is shared among those not yet tried. */
		*fd = try_address(n, left / allowed-- + 1);
		if (*fd != -1)
			return getnameinfo(n->ai_addr, n->ai_addrlen, address,
			    64, NULL, 0, NI_NUMERICHOST) == 0 ? REASON_OK :
			    REASON_CONNECT;
		reason = REASON_CONNECT;
	}
	if (reason == REASON_CONNECT && ipc_now_ms() >= target->deadline_ms)
		return REASON_TIMEOUT;
	return reason;
}

enum reason
connect_to(const struct connect_target *target, int *fd, char address[64])
{
	struct ares_addrinfo *found = resolve(target);
	enum reason reason = REASON_RESOLVE;

	*fd = -1;
	if (found != NULL && found->nodes != NULL)
		reason = try_all(target, found->nodes, fd, address);
	else if (ipc_now_ms() >= target->deadline_ms)
		reason = REASON_TIMEOUT;
	if (found != NULL)
		ares_freeaddrinfo(found);
	connected = *fd;
	return reason;
}
