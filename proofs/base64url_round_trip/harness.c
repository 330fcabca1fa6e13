/* One text for every byte string, and one byte string for every text. */
#include "parseproc/base64url.h"
#include "proofs/proof.h"

/* Two groups, and less. */
#define TEXT_MAX 8
#define BYTES_MAX 6

/* What was encoded is taken, and comes out as it was. */
static void
from_bytes(void)
{
	uint8_t in[BYTES_MAX], back[BYTES_MAX];
	size_t n = ANY(size_t), len;
	char text[TEXT_MAX];

	ASSUME(n <= BYTES_MAX);
	base64url_encode(in, n, text);
	PROVE(base64url_decode((const uint8_t *)text,
	    base64url_encoded_len(n), back, sizeof(back), &len) == ERR_OK &&
	    len == n, "is taken");
	for (size_t i = 0; i < BYTES_MAX; i++)
		PROVE(i >= n || back[i] == in[i], "as it was");
}

/* What is taken is what would have been written. */
static void
from_text(void)
{
	uint8_t text[TEXT_MAX], bytes[BYTES_MAX];
	size_t n = ANY(size_t), len;
	char again[TEXT_MAX];

	ASSUME(n <= TEXT_MAX);
	if (base64url_decode(text, n, bytes, sizeof(bytes), &len) != ERR_OK)
		return;
	PROVE(base64url_encoded_len(len) == n, "as long as it was");
	base64url_encode(bytes, len, again);
	for (size_t i = 0; i < TEXT_MAX; i++)
		PROVE(i >= n || again[i] == (char)text[i], "as it was");
	POSSIBLE(n == TEXT_MAX, "the longest text");
}

void
harness(void)
{
	uint16_t n = ANY(uint16_t);

	PROVE(base64url_decoded_len(base64url_encoded_len(n)) == n,
	    "the two lengths agree");
	from_bytes();
	from_text();
}
