/*
 * Runs a program where nobody may make user namespaces, as on machines whose
 * administrator forbids them:
 *
 *   deprived UID PROGRAM ARGUMENT...
 *
 * The limit that does it is one of the surrounding user namespace, so this
 * makes one for the program alone, with the same ids, and sets it in there;
 * the machine's own stays as it is. Must be run as root.
 */
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int
put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ok = fd != -1 && write(fd, text, strlen(text)) ==
	    (ssize_t)strlen(text);

	if (fd != -1)
		(void)close(fd);
	return ok;
}

/* In the old namespace: only there one may map all ids. */
static void
map_ids(pid_t pid, int unshared)
{
	char path[64], byte;

	(void)!read(unshared, &byte, 1);
	(void)snprintf(path, sizeof(path), "/proc/%d/uid_map", (int)pid);
	if (!put(path, "0 0 65536"))
		_exit(1);
	(void)snprintf(path, sizeof(path), "/proc/%d/gid_map", (int)pid);
	_exit(put(path, "0 0 65536") ? 0 : 1);
}

int
main(int argc, char **argv)
{
	uid_t uid = argc > 2 ? (uid_t)atoi(argv[1]) : 0;
	pid_t self = getpid();
	int ready[2], status;

	if (argc < 3 || pipe2(ready, O_CLOEXEC) == -1)
		return 125;
	if (fork() == 0) {
		(void)close(ready[1]);
		map_ids(self, ready[0]);
	}
	/* Mounts of its own too, which root would make in there. */
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) == -1 || close(ready[1]) == -1 ||
	    wait(&status) == -1 || status != 0 ||
	    !put("/proc/sys/user/max_user_namespaces", "0") ||
	    setgroups(0, NULL) == -1 || setresgid(uid, uid, uid) == -1 ||
	    setresuid(uid, uid, uid) == -1)
		return 125;
	(void)execv(argv[2], argv + 2);
	return 126;
}
