/* Users and groups of this machine, and looking at files as one of them. */
#ifndef ADMIN_PERSON_H
#define ADMIN_PERSON_H

#include <stdbool.h>
#include <sys/types.h>

struct person {
	char name[257];
	uid_t uid;
	gid_t gid;
};

/* False if the name service knows none of that name. */
bool person_find(const char *name, struct person *person)
    __attribute__((warn_unused_result));

/*
 * Whether others than a service may run as that user: there is a shell, or it
 * is nobody.
 */
bool person_is_shared(const struct person *person)
    __attribute__((warn_unused_result));

/* The id of that group, or 0, root's, if there is none. */
gid_t person_group(const char *name);

/*
 * From now on this process may open what that person may, with all of his
 * groups; only root can. person_return() undoes it.
 */
bool person_become(const struct person *person)
    __attribute__((warn_unused_result));
void person_return(void);

/* For good, in a process of its own: no way back, no groups but his. */
bool person_become_for_good(const struct person *person)
    __attribute__((warn_unused_result));

#endif
