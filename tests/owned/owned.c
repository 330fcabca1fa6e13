/*
 * A worker that is owned. Linked into the worker as it is shipped, with all
 * its code, this takes over when its cage is shut: where main() calls one of
 * the functions that owned_net.c and owned_parse.c wrap, it makes the attack
 * that stands in /run/room/attack.ROLE,
 *
 *   FUNCTION ATTACK
 *
 * and says by its exit status what came of it. A role without such a file is
 * honest: it becomes the program that this one stands in for.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attacks.h"
#include "ipc/worker_entry.h"
#include "owned.h"

#define PLANS "/run/room/attack."
/* Workers of a login start one behind the other. */
#define SIBLINGS 64

static char point[32];
static const struct attack *attack;

void (*owned_tell)(int rc);

static pid_t
parent_of(pid_t pid)
{
	char path[64], text[256] = "";
	const char *end;
	int fd, parent = -1;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return -1;
	if (read(fd, text, sizeof(text) - 1) > 0 &&
	    (end = strrchr(text, ')')) != NULL)
		(void)sscanf(end, ") %*c %d", &parent);
	(void)close(fd);
	return parent;
}

/* The parent is the starter's; a sibling, another child of his, or he. */
static void
find_victims(void)
{
	pid_t self = getpid(), starter = getppid();

	victims = (struct victims){ parent_of(starter), starter, "" };
	for (pid_t pid = self - 1; pid > self - SIBLINGS && pid > 1; pid--)
		if (parent_of(pid) == starter)
			victims.sibling = pid;
}

static void
read_plan(char **argv)
{
	char path[512] = "", plan[128] = "", *name;
	int fd;
	ssize_t n;

	(void)snprintf(path, sizeof(path), PLANS "%s", argv[1]);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1) {
		if ((n = readlink("/proc/self/exe", path,
		    sizeof(path) - 16)) > 0) {
			(void)strcpy(path + n, ".honest");
			(void)execve(path, argv, (char *[]){ NULL });
		}
		_exit(1);
	}
	(void)!read(fd, plan, sizeof(plan) - 1);
	(void)close(fd);
	if ((name = strchr(plan, ' ')) == NULL || name - plan >= 32)
		_exit(1);
	*name++ = '\0';
	(void)strcpy(point, plan);
	if ((attack = attack_named(name)) == NULL)
		_exit(1);
}

void __real_worker_enter_channel(int argc, char **argv, unsigned sends,
    unsigned receives, struct worker_entry *entry, struct ipc_channel *ch);
void __wrap_worker_enter_channel(int argc, char **argv, unsigned sends,
    unsigned receives, struct worker_entry *entry, struct ipc_channel *ch);

void
__wrap_worker_enter_channel(int argc, char **argv, unsigned sends,
    unsigned receives, struct worker_entry *entry, struct ipc_channel *ch)
{
	if (argc == 3) {
		read_plan(argv);
		find_victims();
	}
	__real_worker_enter_channel(argc, argv, sends, receives, entry, ch);
}

void
owned_at(const char *function)
{
	int rc;

	if (strcmp(function, point) != 0)
		return;
	rc = attack->run();
	if (owned_tell != NULL)
		owned_tell(rc);
	_exit(rc == 0 ? STATUS_WON : STATUS_ERRNO + rc);
}
