#include "parent/worker_path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ipc/limits.h"

/* Removes the last n components of an absolute path, in place. */
static void
go_up(char *path, unsigned n)
{
	while (n-- > 0) {
		char *slash = strrchr(path, '/');

		if (slash != NULL)
			*slash = '\0';
	}
}

/*
 * The path of a place beside us; places begin with "../", which is the
 * directory above our own. False if it cannot be told.
 */
static bool
place_path(const char *place, char path[PATH_LEN_MAX + 1])
{
	static char above[PATH_LEN_MAX + 1];
	ssize_t n;
	int len;

	if (above[0] == '\0') {
		n = readlink("/proc/self/exe", above, sizeof(above) - 1);
		if (n <= 0)
			return false;
		go_up(above, 2);
	}
	len = snprintf(path, PATH_LEN_MAX + 1, "%s/%s", above, place + 3);
	return len > 0 && len <= PATH_LEN_MAX;
}

int
worker_path_open(const char *const places[WORKER_PLACES],
    struct file_problem *problem)
{
	char path[PATH_LEN_MAX + 1];
	int fd = -1;

	for (int i = 0; i < WORKER_PLACES && fd == -1; i++) {
		if (!place_path(places[i], path)) {
			problem->reason = trusted_reason(errno);
			(void)snprintf(problem->what, sizeof(problem->what),
			    "/proc/self/exe cannot be read; is /proc mounted?");
			return -1;
		}
		fd = trusted_open(path, TRUST_ROOT_OR_US, problem);
		/* One that is there and unsafe is not passed over. */
		if (fd == -1 && problem->reason != REASON_CONFIG_MISSING)
			break;
	}
	if (fd == -1) {
		char what[sizeof(problem->what)];

		memcpy(what, problem->what, sizeof(what));
		(void)snprintf(problem->what, sizeof(problem->what),
		    "%.110s: %.130s", path, what);
	}
	return fd;
}

int
worker_root_open(void)
{
	char path[PATH_LEN_MAX + 1];

	return place_path(EMPTY_ROOT, path) ? open(path, O_PATH | O_DIRECTORY |
	    O_NOFOLLOW | O_CLOEXEC) : -1;
}
