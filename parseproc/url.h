/*
 * URLs as they may stand in our configuration files: http or https, a host,
 * perhaps a port, a path. Much less than RFC 3986 allows, so that no two
 * readers can disagree about which host is meant: no user information, no
 * query, no fragment, no percent-encoding in the host, no back slash.
 */
#ifndef PARSEPROC_URL_H
#define PARSEPROC_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* RFC 1035 section 2.3.4: a name of 255 octets on the wire is 253 of text. */
#define URL_HOST_MAX 253

struct url {
	bool https;
	const char *host; /* borrowed; an IPv6 literal without its brackets */
	size_t host_len;
	uint32_t port; /* 1 to 65535; 0 if none is given */
	const char *path; /* borrowed; empty, or from the first '/' on */
	size_t path_len;
};

/*
 * Reads the n bytes of text: NULL and *url, or a constant phrase that says
 * what to change, and *url all zero.
 */
const char *url_read(const char *text, size_t n, struct url *url);

/*
 * Whether the n characters may stand behind the question mark of a URL whose
 * part before it url_read() has read: pchar and the slash (RFC 3986 section
 * 3.4), less @ and a second question mark. Only for URLs of a provider.
 */
bool url_query_valid(const char *p, size_t n);

/*
 * Whether the host is this machine whatever a resolver says: an address of
 * 127.0.0.0/8 in its dotted form, ::1, or the name localhost (RFC 6761
 * section 6.3).
 */
bool url_is_loopback(const struct url *url);

#endif
