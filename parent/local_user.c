#include "parent/local_user.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "ipc/limits.h"

void
local_user_name(uid_t uid, char *buf)
{
	FILE *passwd = fopen("/etc/passwd", "re");
	struct passwd pw, *found;
	char line[4096];

	(void)snprintf(buf, USER_NAME_MAX + 1, "uid-%u", uid);
	if (passwd == NULL)
		return;
	while (fgetpwent_r(passwd, &pw, line, sizeof(line), &found) == 0)
		if (found->pw_uid == uid) {
			(void)snprintf(buf, USER_NAME_MAX + 1, "%s",
			    found->pw_name);
			break;
		}
	(void)fclose(passwd);
}

bool
local_user_ids(const char *name, uid_t *uid, gid_t *gid)
{
	FILE *passwd = fopen("/etc/passwd", "re");
	struct passwd pw, *found;
	bool known = false;
	char line[4096];

	if (passwd == NULL)
		return false;
	while (!known && fgetpwent_r(passwd, &pw, line, sizeof(line),
	    &found) == 0)
		if ((known = strcmp(found->pw_name, name) == 0)) {
			*uid = found->pw_uid;
			*gid = found->pw_gid;
		}
	(void)fclose(passwd);
	return known;
}
