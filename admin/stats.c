/* stats: how often what came out, in the form that node_exporter reads. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/arguments.h"
#include "admin/commands.h"
#include "admin/replace.h"
#include "admin/stats.h"

static const char help[] =
    "usage: sallyport stats [--output=FILE]\n\n"
    "Prints how often logins ended how, since the counters began, how often\n"
    "providers' keys were fetched or could not be, how often workers died, and how\n"
    "old the cached keys are: for Prometheus, as node_exporter's textfile collector\n"
    "reads it. Run it as root, from a timer.\n\n"
    "  --output=FILE  write it there, whole or not at all. FILE keeps owner and\n"
    "                 mode; a new one has the group of its directory and 0640\n"
    "  --help\n\n"
    "Not counted is what ends before the cache is opened: a key that is no\n"
    "certificate (verify), a name that cannot be. A new version may begin anew.\n\n"
    "Exit status: 0, 1 if some of it could not be read, 2 if it could not be written.\n";

/* A file system that a user has mounted there must not hold us up for ever. */
#define SECONDS 60

/* The directory may be that of whoever collects the numbers. */
static bool
write_file(const char *path, const char *text, size_t len)
{
	struct replacement replacement;
	struct stat st;
	bool done = false;

	errno = EINVAL;
	if (path[0] == '/' && replace_begin_file(&replacement, path)) {
		done = fstat(replacement.dir, &st) == 0 &&
		    replace_file(&replacement, text, len, st.st_gid,
		    0640);
		replace_end(&replacement);
	}
	if (!done)
		(void)fprintf(stderr, "sallyport stats: %s: %s\n", path,
		    errno == EINVAL ? "give a path from / on, of a file" :
		    strerror(errno));
	return done;
}

/* Takes --output=FILE out of the words. */
static const char *
take_output(int *argc, char **argv)
{
	static const char option[] = "--output=";
	const char *path = NULL;
	int n = 0;

	for (int i = 0; i < *argc; i++)
		if (strncmp(argv[i], option, sizeof(option) - 1) == 0)
			path = argv[i] + sizeof(option) - 1;
		else
			argv[n++] = argv[i];
	*argc = n;
	return path;
}

int
stats_main(int argc, char **argv)
{
	static struct stats stats;
	const char *output = take_output(&argc, argv);
	char *text = NULL;
	size_t len = 0;
	FILE *to;
	bool done;
	int status = arguments_read(argc, argv, help, NULL, 0, NULL, 0);

	if (status != -1)
		return status;
	(void)alarm(SECONDS);
	if ((to = open_memstream(&text, &len)) == NULL)
		return 2;
	stats_read(&stats);
	stats_print(&stats, to);
	done = fclose(to) == 0 && (output != NULL ?
	    write_file(output, text, len) :
	    fwrite(text, 1, len, stdout) == len);
	free(text);
	for (size_t i = 0; i < stats.nusers; i++)
		free(stats.users[i]);
	return !done ? 2 : stats.incomplete ? 1 : 0;
}
