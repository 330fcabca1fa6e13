/* What the parts of the probe share. */
#ifndef TESTS_CAGES_PROBE_H
#define TESTS_CAGES_PROBE_H

/*
 * The TCP port, besides that of DNS, which netproc is told to connect to, and
 * one that it is not. The API of tests/e2e listens on both.
 */
#define PROBE_PORT 8443
#define PROBE_OTHER_PORT 8080

#include "calls.h"
#include "inside.h"

/* Whether the filter's table has a row for this call. */
bool filter_allows(const struct filter *filter, enum entry entry, long nr,
    const uint64_t args[6]);

/* Whether all filters' tables have, of those that hold in this cage. */
bool cage_allows(enum cage cage, enum entry entry, long nr,
    const uint64_t args[6]);

/*
 * Makes calls of every number, each in a process of its own in that cage, and
 * prints those of which the outcome is not what the tables say; at the end,
 * how many were made, and how many of them were to be killed. Of the calls
 * that the tables name for their number alone all are made, of the others
 * every so many'th, beginning with the first'th.
 */
void sweep(enum cage cage, unsigned every, unsigned first);

#endif
