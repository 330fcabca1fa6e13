/* Numbers as SSH writes them. */
#include "parseproc/ssh_mpint.h"
#include "proofs/proof.h"

void
harness(void)
{
	struct span bytes = { NULL, ANY(size_t) }, number;
	struct wire_reader r;
	size_t bits;

	ASSUME(bytes.len <= ANY_LEN);
	bytes.p = any_bytes(bytes.len);
	r = (struct wire_reader){ bytes.p, bytes.len };
	if (!ssh_mpint_get(&r, &number)) {
		PROVE(number.p == NULL && number.len == 0, "none");
		return;
	}
	PROVE(SPAN_IN(number, bytes) && IS_REST(r, bytes), "in the bytes");
	PROVE(number.len > 0 && number.p[0] != 0, "no leading zero");
	bits = ssh_mpint_bits(number);
	PROVE(bits > number.len * 8 - 8 && bits <= number.len * 8,
	    "the first byte has the first bit");
	PROVE(number.p[0] >> ((bits - 1) % 8) == 1, "and none before it");
	POSSIBLE(number.len > 100000, "a long number");
	POSSIBLE(bits == 1, "a short one");
}
