/* Reads two names within their bytes, and comes to an end. */
#include "proofs/proof.h"

/* Here, so that the contracts in its loops know the words above. */
#include "parseproc/folded.c"

/* What the proof utf8 shows of it. */
size_t
utf8_char_len(const uint8_t *p, size_t n)
{
	size_t len = ANY(size_t);

	PROVE(__CPROVER_r_ok(p, n), "of the bytes that there are");
	ASSUME(len <= UTF8_CHAR_MAX && len <= n);
	return len;
}

void
harness(void)
{
	struct span a, b;
	bool same;

	a.len = ANY(size_t);
	b.len = ANY(size_t);
	ASSUME(a.len <= ANY_LEN && b.len <= ANY_LEN);
	a.p = any_bytes(a.len);
	b.p = any_bytes(b.len);
	same = folded_equal(a, b);
	PROVE(!same || (a.len == 0) == (b.len == 0), "both empty or none");
	POSSIBLE(same && a.len > b.len, "of two lengths");
}
