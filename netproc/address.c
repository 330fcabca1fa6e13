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

/* Whether clouds may keep credentials there: link-local, or as they say. */
static bool
ipv4_metadata(uint32_t v4)
{
	return v4 >> 16 == 0xa9fe || /* 169.254.0.0/16: link-local */
	    v4 == 0x646464c8 ||      /* 100.100.100.200: Alibaba Cloud */
	    v4 == 0xa83f8110 ||      /* 168.63.129.16: Azure's WireServer */
	    v4 == 0xc00000c0;        /* 192.0.0.192: Oracle Cloud at Customer */
}

static bool
ipv4_allowed(uint32_t v4)
{
	return v4 >> 24 != 0 &&      /* 0.0.0.0/8: this host, in disguise */
	    !ipv4_metadata(v4) &&
	    v4 >> 28 != 0xe &&       /* 224.0.0.0/4: multicast */
	    v4 != UINT32_MAX;        /* broadcast */
}

/*
 * Whether a network with a translator of its own (RFC 8215) may take it for
 * such an IPv4 address. How long the prefix is, only that network knows: any
 * place behind 48 bits counts that RFC 6052 section 2.2 has for one.
 */
static bool
translated_metadata(const uint8_t *b)
{
	static const uint8_t prefix[6] = { 0x00, 0x64, 0xff, 0x9b, 0x00,
		0x01 };
	static const uint8_t places[][4] = { { 6, 7, 9, 10 },
		{ 7, 9, 10, 11 }, { 9, 10, 11, 12 }, { 12, 13, 14, 15 } };

	if (memcmp(b, prefix, sizeof(prefix)) != 0)
		return false;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const uint8_t *at = places[i];

		if (ipv4_metadata((uint32_t)b[at[0]] << 24 |
		    (uint32_t)b[at[1]] << 16 | (uint32_t)b[at[2]] << 8 |
		    b[at[3]]))
			return true;
	}
	return false;
}

/* Clouds' other places: unique local addresses, RFC 4193. */
static bool
ipv6_metadata(const uint8_t *b)
{
	static const uint8_t places[][16] = {
		/* fd00:ec2::254 and, for EKS Pod Identity, ::23: Amazon */
		{ 0xfd, 0x00, 0x0e, 0xc2, [14] = 0x02, 0x54 },
		{ 0xfd, 0x00, 0x0e, 0xc2, [15] = 0x23 },
		/* fd20:ce::254: Google Cloud */
		{ 0xfd, 0x20, 0x00, 0xce, [14] = 0x02, 0x54 },
		/* fd00:c1::a9fe:a9fe: Oracle Cloud */
		{ 0xfd, 0x00, 0x00, 0xc1, [12] = 0xa9, 0xfe, 0xa9, 0xfe },
		/* fd00:100::100:200: Alibaba Cloud */
		{ 0xfd, 0x00, 0x01, 0x00, [12] = 0x01, 0x00, 0x02, 0x00 },
		/* fd00:42::42: Scaleway */
		{ 0xfd, 0x00, 0x00, 0x42, [15] = 0x42 },
		/* fd00:a9fe:a9fe::1: Akamai (Linode) */
		{ 0xfd, 0x00, 0xa9, 0xfe, 0xa9, 0xfe, [15] = 0x01 },
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (memcmp(b, places[i], sizeof(places[i])) == 0)
			return true;
	return translated_metadata(b);
}

bool
address_allowed(const struct sockaddr *sa)
{
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
	    !ipv6_metadata(in6.sin6_addr.s6_addr);
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
