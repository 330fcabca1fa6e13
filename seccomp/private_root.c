#include "seccomp/private_root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A hosts file that blocks advertisers runs to megabytes; no further. */
#define ROOT_SIZE "size=8m,nr_inodes=16,mode=0755"
/* Any directory will do: only this process sees what is mounted there. */
#define MOUNT_POINT "/tmp"
#define MOUNT_FLAGS (MS_NOSUID | MS_NODEV | MS_NOEXEC)

static bool
write_proc(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok;

	if (fd == -1)
		return false;
	ok = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	(void)close(fd);
	return ok;
}

/* Maps this user to itself: a tmpfs takes files of mapped users only. */
static bool
map_user(uid_t uid, gid_t gid)
{
	char map[64];

	if (!write_proc("/proc/self/setgroups", "deny"))
		return false;
	(void)snprintf(map, sizeof(map), "%u %u 1", uid, uid);
	if (!write_proc("/proc/self/uid_map", map))
		return false;
	(void)snprintf(map, sizeof(map), "%u %u 1", gid, gid);
	return write_proc("/proc/self/gid_map", map);
}

/*
 * Returns whether this process now may mount things that only it sees; if
 * not, errno says why.
 */
static bool
enter_namespaces(const struct cage_plan *plan, uint32_t *layers)
{
	int flags = CLONE_NEWNS | (plan->own_net ? CLONE_NEWNET : 0);
	uid_t uid = geteuid();
	gid_t gid = getegid();

	/* Without privilege the others need a user namespace to be ours. */
	if (uid != 0)
		flags |= CLONE_NEWUSER;
	if (unshare(flags) == -1)
		return false;
	if (plan->own_net)
		*layers |= CAGE_NET_NS;
	if (uid == 0)
		return true;
	*layers |= CAGE_USER_NS;
	return map_user(uid, gid);
}

static bool
copy_bytes(int from, int to)
{
	char buf[16384];
	ssize_t n;

	while ((n = read(from, buf, sizeof(buf))) > 0)
		if (write(to, buf, (size_t)n) != n)
			return false;
	return n == 0;
}

/* Copies /etc/NAME of the old root to etc/NAME here; absent stays absent. */
static bool
copy_file(const char *path)
{
	int from = open(path, O_RDONLY | O_CLOEXEC);
	int to;
	bool ok;

	if (from == -1)
		return errno == ENOENT || errno == EACCES;
	to = open(path + 1, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
	ok = to != -1 && copy_bytes(from, to);
	if (to != -1)
		(void)close(to);
	(void)close(from);
	return ok;
}

/*
 * From here on a failure leaves half a root, which is no root: fatal. In a
 * chroot that is no mount point pivot_root cannot work; chroot does, and its
 * known escape needs the capabilities that we are about to lose.
 */
static enum cage_step
build_root(const struct cage_plan *plan)
{
	if (chdir(MOUNT_POINT) == -1)
		return CAGE_STEP_ROOT;
	if (plan->nfiles > 0 && mkdir("etc", 0755) == -1)
		return CAGE_STEP_ROOT;
	for (size_t i = 0; i < plan->nfiles; i++)
		if (!copy_file(plan->files[i]))
			return CAGE_STEP_ROOT;
	if (mount(NULL, ".", NULL, MS_REMOUNT | MS_RDONLY | MOUNT_FLAGS,
	    NULL) == -1)
		return CAGE_STEP_ROOT;
	if (syscall(SYS_pivot_root, ".", ".") == 0) {
		if (umount2(".", MNT_DETACH) == -1)
			return CAGE_STEP_ROOT;
	} else if (errno != EINVAL || chroot(".") == -1)
		return CAGE_STEP_ROOT;
	return chdir("/") == -1 ? CAGE_STEP_ROOT : CAGE_SHUT;
}

/*
 * Whether we have been started in a directory that holds nothing and that
 * only root can put anything into.
 */
static bool
is_empty_directory(const char *path)
{
	DIR *dir = opendir(path);
	unsigned entries = 0;
	struct stat st;
	bool ours;

	if (dir == NULL)
		return false;
	ours = fstat(dirfd(dir), &st) == 0 && st.st_uid == 0 &&
	    (st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
	while (readdir(dir) != NULL)
		entries++;
	(void)closedir(dir);
	/* "." and ".." */
	return ours && entries == 2;
}

/*
 * The cheap way for who needs no file and has no privilege: that directory
 * is the root. Nobody is mapped into the user namespace, so that it is not
 * even its own user; with the capabilities goes the way out.
 */
static enum cage_step
enter_empty_root(uint32_t *layers)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) == -1)
		return cage_lacks(errno) ? CAGE_SHUT : CAGE_STEP_NAMESPACES;
	*layers |= CAGE_USER_NS | CAGE_NET_NS;
	if (chroot(".") == -1)
		return CAGE_STEP_ROOT;
	*layers |= CAGE_ROOT;
	return CAGE_SHUT;
}

enum cage_step
private_root_enter(const struct cage_plan *plan, uint32_t *layers)
{
	enum cage_step step;

	if (plan->own_net && plan->nfiles == 0 && geteuid() != 0 &&
	    is_empty_directory("."))
		return enter_empty_root(layers);
	if (!enter_namespaces(plan, layers))
		return cage_lacks(errno) ? CAGE_SHUT : CAGE_STEP_NAMESPACES;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 ||
	    mount("tmpfs", MOUNT_POINT, "tmpfs", MOUNT_FLAGS, ROOT_SIZE) == -1)
		/* Of mounts there can be too many now, not none at all. */
		return errno != ENOSPC && cage_lacks(errno) ? CAGE_SHUT :
		    CAGE_STEP_ROOT;
	if ((step = build_root(plan)) == CAGE_SHUT)
		*layers |= CAGE_ROOT;
	return step;
}
