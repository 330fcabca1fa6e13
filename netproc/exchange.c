#include "netproc/exchange.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netproc/cache_control.h"

/* All headers of an answer together. Browsers stop at 256 KiB. */
#define HEADERS_TOTAL_MAX (64 * 1024)

struct exchange {
	CURL *curl;
	const struct request *request;
	struct curl_slist *resolve;
	int fd;
	struct ipc_channel *ch;
	struct roots *roots;
	size_t headers_total;
	size_t total;
	struct cache_control cache_control;
	bool chunked;
	bool in_body; /* what comes now as a header is a trailer */
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
	x->curl = curl_easy_init();
	return x->curl != NULL ? x : NULL;
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

/* Whether a header line of n bytes says that the body comes in chunks. */
static bool
says_chunked(const char *line, size_t n)
{
	static const char name[] = "transfer-encoding:";
	static const char value[] = "chunked";
	size_t i = sizeof(name) - 1;

	if (n < i || strncasecmp(line, name, i) != 0)
		return false;
	while (i < n && (line[i] == ' ' || line[i] == '\t'))
		i++;
	return n - i >= sizeof(value) - 1 &&
	    strncasecmp(line + i, value, sizeof(value) - 1) == 0;
}

/* libcurl's own limits do not hold without a Content-Length: ours do. */
static size_t
count_header(char *data, size_t size, size_t n, void *arg)
{
	struct exchange *x = arg;
	size_t len = size * n;

	/* Each answer (100, the proxy's, the last) speaks for itself. */
	if (len > 5 && memcmp(data, "HTTP/", 5) == 0) {
		x->chunked = false;
		memset(&x->cache_control, 0, sizeof(x->cache_control));
	}
	if (says_chunked(data, len))
		x->chunked = true;
	if (!x->in_body)
		cache_control_add(&x->cache_control, data, len);
	x->headers_total += len;
	x->too_large = x->headers_total > HEADERS_TOTAL_MAX;
	return x->too_large ? 0 : len;
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

static long
status_of(const struct exchange *x)
{
	long status = 0;

	(void)curl_easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

/* Anyone on the way could cut an answer that does not say where it ends. */
static bool
says_its_end(const struct exchange *x)
{
	curl_off_t promised = -1;

	(void)curl_easy_getinfo(x->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T,
	    &promised);
	return promised >= 0 || x->chunked;
}

static size_t
take_body(char *data, size_t size, size_t n, void *arg)
{
	struct exchange *x = arg;
	size_t len = size * n;

	x->in_body = true;
	/* Another status has said it all: stop, lest it never ends. */
	if (status_of(x) != 200 || !says_its_end(x))
		return 0;
	if (len > x->request->body_max - x->total) {
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
	SET(x, CURLOPT_CURLU, x->request->url);
	SET(x, CURLOPT_HTTPHEADER, x->request->headers);
	/* They may hold a credential: not for a proxy that only connects. */
	SET(x, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
	SET(x, CURLOPT_USERAGENT,
	    "sallyport/" SALLYPORT_VERSION);
	if (x->request->post) {
		SET(x, CURLOPT_POST, 1L);
		SET(x, CURLOPT_POSTFIELDSIZE,
		    (long)x->request->body_len);
		SET(x, CURLOPT_POSTFIELDS, x->request->body);
	}
	SET(x, CURLOPT_PROXY, x->request->proxy);
	SET(x, CURLOPT_NOPROXY, "");
	SET(x, CURLOPT_HTTP_VERSION,
	    (long)CURL_HTTP_VERSION_1_1);
	SET(x, CURLOPT_FOLLOWLOCATION, 0L);
	SET(x, CURLOPT_PROTOCOLS_STR, "http,https");
	SET(x, CURLOPT_TIMEOUT_MS, x->request->total_ms);
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

	/*
	 * The name is resolved: libcurl must not try it again. An address of
	 * IPv6 is none, and no entry could have it. '+', because '-' would
	 * take an entry away, and a name may begin with one.
	 */
	(void)snprintf(entry, sizeof(entry),
	    strchr(address, ':') != NULL ? "+%s:%u:[%s]" : "+%s:%u:%s",
	    x->request->host.name, x->request->host.port, address);
	if (strchr(x->request->host.name, ':') == NULL &&
	    (x->resolve = curl_slist_append(NULL, entry)) == NULL)
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

/* As BoringSSL and OpenSSL say that the peer's TLS is too old. */
static const char *const version_errors[] = { "UNSUPPORTED_PROTOCOL",
	"PROTOCOL_VERSION", "unsupported protocol", "protocol version" };

static enum reason
handshake_reason(const struct exchange *x)
{
	if (x->roots->verify_error != X509_V_OK)
		return certificate_reason(x);
	for (size_t i = 0;
	     i < sizeof(version_errors) / sizeof(version_errors[0]); i++)
		if (strstr(x->error, version_errors[i]) != NULL)
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
describe(const struct exchange *x, CURLcode code, char *detail, size_t size)
{
	(void)snprintf(detail, size, "%.*s", (int)size - 1, x->error[0] != '\0' ? x->error :
	    curl_easy_strerror(code));
	for (char *c = detail; *c != '\0'; c++)
		if (*c < 0x20 || *c > 0x7e)
			*c = '?';
}

/* Nothing of an earlier answer counts for the next. */
static void
forget_answer(struct exchange *x)
{
	x->headers_total = x->total = 0;
	memset(&x->cache_control, 0, sizeof(x->cache_control));
	x->chunked = x->in_body = x->too_large = x->lost_parent = false;
	x->error[0] = '\0';
}

/* How it ended. */
static void
tell(struct exchange *x, CURLcode code, struct exchange_result *result)
{
	long status = status_of(x);

	/* We stopped it ourselves, having read what it had to say. */
	if (code == CURLE_WRITE_ERROR && !x->too_large && !x->lost_parent &&
	    status != 200)
		code = CURLE_OK;
	result->reason = reason_of(x, code);
	result->total = (uint32_t)x->total;
	if ((code == CURLE_OK || code == CURLE_WRITE_ERROR) && status == 200 &&
	    !says_its_end(x)) {
		result->reason = REASON_HTTP_PROTOCOL;
		(void)snprintf(result->detail, sizeof(result->detail),
		    "neither Content-Length nor chunks: it may be cut short");
	} else if (result->reason != REASON_OK)
		describe(x, code, result->detail, sizeof(result->detail));
	else {
		result->status = status > 0 && status <= 999 ?
		    (uint32_t)status : 0;
		result->max_age_s = status == 200 ?
		    cache_control_max_age(&x->cache_control) : 0;
	}
}

void
exchange_run(struct exchange *x, const struct request *request, int fd,
    const char *address, struct roots *roots, struct ipc_channel *ch,
    struct exchange_result *result)
{
	CURLcode code = CURLE_FAILED_INIT;

	memset(result, 0, sizeof(*result));
	x->request = request;
	x->fd = fd;
	x->ch = ch;
	x->roots = roots;
	if (set_request(x) && set_tls(x) && set_transport(x, address))
		code = curl_easy_perform(x->curl);
	tell(x, code, result);
}

void
exchange_run_again(struct exchange *x, const struct request *request,
    struct exchange_result *result)
{
	CURLcode code = CURLE_FAILED_INIT;

	memset(result, 0, sizeof(*result));
	forget_answer(x);
	x->request = request;
	if (set_request(x))
		code = curl_easy_perform(x->curl);
	tell(x, code, result);
}
