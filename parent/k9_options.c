#include "parent/k9_options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipc/limits.h"
#include "parent/options.h"

static const char help[] =
    "usage: sallyport k9-ssh --user=NAME [--remote=STRING] [--config=FILE]\n"
    "                        [--deadline=SECONDS] [--log-stderr]\n"
    "\n"
    "Prints the SSH keys that Key9 knows for NAME, for sshd's\n"
    "AuthorizedKeysCommand; nothing if there are none or something is wrong.\n"
    "Why, is in the system log (facility authpriv).\n"
    "\n"
    "  --user=NAME         who wants to log in (sshd: %u)\n"
    "  --remote=STRING     where from (sshd 9.4 and newer: %C)\n"
    "  --config=FILE       default " K9_CONFIG "\n"
    "  --deadline=SECONDS  1 to 30, default 5: all of it ends by then\n"
    "  --log-stderr        log to standard error as well, for a person\n"
    "  --version, --help\n";

enum { OPT_USER = 1, OPT_REMOTE, OPT_CONFIG, OPT_DEADLINE, OPT_LOG,
	OPT_VERSION, OPT_HELP };

static const struct option longopts[] = {
	{ "user", required_argument, NULL, OPT_USER },
	{ "remote", required_argument, NULL, OPT_REMOTE },
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "deadline", required_argument, NULL, OPT_DEADLINE },
	{ "log-stderr", no_argument, NULL, OPT_LOG },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 }
};

static int
wrong(const char *what)
{
	return option_wrong("k9-ssh", what);
}

static int
read_option(int opt, struct k9_options *options)
{
	switch (opt) {
	case OPT_USER:
		options->user = optarg;
		return -1;
	case OPT_REMOTE:
		options->remote = optarg;
		return -1;
	case OPT_CONFIG:
		options->config = optarg;
		return -1;
	case OPT_DEADLINE:
		return option_deadline("k9-ssh", optarg,
		    &options->deadline_s);
	case OPT_LOG:
		options->log_stderr = true;
		return -1;
	case OPT_VERSION:
		return option_version();
	case OPT_HELP:
		(void)fputs(help, stdout);
		return 0;
	default:
		return wrong("unknown option or missing value");
	}
}

int
k9_options_read(int argc, char **argv, struct k9_options *options)
{
	int opt, status;

	*options = (struct k9_options){ .remote = "",
		.config = K9_CONFIG, .deadline_s = DEADLINE_DEFAULT_S };
	opterr = 0;
	/* Long options with one dash work too, as in Go. */
	while ((opt = getopt_long_only(argc, argv, "", longopts, NULL)) != -1)
		if ((status = read_option(opt, options)) != -1)
			return status;
	if (optind < argc)
		return wrong("unexpected word");
	if (options->user == NULL || options->user[0] == '\0')
		return wrong("--user=NAME is missing");
	if (strlen(options->remote) > REMOTE_MAX)
		return wrong("--remote is too long");
	return -1;
}
