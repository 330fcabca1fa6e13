#include "parent/worker_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ipc/channel.h"

/*
 * How long the workers may come after us: a package manager flushes each file,
 * to a disk that may be busy.
 */
#define UPGRADE_MS 5000
#define LOOK_AGAIN_MS 10

/* What Linux adds to the path of an executable that has been replaced. */
#define REPLACED " (deleted)"

const char *const worker_places[EXECUTABLE_COUNT][WORKER_PLACES] = {
	[EXECUTABLE_PARSE] = PARSE_EXECUTABLE,
	[EXECUTABLE_NET] = NET_EXECUTABLE,
	[EXECUTABLE_HOME] = HOME_EXECUTABLE,
};

static struct file_problem problem;
static int nheld; /* descriptors */

/* Moves fd to where the next one belongs. */
static bool
hold(int fd)
{
	int place = WORKER_FILES_FD + nheld;
	bool ok = fd == place || dup3(fd, place, O_CLOEXEC) != -1;

	if (ok)
		nheld++;
	else {
		problem.reason = REASON_SYSTEM;
		(void)snprintf(problem.what, sizeof(problem.what), "%s",
		    strerror(errno));
	}
	if (fd != place)
		(void)close(fd);
	return ok;
}

static bool
open_all(void)
{
	for (int i = 0; i < EXECUTABLE_COUNT; i++) {
		int fd = worker_path_open(worker_places[i], &problem);

		if (fd == -1 || !hold(fd)) {
			worker_files_close();
			return false;
		}
	}
	return true;
}

/* Becomes what is where we were, if that is not us. */
static void
become_successor(char **argv)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	size_t len = n > 0 ? (size_t)n : 0, added = strlen(REPLACED);
	struct file_problem ignored;
	int fd;

	path[len] = '\0';
	if (len <= added || strcmp(path + len - added, REPLACED) != 0)
		return;
	path[len - added] = '\0';
	fd = trusted_open(path, TRUST_ROOT_OR_US, &ignored);
	if (fd == -1)
		return;
	(void)fexecve(fd, argv, environ);
	(void)close(fd);
}

void
worker_files_open(char **argv)
{
	static const struct timespec pause = {
		.tv_nsec = LOOK_AGAIN_MS * 1000000L };
	int64_t deadline_ms = ipc_now_ms() + UPGRADE_MS;

	while (!open_all() && problem.reason == REASON_CONFIG_MISSING &&
	    ipc_now_ms() < deadline_ms) {
		become_successor(argv);
		(void)nanosleep(&pause, NULL);
	}
}

const struct file_problem *
worker_files_problem(void)
{
	return &problem;
}

void
worker_files_close(void)
{
	while (nheld > 0)
		(void)close(WORKER_FILES_FD + --nheld);
}
