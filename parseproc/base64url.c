#include "parseproc/base64url.h"

/* No character of the alphabet has this value. */
#define NOT_IN_ALPHABET 64

/* The value of a character, or NOT_IN_ALPHABET. */
static uint32_t
value_of(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return (uint32_t)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (uint32_t)(c - 'a') + 26;
	if (c >= '0' && c <= '9')
		return (uint32_t)(c - '0') + 52;
	if (c == '-')
		return 62;
	if (c == '_')
		return 63;
	return NOT_IN_ALPHABET;
}

static char
char_of(uint32_t value)
{
	if (value < 26)
		return (char)('A' + value);
	if (value < 52)
		return (char)('a' + (value - 26));
	if (value < 62)
		return (char)('0' + (value - 52));
	return value == 62 ? '-' : '_';
}

size_t
base64url_decoded_len(size_t n)
{
	/* Of the last group two characters hold one byte, three two. */
	return n / 4 * 3 + n % 4 * 3 / 4;
}

enum err
base64url_decode(const uint8_t *in, size_t n, uint8_t *out, size_t size,
    size_t *len)
{
	size_t used = 0;
	uint32_t bits = 0, held = 0; /* the low `held` bits wait for more */

	*len = 0;
	if (size < base64url_decoded_len(n))
		return ERR_TOO_BIG;
	if (n % 4 == 1)
		return ERR_ALPHABET;
	for (size_t i = 0; i < n; i++) {
		uint32_t value = value_of(in[i]);

		if (value == NOT_IN_ALPHABET)
			return ERR_ALPHABET;
		bits = bits << 6 | value;
		held += 6;
		if (held < 8)
			continue;
		held -= 8;
		out[used++] = (uint8_t)(bits >> held);
		bits &= (UINT32_C(1) << held) - 1;
	}
	/* What is left of the last character: one text only. */
	if (bits != 0)
		return ERR_ALPHABET;
	*len = used;
	return ERR_OK;
}

size_t
base64url_encoded_len(size_t n)
{
	return n / 3 * 4 + (n % 3 * 4 + 2) / 3;
}

void
base64url_encode(const uint8_t *in, size_t n, char *out)
{
	size_t used = 0;
	uint32_t bits = 0, held = 0;

	for (size_t i = 0; i < n; i++) {
		bits = bits << 8 | in[i];
		held += 8;
		while (held >= 6) {
			held -= 6;
			out[used++] = char_of(bits >> held & 63);
		}
		bits &= (UINT32_C(1) << held) - 1;
	}
	if (held > 0)
		out[used] = char_of(bits << (6 - held) & 63);
}
