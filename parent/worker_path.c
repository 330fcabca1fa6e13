#include "parent/worker_path.h"

#include <errno.h>
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

int
worker_path_open(const char *const places[WORKER_PLACES],
    struct file_problem *problem)
{
	char bin[PATH_LEN_MAX + 1], path[PATH_LEN_MAX + 1];
	ssize_t n = readlink("/proc/self/exe", bin, sizeof(bin) - 1);
	int fd = -1;

	problem->reason = REASON_SYSTEM;
	(void)snprintf(problem->what, sizeof(problem->what),
	    "/proc/self/exe cannot be read; is /proc mounted?");
	if (n <= 0)
		return -1;
	bin[n] = '\0';
	/* Places begin with "../": that is the directory above our own. */
	go_up(bin, 2);
	for (int i = 0; i < WORKER_PLACES && fd == -1; i++) {
		n = snprintf(path, sizeof(path), "%s/%s", bin, places[i] + 3);
		if (n < 0 || (size_t)n >= sizeof(path))
			return -1;
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
