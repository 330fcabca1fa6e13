#include "parseproc/utf8.h"

/*
 * RFC 3629 section 4, line by line. Only the second byte has bounds of its
 * own; all later ones are 0x80 to 0xbf.
 */
static const struct {
	uint8_t first_min, first_max;
	uint8_t second_min, second_max;
	uint8_t len;
} forms[] = {
	{ 0x00, 0x7f, 0x00, 0x00, 1 },
	{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
	{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
	{ 0xe1, 0xec, 0x80, 0xbf, 3 },
	{ 0xed, 0xed, 0x80, 0x9f, 3 }, /* stops short of the surrogates */
	{ 0xee, 0xef, 0x80, 0xbf, 3 },
	{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
	{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
	{ 0xf4, 0xf4, 0x80, 0x8f, 4 }, /* stops at U+10FFFF */
};

#define NFORMS (sizeof(forms) / sizeof(forms[0]))

size_t
utf8_char_len(const uint8_t *p, size_t n)
{
	size_t form = 0;

	if (n == 0)
		return 0;
	while (form < NFORMS &&
	    (p[0] < forms[form].first_min || p[0] > forms[form].first_max))
		form++;
	if (form == NFORMS || n < forms[form].len)
		return 0;
	if (forms[form].len == 1)
		return 1;
	if (p[1] < forms[form].second_min || p[1] > forms[form].second_max)
		return 0;
	for (size_t i = 2; i < forms[form].len; i++)
		if (p[i] < 0x80 || p[i] > 0xbf)
			return 0;
	return forms[form].len;
}

uint32_t
utf8_get(const uint8_t *p, size_t len)
{
	uint32_t c = len == 1 ? p[0] : p[0] & UINT32_C(0x7f) >> len;

	for (size_t i = 1; i < len; i++)
		c = c << 6 | (p[i] & 0x3f);
	return c;
}

bool
utf8_valid(const uint8_t *p, size_t n)
{
	size_t i = 0, len;

	while (i < n) {
		len = utf8_char_len(p + i, n - i);
		if (len == 0)
			return false;
		i += len;
	}
	return true;
}

size_t
utf8_put(uint32_t c, uint8_t out[UTF8_CHAR_MAX])
{
	if (c < 0x80) {
		out[0] = (uint8_t)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (uint8_t)(0xc0 | c >> 6);
		out[1] = (uint8_t)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (uint8_t)(0xe0 | c >> 12);
		out[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
		out[2] = (uint8_t)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (uint8_t)(0xf0 | c >> 18);
	out[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
	out[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
	out[3] = (uint8_t)(0x80 | (c & 0x3f));
	return 4;
}

size_t
utf8_to_ascii(const uint8_t *p, size_t n, char *out, size_t max)
{
	size_t i = 0, used = 0, len;

	while (i < n && used < max) {
		out[used++] = p[i] >= 0x20 && p[i] <= 0x7e ? (char)p[i] : '?';
		len = utf8_char_len(p + i, n - i);
		i += len > 0 ? len : 1;
	}
	return used;
}
