#include "parent/k9_options.h"

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

int
k9_options_read(int argc, char **argv, struct k9_options *options)
{
	const struct option_row rows[] = {
		{ "user", .text = &options->user },
		{ "remote", .text = &options->remote },
		{ "config", .text = &options->config },
		{ "deadline", .deadline_s = &options->deadline_s },
		{ "log-stderr", .flag = &options->log_stderr },
		{ .name = NULL },
	};
	const struct option_line line = { "k9-ssh", help, rows, false };
	int status;

	*options = (struct k9_options){ .remote = "",
		.config = K9_CONFIG, .deadline_s = DEADLINE_DEFAULT_S };
	if ((status = options_read(&line, argc, argv)) != -1)
		return status;
	if (options->user == NULL || options->user[0] == '\0')
		return option_wrong(line.subcommand,
		    "--user=NAME is missing");
	if (strlen(options->remote) > REMOTE_MAX)
		return option_wrong(line.subcommand,
		    "--remote is too long");
	return -1;
}
