#include "parent/trusted_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ipc/limits.h"

static int problem_set(struct file_problem *problem, enum reason reason,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Returns -1, for the caller's own return. */
static int
problem_set(struct file_problem *problem, enum reason reason, const char *fmt,
    ...)
{
	va_list ap;

	problem->reason = reason;
	va_start(ap, fmt);
	(void)vsnprintf(problem->what, sizeof(problem->what), fmt, ap);
	va_end(ap);
	return -1;
}

enum reason
trusted_reason(int error)
{
	switch (error) {
	case ENOENT:
		return REASON_CONFIG_MISSING;
	case EACCES:
	case EPERM:
	case ELOOP:
	case ENOTDIR:
	case ENAMETOOLONG:
	case ENXIO: /* a socket */
		return REASON_CONFIG_MODE;
	default:
		return REASON_SYSTEM;
	}
}

static bool
owner_ok(uid_t owner, enum trust trust)
{
	return owner == 0 || trust == TRUST_ANY ||
	    (trust != TRUST_ROOT && owner == geteuid());
}

/* Whether nobody but its owner (root or us) can put other things into dir. */
static int
check_directory(const char *dir, const struct stat *st, enum trust trust,
    struct file_problem *problem)
{
	if (!owner_ok(st->st_uid, trust))
		return problem_set(problem, REASON_CONFIG_MODE,
		    "directory %s belongs to uid %u; "
		    "fix: chown root %s", dir, st->st_uid, dir);
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return problem_set(problem, REASON_CONFIG_MODE,
		    "directory %s is writable by group or others (mode %04o); "
		    "fix: chmod go-w %s", dir, st->st_mode & 07777, dir);
	return 0;
}

/* The same of a path, which may be a link; *linked is set if it is one. */
static int
look_at_directory(const char *dir, enum trust trust, bool *linked,
    struct file_problem *problem)
{
	struct stat st;

	if (lstat(dir, &st) == 0 && !S_ISLNK(st.st_mode))
		return check_directory(dir, &st, trust, problem);
	*linked = true;
	if (stat(dir, &st) == -1)
		return problem_set(problem, trusted_reason(errno),
		    "directory %s: %s%s", dir, strerror(errno),
		    trusted_reason(errno) == REASON_SYSTEM ? "" :
		    "; fix: create it, or let us enter it");
	return check_directory(dir, &st, trust, problem);
}

/*
 * Each directory above path. *linked is set if one of them is a link, whose
 * target is to be looked at, too.
 */
static int
check_directories(const char *path, enum trust trust, bool *linked,
    struct file_problem *problem)
{
	char dir[PATH_LEN_MAX + 1];
	size_t len = strlen(path);

	*linked = false;
	if (path[0] != '/' || len > PATH_LEN_MAX)
		return problem_set(problem, REASON_CONFIG_VALUE,
		    "the path must be absolute and shorter than %d bytes",
		    PATH_LEN_MAX);
	if (look_at_directory("/", trust, linked, problem) == -1)
		return -1;
	for (size_t i = 1; i < len; i++) {
		if (path[i] != '/')
			continue;
		memcpy(dir, path, i);
		dir[i] = '\0';
		if (look_at_directory(dir, trust, linked, problem) == -1)
			return -1;
	}
	return 0;
}

static int
check_file(const struct stat *st, enum trust trust,
    struct file_problem *problem)
{
	unsigned mode = st->st_mode & 07777;

	if (!S_ISREG(st->st_mode))
		return problem_set(problem, REASON_CONFIG_MODE,
		    "it must be a regular file, and is not");
	if (!owner_ok(st->st_uid, trust))
		return problem_set(problem, REASON_CONFIG_MODE,
		    "it belongs to uid %u; fix: make sure of what it holds, "
		    "then chown root", st->st_uid);
	if (trust != TRUST_ANY && (mode & (S_IWGRP | S_IWOTH)) != 0)
		return problem_set(problem, REASON_CONFIG_MODE,
		    "mode %04o lets group or others change it; fix: make "
		    "sure of what it holds, then chmod go-w", mode);
	if (trust == TRUST_SECRET && (mode & S_IRWXO) != 0)
		return problem_set(problem, REASON_CONFIG_MODE,
		    "mode %04o lets everybody read the API key; "
		    "fix: chmod 0640 (or 0600)", mode);
	return 0;
}

/* More would be a loop. */
#define LINKS_MAX 16

/* O_NONBLOCK: a FIFO in its place must not hold us up. */
#define OPEN_FLAGS                                                            \
	(O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

/*
 * Puts into the place of the first link in path where that leads. 1, or 0 if
 * there is none, or -1 with errno.
 */
static int
follow_one(char path[PATH_MAX])
{
	char target[PATH_MAX], whole[PATH_MAX];

	for (size_t at = path[0] == '/', end;; at = end + 1) {
		char behind;
		ssize_t n;

		end = at + strcspn(path + at, "/");
		behind = path[end];
		path[end] = '\0';
		n = readlink(path, target, sizeof(target) - 1);
		path[end] = behind;
		if (n != -1) {
			target[n] = '\0';
			if (snprintf(whole, sizeof(whole), "%.*s%s%s",
			    target[0] == '/' ? 0 : (int)at, path, target,
			    path + end) >= (int)sizeof(whole)) {
				errno = ENAMETOOLONG;
				return -1;
			}
			memcpy(path, whole, sizeof(whole));
			return 1;
		}
		if (errno != EINVAL)
			return -1;
		if (behind == '\0')
			return 0;
	}
}

/*
 * Where path leads in the end; what holds for it must hold for where each link
 * on the way leads. -1 with *problem, or with errno.
 */
static int
resolve(const char *path, enum trust trust, char real[PATH_MAX],
    struct file_problem *problem)
{
	bool linked;
	int found = 1;

	if (snprintf(real, PATH_MAX, "%s", path) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	for (int links = 0; found == 1; links++) {
		if (links > LINKS_MAX) {
			errno = ELOOP;
			return -1;
		}
		if (trust != TRUST_ANY &&
		    check_directories(real, trust, &linked, problem) == -1)
			return -1;
		found = follow_one(real);
	}
	return found;
}

static int
open_through_links(const char *path, enum trust trust,
    struct file_problem *problem)
{
	char real[PATH_MAX];

	return resolve(path, trust, real, problem) == -1 ? -1 :
	    open(real, OPEN_FLAGS);
}

static int
open_checked(const char *path, enum trust trust, struct file_problem *problem)
{
	bool linked = true;
	int fd;

	if (trust != TRUST_ANY &&
	    check_directories(path, trust, &linked, problem) == -1)
		return -1;
	if (linked)
		return open_through_links(path, trust, problem);
	fd = open(path, OPEN_FLAGS);
	/* ELOOP: it is a link itself. */
	return fd == -1 && errno == ELOOP ?
	    open_through_links(path, trust, problem) : fd;
}

int
trusted_open(const char *path, enum trust trust, struct file_problem *problem)
{
	enum reason reason;
	struct stat st;
	int fd;

	*problem = (struct file_problem){ .reason = REASON_OK };
	fd = open_checked(path, trust, problem);
	if (fd == -1 && problem->reason != REASON_OK)
		return -1;
	reason = fd == -1 ? trusted_reason(errno) : REASON_OK;
	if (reason == REASON_CONFIG_MISSING)
		return problem_set(problem, reason,
		    "it does not exist: create it");
	if (reason == REASON_CONFIG_MODE)
		return problem_set(problem, reason,
		    "%s; fix: chgrp it to our group (%u) and chmod g+r",
		    strerror(errno), getegid());
	if (fd == -1)
		return problem_set(problem, reason, "%s", strerror(errno));
	if (fstat(fd, &st) == -1)
		(void)problem_set(problem, REASON_SYSTEM, "%s",
		    strerror(errno));
	else if (check_file(&st, trust, problem) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

bool
trusted_missing(const char *path)
{
	struct stat st;

	return path[0] != '\0' && lstat(path, &st) == -1 && errno == ENOENT;
}

bool
trusted_directory(const char *path, enum trust trust,
    struct file_problem *problem)
{
	char real[PATH_MAX];
	bool linked;

	*problem = (struct file_problem){ .reason = REASON_OK };
	if (resolve(path, trust, real, problem) == -1) {
		if (problem->reason == REASON_OK)
			(void)problem_set(problem, trusted_reason(errno),
			    "%s", strerror(errno));
		return false;
	}
	return trust == TRUST_ANY ||
	    look_at_directory(real, trust, &linked, problem) == 0;
}

/* More room; what was there may be a secret, and leaves nothing behind. */
static bool
grow(struct trusted_file *file, size_t size)
{
	uint8_t *data = malloc(size);

	if (data == NULL)
		return false;
	if (file->data != NULL) {
		memcpy(data, file->data, file->len);
		explicit_bzero(file->data, file->len);
		free(file->data);
	}
	file->data = data;
	return true;
}

/* Reads to the end; one byte more than max is too many. */
static int
read_all(int fd, off_t expected, size_t max, struct trusted_file *file,
    struct file_problem *problem)
{
	size_t size = expected >= 0 && (uintmax_t)expected < max ?
	    (size_t)expected + 1 : max + 1;
	ssize_t n;

	if (!grow(file, size))
		return problem_set(problem, REASON_MEMORY, "no memory");
	while ((n = read(fd, file->data + file->len, size - file->len)) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return problem_set(problem, REASON_SYSTEM, "read: %s",
			    strerror(errno));
		file->len += (size_t)n;
		if (file->len > max)
			return problem_set(problem, REASON_CONFIG_SIZE,
			    "it is larger than %zu bytes: shorten it", max);
		if (file->len < size)
			continue;
		/* It is longer than it was when we looked. */
		size = size <= max / 2 ? size * 2 : max + 1;
		if (!grow(file, size))
			return problem_set(problem, REASON_MEMORY, "no memory");
	}
	return 0;
}

bool
trusted_read_open(int fd, size_t max, struct trusted_file *file,
    struct file_problem *problem)
{
	struct stat st;

	*file = (struct trusted_file){ NULL, 0, false, 0 };
	*problem = (struct file_problem){ .reason = REASON_OK };
	if (fstat(fd, &st) == -1) {
		(void)problem_set(problem, REASON_SYSTEM, "%s",
		    strerror(errno));
		return false;
	}
	if (read_all(fd, st.st_size, max, file, problem) == -1) {
		trusted_free(file);
		return false;
	}
	file->group_reads = (st.st_mode & S_IRGRP) != 0;
	file->group = st.st_gid;
	return true;
}

bool
trusted_read(const char *path, enum trust trust, size_t max,
    struct trusted_file *file, struct file_problem *problem)
{
	int fd = trusted_open(path, trust, problem);
	bool done;

	*file = (struct trusted_file){ NULL, 0, false, 0 };
	if (fd == -1)
		return false;
	done = trusted_read_open(fd, max, file, problem);
	(void)close(fd);
	return done;
}

bool
trusted_read_optional(const char *path, enum trust trust, size_t max,
    struct trusted_file *file, struct file_problem *problem)
{
	struct stat st;
	int error = lstat(path, &st) == -1 ? errno : 0;

	*file = (struct trusted_file){ NULL, 0, false, 0 };
	*problem = (struct file_problem){ .reason = REASON_OK };
	if (error == ENOENT && path[0] != '\0')
		return true;
	if (error == 0 || trusted_reason(error) != REASON_SYSTEM)
		return trusted_read(path, trust, max, file, problem);
	(void)problem_set(problem, REASON_SYSTEM, "%s", strerror(error));
	return false;
}

void
trusted_free(struct trusted_file *file)
{
	/* It may have held an API key. */
	if (file->data != NULL)
		explicit_bzero(file->data, file->len);
	free(file->data);
	file->data = NULL;
	file->len = 0;
}
