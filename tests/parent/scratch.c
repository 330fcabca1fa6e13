#include "tests/parent/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static char top[64];

int
scratch_setup(void **state)
{
	/* /tmp is everybody's; that will do for those who are not root. */
	static const char *const places[] = { "/var/lib", "/root", "/tmp" };

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		(void)snprintf(top, sizeof(top), "%s/sallyport-test.XXXXXX",
		    places[i]);
		if (mkdtemp(top) != NULL)
			return chmod(top, 0755);
	}
	return -1;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

int
scratch_teardown(void **state)
{
	(void)state;
	return nftw(top, remove_one, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

const char *
scratch(const char *name)
{
	static char paths[8][512];
	static unsigned next;
	char *path = paths[next++ % 8];

	(void)snprintf(path, sizeof(paths[0]), "%s%s%s", top,
	    name[0] != '\0' ? "/" : "", name);
	return path;
}

void
scratch_file(const char *name, const void *bytes, size_t n, mode_t mode)
{
	const char *path = scratch(name);
	int fd;

	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(fd != -1);
	for (size_t done = 0; done < n;) {
		ssize_t written = write(fd, (const char *)bytes + done,
		    n - done);

		assert_true(written > 0);
		done += (size_t)written;
	}
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(close(fd), 0);
}

void
scratch_dir(const char *name, mode_t mode)
{
	assert_int_equal(mkdir(scratch(name), 0700), 0);
	assert_int_equal(chmod(scratch(name), mode), 0);
}

void
needs_root(void)
{
	if (geteuid() == 0)
		return;
	print_message("skipped: only root can make files of other users\n");
	skip();
}

void
own_tmpfs(const char *path, const char *options)
{
	static bool ours;

	if (!ours)
		ours = unshare(CLONE_NEWNS) == 0 &&
		    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
	if (ours && mount("tmpfs", path, "tmpfs", 0, options) == 0)
		return;
	print_message("skipped: no mounts of our own: %s\n", strerror(errno));
	skip();
}
