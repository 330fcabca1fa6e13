#include "admin/program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "admin/memory.h"
#include "admin/reap.h"
#include "parent/worker_path.h"

static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
static char language[] = "LANG=C";
static char *environment[] = { path, language, NULL };

/* What runs, and where what it says goes to. */
struct run {
	int program; /* its executable */
	const char *const *argv; /* at most PROGRAM_WORDS_MAX */
	const struct person *as;
	unsigned seconds;
	int out, err;
};

static void __attribute__((noreturn))
become(const struct run *run)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	char *argv[PROGRAM_WORDS_MAX + 1] = { NULL };

	for (int i = 0; i < PROGRAM_WORDS_MAX && run->argv[i] != NULL; i++)
		argv[i] = memory_format("%s", run->argv[i]);
	/* An alarm outlives exec, and ends whoever does not expect it. */
	(void)alarm(run->seconds);
	if (null != -1 && dup2(null, STDIN_FILENO) != -1 &&
	    dup2(run->out, STDOUT_FILENO) != -1 &&
	    dup2(run->err, STDERR_FILENO) != -1 &&
	    (run->as == NULL || person_become_for_good(run->as)) &&
	    chdir("/") == 0)
		(void)fexecve(run->program, argv, environment);
	(void)dprintf(run->err, "%s\n", strerror(errno));
	_exit(127);
}

static void
take(int fd, char *text, size_t max)
{
	ssize_t n = pread(fd, text, max, 0);

	text[n > 0 ? n : 0] = '\0';
}

/* Its own alarm comes first, unless somebody has stopped it. */
static int
wait_for(pid_t pid, unsigned seconds)
{
	int status;

	return reap(pid, seconds + 1, &status) && WIFEXITED(status) &&
	    WEXITSTATUS(status) != 127 ? WEXITSTATUS(status) : -1;
}

static void
run_it(struct run *run, struct program_said *said)
{
	pid_t pid = -1;

	run->out = memfd_create("out", MFD_CLOEXEC);
	run->err = memfd_create("err", MFD_CLOEXEC);
	(void)fflush(NULL);
	if (run->out != -1 && run->err != -1 && (pid = fork()) == 0)
		become(run);
	if (pid != -1) {
		said->status = wait_for(pid, run->seconds);
		take(run->out, said->out, PROGRAM_OUT_MAX);
		take(run->err, said->err, PROGRAM_ERR_MAX);
	}
	if (run->out != -1)
		(void)close(run->out);
	if (run->err != -1)
		(void)close(run->err);
}

void
program_run(const char *file, const char *const argv[], unsigned seconds,
    struct program_said *said)
{
	struct run run = { .argv = argv, .seconds = seconds };

	*said = (struct program_said){ .status = -1 };
	/* A script's interpreter opens it once more, so not O_CLOEXEC. */
	run.program = open(file, O_RDONLY);
	if (run.program == -1)
		return;
	run_it(&run, said);
	(void)close(run.program);
}

static const char *const places[WORKER_PLACES] = { "../../bin/sallyport",
	"../parent/sallyport" };

bool
program_sallyport_path(char *name, size_t size, struct file_problem *problem)
{
	char self[PATH_MAX], real[PATH_MAX];
	int fd = worker_path_open(places, problem);
	ssize_t n;

	(void)snprintf(real, sizeof(real), "/proc/self/fd/%d", fd);
	n = fd != -1 ? readlink(real, self, sizeof(self) - 1) : -1;
	if (fd != -1)
		(void)close(fd);
	self[n > 0 ? n : 0] = '\0';
	(void)snprintf(name, size, "%s", n > 0 ? self : "sallyport");
	return n > 0;
}

void
program_run_sallyport(const char *const argv[], const struct person *as,
    unsigned seconds, struct program_said *said)
{
	struct run run = { .argv = argv, .as = as, .seconds = seconds };
	struct file_problem problem;

	*said = (struct program_said){ .status = -1 };
	run.program = worker_path_open(places, &problem);
	if (run.program == -1) {
		(void)snprintf(said->err, sizeof(said->err), "%s",
		    problem.what);
		return;
	}
	run_it(&run, said);
	(void)close(run.program);
}
