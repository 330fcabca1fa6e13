/*
 * How long an answer stays fresh: max-age of its Cache-Control, RFC 9111
 * section 5.2.2.1. The parent keeps an answer in bounds of its own, so this
 * is a hint; the header is the peer's, hostile.
 */
#ifndef NETPROC_CACHE_CONTROL_H
#define NETPROC_CACHE_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the headers of one answer have said so far; all zero at its start. */
struct cache_control {
	bool never;   /* no-store, no-cache, or a max-age that is no number */
	bool said;    /* there was a max-age */
	uint32_t max_age_s; /* the least of them */
};

/*
 * Takes a header line of n bytes, with or without its line break; any but
 * Cache-Control is passed over. Directives are names without regard to case,
 * with commas between (section 5.2); arguments are tokens or quoted strings,
 * and those of other directives do not matter.
 */
void cache_control_add(struct cache_control *cc, const char *line, size_t n);

/*
 * Seconds, at most MAX_AGE_MAX_S; 0 if nothing was said, and 1 for "not at
 * all": whoever keeps it all the same has a least time of its own.
 */
uint32_t cache_control_max_age(const struct cache_control *cc);

#endif
