/* Running another program to hear what it says: sshd, and sallyport itself. */
#ifndef ADMIN_PROGRAM_H
#define ADMIN_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

#include "admin/person.h"
#include "parent/trusted_file.h"

#define PROGRAM_OUT_MAX (128 * 1024)
#define PROGRAM_ERR_MAX 4096

struct program_said {
	int status; /* its exit status, or -1: it could not be run, or died */
	char out[PROGRAM_OUT_MAX + 1]; /* cut, as err is; both end in NUL */
	char err[PROGRAM_ERR_MAX + 1];
};

#define PROGRAM_WORDS_MAX 8

/*
 * Runs a program of an absolute path, argv[0] being its name; with nothing of
 * our environment, and for seconds at most.
 */
void program_run(const char *path, const char *const argv[], unsigned seconds,
    struct program_said *said);

/*
 * Where the sallyport is that we belong to. False with *problem, which names
 * it, and "sallyport", if others could change it: sshd would not run it.
 */
bool program_sallyport_path(char *path, size_t size,
    struct file_problem *problem);

/* The same with the sallyport that we belong to; as a person unless NULL. */
void program_run_sallyport(const char *const argv[], const struct person *as,
    unsigned seconds, struct program_said *said);

#endif
