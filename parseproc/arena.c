#include "parseproc/arena.h"

#include <assert.h>
#include <errno.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Stands before each block; its size keeps what follows aligned. */
struct head {
	size_t size;         /* of the block, a multiple of ALIGN */
	uint32_t previous;   /* offset of the head before this one */
	bool freed;
};

#define ALIGN alignof(max_align_t)

static_assert(sizeof(struct head) % ALIGN == 0, "blocks stay aligned");
static_assert(ARENA_SIZE < UINT32_MAX, "offsets fit");

/* Zero pages until touched: an unused arena costs nothing. */
static alignas(max_align_t) unsigned char arena[ARENA_SIZE];
static size_t used;    /* all heads and blocks */
static size_t last;    /* offset of the last head, if used > 0 */

static struct head *
head_at(size_t offset)
{
	return (struct head *)(void *)(arena + offset);
}

static struct head *
head_of(void *p)
{
	return (struct head *)p - 1;
}

static bool
is_last(const void *p)
{
	return used > 0 && (const unsigned char *)p ==
	    arena + last + sizeof(struct head);
}

/* n rounded up to ALIGN; 0 if that is no size of a block here. */
static size_t
block_size(size_t n)
{
	if (n > ARENA_SIZE)
		return 0;
	if (n == 0)
		n = 1;
	return (n + ALIGN - 1) / ALIGN * ALIGN;
}

void *
arena_alloc(size_t n)
{
	size_t size = block_size(n);
	struct head *head;

	if (size == 0 || ARENA_SIZE - used < sizeof(*head) ||
	    ARENA_SIZE - used - sizeof(*head) < size) {
		errno = ENOMEM;
		return NULL;
	}
	head = head_at(used);
	*head = (struct head){ size, (uint32_t)last, false };
	last = used;
	used += sizeof(*head) + size;
	return head + 1;
}

void
arena_free(void *p)
{
	if (p == NULL)
		return;
	/* libyaml's own copies of a file with a credential in it come by here. */
	explicit_bzero(p, head_of(p)->size);
	head_of(p)->freed = true;
	while (used > 0 && head_at(last)->freed) {
		used = last;
		last = head_at(last)->previous;
	}
}

void *
arena_realloc(void *p, size_t n)
{
	size_t size = block_size(n);
	struct head *head;
	void *moved;

	if (p == NULL)
		return arena_alloc(n);
	head = head_of(p);
	if (size != 0 && is_last(p) &&
	    size <= ARENA_SIZE - last - sizeof(*head)) {
		head->size = size;
		used = last + sizeof(*head) + size;
		return p;
	}
	if (size != 0 && size <= head->size)
		return p;
	if ((moved = arena_alloc(n)) == NULL)
		return NULL;
	/* It did not fit, so it is larger. */
	memcpy(moved, p, head->size);
	arena_free(p);
	return moved;
}

size_t
arena_used(void)
{
	return used;
}
