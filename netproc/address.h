/* Which addresses netproc will never call, whatever a name resolves to. */
#ifndef NETPROC_ADDRESS_H
#define NETPROC_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/*
 * Whether sa (AF_INET or AF_INET6) may be connected to: no link-local address
 * (clouds keep credentials at 169.254.169.254), none of the others where they
 * are known to keep them (address.c has the list), no unspecified, multicast
 * or broadcast one. An IPv4 address inside an IPv6 one (mapped, 6to4, NAT64's
 * 64:ff9b::/96) counts as itself; in 64:ff9b:1::/48 only the first two count.
 * The address is hostile: it came from DNS.
 */
bool address_allowed(const struct sockaddr *sa);

/* Whether sa is this machine: 127.0.0.0/8, ::1, or the former mapped. */
bool address_loopback(const struct sockaddr *sa);

#endif
