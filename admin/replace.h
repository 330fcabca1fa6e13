/* Replacing a file of root's as a whole: a reader sees the old or the new. */
#ifndef ADMIN_REPLACE_H
#define ADMIN_REPLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct replacement {
	const char *path; /* a link's target is what is replaced */
	int dir;          /* of that file */
	int lock;         /* a file there, until replace_end() */
	char real[4096];  /* the file itself */
};

/*
 * Keeps other commands like this one from the file's directory until
 * replace_end(). False, with errno, if the directory cannot be had; ENOLINK:
 * path is a link to a file that is missing.
 */
bool replace_begin(struct replacement *replacement, const char *path)
    __attribute__((warn_unused_result));

/*
 * The same where not only root may write, so that a link may be a trap: one is
 * not followed.
 */
bool replace_begin_file(struct replacement *replacement, const char *path)
    __attribute__((warn_unused_result));

/*
 * Writes len bytes as the whole file, with the owner, group and mode it has;
 * a new one becomes root's, of that group, with that mode. False with errno,
 * and the file is as it was; EINVAL: what is there is no file.
 */
bool replace_file(const struct replacement *replacement, const void *data,
    size_t len, gid_t group, mode_t mode) __attribute__((warn_unused_result));

void replace_end(struct replacement *replacement);

#endif
