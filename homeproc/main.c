/*
 * sallyport-home: reads the user's own ~/.opk/auth_id, as that user.
 *
 * As root it asks the name service, if nobody has said who the user is: that
 * is NSS, foreign code that may talk to networks, so this is a program of its
 * own with the system's C library, and without a filter if it is to ask. From
 * then on it can do what the user can, less capabilities and groups. It
 * interprets nothing that it reads.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "homeproc/home.h"
#include "ipc/rlimit.h"
#include "ipc/worker_entry.h"

/* Name services over a network, and then one small file. */
#define CPU_MAX_S 5

int
main(int argc, char **argv)
{
	struct worker_entry entry;

	worker_enter(argc, argv, HOME_WORDS, &entry);
	if (!RLIMIT_SET(RLIMIT_CORE, 0) || !RLIMIT_SET(RLIMIT_FSIZE, 0) ||
	    !RLIMIT_SET(RLIMIT_CPU, CPU_MAX_S) ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == -1 ||
	    /* It may have died before the kernel was told to tell us. */
	    getppid() != entry.starter)
		_exit(127);
	home_run(entry.words, entry.starter);
}
