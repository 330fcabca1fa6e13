/* What the command lines of all subcommands share. */
#ifndef PARENT_OPTIONS_H
#define PARENT_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* Of one subcommand; rows behind the last are none. */
#define OPTIONS_MAX 16

/* One option: its name, and where its value goes, which is one of these. */
struct option_row {
	const char *name;     /* without dashes */
	const char **text;    /* argv's own */
	bool *flag;           /* it takes no value */
	uint32_t *deadline_s; /* 1 to DEADLINE_MAX_S */
	int *status;          /* 0 to 255 */
	uint64_t *now;        /* Unix time, to NOW_MAX */
};

struct option_line {
	const char *subcommand, *help;
	/* Besides --help and --version, up to one without a name. */
	const struct option_row *rows;
	bool words; /* whether anything may stand there that is no option */
};

/*
 * Reads a command line's options, before, between or behind its words, with
 * one dash or two (Go takes both). Returns -1 to go on, the words being those
 * of argv from optind on; or the exit status after it has printed what was
 * asked for (0), or what is wrong (1). Where no option leads stays as it was.
 */
int options_read(const struct option_line *line, int argc, char **argv);

/*
 * Says what is wrong with a command line, never what was typed: it may be a
 * secret. Returns the exit status 1, for the caller's own return.
 */
int option_wrong(const char *subcommand, const char *what);

#endif
