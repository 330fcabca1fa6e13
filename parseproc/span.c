#include "parseproc/span.h"

#include <string.h>

#include "parseproc/utf8.h"

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

/* The first byte of a UTF-8 character from Unicode's blocks with upper and
 * lower case, ASCII apart: Latin to Armenian, Georgian to Coptic, Cherokee and
 * the rest of Latin, the wide forms and all beyond. */
static bool
may_have_case(uint8_t first)
{
	return (first >= 0xc2 && first <= 0xd6) || first == 0xe1 ||
	    first == 0xe2 || first == 0xea || first >= 0xef;
}

/* No byte of UTF-8 is this. */
#define WITH_CASE 0xff

/* The start of s, cut off: an ASCII letter in lower case, WITH_CASE, a byte. */
static uint8_t
cut_folded(struct span *s)
{
	bool is_long_s = span_begins(*s, "\xc5\xbf");
	bool is_kelvin = span_begins(*s, "\xe2\x84\xaa");
	size_t n = utf8_char_len(s->p, s->len);
	uint8_t c = s->p[0];
	bool letter = n > 1 && may_have_case(c);

	*s = span_from(*s, letter ? n : 1);
	if (is_long_s)
		return 's';
	if (is_kelvin)
		return 'k';
	return letter ? WITH_CASE : lower(c);
}

bool
span_equal_folded(struct span a, struct span b)
{
	while (a.len > 0 && b.len > 0)
		if (cut_folded(&a) != cut_folded(&b))
			return false;
	return a.len == 0 && b.len == 0;
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
