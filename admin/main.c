/*
 * sallyport-admin: what the person does who looks after a machine. Started by
 * "sallyport add ...", "sallyport audit" and so on (parent/main.c); sshd never
 * runs it, and no login depends on it.
 *
 * It reads files of root's, may replace /etc/opk/auth_id (add, remove) and
 * change groups and modes (permissions fix), writes a file of numbers where it
 * is told to (stats), and decides nothing. It has no cage: it can do what
 * whoever started it can. What belongs to users is read by a process that has
 * become that user (audit_home.c).
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "admin/commands.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "add", add_main },
	{ "audit", audit_main },
	{ "config", config_main },
	{ "inspect", inspect_main },
	{ "list", list_main },
	{ "permissions", permissions_main },
	{ "remove", remove_main },
	{ "setup", setup_main },
	{ "stats", stats_main },
	{ "version", version_main },
};

int
main(int argc, char **argv)
{
	int status;

	/* A login's process ignores it; "sallyport list | head" need not. */
	(void)signal(SIGPIPE, SIG_DFL);
	(void)umask(077);
	for (size_t i = 0; argc > 1 &&
	    i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(argv[1], commands[i].name) == 0) {
			status = commands[i].run(argc - 1, argv + 1);
			return fflush(stdout) == 0 ? status : 2;
		}
	(void)fputs("sallyport-admin is started by \"sallyport COMMAND\"; "
	    "see sallyport --help\n", stderr);
	return 2;
}
