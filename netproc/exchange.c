#include "netproc/exchange.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All headers of an answer together. Browsers stop at 256 KiB. */
#define HEADERS_TOTAL_MAX (64 * 1024)

struct exchange {
	CURL *curl;
	CURLU *url;
	struct curl_slist *headers;
	struct curl_slist *resolve;
	struct exchange_host host;
	char proxy[PROXY_MAX + 1];
	char body[REQUEST_BODY_MAX + 1];
	size_t body_len;
	bool post;
	long total_ms;
	size_t body_max;
	/* while it runs */
	int fd;
	struct ipc_channel *ch;
	struct roots *roots;
	size_t headers_total;
	size_t total;
	bool chunked;
	bool endless;
	bool too_large;
	bool lost_parent;
	char error[CURL_ERROR_SIZE];
};

struct exchange *
exchange_prepare(void)
{
	struct exchange *x;

	if (curl_global_init(CURL_GLOBAL_SSL) != CURLE_OK ||
	    (x = calloc(1, sizeof(*x))) == NULL)
		return NULL;
	x->fd = -1;
	if ((x->curl = curl_easy_init()) == NULL ||
	    (x->url = curl_url()) == NULL)
		return NULL;
	return x;
}

/* --- the request --- */

/* Host and port of a URL, by libcurl's own reading of it. */
static bool
read_host(CURLU *url, struct exchange_host *host)
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
read_proxy(const char *proxy, struct exchange_host *host)
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
read_headers(struct exchange *x, struct ipc_span lines)
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
		if ((more = curl_slist_append(x->headers, line)) == NULL)
			return false;
		x->headers = more;
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
exchange_target(struct exchange *x, const struct ipc_message *request,
    struct exchange_host *host)
{
	char url[URL_MAX + 1];
	bool plain;

	copy_string(url, request->as.FETCH.url);
	copy_string(x->proxy, request->as.FETCH.proxy);
	copy_string(x->body, request->as.FETCH.body);
	x->body_len = request->as.FETCH.body.len;
	x->post = request->as.FETCH.post == 1;
	x->total_ms = (long)request->as.FETCH.total_ms;
	x->body_max = request->as.FETCH.body_max;
	if (!read_headers(x, request->as.FETCH.headers) ||
	    curl_url_set(x->url, CURLUPART_URL, url, 0) != CURLUE_OK)
		return false;
	plain = scheme_is(x->url, "http");
	if (!plain && !scheme_is(x->url, "https"))
		return false;
	if (!(x->proxy[0] != '\0' ? read_proxy(x->proxy, &x->host) :
	    read_host(x->url, &x->host)))
		return false;
	x->host.plain = plain && x->proxy[0] == '\0';
	*host = x->host;
	return true;
}

/* --- callbacks --- */

static curl_socket_t
give_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct exchange *x = arg;
	int fd = x->fd;

	(void)purpose;
	(void)address;
	x->fd = CURL_SOCKET_BAD; /* once: there is no second connection */
	return fd;
}

static int
socket_is_connected(void *arg, curl_socket_t fd, curlsocktype purpose)
{
	(void)arg;
	(void)fd;
	(void)purpose;
	return CURL_SOCKOPT_ALREADY_CONNECTED;
}

static CURLcode
use_roots(CURL *curl, void *ssl_ctx, void *arg)
{
	struct exchange *x = arg;

	(void)curl;
	roots_use(x->roots, ssl_ctx);
	return CURLE_OK;
}

/* libcurl's own limits do not hold without a Content-Length: ours do. */
static size_t
count_header(char *data, size_t size, size_t n, void *arg)
{
	static const char chunked[] = "transfer-encoding:";
	struct exchange *x = arg;

	if (size * n > sizeof(chunked) &&
	    strncasecmp(data, chunked, sizeof(chunked) - 1) == 0)
		x->chunked = true;
	x->headers_total += size * n;
	x->too_large = x->headers_total > HEADERS_TOTAL_MAX;
	return x->too_large ? 0 : size * n;
}

