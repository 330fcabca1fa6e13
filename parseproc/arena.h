/*
 * All memory that a caged parser will ever have: one fixed block. When it is
 * used up, allocations fail and the parser says so; nothing asks the kernel.
 *
 * A stack of blocks: freeing the last one gives back it and every freed one
 * before it. That fits parsers, which allocate, use and drop in order; what
 * they free out of order waits until what came after it is freed too.
 */
#ifndef PARSEPROC_ARENA_H
#define PARSEPROC_ARENA_H

#include <stddef.h>

/*
 * An answer of 1 MiB becomes less than 4 MiB of keys; big numbers of a
 * thousand keys, 6 MiB. The rest is room for libyaml on a hostile day.
 */
#define ARENA_SIZE ((size_t)32 * 1024 * 1024)

/* n bytes aligned for anything, or NULL with errno ENOMEM. */
void *arena_alloc(size_t n);

/* Resizes a block of arena_alloc(), in place if it is the last. On failure
 * NULL, and the block stays as it was. p may be NULL. */
void *arena_realloc(void *p, size_t n);

/* p: from arena_alloc() or NULL. What was in it is overwritten. */
void arena_free(void *p);

/* Bytes in use now, block heads included. */
size_t arena_used(void);

#endif
