#include "admin/person.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool
person_find(const char *name, struct person *person)
{
	const struct passwd *pw = getpwnam(name);

	if (pw == NULL || strlen(name) >= sizeof(person->name))
		return false;
	(void)snprintf(person->name, sizeof(person->name), "%s", name);
	person->uid = pw->pw_uid;
	person->gid = pw->pw_gid;
	return true;
}

bool
person_is_shared(const struct person *person)
{
	const struct passwd *pw = getpwnam(person->name);
	const char *shell = pw != NULL ? strrchr(pw->pw_shell, '/') : NULL;

	return person->uid == 65534 || shell == NULL ||
	    (strcmp(shell, "/nologin") != 0 && strcmp(shell, "/false") != 0);
}

gid_t
person_group(const char *name)
{
	const struct group *group = getgrnam(name);

	return group != NULL ? group->gr_gid : 0;
}

bool
person_become(const struct person *person)
{
	if (initgroups(person->name, person->gid) == 0 &&
	    setegid(person->gid) == 0 && seteuid(person->uid) == 0)
		return true;
	person_return();
	return false;
}

void
person_return(void)
{
	static const gid_t root = 0;

	if (seteuid(0) == -1 || setegid(0) == -1 || setgroups(1, &root) == -1)
		abort();
}

bool
person_become_for_good(const struct person *person)
{
	return initgroups(person->name, person->gid) == 0 &&
	    setresgid(person->gid, person->gid, person->gid) == 0 &&
	    setresuid(person->uid, person->uid, person->uid) == 0;
}
