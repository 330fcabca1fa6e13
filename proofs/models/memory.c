/*
 * Stand-ins for memcpy(), memcmp() and memchr() of any length: they see to it
 * that what is read can be read and what is written can be written, and leave
 * open what comes out. What is proved with them holds whatever the bytes are;
 * proofs about the bytes themselves use CBMC's own, with a bound.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

void *
memcpy(void *to, const void *from, size_t n)
{
	__CPROVER_precondition(__CPROVER_r_ok(from, n), "memcpy: source");
	__CPROVER_precondition(__CPROVER_w_ok(to, n), "memcpy: destination");
	if (n > 0)
		__CPROVER_havoc_object(to);
	return to;
}

int
memcmp(const void *a, const void *b, size_t n)
{
	int order;

	__CPROVER_precondition(__CPROVER_r_ok(a, n), "memcmp: first");
	__CPROVER_precondition(__CPROVER_r_ok(b, n), "memcmp: second");
	return n == 0 ? 0 : order;
}

void *
memchr(const void *p, int c, size_t n)
{
	bool found;
	size_t at;

	(void)c;
	__CPROVER_precondition(__CPROVER_r_ok(p, n), "memchr: bytes");
	if (!found || n == 0)
		return NULL;
	__CPROVER_assume(at < n);
	return (uint8_t *)p + at;
}
