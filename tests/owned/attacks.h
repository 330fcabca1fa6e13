/*
 * What an owned process would try. Each attack does what it is named for, as
 * far as it is let: where nothing holds it, it works.
 */
#ifndef TESTS_OWNED_ATTACKS_H
#define TESTS_OWNED_ATTACKS_H

#include <sys/types.h>

struct attack {
	const char *name;
	int (*run)(void); /* returns 0 if it worked, or errno */
};

/* Each up to a NULL name; and all of them, up to NULL. */
extern const struct attack file_attacks[], network_attacks[],
    process_attacks[];
extern const struct attack *const attacks[];

/* NULL if there is none of that name. */
const struct attack *attack_named(const char *name);

/* Whom they are directed at: to be found out before a cage is shut. */
struct victims {
	pid_t parent, sibling;
	const char *root; /* "", or the directory that stands in for it */
};

extern struct victims victims;

/* What a system call returned, as an attack returns it. */
int worked(long rc);

/*
 * How an owned process says by its exit status how it fared; or the program
 * that it has become.
 */
#define STATUS_RAN 0
#define STATUS_WON 99
#define STATUS_ERRNO 100 /* and errno */

#endif
