/*
 * malloc for sallyport-parse, libraries included: from the arena. Part of the
 * executable only; tests and fuzzers link the parsers with the C library's
 * own, so that sanitizers see every block.
 */
#include <stdlib.h>
#include <string.h>

#include "parseproc/arena.h"

#define REPLACES __attribute__((visibility("default")))

REPLACES void *
malloc(size_t n)
{
	return arena_alloc(n);
}

REPLACES void
free(void *p)
{
	arena_free(p);
}

REPLACES void *
realloc(void *p, size_t n)
{
	return arena_realloc(p, n);
}

REPLACES void *
calloc(size_t count, size_t n)
{
	void *p;

	if (n != 0 && count > ARENA_SIZE / n)
		return NULL;
	/* Blocks are used again, so they are not zero by themselves. */
	if ((p = arena_alloc(count * n)) != NULL)
		memset(p, 0, count * n);
	return p;
}