static bool
pass_on(struct exchange *x, const char *data, size_t len)
{
	struct ipc_message m = { .type = IPC_FETCH_DATA };

	while (len > 0) {
		size_t n = len < IPC_CHUNK_MAX ? len : IPC_CHUNK_MAX;

		m.as.FETCH_DATA.data = (struct ipc_span){ data, n };
		if (ipc_write(x->ch, &m) != ERR_OK)
			return false;
		x->total += n;
		data += n;
		len -= n;
	}
	return true;
}

static size_t
take_body(char *data, size_t size, size_t n, void *arg)
{
	struct exchange *x = arg;
	size_t len = size * n;
	curl_off_t promised = -1;
	long status = 0;

	(void)curl_easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, &status);
	/* The status has said it all: stop, lest it never ends. */
	if (status != 200)
		return 0;
	/* Anyone on the way could cut an answer that does not say its end. */
	(void)curl_easy_getinfo(x->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T,
	    &promised);
	x->endless = promised < 0 && !x->chunked;
	if (x->endless)
		return 0;
	if (len > x->body_max - x->total) {
		x->too_large = true;
		return 0;
	}
	x->lost_parent = !pass_on(x, data, len);
	return x->lost_parent ? 0 : len;
}

/* --- the exchange --- */

/* Sets an option; the first that libcurl refuses ends the function. */
#define SET(x, option, value)                                                 \
	do {                                                                  \
		if (curl_easy_setopt((x)->curl, option, value) != CURLE_OK)   \
			return false;                                         \
	} while (0)

static bool
set_request(struct exchange *x)
{
	SET(x, CURLOPT_CURLU, x->url);
	SET(x, CURLOPT_HTTPHEADER, x->headers);
	SET(x, CURLOPT_USERAGENT,
	    "sallyport/" SALLYPORT_VERSION);
	if (x->post) {
		SET(x, CURLOPT_POST, 1L);
		SET(x, CURLOPT_POSTFIELDSIZE,
		    (long)x->body_len);
		SET(x, CURLOPT_POSTFIELDS, x->body);
	}
	SET(x, CURLOPT_PROXY, x->proxy);
	SET(x, CURLOPT_NOPROXY, "");
	SET(x, CURLOPT_HTTP_VERSION,
	    (long)CURL_HTTP_VERSION_1_1);
	SET(x, CURLOPT_FOLLOWLOCATION, 0L);
	SET(x, CURLOPT_PROTOCOLS_STR, "http,https");
	SET(x, CURLOPT_TIMEOUT_MS, x->total_ms);
	SET(x, CURLOPT_NOSIGNAL, 1L);
	SET(x, CURLOPT_ERRORBUFFER, x->error);
	return true;
}

static bool
set_tls(struct exchange *x)
{
	SET(x, CURLOPT_SSLVERSION,
	    (long)CURL_SSLVERSION_TLSv1_2);
	SET(x, CURLOPT_SSL_VERIFYPEER, 1L);
	SET(x, CURLOPT_SSL_VERIFYHOST, 2L);
	/* No files: the roots are in memory. */
	SET(x, CURLOPT_CAINFO, NULL);
	SET(x, CURLOPT_CAPATH, NULL);
	SET(x, CURLOPT_SSL_CTX_FUNCTION, use_roots);
	SET(x, CURLOPT_SSL_CTX_DATA, x);
	return true;
}

