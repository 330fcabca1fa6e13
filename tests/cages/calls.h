/* System calls to try from inside a cage, each with arguments that make it work outside. */
#ifndef TESTS_CAGES_CALLS_H
#define TESTS_CAGES_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum entry { NATIVE, X32, INT80 };

struct call {
	const char *name; /* begins with the system call's */
	long nr;
	uint64_t args[6];
	enum entry entry;
	int socket; /* the domain of a socket to be the first argument, or 0 */
	int protocol; /* and its protocol */
};

extern const struct call calls[];
extern const size_t ncalls;

/* Where the calls that try the parent's cache create a file. */
extern char cache_file[4096];

/* Makes the call; returns its result, or -errno. */
int64_t call_run(const struct call *call);

#endif
