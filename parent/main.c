/*
 * sallyport: the parent, which sshd runs for every key that a client offers.
 *
 * It opens our own files, starts the workers, keeps the clock, the cache and
 * the log, and writes the one answer. It links no TLS, JSON, YAML or crypto
 * code, and interprets nothing that a stranger wrote.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ipc/close_from.h"
#include "ipc/reason.h"
#include "parent/authorize.h"
#include "parent/explain.h"
#include "parent/k9_ssh.h"
#include "parent/log.h"
#include "parent/preload.h"
#include "parent/refresh.h"
#include "parent/status.h"
#include "parent/verify.h"
#include "parent/worker_files.h"

static const struct subcommand {
	const char *name;
	int (*run)(int argc, char **argv);
	int not_run; /* status if it cannot be: sshd logs words of any but 0 */
	const char *what;
} subcommands[] = {
	{ "authorize", authorize_main, 0,
	  "print a user's lines, from several sources (for sshd)" },
	{ "k9-ssh", k9_ssh_main, 0,
	  "print a user's keys, from Key9 (for sshd)" },
	{ "verify", verify_main, 0,
	  "say whether a certificate may log in (for sshd)" },
	{ "explain", explain_main, 1,
	  "say why a certificate may, or may not" },
	{ "refresh", refresh_main, 1,
	  "fetch every provider's keys into the cache (for a timer)" },
	{ "preload", preload_main, 1,
	  "put a provider's keys from a file into the cache" },
	{ "status", status_main, 1, "print which protections are in force" },
};

#define NSUBCOMMANDS (sizeof(subcommands) / sizeof(subcommands[0]))

/* What sallyport-admin does, for root by hand; nothing of it is in here. */
static const struct {
	const char *name, *what;
} admin_commands[] = {
	{ "add", "let somebody log in as a user" },
	{ "remove", "take that back" },
	{ "list", "print who may log in as whom" },
	{ "audit", "look for everything that keeps logins from working" },
	{ "config", "check the configuration files" },
	{ "setup", "let sshd ask sallyport, or take that back" },
	{ "permissions", "check or fix owners and modes" },
	{ "inspect", "print a certificate in words" },
	{ "stats", "print how often logins ended how, for Prometheus" },
	{ "version", "print what is installed" },
};

#define NADMIN_COMMANDS (sizeof(admin_commands) / sizeof(admin_commands[0]))

static int
usage(FILE *to, int status)
{
	(void)fputs("usage: sallyport SUBCOMMAND [OPTIONS]\n\n", to);
	for (size_t i = 0; i < NSUBCOMMANDS; i++)
		(void)fprintf(to, "  %-11s %s\n", subcommands[i].name,
		    subcommands[i].what);
	for (size_t i = 0; i < NADMIN_COMMANDS; i++)
		(void)fprintf(to, "  %-11s %s\n", admin_commands[i].name,
		    admin_commands[i].what);
	(void)fputs("\n  --version, --help; each subcommand has --help too\n",
	    to);
	return status;
}

/* Our own copy of the arguments; NULL if there was no memory for it. */
static char **arguments;

/*
 * Where the kernel has put the arguments: below the environment, with a NULL
 * between them and their number below (System V ABI, "Process
 * Initialization"). Not every C library says so before main().
 */
static char **
find_arguments(int *argc)
{
	char **argv = environ - 1;

	for (*argc = 0; (uintptr_t)argv[-1] != (uintptr_t)*argc; (*argc)++)
		argv--;
	return argv;
}

/*
 * Everybody may read /proc/PID/cmdline, and our arguments may hold what only
 * sshd should know: they move to memory of our own, and the originals are
 * overwritten. The program's name stays, for ps. Before any library's own
 * start, some of which open files (libcap-ng).
 */
static void __attribute__((constructor(101)))
take_arguments(void)
{
	int argc;
	char **argv = find_arguments(&argc);
	char **copy = calloc((size_t)argc + 1, sizeof(*copy));

	for (int i = 0; copy != NULL && i < argc; i++)
		if ((copy[i] = strdup(argv[i])) == NULL)
			return;
	for (int i = 1; copy != NULL && i < argc; i++)
		explicit_bzero(argv[i], strlen(argv[i]));
	arguments = copy;
}

