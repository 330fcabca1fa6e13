/*
 * Discovery: an issuer, a line feed, its document. Beyond not crashing: what
 * is taken is a URL that may be asked, for an issuer that may be configured.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "parseproc/discovery.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition)
{
	if (!condition)
		abort();
}

/* plain: whether http is allowed, to this machine. */
static void
look_at(const char *url, size_t len, bool plain)
{
	require(len >= strlen("http://a") && len <= URL_MAX);
	require(strlen(url) == len);
	for (size_t i = 0; i < len; i++)
		require(url[i] > 0x20 && url[i] < 0x7f && url[i] != '@' &&
		    url[i] != '#' && url[i] != '\\' && url[i] != '"');
	require((url[4] | 0x20) == 's' || (plain &&
	    (strncasecmp(url + 7, "localhost", 9) == 0 ||
	    strncmp(url + 7, "127.", 4) == 0 ||
	    strncmp(url + 7, "[::1]", 5) == 0)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
	struct span issuer = { data, end != NULL ? (size_t)(end - data) :
		size };
	size_t skip = end != NULL ? issuer.len + 1 : size;
	struct discovery d;
	char url[URL_MAX + 1];
	size_t n = discovery_url(issuer, url);
	enum reason reason;

	require((n > 0) == (issuer_problem(issuer) == NULL));
	if (n > 0)
		look_at(url, n, true);
	reason = discovery_read(data + skip, size - skip, issuer, &d);
	require((reason == REASON_OK) == (d.jwks_uri_len > 0));
	if (reason != REASON_OK)
		return 0;
	require(n > 0);
	look_at(d.jwks_uri, d.jwks_uri_len, (issuer.p[4] | 0x20) != 's');
	if (d.userinfo_len > 0)
		look_at(d.userinfo, d.userinfo_len,
		    (issuer.p[4] | 0x20) != 's');
	return 0;
}
