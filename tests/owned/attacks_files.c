/* Files: those of the machine, of other processes, and the directory one is left in. */
#include "attacks.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* What tests/e2e has laid out. */
#define ROOM "/run/room"
#define PROGRAM "/opt/sallyport-test"
#define API_KEY_FILE "/opt/k9/etc/k9.yaml"
#define CACHE "/var/cache/sallyport/key9/"

static int
read_file(const char *path)
{
	char byte;
	int fd = open(path, O_RDONLY);

	return fd == -1 ? errno : worked(read(fd, &byte, 1));
}

static int
write_file(const char *path, int flags)
{
	return worked(open(path, O_WRONLY | flags, 0600));
}

static int
of_victim(pid_t pid, const char *file, int flags)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	return worked(open(path, flags));
}

static int shadow(void) { return read_file("/etc/shadow"); }
static int api_key(void) { return read_file(API_KEY_FILE); }
static int passwd(void) { return read_file("/etc/passwd"); }
static int hosts(void) { return read_file("/etc/hosts"); }
static int policy(void) { return write_file("/etc/opk/auth_id", O_APPEND); }
static int cache(void) { return write_file(CACHE "planted", O_CREAT); }
static int program(void) { return write_file(PROGRAM "/planted", O_CREAT); }
static int parent_memory(void) { return of_victim(victims.parent, "mem", O_RDWR); }
static int sibling_memory(void) { return of_victim(victims.sibling, "mem", O_RDWR); }
static int parent_memory_read(void) { return of_victim(victims.parent, "mem", O_RDONLY); }
static int sibling_memory_read(void) { return of_victim(victims.sibling, "mem", O_RDONLY); }
static int parent_stdout(void) { return of_victim(victims.parent, "fd/1", O_WRONLY); }
static int own_memory(void) { return of_victim(getpid(), "mem", O_RDWR); }

/* Where everybody may write, a file that nobody else has. */
static int
tmp(void)
{
	char path[64];

	(void)snprintf(path, sizeof(path), ROOM "/tmp/planted.%d",
	    (int)getpid());
	return write_file(path, O_CREAT);
}

static int
see_file(void)
{
	struct stat st;

	return worked(stat("/etc/shadow", &st));
}

static int
fill_root(void)
{
	static const char block[65536];
	char path[64];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/fill.%d", victims.root,
	    (int)getpid());
	if ((fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600)) == -1)
		return errno;
	for (int i = 0; i < 16; i++)
		if (write(fd, block, sizeof(block)) != (ssize_t)sizeof(block))
			return ENOSPC;
	return 0;
}

/* The classic: a directory that is not below the root is above it. */
static int
escape_root(void)
{
	char jail[64];
	int rc;

	(void)snprintf(jail, sizeof(jail), ROOM "/tmp/jail.%d", (int)getpid());
	if ((rc = worked(mkdir(jail, 0700))) != 0 ||
	    (rc = worked(chroot(jail))) != 0)
		return rc;
	return read_file("../../../../etc/shadow");
}

static int
change_mounts(void)
{
	return worked(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
}

static int
join_network(void)
{
	char path[64];
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/net",
	    (int)victims.parent);
	fd = open(path, O_RDONLY);
	return fd == -1 ? errno : worked(setns(fd, CLONE_NEWNET));
}

const struct attack file_attacks[] = {
	{ "read /etc/shadow", shadow },
	{ "read the API key's file", api_key },
	{ "read /etc/passwd", passwd },
	{ "read /etc/hosts", hosts },
	{ "see that a file is there", see_file },
	{ "write a rule", policy },
	{ "write the cache", cache },
	{ "write beside the program", program },
	{ "write where everybody may", tmp },
	{ "open the parent's memory", parent_memory },
	{ "open the parent's memory to read", parent_memory_read },
	{ "open the sibling's memory to read", sibling_memory_read },
	{ "open the sibling's memory", sibling_memory },
	{ "open its own memory", own_memory },
	{ "open the parent's stdout", parent_stdout },
	{ "fill its root", fill_root },
	{ "leave its root", escape_root },
	{ "change mounts", change_mounts },
	{ "join the parent's network", join_network },
	{ NULL, NULL },
};
