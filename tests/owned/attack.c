/*
 * Makes an attack where no login is needed for it:
 *
 *   attack --list              prints the attacks
 *   attack CAGE NAME [CACHE]   prints what came of it: won, killed, or errno
 *
 * The cages are those of tests/cages/inside.c, and "none" is the control:
 * there each attack must work. Two children stand by as victims.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attacks.h"
#include "tests/cages/inside.h"

static const struct attack *chosen;

static int64_t
make_it(void)
{
	return chosen->run();
}

static pid_t
stand_by(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			(void)pause();
	return pid;
}

static void
print_outcome(const struct outcome *outcome)
{
	if (outcome->how == KILLED)
		(void)printf("killed\n");
	else if (outcome->how == RETURNED && outcome->result != 0)
		(void)printf("%s\n", strerrorname_np((int)outcome->result));
	else if (outcome->how == RETURNED || (WIFEXITED(outcome->status) &&
	    WEXITSTATUS(outcome->status) == STATUS_RAN))
		(void)printf("won\n");
	else
		(void)printf("ended %#x\n", (unsigned)outcome->status);
}

int
main(int argc, char **argv)
{
	struct outcome outcome;
	enum cage cage = NONE;

	for (size_t i = 0; argc == 2 && attacks[i] != NULL; i++)
		for (const struct attack *a = attacks[i]; a->name != NULL; a++)
			(void)printf("%s\n", a->name);
	if (argc < 3 || (chosen = attack_named(argv[2])) == NULL)
		return argc != 2;
	while (cage < CAGES && strcmp(cages[cage].name, argv[1]) != 0)
		cage++;
	/* As all processes of a login, they let nobody trace them. */
	(void)prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
	/* The parent and the starter have no root of their own to fill. */
	victims = (struct victims){ stand_by(), stand_by(), "/run/room/tmp" };
	(void)prctl(PR_SET_DUMPABLE, 1L, 0L, 0L, 0L);
	if (cage == NONE)
		(void)fcntl(STDOUT_FILENO, F_DUPFD, 9); /* to be inherited */
	outcome = inside(cage, argc > 3 ? argv[3] : NULL, make_it);
	(void)kill(victims.parent, SIGKILL);
	(void)kill(victims.sibling, SIGKILL);
	print_outcome(&outcome);
	return 0;
}
