#include "parent/ca.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Debian's directory has 140 certificates, each under two names. */
#define ENTRIES_MAX 2048

struct names {
	char *name[ENTRIES_MAX]; /* owned */
	size_t n;
};

enum net_ca
ca_wanted(const char *file, const char *dirs)
{
	if (file[0] == '\0' && dirs[0] == '\0')
		return NET_CA_SYSTEM;
	return file[0] != '\0' && dirs[0] != '\0' ? NET_CA_OWN : NET_CA_MORE;
}

static bool
problem(struct ca *ca, enum reason reason, const char *what)
{
	ca->problem.reason = reason;
	(void)snprintf(ca->problem.what, sizeof(ca->problem.what), "%s", what);
	return false;
}

/* Adds the file at ca->path; a line of its own ends what came before. */
static bool
add_file(struct ca *ca)
{
	struct trusted_file *pem = &ca->pem;
	struct trusted_file file;
	uint8_t *both;

	if (!trusted_read(ca->path, TRUST_ROOT_OR_US, CA_FILE_MAX, &file,
	    &ca->problem))
		return false;
	if (pem->data == NULL) {
		*pem = file;
		return true;
	}
	if (file.len + 1 > CA_FILE_MAX - pem->len) {
		trusted_free(&file);
		return problem(ca, REASON_CONFIG_SIZE, "with it the CA "
		    "certificates are too many: name fewer files");
	}
	both = realloc(pem->data, pem->len + 1 + file.len);
	if (both != NULL) {
		both[pem->len] = '\n';
		memcpy(both + pem->len + 1, file.data, file.len);
		pem->data = both;
		pem->len += 1 + file.len;
	}
	trusted_free(&file);
	return both != NULL || problem(ca, REASON_MEMORY, "no memory");
}

/* Another name for what is in the directory anyway, as c_rehash's are. */
static bool
links_beside(int dir, const char *name)
{
	char to[PATH_LEN_MAX];
	ssize_t n = readlinkat(dir, name, to, sizeof(to));

	return n > 0 && memchr(to, '/', (size_t)n) == NULL;
}

static bool
is_wanted(int dir, const char *name)
{
	struct stat st;

	return name[0] != '.' && fstatat(dir, name, &st, 0) == 0 &&
	    S_ISREG(st.st_mode) && !links_beside(dir, name);
}

/*
 * Keeps the names in order. Not by qsort(): for many it asks the kernel how
 * much memory there is, which is no call of the parent's.
 */
static bool
insert(struct names *names, const char *name)
{
	char *copy = strdup(name);
	size_t i = names->n;

	if (copy == NULL)
		return false;
	for (; i > 0 && strcmp(names->name[i - 1], copy) > 0; i--)
		names->name[i] = names->name[i - 1];
	names->name[i] = copy;
	names->n++;
	return true;
}

static bool
list(struct ca *ca, DIR *dir, struct names *names)
{
	const struct dirent *entry;

	while ((entry = readdir(dir)) != NULL) {
		if (!is_wanted(dirfd(dir), entry->d_name))
			continue;
		if (names->n == ENTRIES_MAX)
			return problem(ca, REASON_CONFIG_SIZE,
			    "the directory holds too many files");
		if (!insert(names, entry->d_name))
			return problem(ca, REASON_MEMORY, "no memory");
	}
	return true;
}

/* The files of the directory whose path is ca->path's first len bytes. */
static bool
add_listed(struct ca *ca, size_t len, const struct names *names)
{
	for (size_t i = 0; i < names->n; i++) {
		size_t n = strlen(names->name[i]);

		if (n + 1 > PATH_LEN_MAX - len)
			return problem(ca, REASON_CONFIG_VALUE,
			    "a path in it is too long");
		ca->path[len] = '/';
		memcpy(ca->path + len + 1, names->name[i], n + 1);
		if (!add_file(ca))
			return false;
	}
	return true;
}

static bool
add_directory(struct ca *ca)
{
	static struct names names;
	DIR *dir = opendir(ca->path);
	bool ok;

	if (dir == NULL)
		return problem(ca, errno == ENOENT ? REASON_CONFIG_MISSING :
		    REASON_CONFIG_MODE, strerror(errno));
	names.n = 0;
	ok = list(ca, dir, &names) &&
	    add_listed(ca, strlen(ca->path), &names);
	for (size_t i = 0; i < names.n; i++)
		free(names.name[i]);
	(void)closedir(dir);
	return ok;
}

static bool
set_path(struct ca *ca, const char *path, size_t len)
{
	if (len > PATH_LEN_MAX || path[0] != '/') {
		ca->path[0] = '\0';
		return problem(ca, REASON_CONFIG_VALUE,
		    "the path of a CA file or directory must be absolute");
	}
	memcpy(ca->path, path, len);
	ca->path[len] = '\0';
	return true;
}

bool
ca_read(const char *file, const char *dirs, struct ca *ca)
{
	memset(ca, 0, sizeof(*ca));
	if (file[0] != '\0' && (!set_path(ca, file, strlen(file)) ||
	    !add_file(ca)))
		return false;
	while (dirs[0] != '\0') {
		size_t n = strcspn(dirs, ":");

		/* As in PATH lists elsewhere, an empty one is none. */
		if (n > 0 && (!set_path(ca, dirs, n) || !add_directory(ca)))
			return false;
		dirs += n + (dirs[n] == ':');
	}
	return true;
}

void
ca_free(struct ca *ca)
{
	trusted_free(&ca->pem);
}