/* A clean start, whoever started us: descriptors, signals, nobody who looks. */
static int
clean_start(void)
{
	static const struct sigaction defaults = { .sa_handler = SIG_DFL };
	static const struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t none;
	int fd;

	/* What a login makes for its workers, they must be able to enter. */
	(void)umask(022);
	/* What is ignored stays so in all that we start. (Not all can be set.) */
	for (int sig = 1; sig < NSIG; sig++)
		(void)sigaction(sig, &defaults, NULL);
	/* Our arguments and files are not for others of the same user, nor for
	 * a core file. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		return -1;
	/* A missing 0, 1 or 2 would be given to the first file we open. */
	do
		if ((fd = open("/dev/null", O_RDWR)) == -1)
			return -1;
	while (fd <= STDERR_FILENO);
	close_from(STDERR_FILENO + 1);
	(void)sigemptyset(&none);
	if (sigprocmask(SIG_SETMASK, &none, NULL) == -1 ||
	    /* sshd may close the pipe before it has read everything. */
	    sigaction(SIGPIPE, &ignore, NULL) == -1 ||
	    /* The cache may be more than sshd's limits let us write. */
	    sigaction(SIGXFSZ, &ignore, NULL) == -1)
		return -1;
	return 0;
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* Becomes sallyport-admin, before anything of a login has been touched. */
static int
run_admin(char **argv)
{
	static const char *const places[WORKER_PLACES] = ADMIN_EXECUTABLE;
	struct file_problem problem = { .what = "" };
	int fd = worker_path_open(places, &problem);

	if (fd != -1)
		(void)fexecve(fd, argv, environ);
	(void)fprintf(stderr, "sallyport: cannot start sallyport-admin: %s\n",
	    fd != -1 ? strerror(errno) : problem.what);
	return 2;
}

static const struct subcommand *
find(const char *name)
{
	for (size_t i = 0; i < NSUBCOMMANDS; i++)
		if (strcmp(name, subcommands[i].name) == 0)
			return &subcommands[i];
	return NULL;
}

/* The subcommand, and how many words stand before its own; NULL if none. */
static const struct subcommand *
asked_for(int argc, char **argv, int *before)
{
	const struct subcommand *found = NULL;

	/* A symlink named k9-ssh is the subcommand. */
	*before = 0;
	if (argc > 0)
		found = find(base_name(argv[0]));
	if (found == NULL && argc > 1) {
		*before = 1;
		found = find(argv[1]);
	}
	return found;
}

static int
dispatch(int argc, char **argv)
{
	int before;
	const struct subcommand *subcommand = asked_for(argc, argv, &before);

	if (subcommand != NULL) {
		worker_files_open(argv);
		return subcommand->run(argc - before, argv + before);
	}
	if (argc < 2)
		return usage(stderr, 1);
	for (size_t i = 0; i < NADMIN_COMMANDS; i++)
		if (strcmp(argv[1], admin_commands[i].name) == 0)
			return run_admin(argv);
	if (strcmp(argv[1], "--version") == 0) {
		(void)puts("sallyport " SALLYPORT_VERSION);
		return 0;
	}
	if (strcmp(argv[1], "--help") == 0)
		return usage(stdout, 0);
	return usage(stderr, 1);
}

/* A login that ends before anything is known of it. */
static void
say_not_started(enum reason reason)
{
	struct log_line line;

	log_open(true);
	log_begin(&line, "");
	log_add_text(&line, "decision", "error");
	log_add_text(&line, "reason", reason_word(reason));
	log_add_text(&line, "detail", "cannot start");
	log_end(&line, LOG_ERR);
}

int
main(int argc, char **argv)
{
	const struct subcommand *subcommand;
	bool clean = clean_start() == 0;
	int before;

	if (clean && arguments != NULL)
		return dispatch(argc, arguments);
	say_not_started(clean ? REASON_MEMORY : REASON_SYSTEM);
	/* What could not be copied is where it was. */
	subcommand = asked_for(argc, arguments != NULL ? arguments : argv,
	    &before);
	return subcommand != NULL ? subcommand->not_run : 1;
}
