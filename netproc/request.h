/* A FETCH message, read: what to send, and to which host to connect. */
#ifndef NETPROC_REQUEST_H
#define NETPROC_REQUEST_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "ipc/message.h"

/* Where the request goes first: the proxy if there is one. */
struct request_host {
	char name[256]; /* or an address, without brackets */
	uint16_t port;
	bool plain; /* http, and no proxy in between */
};

struct request {
	CURLU *url;                 /* owned */
	struct curl_slist *headers; /* owned */
	struct request_host host;
	char proxy[PROXY_MAX + 1]; /* "" = none */
	char body[REQUEST_BODY_MAX + 1];
	size_t body_len;
	bool post;
	long total_ms;
	size_t body_max; /* of the answer */
};

/* Makes *r empty; before the cage, as libcurl allocates. */
bool request_prepare(struct request *r) __attribute__((warn_unused_result));

/*
 * Reads a FETCH message (from the parent, not hostile) and copies what
 * outlives it; URLs are libcurl's to read. False if URL or proxy is none that
 * we speak, or if plain http is to go through a proxy without allow_http.
 */
bool request_read(struct request *r, const struct ipc_message *m)
    __attribute__((warn_unused_result));

#endif
