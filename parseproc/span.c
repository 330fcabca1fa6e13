#include "parseproc/span.h"

#include <string.h>

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

struct span
span_of(const char *s)
{
	return (struct span){ s, strlen(s) };
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
