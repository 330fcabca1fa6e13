/*
 * Runs one command again and again, as sshd runs its AuthorizedKeysCommand: nothing on stdin,
 * stdout a pipe that is read to its end, stderr thrown away.
 *
 *     spawn COMMAND [ARGUMENT...]
 *
 * Each line read says for how many seconds; 0 is one run. The answer is a line for each run,
 * "wall cpu status bytes" (microseconds; as from wait4(); what came out), and an empty one.
 *
 * wall ends when the command has. cpu is that of all its processes: whoever is left behind by
 * its parent comes to us (PR_SET_CHILD_SUBREAPER), and wait4() tells of each with those that it
 * has waited for itself.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

struct run {
	double start, end; /* microseconds, CLOCK_MONOTONIC */
	double cpu;
	int status;
	size_t bytes;
};

static double
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double
us(const struct timeval *t)
{
	return (double)t->tv_sec * 1e6 + (double)t->tv_usec;
}

/* Waits for a child, or any; false if there is none. */
static bool
reap(pid_t pid, int *status, double *cpu)
{
	struct rusage used;

	while (wait4(pid, status, 0, &used) == -1)
		if (errno != EINTR)
			return false;
	*cpu += us(&used.ru_utime) + us(&used.ru_stime);
	return true;
}

static pid_t
start(char **command, int output)
{
	posix_spawn_file_actions_t actions;
	pid_t pid;

	if ((errno = posix_spawn_file_actions_init(&actions)) != 0 ||
	    (errno = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)) != 0 ||
	    (errno = posix_spawn_file_actions_adddup2(&actions, output, 1)) != 0 ||
	    (errno = posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)) != 0 ||
	    (errno = posix_spawn(&pid, command[0], &actions, NULL, command, environ)) != 0)
		err(1, "%s", command[0]);
	(void)posix_spawn_file_actions_destroy(&actions);
	return pid;
}

static struct run
run_once(char **command)
{
	struct run run = { .start = now_us() };
	static char buf[65536];
	int output[2], ignored;
	ssize_t n;
	pid_t pid;

	if (pipe2(output, O_CLOEXEC) == -1)
		err(1, "pipe");
	pid = start(command, output[1]);
	(void)close(output[1]);
	while ((n = read(output[0], buf, sizeof(buf))) > 0)
		run.bytes += (size_t)n;
	(void)close(output[0]);
	if (!reap(pid, &run.status, &run.cpu))
		err(1, "wait4");
	run.end = now_us();
	while (reap(-1, &ignored, &run.cpu))
		;
	return run;
}

int
main(int argc, char **argv)
{
	char line[64];

	if (argc < 2)
		errx(1, "no command");
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) == -1)
		err(1, "prctl");
	while (fgets(line, sizeof(line), stdin) != NULL) {
		double seconds = atof(line);
		double until = now_us() + seconds * 1e6;

		do {
			struct run run = run_once(argv + 1);

			/* Those that are late do not count. */
			if (seconds == 0 || run.end <= until)
				(void)printf("%.0f %.0f %d %zu\n", run.end - run.start, run.cpu,
				    run.status, run.bytes);
		} while (now_us() < until);
		(void)putchar('\n');
		(void)fflush(stdout);
	}
	return 0;
}
