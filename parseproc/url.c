#include "parseproc/url.h"

#include <string.h>

#define PORT_MAX 65535

/* What is still to be read. */
struct rest {
	const char *p;
	size_t n;
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
is_alnum(char c)
{
	return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z');
}

static bool
is_hex(char c)
{
	return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f');
}

/* Whether the n characters are the lower-case text, ignoring case. */
static bool
is_text(const char *p, size_t n, const char *text)
{
	if (n != strlen(text))
		return false;
	for (size_t i = 0; i < n; i++)
		if (lower(p[i]) != text[i])
			return false;
	return true;
}

/* Cuts the lower-case text off the front, ignoring case. */
static bool
take_text(struct rest *rest, const char *text)
{
	size_t n = strlen(text);

	if (rest->n < n || !is_text(rest->p, n, text))
		return false;
	rest->p += n;
	rest->n -= n;
	return true;
}

/* Cuts n characters off the front. */
static const char *
take(struct rest *rest, size_t n)
{
	const char *p = rest->p;

	rest->p += n;
	rest->n -= n;
	return p;
}

/* The host: a name or IPv4 address, or an IPv6 address in brackets. */
static bool
take_host(struct rest *rest, struct url *url)
{
	bool brackets = take_text(rest, "[");
	size_t n = 0;

	while (n < rest->n && (brackets ?
	    is_hex(rest->p[n]) || rest->p[n] == ':' || rest->p[n] == '.' :
	    is_alnum(rest->p[n]) || rest->p[n] == '-' || rest->p[n] == '.' ||
	    rest->p[n] == '_'))
		n++;
	if (n == 0 || n > URL_HOST_MAX)
		return false;
	url->host = take(rest, n);
	url->host_len = n;
	/* So that a bracketed text is never taken for a name. */
	if (brackets && memchr(url->host, ':', n) == NULL)
		return false;
	return !brackets || take_text(rest, "]");
}

/* The port behind a colon, if there is one. */
static bool
take_port(struct rest *rest, struct url *url)
{
	if (!take_text(rest, ":"))
		return true;
	while (rest->n > 0 && is_digit(rest->p[0]) && url->port <= PORT_MAX)
		url->port = url->port * 10 + (uint32_t)(*take(rest, 1) - '0');
	return url->port > 0 && url->port <= PORT_MAX;
}

/* RFC 3986 section 3.3: pchar and the slash. */
static bool
path_valid(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '%' && n - i > 2 && is_hex(p[i + 1]) &&
		    is_hex(p[i + 2]))
			continue;
		if (p[i] == '\0' || (!is_alnum(p[i]) &&
		    strchr("/-._~!$&'()*+,;=:@", p[i]) == NULL))
			return false;
	}
	return true;
}

bool
url_query_valid(const char *p, size_t n)
{
	return memchr(p, '@', n) == NULL && path_valid(p, n);
}

/* The parts in order, each as strict as its function. */
static const char *
read_parts(struct rest rest, struct url *url)
{
	if (take_text(&rest, "https://"))
		url->https = true;
	else if (!take_text(&rest, "http://"))
		return "must begin with https://";
	if (memchr(rest.p, '@', rest.n) != NULL)
		return "must have no @ in it: credentials do not belong here";
	if (memchr(rest.p, '?', rest.n) != NULL ||
	    memchr(rest.p, '#', rest.n) != NULL)
		return "must have neither ? nor # in it";
	if (!take_host(&rest, url))
		return "needs a host name or address behind ://";
	if (!take_port(&rest, url))
		return "must have a port of 1 to 65535 behind the colon";
	if (rest.n > 0 && rest.p[0] != '/')
		return "has a character that no host name has";
	if (!path_valid(rest.p, rest.n))
		return "has a character that must be percent-encoded in a path";
	url->path = rest.p;
	url->path_len = rest.n;
	return NULL;
}

const char *
url_read(const char *text, size_t n, struct url *url)
{
	const char *problem;

	memset(url, 0, sizeof(*url));
	problem = read_parts((struct rest){ text, n }, url);
	if (problem != NULL)
		memset(url, 0, sizeof(*url));
	return problem;
}

/* Whether four numbers of 0 to 255 without leading zeros, the first 127. */
static bool
is_127(const char *p, size_t n)
{
	struct rest rest = { p, n };
	uint32_t part[4] = { 0 };

	for (int i = 0; i < 4; i++) {
		size_t digits = 0;

		if (i > 0 && !take_text(&rest, "."))
			return false;
		while (digits < 3 && rest.n > 0 && is_digit(rest.p[0])) {
			if (digits > 0 && part[i] == 0)
				return false;
			part[i] = part[i] * 10 +
			    (uint32_t)(*take(&rest, 1) - '0');
			digits++;
		}
		if (digits == 0 || part[i] > 255)
			return false;
	}
	return rest.n == 0 && part[0] == 127;
}

bool
url_is_loopback(const struct url *url)
{
	return is_text(url->host, url->host_len, "localhost") ||
	    is_text(url->host, url->host_len, "::1") ||
	    is_127(url->host, url->host_len);
}
