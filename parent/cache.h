/*
 * Last good answers on disk: a private directory for each user that sshd
 * runs us as, written by this process only.
 *
 * An entry is one file: "SPCACHE2", the fetch time (u64, Unix seconds), for
 * how many seconds it counts as fresh, the URL's and the body's length (u32
 * each), URL, body; big-endian (ipc/wire.h). A file of another form is no
 * entry. It is replaced by rename, so a reader never sees half of one. (Nor is
 * the disk waited for: what a crash leaves is whole, or no entry.) The
 * content is as hostile as the network that it came from; the parent does not
 * read it.
 */
#ifndef PARENT_CACHE_H
#define PARENT_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "ipc/err.h"
#include "ipc/message.h"

struct cache {
	int dir;        /* -1: there is none, and the log says why */
	char path[320]; /* of the directory; the one place we may write */
};

/*
 * Opens the directory of the user we run as, before the cage. Root makes it
 * if need be, for the id that the parent is about to take. Anything wrong is
 * logged, and the login goes on without.
 */
void cache_open(struct cache *cache, const char *user);

/*
 * The same directory, for the processes of another user, who has no caged
 * parent: root fills it in his place, and shuts its own cage with his ids.
 */
void cache_open_for(struct cache *cache, const char *user, uid_t uid,
    gid_t gid);

/* The one place where the caged parent may write; NULL if there is none. */
const char *cache_directory(const struct cache *cache);

struct cache_entry {
	uint8_t *body; /* owned */
	size_t len;
	uint64_t fetched; /* Unix seconds, not in the future */
	uint64_t age_s;
	uint32_t fresh_s; /* as it was stored with */
};

/*
 * The entry of that name, if it was fetched from this url no more than
 * max_age_s seconds ago. One from the future has no age we could trust.
 */
bool cache_load(const struct cache *cache, const char *name,
    struct ipc_span url, uint64_t max_age_s, struct cache_entry *entry)
    MUST_CHECK;
void cache_entry_free(struct cache_entry *entry);

/*
 * Replaces the entry; fresh_s: 0 where nobody asks for it. False if it could
 * not, which is logged and costs nothing but the entry.
 */
bool cache_store(const struct cache *cache, const char *name,
    struct ipc_span url, uint32_t fresh_s, const uint8_t *body, size_t len);

void cache_remove(const struct cache *cache, const char *name);

/*
 * A lock that one process at a time holds, until it closes the descriptor or
 * ends: a file of that name, which stays. CACHE_LOCKED and *fd; CACHE_BUSY:
 * another has it; CACHE_NO_LOCK: there is no directory, or it takes no file.
 */
enum cache_lock { CACHE_LOCKED, CACHE_BUSY, CACHE_NO_LOCK };
enum cache_lock cache_lock(const struct cache *cache, const char *name,
    int *fd) MUST_CHECK;

#endif
