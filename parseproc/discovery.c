#include "parseproc/discovery.h"

#include <string.h>

#include "parseproc/json.h"
#include "parseproc/url.h"

#define WELL_KNOWN "/.well-known/openid-configuration"

/* The issuer, taken apart. */
static const char *
read_issuer(struct span issuer, struct url *url)
{
	const char *problem;

	memset(url, 0, sizeof(*url));
	if (issuer.len > URL_MAX - (sizeof(WELL_KNOWN) - 1))
		return "is too long for a URL";
	problem = url_read((const char *)issuer.p, issuer.len, url);
	if (problem != NULL)
		return problem;
	if (!url->https && !url_is_loopback(url))
		return "must begin with https://";
	return NULL;
}

const char *
issuer_problem(struct span issuer)
{
	struct url url;

	return read_issuer(issuer, &url);
}

size_t
discovery_url(struct span issuer, char url[URL_MAX + 1])
{
	size_t n = issuer.len;

	url[0] = '\0';
	if (issuer_problem(issuer) != NULL)
		return 0;
	if (issuer.p[n - 1] == '/')
		n--;
	memcpy(url, issuer.p, n);
	memcpy(url + n, WELL_KNOWN, sizeof(WELL_KNOWN));
	return n + sizeof(WELL_KNOWN) - 1;
}

/*
 * Whether text is a URL to ask. It may have a query, which Microsoft uses to
 * tell policies apart (Azure AD B2C).
 */
static bool
endpoint_valid(const char *text, size_t len, bool allow_loopback)
{
	const char *query = memchr(text, '?', len);
	size_t n = query != NULL ? (size_t)(query - text) : len;
	struct url url;

	if (query != NULL && !url_query_valid(query + 1, len - n - 1))
		return false;
	if (url_read(text, n, &url) != NULL)
		return false;
	return url.https || (allow_loopback && url_is_loopback(&url));
}

/* A member that is a URL; its length, or 0 and an empty string. */
static size_t
read_endpoint(const struct json *doc, const char *name, bool allow_loopback,
    char out[URL_MAX + 1])
{
	uint8_t buf[2 * URL_MAX];
	size_t len;

	out[0] = '\0';
	/* Twice the room, because slashes are often written as \/. */
	if (json_string(doc, json_member(doc, JSON_ROOT, name), buf,
	    sizeof(buf), &len) != ERR_OK || len > URL_MAX ||
	    !endpoint_valid((const char *)buf, len, allow_loopback))
		return 0;
	memcpy(out, buf, len);
	out[len] = '\0';
	return len;
}

static enum reason
read_document(const struct json *doc, struct span issuer,
    struct discovery *discovery)
{
	struct url url;

	if (json_kind(doc, JSON_ROOT) != JSON_OBJECT)
		return REASON_DISCOVERY_JSON;
	if (read_issuer(issuer, &url) != NULL ||
	    !json_string_is(doc, json_member(doc, JSON_ROOT, "issuer"),
	    issuer.p, issuer.len))
		return REASON_DISCOVERY_ISSUER;
	discovery->jwks_uri_len = read_endpoint(doc, "jwks_uri", !url.https,
	    discovery->jwks_uri);
	if (discovery->jwks_uri_len == 0)
		return REASON_DISCOVERY_JWKS_URI;
	discovery->userinfo_len = read_endpoint(doc, "userinfo_endpoint",
	    !url.https, discovery->userinfo);
	return REASON_OK;
}

enum reason
discovery_read(const uint8_t *text, size_t len, struct span issuer,
    struct discovery *discovery)
{
	struct json doc = { 0 };
	enum reason reason;

	memset(discovery, 0, sizeof(*discovery));
	if (len > DISCOVERY_MAX)
		return REASON_TOO_LARGE;
	switch (json_read(&doc, text, len)) {
	case JSON_OK:
		reason = read_document(&doc, issuer, discovery);
		break;
	case JSON_MEMORY:
		reason = REASON_MEMORY;
		break;
	default:
		reason = REASON_DISCOVERY_JSON;
		break;
	}
	json_free(&doc);
	return reason;
}
