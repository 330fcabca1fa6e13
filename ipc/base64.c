#include "ipc/base64.h"

#include <stdbool.h>

/* Section 4: four characters of six bits each stand for three bytes. */
#define GROUP_CHARS 4
#define GROUP_BYTES 3
/* No character of the alphabet has this value. */
#define NOT_IN_ALPHABET 64

static const char alphabet[64] = {
	'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N',
	'O', 'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 'a', 'b',
	'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p',
	'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', '0', '1', '2', '3',
	'4', '5', '6', '7', '8', '9', '+', '/',
};

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
	if (c == '+')
		return 62;
	if (c == '/')
		return 63;
	return NOT_IN_ALPHABET;
}

/* The first n characters of a group as 6 * n bits; false if one is none. */
static bool
group_bits(const uint8_t *in, size_t n, uint32_t *bits)
{
	*bits = 0;
	for (size_t i = 0; i < n; i++) {
		uint32_t v = value_of(in[i]);

		if (v == NOT_IN_ALPHABET)
			return false;
		*bits = *bits << 6 | v;
	}
	return true;
}

/*
 * The last group, which alone may be padded: its bytes, or 0 if it is not
 * canonical. It has 4 characters.
 */
static size_t
last_group(const uint8_t *in, uint8_t out[GROUP_BYTES])
{
	size_t chars = in[3] != '=' ? 4 : in[2] != '=' ? 3 : 2;
	uint32_t bits, spare;

	if (!group_bits(in, chars, &bits))
		return 0;
	/* 12 bits hold one byte, 18 two; the bits to spare must be zero. */
	spare = chars == 4 ? 0 : chars == 3 ? 2 : 4;
	if ((bits & ((UINT32_C(1) << spare) - 1)) != 0)
		return 0;
	bits >>= spare;
	for (size_t i = chars - 1; i > 0; i--) {
		out[i - 1] = (uint8_t)bits;
		bits >>= 8;
	}
	return chars - 1;
}

size_t
base64_decoded_max(size_t n)
{
	return n / GROUP_CHARS * GROUP_BYTES;
}

enum err
base64_decode(const uint8_t *in, size_t n, uint8_t *out, size_t size,
    size_t *len)
{
	size_t i, used = 0, tail;
	uint32_t bits;

	*len = 0;
	if (size < base64_decoded_max(n))
		return ERR_TOO_BIG;
	if (n % GROUP_CHARS != 0)
		return ERR_ALPHABET;
	if (n == 0)
		return ERR_OK;
	for (i = 0; i < n - GROUP_CHARS; i += GROUP_CHARS) {
		if (!group_bits(in + i, GROUP_CHARS, &bits))
			return ERR_ALPHABET;
		out[used++] = (uint8_t)(bits >> 16);
		out[used++] = (uint8_t)(bits >> 8);
		out[used++] = (uint8_t)bits;
	}
	tail = last_group(in + i, out + used);
	if (tail == 0)
		return ERR_ALPHABET;
	*len = used + tail;
	return ERR_OK;
}

size_t
base64_encoded_len(size_t n)
{
	return n / GROUP_BYTES * GROUP_CHARS +
	    (n % GROUP_BYTES != 0 ? GROUP_CHARS : 0);
}

void
base64_encode(const uint8_t *in, size_t n, char *out)
{
	for (size_t i = 0; i < n; i += GROUP_BYTES) {
		size_t left = n - i;
		uint32_t bits = (uint32_t)in[i] << 16;

		if (left > 1)
			bits |= (uint32_t)in[i + 1] << 8;
		if (left > 2)
			bits |= in[i + 2];
		*out++ = alphabet[bits >> 18];
		*out++ = alphabet[bits >> 12 & 63];
		*out++ = left > 1 ? alphabet[bits >> 6 & 63] : '=';
		*out++ = left > 2 ? alphabet[bits & 63] : '=';
	}
}
