/* Going into one of our cages, as the program's processes do, to do one thing there. */
#ifndef TESTS_CAGES_INSIDE_H
#define TESTS_CAGES_INSIDE_H

#include <stdint.h>

#include "seccomp/policy.h"

enum cage { NONE, BARE, PARENT, PARENT_NARROW, STARTER, HOME, PARSE_JUDGE,
	PARSE_OPK_JUDGE, PARSE_KEYS, PARSE_EXPLAIN, PARSE_AUTHORIZE,
	NET_RESOLVING, NET_PORTS, NET_CONNECTED, CAGES };

struct cage_kind {
	const char *name, *role;
	int (*worker)(int argc, char **argv); /* its main(), or NULL */
	const struct filter *filters[3]; /* all must allow */
};

extern const struct cage_kind cages[CAGES];

struct outcome {
	enum { RETURNED, KILLED, ENDED } how; /* KILLED: by the filter */
	int64_t result; /* if it RETURNED */
	int status;     /* as from waitpid() */
};

/* Calls what() in that cage, in a process of its own. */
struct outcome inside(enum cage cage, const char *cache_dir,
    int64_t (*what)(void));

#endif
