/*
 * A provider's openid-configuration, OpenID Connect Discovery 1.0 sections 3
 * and 4, and what may be an issuer. The document is hostile: TLS says whose
 * server sent it, and a lying one must not get further than its own logins.
 */
#ifndef PARSEPROC_DISCOVERY_H
#define PARSEPROC_DISCOVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/err.h"
#include "ipc/limits.h"
#include "ipc/reason.h"
#include "parseproc/span.h"

/*
 * Whether the text can be an issuer: NULL, or a constant phrase that says
 * what to change. https, or http to this machine itself; no query, no
 * fragment (section 3, issuer), else as url.h reads it; and short enough for
 * discovery_url(). Issuers are compared byte by byte and never normalised.
 */
const char *issuer_problem(struct span issuer);

/*
 * Where the issuer's document is (section 4.1): the issuer without one slash
 * at its end, and the well-known path. Writes the URL with a NUL behind it
 * and returns its length; 0 and an empty string if issuer_problem() has one.
 */
size_t discovery_url(struct span issuer, char url[URL_MAX + 1]);

/* Each string ends in NUL; its characters are those of a URL. */
struct discovery {
	char jwks_uri[URL_MAX + 1];
	size_t jwks_uri_len;
	char userinfo[URL_MAX + 1]; /* empty if there is no usable one */
	size_t userinfo_len;
};

/*
 * Reads len bytes of a 200 answer for the configured issuer. REASON_OK;
 * TOO_LARGE; DISCOVERY_JSON: no JSON object as json.h reads it;
 * DISCOVERY_ISSUER: its issuer is not the configured one, byte for byte, or
 * that one has a problem; DISCOVERY_JWKS_URI: missing, too long, or no https
 * URL (http to this machine itself, if the issuer is such); MEMORY.
 * userinfo_endpoint is optional, and an unusable one is none. *discovery is
 * all zero unless REASON_OK.
 */
enum reason discovery_read(const uint8_t *text, size_t len,
    struct span issuer, struct discovery *discovery) MUST_CHECK;

#endif
