/*
 * base64url_decode() as the proof of that name has it: it writes no more than
 * it reads, and nothing beyond its room.
 */
#include "parseproc/base64url.h"
#include "proofs/proof.h"

enum err
base64url_decode(const uint8_t *in, size_t n, uint8_t *out, size_t size,
    size_t *len)
{
	size_t needed = ANY(size_t);

	ASSUME(needed <= n);
	__CPROVER_precondition(__CPROVER_r_ok(in, n), "base64url: text");
	__CPROVER_precondition(__CPROVER_w_ok(out, size), "base64url: room");
	*len = 0;
	if (size < needed)
		return ERR_TOO_BIG;
	if (size > 0)
		__CPROVER_havoc_object(out);
	if (ANY(bool))
		return ERR_ALPHABET;
	*len = needed;
	return ERR_OK;
}
