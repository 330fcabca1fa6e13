#include "parseproc/base64url.h"
#include "proofs/proof.h"

#define LEN_MAX ((size_t)1 << 20)

void
harness(void)
{
	size_t n = ANY(size_t);
	uint8_t *in;
	char *out;

	ASSUME(n <= LEN_MAX);
	in = any_bytes(n);
	out = (char *)any_bytes(base64url_encoded_len(n));
	ASSUME(out != NULL);
	base64url_encode(in, n, out);
	POSSIBLE(n > 100000, "a long text");
}
