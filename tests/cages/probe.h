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
#include "seccomp/policy.h"

/* Whether the filter's table has a row for this call. */
int filter_allows(const struct filter *filter, enum entry entry, long nr,
    const uint64_t args[6]);

/*
 * Makes every call that the table does not allow, each in a process that has
 * loaded this filter, and prints those that were not killed. Returns how many
 * were made.
 */
unsigned sweep(const struct filter *filter);

#endif
