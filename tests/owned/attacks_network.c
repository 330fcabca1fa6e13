/* The network, and sockets of other processes. */
#include "attacks.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

/* Where tests/e2e and test_owned.py listen. */
#define SOURCE_PORT 8443
#define OTHER_PORT 8080
#define HTTP_PORT 80
#define METADATA "169.254.169.254"
#define SERVICE "/run/room/service"
#define STREAM_SERVICE "/run/room/stream-service"

#ifndef MSG_FASTOPEN
#define MSG_FASTOPEN 0x20000000
#endif

static struct sockaddr_in
inet(const char *address, unsigned port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port) };

	(void)inet_pton(AF_INET, address, &sin.sin_addr);
	return sin;
}

static int
call(const char *address, unsigned port, int protocol)
{
	struct sockaddr_in sin = inet(address, port);
	int fd = socket(AF_INET, SOCK_STREAM, protocol);

	return fd == -1 ? errno : worked(connect(fd,
	    (const struct sockaddr *)&sin, sizeof(sin)));
}

static int
send_to(const char *address, unsigned port)
{
	struct sockaddr_in sin = inet(address, port);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd == -1 || connect(fd, (const struct sockaddr *)&sin,
	    sizeof(sin)) == -1)
		return errno;
	return worked(send(fd, "x", 1, 0));
}

static int source(void) { return call("127.0.0.1", SOURCE_PORT, 0); }
static int loopback(void) { return call("127.0.0.1", OTHER_PORT, 0); }
static int metadata(void) { return call(METADATA, HTTP_PORT, 0); }
static int metadata_source_port(void) { return call(METADATA, SOURCE_PORT, 0); }
static int mptcp(void) { return call("127.0.0.1", OTHER_PORT, IPPROTO_MPTCP); }
static int udp(void) { return send_to("127.0.0.1", 9999); }
static int metadata_udp(void) { return send_to(METADATA, 9999); }

/* Connects as it sends: no call to connect() that could be refused. */
static int
fast_open(void)
{
	struct sockaddr_in sin = inet("127.0.0.1", OTHER_PORT);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd == -1 ? errno : worked(sendto(fd, "x", 1, MSG_FASTOPEN,
	    (const struct sockaddr *)&sin, sizeof(sin)));
}

/* Along the way that a socket's options say, past whom it is connected to. */
static int
ip_options(void)
{
	/* RFC 791: loose source and record route, by one address. */
	const uint8_t route[] = { 131, 7, 4, 127, 0, 0, 2, 0 };
	struct sockaddr_in sin = inet("127.0.0.1", 9999);
	int fd;

	/* netproc's own setsockopt() would not ask the kernel. */
	for (fd = 0; fd < 16; fd++)
		if (syscall(SYS_setsockopt, fd, IPPROTO_IP, IP_OPTIONS, route,
		    sizeof(route)) == 0)
			return 0;
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd == -1 || syscall(SYS_setsockopt, fd, IPPROTO_IP, IP_OPTIONS,
	    route, sizeof(route)) == -1)
		return errno;
	return worked(connect(fd, (const struct sockaddr *)&sin, sizeof(sin)));
}

static int
serve(void)
{
	struct sockaddr_in sin = inet("127.0.0.1", 7777);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd == -1 || bind(fd, (const struct sockaddr *)&sin,
	    sizeof(sin)) == -1)
		return errno;
	return worked(listen(fd, 1));
}

static int raw(void) { return worked(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)); }
static int netlink(void) { return worked(socket(AF_NETLINK, SOCK_RAW, 0)); }

static struct sockaddr_un
local(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };

	(void)strncpy(sun.sun_path, path, sizeof(sun.sun_path) - 1);
	return sun;
}

static int
unix_service(void)
{
	struct sockaddr_un sun = local(STREAM_SERVICE);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	return fd == -1 ? errno : worked(connect(fd,
	    (const struct sockaddr *)&sun, sizeof(sun)));
}

/* Half of a pair of datagram sockets can send to others as well. */
static int
by_pair(const char *path)
{
	struct sockaddr_un sun = local(path);
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == -1)
		return errno;
	return worked(sendto(pair[0], "planted", 7, 0,
	    (const struct sockaddr *)&sun, sizeof(sun)));
}

static int unix_by_pair(void) { return by_pair(SERVICE); }
static int log_by_pair(void) { return by_pair("/dev/log"); }

static int
pass_descriptor(void)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .head = { .cmsg_len = CMSG_LEN(sizeof(int)),
	    .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS } };
	struct iovec iov = { &control, 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1,
	    .msg_control = &control, .msg_controllen = sizeof(control) };

	memcpy(CMSG_DATA(&control.head), &(int){ STDIN_FILENO }, sizeof(int));
	return worked(sendmsg(3, &m, MSG_NOSIGNAL));
}

const struct attack network_attacks[] = {
	{ "call the source", source },
	{ "call another port on loopback", loopback },
	{ "call the metadata address", metadata },
	{ "call the metadata address at the source's port", metadata_source_port },
	{ "call another port by MPTCP", mptcp },
	{ "call another port by fast open", fast_open },
	{ "send a datagram to loopback", udp },
	{ "send a datagram to the metadata address", metadata_udp },
	{ "send past whom it is connected to", ip_options },
	{ "serve", serve },
	{ "make a raw socket", raw },
	{ "make a netlink socket", netlink },
	{ "call a service's unix socket", unix_service },
	{ "send to a service's unix socket from a pair", unix_by_pair },
	{ "send to the log from a pair", log_by_pair },
	{ "pass a descriptor to the parent", pass_descriptor },
	{ NULL, NULL },
};
