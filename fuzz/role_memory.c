#include "fuzz/role_memory.h"

#include <string.h>

#include "fuzz/fuzz.h"

void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t n);
void *__real_realloc(void *p, size_t n);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t n);
void *__wrap_realloc(void *p, size_t n);
void __wrap_free(void *p);

static struct {
	bool on;
	void **blocks;
	size_t count, room;
	unsigned asked_for; /* how often */
	unsigned fail_at;   /* the one that fails; 0: none */
} kept;

static bool
refuse(void)
{
	return kept.on && ++kept.asked_for == kept.fail_at;
}

static void *
keep(void *p)
{
	if (!kept.on || p == NULL)
		return p;
	if (kept.count == kept.room) {
		kept.room = 2 * kept.room + 64;
		kept.blocks = __real_realloc(kept.blocks,
		    kept.room * sizeof(kept.blocks[0]));
		require(kept.blocks != NULL);
	}
	kept.blocks[kept.count++] = p;
	return p;
}

static void
forget(const void *p)
{
	/* What was allocated last is mostly freed first. */
	for (size_t i = kept.on ? kept.count : 0; i > 0; i--)
		if (kept.blocks[i - 1] == p) {
			kept.blocks[i - 1] = kept.blocks[--kept.count];
			return;
		}
}

void *
__wrap_malloc(size_t n)
{
	return refuse() ? NULL : keep(__real_malloc(n));
}

void *
__wrap_calloc(size_t count, size_t n)
{
	return refuse() ? NULL : keep(__real_calloc(count, n));
}

void *
__wrap_realloc(void *p, size_t n)
{
	if (refuse())
		return NULL;
	forget(p);
	return keep(__real_realloc(p, n));
}

void
__wrap_free(void *p)
{
	forget(p);
	__real_free(p);
}

/*
 * BoringSSL keeps some of its own for good, and frees the rest itself: these
 * stand in for its malloc, with the size in front.
 */
#define HEAD 16
#define HOOK __attribute__((visibility("default")))
HOOK void *OPENSSL_memory_alloc(size_t n);
HOOK void OPENSSL_memory_free(void *p);
HOOK size_t OPENSSL_memory_get_size(void *p);

void *
OPENSSL_memory_alloc(size_t n)
{
	uint8_t *p = refuse() ? NULL : __real_malloc(HEAD + n);

	if (p == NULL)
		return NULL;
	memcpy(p, &n, sizeof(n));
	return p + HEAD;
}

void
OPENSSL_memory_free(void *p)
{
	if (p != NULL)
		__real_free((uint8_t *)p - HEAD);
}

size_t
OPENSSL_memory_get_size(void *p)
{
	size_t n = 0;

	if (p != NULL)
		memcpy(&n, (uint8_t *)p - HEAD, sizeof(n));
	return n;
}

/* --- for the conversation --- */

void
role_memory_begin(unsigned fail_at)
{
	kept.asked_for = 0;
	kept.fail_at = fail_at;
}

void
role_memory_count(bool on)
{
	kept.on = on;
}

bool
role_memory_was_short(void)
{
	return kept.fail_at != 0 && kept.asked_for >= kept.fail_at;
}

void *
realloc_uncounted(void *p, size_t n)
{
	return __real_realloc(p, n);
}

void
role_memory_free(void)
{
	while (kept.count > 0)
		__real_free(kept.blocks[--kept.count]);
}
