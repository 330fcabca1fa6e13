#include "parseproc/span.h"

#include <string.h>

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

struct span
span_chars(const char *p, size_t n)
{
	return (struct span){ (const uint8_t *)p, n };
}

struct span
span_of(const char *text)
{
	return span_chars(text, strlen(text));
}

struct span
span_from(struct span s, size_t n)
{
	return (struct span){ n == 0 ? s.p : s.p + n, s.len - n };
}

bool
span_equal(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

bool
span_is(struct span s, const char *text)
{
	return span_equal(s, span_of(text));
}

bool
span_equal_nocase(struct span a, struct span b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return true;
}

bool
span_before(struct span a, struct span b)
{
	size_t both = a.len < b.len ? a.len : b.len;
	int order = both == 0 ? 0 : memcmp(a.p, b.p, both);

	return order < 0 || (order == 0 && a.len < b.len);
}

bool
span_begins(struct span s, const char *with)
{
	size_t n = strlen(with);

	return s.len >= n && (n == 0 || memcmp(s.p, with, n) == 0);
}

bool
span_ends_nocase(struct span s, struct span with)
{
	return s.len >= with.len &&
	    span_equal_nocase(span_from(s, s.len - with.len), with);
}

bool
span_has(struct span s, char c)
{
	return s.len > 0 && memchr(s.p, c, s.len) != NULL;
}