static bool
set_transport(struct exchange *x, const char *address)
{
	char entry[512];

	/* The name is resolved: libcurl must not try it again. */
	(void)snprintf(entry, sizeof(entry),
	    strchr(address, ':') != NULL ? "%s:%u:[%s]" : "%s:%u:%s",
	    x->host.name, x->host.port, address);
	if ((x->resolve = curl_slist_append(NULL, entry)) == NULL)
		return false;
	SET(x, CURLOPT_RESOLVE, x->resolve);
	SET(x, CURLOPT_OPENSOCKETFUNCTION, give_socket);
	SET(x, CURLOPT_OPENSOCKETDATA, x);
	SET(x, CURLOPT_SOCKOPTFUNCTION,
	    socket_is_connected);
	SET(x, CURLOPT_HEADERFUNCTION, count_header);
	SET(x, CURLOPT_HEADERDATA, x);
	SET(x, CURLOPT_WRITEFUNCTION, take_body);
	SET(x, CURLOPT_WRITEDATA, x);
	return true;
}

/* A certificate was refused; by whom, and for what? */
static enum reason
certificate_reason(const struct exchange *x)
{
	switch (x->roots->verify_error) {
	case X509_V_OK:
		/* The chain is good, so it was libcurl's look at the name. */
	case X509_V_ERR_HOSTNAME_MISMATCH:
		return REASON_TLS_NAME;
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return REASON_TLS_EXPIRED;
	default:
		return REASON_TLS_UNTRUSTED;
	}
}

/* BoringSSL and OpenSSL word it differently; both name the version. */
static enum reason
handshake_reason(const struct exchange *x)
{
	if (x->roots->verify_error != X509_V_OK)
		return certificate_reason(x);
	if (strcasestr(x->error, "version") != NULL ||
	    strcasestr(x->error, "unsupported") != NULL)
		return REASON_TLS_VERSION;
	return REASON_TLS;
}

static enum reason
reason_of(const struct exchange *x, CURLcode code)
{
	if (x->too_large)
		return REASON_TOO_LARGE;
	switch (code) {
	case CURLE_OK:
		return REASON_OK;
	case CURLE_OPERATION_TIMEDOUT:
		return REASON_TIMEOUT;
	case CURLE_PEER_FAILED_VERIFICATION:
		return certificate_reason(x);
	case CURLE_SSL_CONNECT_ERROR:
		return handshake_reason(x);
	case CURLE_OUT_OF_MEMORY:
		/* libcurl says so, too, when a line outgrows its buffer. */
		return REASON_TOO_LARGE;
	case CURLE_COULDNT_CONNECT:
		return REASON_CONNECT;
	default:
		return REASON_HTTP_PROTOCOL;
	}
}

/* The peer's certificate may be quoted in it: nothing but printable ASCII. */
static void
describe(struct exchange *x, CURLcode code, char *detail, size_t size)
{
	if (x->endless)
		(void)snprintf(x->error, sizeof(x->error),
		    "neither Content-Length nor chunks: it may be cut short");
	(void)snprintf(detail, size, "%.*s", (int)size - 1, x->error[0] != '\0' ? x->error :
	    curl_easy_strerror(code));
	for (char *c = detail; *c != '\0'; c++)
		if (*c < 0x20 || *c > 0x7e)
			*c = '?';
}

void
exchange_run(struct exchange *x, int fd, const char *address,
    struct roots *roots, struct ipc_channel *ch,
    struct exchange_result *result)
{
	CURLcode code = CURLE_FAILED_INIT;
	long status = 0;

	memset(result, 0, sizeof(*result));
	x->fd = fd;
	x->ch = ch;
	x->roots = roots;
	if (set_request(x) && set_tls(x) && set_transport(x, address))
		code = curl_easy_perform(x->curl);
	(void)curl_easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, &status);
	/* We stopped it ourselves, having read what it had to say. */
	if (code == CURLE_WRITE_ERROR && !x->too_large && !x->lost_parent &&
	    status != 200)
		code = CURLE_OK;
	result->reason = reason_of(x, code);
	result->total = (uint32_t)x->total;
	if (result->reason == REASON_OK)
		result->status = status > 0 && status <= 999 ?
		    (uint32_t)status : 0;
	else
		describe(x, code, result->detail, sizeof(result->detail));
}
