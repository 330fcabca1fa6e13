#include "netproc/request.h"

#include <stdlib.h>
#include <string.h>

/* Host and port of a URL, by libcurl's own reading of it. */
static bool
read_host(CURLU *url, struct request_host *host)
{
	char *name = NULL, *port = NULL;
	bool ok = false;
	size_t n;

	if (curl_url_get(url, CURLUPART_HOST, &name, 0) == CURLUE_OK &&
	    curl_url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) ==
	    CURLUE_OK && (n = strlen(name)) > 0 &&
	    n < sizeof(host->name)) {
		/* An IPv6 address comes in brackets, which c-ares minds. */
		bool brackets = name[0] == '[';

		memcpy(host->name, name + brackets, n + 1 - brackets);
		if (brackets)
			host->name[n - 2] = '\0';
		host->port = (uint16_t)strtoul(port, NULL, 10);
		ok = host->port != 0;
	}
	curl_free(name);
	curl_free(port);
	return ok;
}

static bool
scheme_is(CURLU *url, const char *scheme)
{
	char *its = NULL;
	bool same = curl_url_get(url, CURLUPART_SCHEME, &its, 0) ==
	    CURLUE_OK && strcmp(its, scheme) == 0;

	curl_free(its);
	return same;
}

static bool
read_proxy(const char *proxy, struct request_host *host)
{
	CURLU *url = curl_url();
	bool ok = url != NULL &&
	    curl_url_set(url, CURLUPART_URL, proxy, 0) == CURLUE_OK &&
	    scheme_is(url, "http") && read_host(url, host);

	curl_url_cleanup(url);
	return ok;
}

/* Lines with '\n' between them. */
static bool
read_headers(struct request *r, struct ipc_span lines)
{
	const char *p = lines.p;
	size_t left = lines.len;

	while (left > 0) {
		const char *end = memchr(p, '\n', left);
		size_t n = end != NULL ? (size_t)(end - p) : left;
		struct curl_slist *more;
		char line[HEADERS_MAX + 1];

		memcpy(line, p, n);
		line[n] = '\0';
		if ((more = curl_slist_append(r->headers, line)) == NULL)
			return false;
		r->headers = more;
		n += end != NULL;
		p += n;
		left -= n;
	}
	return true;
}

static void
copy_string(char *to, struct ipc_span from)
{
	if (from.len > 0)
		memcpy(to, from.p, from.len);
	to[from.len] = '\0';
}

bool
request_prepare(struct request *r)
{
	memset(r, 0, sizeof(*r));
	return (r->url = curl_url()) != NULL;
}

bool
request_read(struct request *r, const struct ipc_message *m)
{
	char url[URL_MAX + 1];
	bool plain;

	copy_string(url, m->as.FETCH.url);
	copy_string(r->proxy, m->as.FETCH.proxy);
	copy_string(r->body, m->as.FETCH.body);
	r->body_len = m->as.FETCH.body.len;
	r->post = m->as.FETCH.post == 1;
	r->total_ms = (long)m->as.FETCH.total_ms;
	r->body_max = m->as.FETCH.body_max;
	if (!read_headers(r, m->as.FETCH.headers) ||
	    curl_url_set(r->url, CURLUPART_URL, url, 0) != CURLUE_OK)
		return false;
	plain = scheme_is(r->url, "http");
	if (!plain && !scheme_is(r->url, "https"))
		return false;
	/* Wherever the URL leads, the proxy would read all of it. */
	if (plain && r->proxy[0] != '\0' && m->as.FETCH.allow_http == 0)
		return false;
	if (!(r->proxy[0] != '\0' ? read_proxy(r->proxy, &r->host) :
	    read_host(r->url, &r->host)))
		return false;
	r->host.plain = plain && r->proxy[0] == '\0';
	return true;
}
