/*
 * The workers' executables, opened before anything else: a login goes on with
 * the ones it began with, though an upgrade replaces the files meanwhile.
 */
#ifndef PARENT_WORKER_FILES_H
#define PARENT_WORKER_FILES_H

#include "parent/child.h"
#include "parent/worker_path.h"

enum executable {
	EXECUTABLE_PARSE,
	EXECUTABLE_NET,
	EXECUTABLE_HOME,
	EXECUTABLE_COUNT
};

/* Where each executable may be, relative to our own. */
extern const char *const worker_places[EXECUTABLE_COUNT][WORKER_PLACES];

/* Their descriptors, if they could be opened: from this one on. */
#define WORKER_FILES_FD (CHILD_FD + 1)

/*
 * Opens and checks them, with no descriptor open but the streams. An upgrade
 * replaces us and our workers one after the other: if one is missing, what has
 * taken our place is run instead, with these arguments; if nothing has, the
 * workers are about to come, and are waited for.
 */
void worker_files_open(char **argv);

/* What is wrong with them; its reason is REASON_OK if nothing. */
const struct file_problem *worker_files_problem(void);

/* For who will start no worker any more. */
void worker_files_close(void);

#endif
