#include "parseproc/base64url.h"
#include "proofs/proof.h"

void
harness(void)
{
	size_t n = ANY(size_t), size = ANY(size_t), len;
	uint8_t *in, *out;
	enum err err;

	ASSUME(n <= ANY_LEN && size <= ANY_LEN);
	in = any_bytes(n);
	out = any_bytes(size);
	err = base64url_decode(in, n, out, size, &len);
	PROVE(len == (err == ERR_OK ? base64url_decoded_len(n) : 0),
	    "exactly the promised length, or none");
	PROVE(len <= size, "no more than there is room for");
	PROVE((err == ERR_TOO_BIG) == (size < base64url_decoded_len(n)),
	    "too big only if there is no room");
	PROVE(base64url_decoded_len(n) <= n, "decoding never grows");
	POSSIBLE(err == ERR_OK && n > 100000, "a long text");
	POSSIBLE(err == ERR_ALPHABET, "a bad text");
}
