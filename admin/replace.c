#include "admin/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* A '.' in front: nobody takes it for a file of policy.d or a policy. */
#define TEMPORARY ".sallyport-admin.new"
#define LOCK ".sallyport-admin.lock"

_Static_assert(sizeof(((struct replacement *)NULL)->real) >= PATH_MAX,
    "realpath(3) fills PATH_MAX");

/* Whom it belongs to is the only one who can open it, and so hold it. */
static bool
is_ours(int lock)
{
	struct stat st;

	if (fstat(lock, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_uid == geteuid() && (st.st_mode & (S_IRWXG | S_IRWXO)) == 0)
		return true;
	errno = EPERM;
	return false;
}

/* Whoever had the lock takes the file away with it. */
static bool
is_there(int dir, int lock)
{
	struct stat held, found;

	return fstat(lock, &held) == 0 &&
	    fstatat(dir, LOCK, &found, AT_SYMLINK_NOFOLLOW) == 0 &&
	    held.st_dev == found.st_dev && held.st_ino == found.st_ino;
}

/*
 * Not the directory itself: whoever may read that could lock it, and keep root
 * from taking out a row.
 */
static int
take_lock(int dir)
{
	for (;;) {
		int lock = openat(dir, LOCK, O_WRONLY | O_CREAT | O_NOFOLLOW |
		    O_NONBLOCK | O_CLOEXEC, 0600);
		int error;

		if (lock == -1)
			return -1;
		if (!is_ours(lock) || flock(lock, LOCK_EX) == -1) {
			error = errno;
			(void)close(lock);
			errno = error;
			return -1;
		}
		if (is_there(dir, lock))
			return lock;
		(void)close(lock);
	}
}

/* Opens and locks the directory of replacement->real. */
static bool
begin_real(struct replacement *replacement)
{
	char dir[PATH_MAX];
	char *slash;
	int error;

	(void)snprintf(dir, sizeof(dir), "%s", replacement->real);
	slash = strrchr(dir, '/');
	if (slash == NULL || slash[1] == '\0') {
		errno = EINVAL;
		return false;
	}
	slash[slash == dir ? 1 : 0] = '\0';
	replacement->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (replacement->dir == -1)
		return false;
	if ((replacement->lock = take_lock(replacement->dir)) != -1)
		return true;
	error = errno;
	(void)close(replacement->dir);
	replacement->dir = -1;
	errno = error;
	return false;
}

bool
replace_begin(struct replacement *replacement, const char *path)
{
	struct stat st;

	replacement->path = path;
	if (realpath(path, replacement->real) == NULL) {
		if (errno != ENOENT)
			return false;
		if (lstat(path, &st) == 0) {
			errno = ENOLINK;
			return false;
		}
		(void)snprintf(replacement->real, sizeof(replacement->real),
		    "%s", path);
	}
	return begin_real(replacement);
}

bool
replace_begin_file(struct replacement *replacement, const char *path)
{
	replacement->path = path;
	if (strlen(path) >= sizeof(replacement->real)) {
		errno = ENAMETOOLONG;
		return false;
	}
	memcpy(replacement->real, path, strlen(path) + 1);
	return begin_real(replacement);
}

static bool
write_all(int fd, const char *data, size_t len)
{
	ssize_t n;

	for (; len > 0; data += n, len -= (size_t)n)
		if ((n = write(fd, data, len)) == -1) {
			if (errno != EINTR)
				return false;
			n = 0;
		}
	return true;
}

/* Owner first: fchown(2) may take bits of the mode away. */
static bool
fill(int fd, const struct stat *as, const void *data, size_t len)
{
	return fchown(fd, as->st_uid, as->st_gid) == 0 &&
	    fchmod(fd, as->st_mode & 07777) == 0 &&
	    write_all(fd, data, len) && fsync(fd) == 0;
}

bool
replace_file(const struct replacement *replacement, const void *data,
    size_t len, gid_t group, mode_t mode)
{
	const char *name = strrchr(replacement->real, '/') + 1;
	struct stat as = { .st_uid = 0, .st_gid = group, .st_mode = mode };
	int dir = replacement->dir, fd, error;
	bool done;

	if (fstatat(dir, name, &as, AT_SYMLINK_NOFOLLOW) == -1) {
		if (errno != ENOENT)
			return false;
	} else if (!S_ISREG(as.st_mode)) {
		errno = EINVAL;
		return false;
	}
	/* One that is left was somebody's who died: the lock is ours. */
	if (unlinkat(dir, TEMPORARY, 0) == -1 && errno != ENOENT)
		return false;
	fd = openat(dir, TEMPORARY, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, 0600);
	if (fd == -1)
		return false;
	done = fill(fd, &as, data, len);
	done = close(fd) == 0 && done;
	done = done && renameat(dir, TEMPORARY, dir, name) == 0;
	error = errno;
	if (done)
		(void)fsync(dir);
	else
		(void)unlinkat(dir, TEMPORARY, 0);
	errno = error;
	return done;
}

void
replace_end(struct replacement *replacement)
{
	(void)unlinkat(replacement->dir, LOCK, 0);
	(void)close(replacement->lock);
	(void)close(replacement->dir);
	replacement->dir = -1;
}
