#include "parent/authorize_options.h"

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

static bool
is_empty(const char *s)
{
	return s == NULL || s[0] == '\0';
}

int
authorize_options_read(int argc, char **argv,
    struct authorize_options *options)
{
	const struct option_row rows[] = {
		{ "user", .text = &options->user },
		{ "type", .text = &options->key_type },
		{ "key", .text = &options->key },
		{ "connection", .text = &options->connection },
		{ "home", .text = &options->home },
		{ "uid", .text = &options->uid },
		{ "deadline", .deadline_s = &options->deadline_s },
		{ "log-stderr", .flag = &options->log_stderr },
		{ .name = NULL },
	};
	const struct option_line line = { "authorize", help, rows, false };
	int status;

	*options = (struct authorize_options){ .user = NULL };
	if ((status = options_read(&line, argc, argv)) != -1)
		return status;
	if (is_empty(options->user) || is_empty(options->key_type) ||
	    is_empty(options->key))
		return option_wrong(line.subcommand,
		    "--user, --type and --key are all needed");
	if (options->connection != NULL &&
	    strlen(options->connection) > REMOTE_MAX)
		return option_wrong(line.subcommand,
		    "--connection is too long");
	return -1;
}
