#include "parent/verify_options.h"

#include <getopt.h>
#include <stddef.h>

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

int
verify_options_read(int argc, char **argv, struct verify_options *options)
{
	const struct option_row rows[] = {
		{ "config-path", .text = &options->config },
		{ "home", .text = &options->home },
		{ "uid", .text = &options->uid },
		{ "deadline", .deadline_s = &options->deadline_s },
		{ "deny-status", .status = &options->deny_status },
		{ "log-stderr", .flag = &options->log_stderr },
		{ .name = NULL },
	};
	const struct option_line line = { "verify", help, rows, true };
	int status;

	*options = (struct verify_options){ .deny_status = -1 };
	if ((status = options_read(&line, argc, argv)) != -1)
		return status;
	if (argc - optind < 3)
		return option_wrong(line.subcommand,
		    "it takes three words, sshd's %u %k %t");
	options->user = argv[optind];
	options->key = argv[optind + 1];
	options->key_type = argv[optind + 2];
	options->extra = argv + optind + 3;
	return -1;
}
