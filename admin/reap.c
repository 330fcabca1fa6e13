#include "admin/reap.h"

#include <signal.h>
#include <sys/wait.h>

#include "ipc/channel.h"
#include "parent/child.h"

bool
reap(pid_t pid, unsigned seconds, int *status)
{
	sigset_t chld, before;
	bool in_time;

	/* One that came before found nobody, and the child has ended then. */
	(void)sigemptyset(&chld);
	(void)sigaddset(&chld, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &chld, &before);
	in_time = child_ended(pid, ipc_now_ms() + (int64_t)seconds * 1000);
	if (!in_time) {
		(void)kill(pid, SIGKILL);
		/* A file system of that user's can keep it from dying. */
		(void)!child_ended(pid, ipc_now_ms() + 1000);
	}
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return waitpid(pid, status, WNOHANG) == pid && in_time;
}
