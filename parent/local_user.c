#include "parent/local_user.h"

#include <pwd.h>
#include <stdio.h>

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
