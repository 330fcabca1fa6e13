/*
 * How often what came out: a file "counters" of fixed size in the cache
 * directory, for `sallyport stats` (admin/), which is nobody's business during
 * a login. Losing a count costs nothing but the count: nobody waits, nothing
 * is locked, and of two processes at the same moment one may not be counted.
 *
 * The file: the layout's own words (counters.c), then a u64 for each row and
 * column, big-endian (ipc/wire.h). One of another form, of an older version
 * say, is begun anew. It belongs to the command user, so it may say anything.
 */
#ifndef PARENT_COUNTERS_H
#define PARENT_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/reason.h"
#include "parent/cache.h"

/* The first are decisions of the source of that name. */
#define COUNTER_ROWS(R)                                                       \
	R(OPENPUBKEY, "openpubkey")                                           \
	R(KEY9, "key9")                                                       \
	R(CHAIN, "chain")                                                     \
	R(AUTHORIZE, "authorize")                                             \
	R(REFRESH, "refresh") /* attempts to get a provider's keys */         \
	R(FETCH, "fetch")     /* why a login could not get newer answers */  \
	R(DEATHS, "deaths")   /* of workers; columns are enum worker */

enum counter_row {
#define R(name, word) COUNTER_##name,
	COUNTER_ROWS(R)
#undef R
	COUNTER_ROW_COUNT
};
#define COUNTER_SOURCES COUNTER_REFRESH

struct counters {
	uint64_t at[COUNTER_ROW_COUNT][REASON_COUNT];
};

/* The row's word; row < COUNTER_ROW_COUNT. */
const char *counter_row_word(enum counter_row row);

/*
 * Adds one; column: a reason, unless the row says otherwise. Does nothing if
 * there is no cache directory, and makes no call that the parent's cage has
 * not.
 */
void counters_add(const struct cache *cache, enum counter_row row,
    unsigned column);

/* The same for a decision; a source that has no row is not counted. */
void counters_add_decision(const struct cache *cache, const char *source,
    enum reason reason);

/*
 * All of them; all zero if there is no file. False if there is one that cannot
 * be read or is not of the form.
 */
bool counters_read(const struct cache *cache, struct counters *counters)
    MUST_CHECK;

#endif
