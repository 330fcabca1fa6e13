/*
 * One HTTP exchange by libcurl over a socket that is already connected.
 * Everything that libcurl reads, the peer wrote.
 */
#ifndef NETPROC_EXCHANGE_H
#define NETPROC_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/channel.h"
#include "ipc/reason.h"
#include "netproc/roots.h"

struct exchange;

/* What libcurl opens and seeds on first use: before the cage. NULL if it
 * cannot. */
struct exchange *exchange_prepare(void);

/* Where the request goes: to the proxy if there is one. */
struct exchange_host {
	char name[256];
	uint16_t port;
	bool plain; /* http, and no proxy in between */
};

/*
 * Reads the request's URL and proxy, copies what outlives the message, and
 * says which host to connect to. False if either is not a URL that we speak.
 */
bool exchange_target(struct exchange *x, const struct ipc_message *request,
    struct exchange_host *host);

struct exchange_result {
	enum reason reason;
	uint32_t status; /* HTTP */
	uint32_t total;  /* bytes of body passed on */
	char detail[DETAIL_MAX + 1]; /* printable ASCII */
};

/*
 * Performs the request on fd, which becomes libcurl's, and passes the body of
 * a 200 answer on through ch as FETCH_DATA. address: fd's peer in numbers.
 */
void exchange_run(struct exchange *x, int fd, const char *address,
    struct roots *roots, struct ipc_channel *ch,
    struct exchange_result *result);

#endif
