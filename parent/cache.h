/*
 * Last good answers on disk: a private directory for each user that sshd
 * runs us as, written by this process only.
 *
 * An entry is one file: "SPCACHE1", the fetch time (u64, Unix seconds), the
 * URL and the body's length (u32 each), URL, body; big-endian (ipc/wire.h).
 * It is replaced by rename, so a reader never sees half of one. The content
 * is as hostile as the network that it came from; the parent does not read it.
 */
#ifndef PARENT_CACHE_H
#define PARENT_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/err.h"
#include "ipc/message.h"

struct cache {
	int dir;        /* -1: there is none, and the log says why */
	char path[320]; /* of the directory; the one place we may write */
};

/*
 * Opens the directory of the user we run as, before the cage. Root makes it if need be, for
 * the id that the parent is about to take. Anything wrong is logged, and the
 * login goes on without.
 */
void cache_open(struct cache *cache, const char *user);

/* The one place where the caged parent may write; NULL if there is none. */
const char *cache_directory(const struct cache *cache);

struct cache_entry {
	uint8_t *body; /* owned */
	size_t len;
	uint64_t age_s;
};

/*
 * The entry of that name, if it was fetched from this url no more than
 * max_age_s seconds ago. One from the future has no age we could trust.
 */
bool cache_load(const struct cache *cache, const char *name,
    struct ipc_span url, uint64_t max_age_s, struct cache_entry *entry)
    MUST_CHECK;
void cache_entry_free(struct cache_entry *entry);

/* Replaces the entry; a failure is logged and costs nothing but the entry. */
void cache_store(const struct cache *cache, const char *name,
    struct ipc_span url, const uint8_t *body, size_t len);

void cache_remove(const struct cache *cache, const char *name);

#endif
