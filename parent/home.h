/*
 * The user's own ~/.opk/auth_id: read by a child that has become that user,
 * so that nothing is read that the user could not read, and so that neither
 * a name service (NSS: foreign code that talks to networks) nor a file system
 * of the user's own can hold up the parent.
 *
 * The child sends the text, not a descriptor: whoever reads, or only closes, a
 * file on the user's FUSE mount may wait for the user.
 */
#ifndef PARENT_HOME_H
#define PARENT_HOME_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/err.h"
#include "parent/trusted_file.h"

/* One user's rules: people have a handful. */
#define HOME_FILE_MAX (64 * 1024)

struct home {
	int fd; /* of the child's socket; -1: there is none */
};

enum home_result {
	HOME_NONE,   /* there is no such file */
	HOME_TAKEN,  /* here it is */
	HOME_REFUSED /* there may be one, and why it was not taken */
};

/*
 * Starts the child: before the parent's cage, after starter_open(), so that
 * the starter does not hold the socket, and best before anything secret has
 * been read. user is a valid login name. dir and uid are sshd's %h and
 * %U, not checked yet; NULL: asked of NSS. False if there is no child, with
 * errno; home_take() then says HOME_REFUSED.
 */
bool home_begin(struct home *home, const char *user, const char *dir,
    const char *uid) MUST_CHECK;

/*
 * Lets the child look, and hears what it found, once, not later than
 * deadline_ms. Works in the parent's cage. HOME_TAKEN: *file, at most
 * HOME_FILE_MAX bytes, which the user could have written and nobody else, but
 * root; to be freed. HOME_REFUSED: *problem, of reason REASON_HOME_POLICY.
 */
enum home_result home_take(struct home *home, int64_t deadline_ms,
    struct trusted_file *file, struct file_problem *problem) MUST_CHECK;

/*
 * Closes the socket. The child ends by itself, or with the parent; it may
 * outlive both only in a file system that lets nobody interrupt it.
 */
void home_end(struct home *home);

#endif
