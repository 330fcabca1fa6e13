/*
 * Names of local users, straight from /etc/passwd. Other sources (NSS) run
 * foreign code that talks to networks, which has no place in this process.
 */
#ifndef PARENT_LOCAL_USER_H
#define PARENT_LOCAL_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Writes the user's name to buf (USER_NAME_MAX + 1 bytes); "uid-1000" if the
 * file does not list the uid. False if the file could not be read. Opens
 * files: before the cage.
 */
bool local_user_name(uid_t uid, char *buf);

/* The ids of a user; false if the file does not list the name. */
bool local_user_ids(const char *name, uid_t *uid, gid_t *gid);

/*
 * The uid and, unless dir is NULL, the home (size bytes; cut if it is longer)
 * that every name service of this machine would give for the name: true only
 * if /etc/nsswitch.conf asks "files" first and the file has it.
 */
bool local_user_home(const char *name, uid_t *uid, char *dir, size_t size)
    __attribute__((warn_unused_result));

#endif
