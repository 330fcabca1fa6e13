#include "parent/local_user.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "ipc/limits.h"

/* NULL: errno is of this call, and 0 if nobody has set it. */
static FILE *
open_text(const char *path)
{
	errno = 0;
	return fopen(path, "re");
}

bool
local_user_name(uid_t uid, char *buf)
{
	FILE *passwd = open_text("/etc/passwd");
	const struct passwd *found;
	bool ok;

	(void)snprintf(buf, USER_NAME_MAX + 1, "uid-%u", uid);
	if (passwd == NULL)
		return errno == ENOENT;
	do
		found = fgetpwent(passwd);
	while (found != NULL && found->pw_uid != uid);
	if (found != NULL)
		(void)snprintf(buf, USER_NAME_MAX + 1, "%s", found->pw_name);
	ok = found != NULL || ferror(passwd) == 0;
	(void)fclose(passwd);
	return ok;
}

/* The file's entry, good until the next call; NULL if there is none. */
static const struct passwd *
find(const char *name)
{
	FILE *passwd = open_text("/etc/passwd");
	const struct passwd *found;

	if (passwd == NULL)
		return NULL;
	do
		found = fgetpwent(passwd);
	while (found != NULL && strcmp(found->pw_name, name) != 0);
	(void)fclose(passwd);
	return found;
}

bool
local_user_ids(const char *name, uid_t *uid, gid_t *gid)
{
	const struct passwd *found = find(name);

	if (found == NULL)
		return false;
	*uid = found->pw_uid;
	*gid = found->pw_gid;
	return true;
}

/* nsswitch.conf(5): whether what the line names first is the file alone. */
static bool
begins_with_files(const char *services)
{
	services += strspn(services, " \t");
	if (strncmp(services, "files", 5) != 0 ||
	    strchr(" \t\n", services[5]) == NULL)
		return false;
	services += 5;
	/* What a bracket says may go on to the next, though found. */
	return services[strspn(services, " \t")] != '[';
}

/* Without the line, "files" is what the C library takes. */
static bool
files_first(void)
{
	static const char database[] = "passwd";
	const size_t n = sizeof(database) - 1;
	FILE *conf = open_text("/etc/nsswitch.conf");
	bool first = true;
	char line[512];

	if (conf == NULL)
		return errno == ENOENT;
	while (fgets(line, sizeof(line), conf) != NULL) {
		const char *p = line + strspn(line, " \t");

		if (strncmp(p, database, n) == 0)
			first = p[n] == ':' && begins_with_files(p + n + 1);
	}
	if (ferror(conf) != 0)
		first = false;
	(void)fclose(conf);
	return first;
}

bool
local_user_home(const char *name, uid_t *uid, char *dir, size_t size)
{
	const struct passwd *found;

	if (!files_first() || (found = find(name)) == NULL)
		return false;
	*uid = found->pw_uid;
	if (dir != NULL)
		(void)snprintf(dir, size, "%s", found->pw_dir);
	return true;
}
