/*
 * HTTP exchanges by libcurl over one socket that is already connected.
 * Everything that libcurl reads, the peer wrote.
 */
#ifndef NETPROC_EXCHANGE_H
#define NETPROC_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/channel.h"
#include "ipc/reason.h"
#include "netproc/request.h"
#include "netproc/roots.h"

struct exchange;

/* What libcurl opens and seeds on first use: before the cage. NULL if it
 * cannot. */
struct exchange *exchange_prepare(void);

struct exchange_result {
	enum reason reason;
	uint32_t status; /* HTTP */
	uint32_t total;  /* bytes of body passed on */
	uint32_t max_age_s; /* of a 200 answer; 0: it does not say */
	char detail[DETAIL_MAX + 1]; /* printable ASCII */
};

/*
 * Performs the request on fd, which becomes libcurl's, and passes the body of
 * a 200 answer on through ch as FETCH_DATA. address: fd's peer in numbers.
 */
void exchange_run(struct exchange *x, const struct request *request, int fd,
    const char *address, struct roots *roots, struct ipc_channel *ch,
    struct exchange_result *result);

/*
 * The same once more, for another request to the same host, on the connection
 * that there is. REASON_CONNECT if the peer has closed it.
 */
void exchange_run_again(struct exchange *x, const struct request *request,
    struct exchange_result *result);

#endif
