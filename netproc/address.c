#include "netproc/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

/* The IPv4 address in host order, if sa is one or wraps one. */
static bool
ipv4_of(const struct sockaddr *sa, uint32_t *v4)
{
	static const uint8_t nat64[12] = { 0x00, 0x64, 0xff, 0x9b };
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	const uint8_t *b = in6.sin6_addr.s6_addr;
	uint32_t be;

	if (sa->sa_family == AF_INET) {
		memcpy(&in, sa, sizeof(in));
		*v4 = ntohl(in.sin_addr.s_addr);
		return true;
	}
	memcpy(&in6, sa, sizeof(in6));
	if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr) ||
	    memcmp(b, nat64, sizeof(nat64)) == 0)
		memcpy(&be, b + 12, sizeof(be));
	else if (b[0] == 0x20 && b[1] == 0x02) /* 6to4, RFC 3056 */
		memcpy(&be, b + 2, sizeof(be));
	else
		return false;
	*v4 = ntohl(be);
	return true;
}

static bool
ipv4_allowed(uint32_t v4)
{
	return v4 >> 24 != 0 &&      /* 0.0.0.0/8: this host, in disguise */
	    v4 >> 16 != 0xa9fe &&    /* 169.254.0.0/16: link-local */
	    v4 >> 28 != 0xe &&       /* 224.0.0.0/4: multicast */
	    v4 != UINT32_MAX;        /* broadcast */
}

bool
address_allowed(const struct sockaddr *sa)
{
	static const uint8_t metadata[16] = { 0xfd, 0x00, 0x0e, 0xc2, [14] =
		0x02, 0x54 };
	struct sockaddr_in6 in6;
	uint32_t v4;

	if (sa->sa_family != AF_INET && sa->sa_family != AF_INET6)
		return false;
	if (ipv4_of(sa, &v4))
		return ipv4_allowed(v4);
	memcpy(&in6, sa, sizeof(in6));
	return !IN6_IS_ADDR_LINKLOCAL(&in6.sin6_addr) &&
	    !IN6_IS_ADDR_MULTICAST(&in6.sin6_addr) &&
	    !IN6_IS_ADDR_UNSPECIFIED(&in6.sin6_addr) &&
	    memcmp(in6.sin6_addr.s6_addr, metadata, sizeof(metadata)) != 0;
}

bool
address_loopback(const struct sockaddr *sa)
{
	struct sockaddr_in6 in6;
	uint32_t v4;

	if (sa->sa_family == AF_INET)
		return ipv4_of(sa, &v4) && v4 >> 24 == 127;
	if (sa->sa_family != AF_INET6)
		return false;
	memcpy(&in6, sa, sizeof(in6));
	/* Only the mapped form is ours; the others name a relay's 127.0.0.1. */
	if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr))
		return in6.sin6_addr.s6_addr[12] == 127;
	return IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr);
}
