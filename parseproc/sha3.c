#include "parseproc/sha3.h"

#include <string.h>

/* RFC 4648 section 5. */
static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void
sha3_256(const uint8_t *p, size_t n, uint8_t out[SHA3_256_LEN])
{
	struct sha3_256_ctx ctx;

	sha3_256_init(&ctx);
	if (n > 0)
		sha3_256_update(&ctx, n, p);
	sha3_256_digest(&ctx, SHA3_256_LEN, out);
}

void
shake256_begin(struct shake256 *s)
{
	sha3_256_init(&s->state);
}

void
shake256_add(struct shake256 *s, const uint8_t *p, size_t n)
{
	if (n > 0)
		sha3_256_update(&s->state, n, p);
}

void
shake256_end(struct shake256 *s, uint8_t *out, size_t n)
{
	/* Same rate and state as SHA3-256; the suffix makes it a SHAKE. */
	sha3_256_shake(&s->state, n, out);
}

/*
 * Its one length only, and of a hash: not worth an encoder for everything.
 * Three bytes become four characters; the last two become three.
 */
static void
write_commitment(const uint8_t hash[SHA3_256_LEN], uint8_t out[COMMITMENT_LEN])
{
	for (size_t i = 0; i < COMMITMENT_LEN; i++) {
		size_t bit = i * 6, byte = bit / 8;
		unsigned pair = (unsigned)hash[byte] << 8;

		if (byte + 1 < SHA3_256_LEN)
			pair |= hash[byte + 1];
		out[i] = (uint8_t)alphabet[pair >> (10 - bit % 8) & 63];
	}
}

bool
commitment_matches(const uint8_t *header, size_t header_len,
    const uint8_t *claimed, size_t n)
{
	uint8_t hash[SHA3_256_LEN], text[COMMITMENT_LEN];

	if (n != COMMITMENT_LEN)
		return false;
	sha3_256(header, header_len, hash);
	write_commitment(hash, text);
	return memcmp(text, claimed, COMMITMENT_LEN) == 0;
}
