/* What the command lines of all subcommands share. */
#ifndef PARENT_OPTIONS_H
#define PARENT_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Says what is wrong with a command line, never what was typed: it may be a
 * secret. Returns the exit status 1, for the caller's own return.
 */
int option_wrong(const char *subcommand, const char *what);

/* Prints the version; returns the exit status 0. */
int option_version(void);

/*
 * Reads the value of --deadline, in seconds. Returns -1, or the exit status
 * after it has said what is wrong.
 */
int option_deadline(const char *subcommand, const char *text,
    uint32_t *deadline_s);

/* Whole decimal numbers from min to max; false for anything else. */
bool option_number(const char *text, unsigned long min, unsigned long max,
    unsigned long *number);

#endif
