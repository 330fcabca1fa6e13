/* Whether all is printable: if so, any byte of it is. */
#include "proofs/contracts/message.h"

void
harness(void)
{
	size_t n = ANY(size_t);
	uint8_t *p;
	bool ok;

	ASSUME(n <= ANY_LEN);
	p = any_bytes(n);
	place = ANY(size_t);
	ok = ipc_printable(p, n);
	POSSIBLE(ok && n > 100000, "a long text");
	POSSIBLE(!ok && n > 100000, "a long one that is none");
}
