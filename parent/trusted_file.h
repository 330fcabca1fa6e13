/*
 * Files whose content this process believes: only if nobody but root (or the
 * user we run as, who could replace us anyway) can change them.
 */
#ifndef PARENT_TRUSTED_FILE_H
#define PARENT_TRUSTED_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "ipc/reason.h"

/* Who may own a file and who may read it, beyond what always holds. */
enum trust {
	TRUST_ROOT,       /* root owns it; anyone may read it */
	TRUST_ROOT_OR_US, /* root or our user; anyone may read it */
	TRUST_SECRET,     /* root or our user; others must not read it */
	TRUST_ANY         /* anybody's: for a dry run, which decides nothing */
};

struct trusted_file {
	uint8_t *data; /* owned; NULL on failure */
	size_t len;
	bool group_reads; /* its group may read it, which is */
	gid_t group;
};

/* What is wrong with a file, in words for whoever must mend it. */
struct file_problem {
	enum reason reason; /* REASON_OK if nothing */
	char what[256];     /* problem and remedy */
};

/*
 * Which reason an errno is: what somebody must mend at the file, or
 * REASON_SYSTEM for what may be over by the next login.
 */
enum reason trusted_reason(int error);

/*
 * Opens path, which must be absolute and a regular file, and every directory
 * on the way, links followed, changeable by root or us only. Returns a descriptor for reading,
 * or -1 with *problem. With TRUST_ANY only "a regular file" holds.
 */
int trusted_open(const char *path, enum trust trust,
    struct file_problem *problem);

/*
 * Whether a file that need not be there is not: no link of that name either,
 * as one that leads nowhere was meant to lead somewhere.
 */
bool trusted_missing(const char *path) __attribute__((warn_unused_result));

/*
 * Whether path, absolute and without a '/' at its end, is a directory that
 * only root or us (as trust says) can change, with all on the way to it and
 * where links lead. If not, *problem says why; a missing one is
 * REASON_CONFIG_MISSING.
 */
bool trusted_directory(const char *path, enum trust trust,
    struct file_problem *problem) __attribute__((warn_unused_result));

/*
 * Reads a whole file of at most max bytes, into memory of about its size.
 * False with *problem; nothing to free then. A missing file is
 * REASON_CONFIG_MISSING.
 */
bool trusted_read(const char *path, enum trust trust, size_t max,
    struct trusted_file *file, struct file_problem *problem)
    __attribute__((warn_unused_result));

/*
 * The same for a file that need not be there: it is empty then. A link of that
 * name is one that is.
 */
bool trusted_read_optional(const char *path, enum trust trust, size_t max,
    struct trusted_file *file, struct file_problem *problem)
    __attribute__((warn_unused_result));

/*
 * The same for a descriptor that is open already; whose file it is, is the
 * caller's business. It may grow while it is read: max holds all the same.
 */
bool trusted_read_open(int fd, size_t max, struct trusted_file *file,
    struct file_problem *problem) __attribute__((warn_unused_result));

void trusted_free(struct trusted_file *file);

#endif
