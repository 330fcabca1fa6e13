#include "parent/authorize_options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "ipc/limits.h"
#include "parent/options.h"

static const char help[] =
    "usage: sallyport authorize --user=%u --type=%t --key=%k [OPTIONS]\n"
    "\n"
    "Prints the lines that the sources in /etc/sallyport/sallyport.yaml have\n"
    "for a user, for sshd's AuthorizedKeysCommand; nothing if there are none,\n"
    "or one of them denies it. Why, is in the system log (facility authpriv).\n"
    "\n"
    "  --user=NAME          who wants to log in (sshd: %u)\n"
    "  --type=TYPE          the offered key's type (%t)\n"
    "  --key=BASE64         the offered key (%k)\n"
    "  --connection=STRING  where from (sshd 9.4 and newer: %C)\n"
    "  --home=DIRECTORY     %h; saves looking it up\n"
    "  --uid=NUMBER         %U, likewise\n"
    "  --deadline=SECONDS   1 to 30: all of it ends by then\n"
    "  --log-stderr         log to standard error as well, for a person\n"
    "  --version, --help\n";

enum { OPT_USER = 1, OPT_TYPE, OPT_KEY, OPT_CONNECTION, OPT_HOME, OPT_UID,
	OPT_DEADLINE, OPT_LOG, OPT_VERSION, OPT_HELP };

static const struct option longopts[] = {
	{ "user", required_argument, NULL, OPT_USER },
	{ "type", required_argument, NULL, OPT_TYPE },
	{ "key", required_argument, NULL, OPT_KEY },
	{ "connection", required_argument, NULL, OPT_CONNECTION },
	{ "home", required_argument, NULL, OPT_HOME },
	{ "uid", required_argument, NULL, OPT_UID },
	{ "deadline", required_argument, NULL, OPT_DEADLINE },
	{ "log-stderr", no_argument, NULL, OPT_LOG },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 }
};

static int
wrong(const char *what)
{
	return option_wrong("authorize", what);
}

static int
read_option(int opt, struct authorize_options *options)
{
	switch (opt) {
	case OPT_USER:
		options->user = optarg;
		return -1;
	case OPT_TYPE:
		options->key_type = optarg;
		return -1;
	case OPT_KEY:
		options->key = optarg;
		return -1;
	case OPT_CONNECTION:
		options->connection = optarg;
		return -1;
	case OPT_HOME:
		options->home = optarg;
		return -1;
	case OPT_UID:
		options->uid = optarg;
		return -1;
	case OPT_DEADLINE:
		return option_deadline("authorize", optarg,
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

static bool
is_empty(const char *s)
{
	return s == NULL || s[0] == '\0';
}

int
authorize_options_read(int argc, char **argv,
    struct authorize_options *options)
{
	int opt, status;

	*options = (struct authorize_options){ .user = NULL };
	opterr = 0;
	while ((opt = getopt_long(argc, argv, "", longopts, NULL)) != -1)
		if ((status = read_option(opt, options)) != -1)
			return status;
	if (optind < argc)
		return wrong("unexpected word");
	if (is_empty(options->user) || is_empty(options->key_type) ||
	    is_empty(options->key))
		return wrong("--user, --type and --key are all needed");
	if (options->connection != NULL &&
	    strlen(options->connection) > REMOTE_MAX)
		return wrong("--connection is too long");
	return -1;
}
