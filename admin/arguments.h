/* Command lines: flags that need no value, and words. */
#ifndef ADMIN_ARGUMENTS_H
#define ADMIN_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>

/* A flag such as --json; *on is set if it is there. */
struct flag {
	const char *name;
	bool *on;
};

/*
 * Takes the flags out; words[0] to words[nwords - 1] must remain. Returns -1
 * to go on, or the exit status after it has printed help, or what is wrong.
 */
int arguments_read(int argc, char **argv, const char *help,
    const struct flag *flags, size_t nflags, char **words, int nwords);

#endif
