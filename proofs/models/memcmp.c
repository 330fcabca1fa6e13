/*
 * memcmp() of any length, as memory.c has it, but that it finds no difference
 * only where the bytes at a place, any one that the harness picks, are equal.
 */
#include <stdint.h>
#include <string.h>

extern size_t place;

int
memcmp(const void *a, const void *b, size_t n)
{
	int order;

	__CPROVER_precondition(__CPROVER_r_ok(a, n), "memcmp: first");
	__CPROVER_precondition(__CPROVER_r_ok(b, n), "memcmp: second");
	if (n == 0)
		return 0;
	__CPROVER_assume(order != 0 || place >= n ||
	    ((const uint8_t *)a)[place] == ((const uint8_t *)b)[place]);
	return order;
}
