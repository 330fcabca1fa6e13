/* Limits that a process sets for itself, setrlimit(2). */
#ifndef IPC_RLIMIT_H
#define IPC_RLIMIT_H

#include <sys/resource.h>

/*
 * Lowers RLIMIT_... to max for good; whether the kernel took it. A macro, as
 * C libraries differ in the type of its first word.
 */
#define RLIMIT_SET(what, max)                                                 \
	(setrlimit((what), &(const struct rlimit){ (max), (max) }) == 0)

#endif
