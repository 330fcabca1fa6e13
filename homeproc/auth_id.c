#include "homeproc/auth_id.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is asked for, and where to say why not. */
struct asked {
	const char *dir;
	uid_t uid;
	bool as_root;
	char *what;
};

/* Returns -1, for the caller's own return. */
static int __attribute__((format(printf, 2, 3)))
refuse(const struct asked *asked, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(asked->what, AUTH_ID_WHAT, fmt, ap);
	va_end(ap);
	return -1;
}

static int
refuse_open(const struct asked *asked, const char *name)
{
	/* A home without it is no fault, but one that is missing is. */
	if (errno == ENOENT && name[0] != '\0')
		return -1;
	if (errno == EACCES && !asked->as_root)
		return refuse(asked, "this user may not read "
		    "%.80s/.opk/auth_id; fix: let sshd start sallyport as "
		    "root, or set home_policy: false", asked->dir);
	if (errno == EACCES)
		return refuse(asked, "%.100s%s: Permission denied; fix: let "
		    "the user's id get there, without a group's help",
		    asked->dir, name);
	if (errno == ELOOP || errno == ENOTDIR)
		return refuse(asked, "%.100s%s is a link or of the wrong kind",
		    asked->dir, name);
	return refuse(asked, "%.100s%s: %s", asked->dir, name,
	    strerror(errno));
}

/*
 * As sshd does for authorized_keys (StrictModes): where others may write,
 * they can put a file that the user owns, but never meant to be this one.
 */
static int
check(const struct asked *asked, int fd, const char *name, bool directory)
{
	const char *dir = asked->dir;
	struct stat st;

	if (fstat(fd, &st) == -1)
		return refuse(asked, "%.100s%s: %s", dir, name,
		    strerror(errno));
	if (!directory && !S_ISREG(st.st_mode))
		return refuse(asked, ".opk/auth_id must be a regular file, "
		    "and is not");
	/* A directory above the file may be root's, the file may not. */
	if (st.st_uid != asked->uid &&
	    !(S_ISDIR(st.st_mode) && st.st_uid == 0))
		return refuse(asked, "%.100s%s belongs to uid %u, not to the "
		    "user (%u); fix: chown", dir, name, st.st_uid, asked->uid);
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return refuse(asked, "%.100s%s is writable by group or others "
		    "(mode %04o); fix: chmod go-w", dir, name,
		    (unsigned)st.st_mode & 07777);
	return 0;
}

/* name: how words call it, behind the home's path. */
static int
open_checked(const struct asked *asked, int at, const char *path,
    const char *name, int flags)
{
	int fd = openat(at, path, flags | O_CLOEXEC);

	if (fd == -1)
		return refuse_open(asked, name);
	if (check(asked, fd, name, (flags & O_DIRECTORY) != 0) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

int
auth_id_open(const char *dir, uid_t uid, bool as_root,
    char what[AUTH_ID_WHAT])
{
	const struct asked asked = { dir, uid, as_root, what };
	int home, opk, fd;

	what[0] = '\0';
	/* O_PATH: a directory that may be entered need not be listed. */
	home = open_checked(&asked, AT_FDCWD, dir, "", O_PATH | O_DIRECTORY);
	if (home == -1)
		return -1;
	opk = open_checked(&asked, home, ".opk", "/.opk", O_PATH |
	    O_DIRECTORY | O_NOFOLLOW);
	(void)close(home);
	if (opk == -1)
		return -1;
	/* O_NONBLOCK: it may be a FIFO, or leased. */
	fd = open_checked(&asked, opk, "auth_id", "/.opk/auth_id", O_RDONLY |
	    O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	(void)close(opk);
	return fd;
}
