#include "parseproc/folded.h"

#include <ctype.h>

#include "parseproc/utf8.h"

/*
 * Whether Unicode's block of a character beyond ASCII has upper and lower
 * case, by the first byte of its UTF-8: Latin to Armenian, Georgian to Coptic,
 * Cherokee and the rest of Latin, the wide forms and all beyond.
 */
static bool
may_have_case(uint8_t first)
{
	return first <= 0xd6 || first == 0xe1 || first == 0xe2 ||
	    first == 0xea || first >= 0xef;
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
	return letter ? WITH_CASE : (uint8_t)tolower(c);
}

bool
folded_equal(struct span a, struct span b)
{
	while (a.len > 0 && b.len > 0)
		if (cut_folded(&a) != cut_folded(&b))
			return false;
	return a.len == 0 && b.len == 0;
}
