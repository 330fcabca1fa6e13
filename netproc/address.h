/* Which addresses netproc will never call, whatever a name resolves to. */
#ifndef NETPROC_ADDRESS_H
#define NETPROC_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/*
 * Whether sa (AF_INET or AF_INET6) may be connected to: no link-local address
 * (clouds keep credentials at 169.254.169.254 and fd00:ec2::254), no
 * unspecified, multicast or broadcast one; an IPv4 address inside an IPv6 one
 * (mapped, NAT64, 6to4) counts as itself. The address is hostile: it came
 * from DNS.
 */
bool address_allowed(const struct sockaddr *sa);

/* Whether sa is this machine: 127.0.0.0/8, ::1, or the former mapped. */
bool address_loopback(const struct sockaddr *sa);

#endif
