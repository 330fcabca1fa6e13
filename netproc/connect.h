/* From a host name to a connected socket; no byte of the peer's is read. */
#ifndef NETPROC_CONNECT_H
#define NETPROC_CONNECT_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/reason.h"

/* c-ares reads resolv.conf and seeds itself: before the cage. */
bool connect_prepare(void) __attribute__((warn_unused_result));

struct connect_target {
	const char *host;   /* name or address, no brackets */
	uint16_t port;
	bool loopback_only; /* refuse every other address */
	int64_t deadline_ms; /* CLOCK_MONOTONIC */
};

/*
 * Resolves, drops the addresses that must not be called, tries the others in
 * order. REASON_OK and *fd (non-blocking, the caller's), with address, in
 * numbers, of the peer; or RESOLVE, ADDRESS, CONNECT, TIMEOUT.
 */
enum reason connect_to(const struct connect_target *target, int *fd,
    char address[64]);

#endif
