/*
 * What a role allocates, counted: one allocation can be made to fail, and what
 * is left when the role is done is freed, which in its own process nobody
 * does. Linked with -Wl,--wrap for malloc, calloc, realloc and free.
 */
#ifndef FUZZ_ROLE_MEMORY_H
#define FUZZ_ROLE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* A role begins; the allocation of that number fails, none if it is 0. */
void role_memory_begin(unsigned fail_at);

/* Whether what is allocated from now on is the role's. */
void role_memory_count(bool on);

/* Whether the allocation that was to fail did. */
bool role_memory_was_short(void);

void role_memory_free(void);

/* realloc() for what is not the role's, whoever is at work. */
void *realloc_uncounted(void *p, size_t n);

#endif
