#include "parent/trusted_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
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

static bool
owner_ok(uid_t owner, enum trust trust)
{
	return owner == 0 || (trust != TRUST_ROOT && owner == geteuid());
}

/* Whether nobody but its owner (root or us) can put other things into dir. */
static int
check_directory(const char *dir, enum trust trust, struct file_problem *problem)
{
	struct stat st;

	if (stat(dir, &st) == -1)
		return problem_set(problem, errno == ENOENT ?
		    REASON_CONFIG_MISSING : REASON_CONFIG_MODE,
		    "directory %s: %s", dir, strerror(errno));
	if (!owner_ok(st.st_uid, trust))
		return problem_set(problem, REASON_CONFIG_MODE,
		    "directory %s belongs to uid %u; "
		    "fix: chown root %s", dir, st.st_uid, dir);
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return problem_set(problem, REASON_CONFIG_MODE,
		    "directory %s is writable by group or others (mode %04o); "
		    "fix: chmod go-w %s", dir, st.st_mode & 07777, dir);
	return 0;
}

static int
check_directories(const char *path, enum trust trust,
    struct file_problem *problem)
{
	char dir[PATH_LEN_MAX + 1];
	size_t len = strlen(path);

	if (path[0] != '/' || len > PATH_LEN_MAX)
		return problem_set(problem, REASON_CONFIG_VALUE,
		    "the path must be absolute and shorter than %d bytes",
		    PATH_LEN_MAX);
	if (check_directory("/", trust, problem) == -1)
		return -1;
	for (size_t i = 1; i < len; i++) {
		if (path[i] != '/')
			continue;
		memcpy(dir, path, i);
		dir[i] = '\0';
		if (check_directory(dir, trust, problem) == -1)
			return -1;
	}
	return 0;
}

/* Secrets: no reader but the owner, and the group only if it is ours. */
static int
check_readers(const struct stat *st, struct file_problem *problem)
{
	if ((st->st_mode & S_IRWXO) != 0)
		return problem_set(problem, REASON_CONFIG_MODE,
		    "mode %04o lets everybody read the API key; "
		    "fix: chmod 0640 (or 0600)", st->st_mode & 07777);
	if ((st->st_mode & S_IRWXG) != 0 && st->st_gid != getegid())
		return problem_set(problem, REASON_CONFIG_MODE,
		    "mode %04o lets group %u read the API key, which is not "
		    "the group we run as (%u); fix: chgrp %u, or chmod 0600",
		    st->st_mode & 07777, st->st_gid, getegid(), getegid());
	return 0;
}

static int
check_file(int fd, enum trust trust, struct file_problem *problem)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return problem_set(problem, REASON_SYSTEM, "fstat: %s",
		    strerror(errno));
	if (!S_ISREG(st.st_mode))
		return problem_set(problem, REASON_CONFIG_MODE,
		    "not a regular file");
	if (!owner_ok(st.st_uid, trust))
		return problem_set(problem, REASON_CONFIG_MODE,
		    "it belongs to uid %u; fix: chown root", st.st_uid);
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return problem_set(problem, REASON_CONFIG_MODE,
		    "mode %04o lets group or others change it; "
		    "fix: chmod go-w", st.st_mode & 07777);
	return trust == TRUST_SECRET ? check_readers(&st, problem) : 0;
}

int
trusted_open(const char *path, enum trust trust, int flags,
    struct file_problem *problem)
{
	int fd;

	*problem = (struct file_problem){ .reason = REASON_OK };
	if (check_directories(path, trust, problem) == -1)
		return -1;
	/* O_NONBLOCK: a FIFO in its place must not hold us up. */
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | flags);
	if (fd == -1 && errno == ENOENT)
		return problem_set(problem, REASON_CONFIG_MISSING,
		    "it does not exist");
	if (fd == -1)
		return problem_set(problem, REASON_CONFIG_MODE,
		    "%s; fix: let uid %u read it", strerror(errno), geteuid());
	if (check_file(fd, trust, problem) == -1) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* Reads to the end; one byte more than max is too many. */
static int
read_all(int fd, size_t max, struct trusted_file *file,
    struct file_problem *problem)
{
	size_t size = max + 1;
	uint8_t *data = malloc(size);
	size_t len = 0;
	ssize_t n;

	if (data == NULL)
		return problem_set(problem, REASON_MEMORY, "no memory");
	while (len < size && (n = read(fd, data + len, size - len)) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			free(data);
			return problem_set(problem, REASON_SYSTEM, "read: %s",
			    strerror(errno));
		}
		len += (size_t)n;
	}
	if (len > max) {
		free(data);
		return problem_set(problem, REASON_CONFIG_SIZE,
		    "it is larger than %zu bytes", max);
	}
	file->data = data;
	file->len = len;
	return 0;
}

bool
trusted_read(const char *path, enum trust trust, size_t max,
    struct trusted_file *file, struct file_problem *problem)
{
	int fd, rc;

	*file = (struct trusted_file){ NULL, 0 };
	if ((fd = trusted_open(path, trust, 0, problem)) == -1)
		return false;
	rc = read_all(fd, max, file, problem);
	(void)close(fd);
	return rc == 0;
}

void
trusted_free(struct trusted_file *file)
{
	/* It may have held an API key. */
	if (file->data != NULL)
		explicit_bzero(file->data, file->len);
	free(file->data);
	*file = (struct trusted_file){ NULL, 0 };
}
