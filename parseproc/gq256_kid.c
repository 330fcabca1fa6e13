#include "parseproc/gq256_kid.h"

#include <stdbool.h>
#include <string.h>

/* Printable ASCII without a backslash. */
static bool
is_plain(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] < 0x20 || p[i] > 0x7e || p[i] == '\\')
			return false;
	return true;
}

static bool
is_base64url(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/*
 * How often text stands in the n bytes; *end is the offset behind its last
 * place.
 */
static size_t
count(const uint8_t *p, size_t n, const char *text, size_t *end)
{
	size_t len = strlen(text), found = 0;

	*end = 0;
	for (size_t i = 0; len <= n && i <= n - len; i++) {
		if (memcmp(p + i, text, len) == 0) {
			*end = i + len;
			found++;
		}
	}
	return found;
}

/* Whether text stands at offset at, which is at most n. */
static bool
follows(const uint8_t *p, size_t n, size_t at, const char *text)
{
	size_t len = strlen(text);

	return len <= n - at && memcmp(p + at, text, len) == 0;
}

enum reason
gq256_kid(const uint8_t *header, size_t n, struct span *kid)
{
	size_t end, start, len = 0;

	*kid = (struct span){ NULL, 0 };
	/* Without backslashes a name has one spelling, and a scan finds it. */
	if (n > GQ256_HEADER_MAX || !is_plain(header, n))
		return REASON_GQ_HEADER;
	/* Claims bound by "cic" would be checked by nobody here. */
	if (count(header, n, "\"cic\"", &end) != 0)
		return REASON_GQ_HEADER;
	if (count(header, n, "\"alg\"", &end) != 1 ||
	    !follows(header, n, end, ":\"GQ256\""))
		return REASON_GQ_HEADER;
	if (count(header, n, "\"kid\"", &end) != 1 ||
	    !follows(header, n, end, ":\""))
		return REASON_GQ_HEADER;
	start = end + 2;
	while (start + len < n && is_base64url(header[start + len]))
		len++;
	if (len == 0 || len > GQ256_KID_MAX ||
	    !follows(header, n, start + len, "\""))
		return REASON_GQ_HEADER;
	*kid = (struct span){ header + start, len };
	return REASON_OK;
}
