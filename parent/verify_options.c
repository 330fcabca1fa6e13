#include "parent/verify_options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "ipc/limits.h"
#include "parent/options.h"

static const char help[] =
    "usage: sallyport verify [OPTIONS] USER KEY TYPE [WORD...]\n"
    "\n"
    "Says whether an OpenPubkey certificate may log in as USER, for sshd's\n"
    "AuthorizedKeysCommand: prints the line that lets it in, or nothing. Why\n"
    "not, is in the system log (facility authpriv). A drop-in for\n"
    "\"opkssh verify\"; reads the same files in /etc/opk.\n"
    "\n"
    "  USER KEY TYPE       sshd's %u %k %t\n"
    "  WORD...             more of sshd's, for policy plugins (%C)\n"
    "  --config-path=FILE  default /etc/opk/config.yml\n"
    "  --home=DIRECTORY    sshd's %h; saves looking it up\n"
    "  --uid=NUMBER        sshd's %U, likewise\n"
    "  --deadline=SECONDS  1 to 30, default 5: all of it ends by then\n"
    "  --deny-status=N     exit status when nothing is printed, default 0\n"
    "  --log-stderr        log to standard error as well, for a person\n"
    "  --version, --help\n";

enum { OPT_CONFIG = 1, OPT_HOME, OPT_UID, OPT_DEADLINE, OPT_DENY, OPT_LOG,
	OPT_VERSION, OPT_HELP };

static const struct option longopts[] = {
	{ "config-path", required_argument, NULL, OPT_CONFIG },
	{ "home", required_argument, NULL, OPT_HOME },
	{ "uid", required_argument, NULL, OPT_UID },
	{ "deadline", required_argument, NULL, OPT_DEADLINE },
	{ "deny-status", required_argument, NULL, OPT_DENY },
	{ "log-stderr", no_argument, NULL, OPT_LOG },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 }
};

static int
wrong(const char *what)
{
	return option_wrong("verify", what);
}

static int
read_option(int opt, struct verify_options *options)
{
	unsigned long n;

	switch (opt) {
	case OPT_CONFIG:
		options->config = optarg;
		return -1;
	case OPT_HOME:
		options->home = optarg;
		return -1;
	case OPT_UID:
		options->uid = optarg;
		return -1;
	case OPT_DEADLINE:
		return option_deadline("verify", optarg,
		    &options->deadline_s);
	case OPT_DENY:
		if (!option_number(optarg, 0, UINT8_MAX, &n))
			return wrong("--deny-status takes 0 to 255");
		options->deny_status = (int)n;
		return -1;
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
verify_options_read(int argc, char **argv, struct verify_options *options)
{
	int opt, status;

	*options = (struct verify_options){ .deny_status = -1 };
	opterr = 0;
	while ((opt = getopt_long_only(argc, argv, "", longopts, NULL)) != -1)
		if ((status = read_option(opt, options)) != -1)
			return status;
	if (argc - optind < 3)
		return wrong("it takes three words, sshd's %u %k %t");
	options->user = argv[optind];
	options->key = argv[optind + 1];
	options->key_type = argv[optind + 2];
	options->extra = argv + optind + 3;
	return -1;
}
