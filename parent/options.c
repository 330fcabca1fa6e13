#include "parent/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "ipc/limits.h"

/* What getopt answers; for row i, OPT_ROW + i. */
enum { OPT_VERSION = 256, OPT_HELP, OPT_ROW };

int
option_wrong(const char *subcommand, const char *what)
{
	(void)fprintf(stderr, "sallyport %s: %s; see --help\n", subcommand,
	    what);
	return 1;
}

/* Whole decimal numbers from min to max; false for anything else. */
static bool
read_number(const char *text, uint64_t min, uint64_t max, uint64_t *number)
{
	char *end;

	*number = strtoull(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && *end == '\0' &&
	    *number >= min && *number <= max;
}

/* Stores an option's value; returns NULL, or what is wrong with it. */
static const char *
take(const struct option_row *row, const char *value)
{
	uint64_t n;

	if (row->text != NULL)
		*row->text = value;
	if (row->flag != NULL)
		*row->flag = true;
	if (row->deadline_s != NULL) {
		if (!read_number(value, 1, DEADLINE_MAX_S, &n))
			return "--deadline takes 1 to 30 seconds";
		*row->deadline_s = (uint32_t)n;
	}
	if (row->status != NULL) {
		if (!read_number(value, 0, UINT8_MAX, &n))
			return "--deny-status takes 0 to 255";
		*row->status = (int)n;
	}
	if (row->now != NULL) {
		if (!read_number(value, 0, NOW_MAX, &n))
			return "--now takes seconds since 1970";
		*row->now = n;
	}
	return NULL;
}

/* Fills getopt's table. */
static void
prepare(const struct option_line *line,
    struct option longopts[OPTIONS_MAX + 3])
{
	*longopts++ = (struct option){ "version", no_argument, NULL,
		OPT_VERSION };
	*longopts++ = (struct option){ "help", no_argument, NULL, OPT_HELP };
	for (int i = 0; i < OPTIONS_MAX && line->rows[i].name != NULL; i++)
		*longopts++ = (struct option){ line->rows[i].name,
			line->rows[i].flag != NULL ? no_argument :
			required_argument, NULL, OPT_ROW + i };
	*longopts = (struct option){ NULL, 0, NULL, 0 };
}

int
options_read(const struct option_line *line, int argc, char **argv)
{
	struct option longopts[OPTIONS_MAX + 3];
	const char *what = NULL;
	int opt;

	prepare(line, longopts);
	opterr = 0;
	while (what == NULL &&
	    (opt = getopt_long_only(argc, argv, "", longopts, NULL)) != -1) {
		switch (opt) {
		case OPT_VERSION:
			(void)puts("sallyport " SALLYPORT_VERSION);
			return 0;
		case OPT_HELP:
			(void)fputs(line->help, stdout);
			return 0;
		case '?':
			what = "unknown option or missing value";
			break;
		default:
			what = take(&line->rows[opt - OPT_ROW], optarg);
		}
	}
	if (what == NULL && !line->words && optind < argc)
		what = "unexpected word";
	return what == NULL ? -1 : option_wrong(line->subcommand, what);
}
