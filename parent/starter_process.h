/*
 * What starter.c (the parent's side) and starter_process.c (the child's) have
 * to agree on.
 */
#ifndef PARENT_STARTER_PROCESS_H
#define PARENT_STARTER_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

#include "parent/starter.h"
#include "parent/worker_files.h"

/* A command is one byte: what to do, and with which worker. */
#define COMMAND_START 0x00
#define COMMAND_END 0x40
#define COMMAND_MASK 0x40

/*
 * What the starter says: once, that its own cage is shut; then the answer to
 * each COMMAND_END. Starts are not answered, the worker speaks for itself.
 */
#define REPORT_READY (-1)
struct report {
	int32_t worker; /* or REPORT_READY */
	int32_t value;  /* as from waitpid(); REPORT_READY: CAGE_* layers */
};

/* The fixed table: what each command may start. */
struct starter_worker {
	enum worker socket; /* the first in the table that has the same */
	const char *name;   /* in the log */
	enum executable executable;
	const char *role;
	unsigned to, from; /* routes */
};

extern const struct starter_worker starter_workers[WORKER_COUNT];

struct children {
	int command_fd;
	int root; /* worker_root_open() */
	struct home_question *home; /* NULL: no WORKER_HOME */
	int channel[WORKER_COUNT]; /* -1 once handed over */
	pid_t pid[WORKER_COUNT];   /* 0: not started, or reaped */
};

/*
 * The starter's whole life, in a fresh child of the given parent: it keeps
 * none of its descriptors but what is in children, shuts its cage, serves
 * commands, and ends with its parent and after all its children, but for one
 * that cannot be killed.
 */
void starter_main(struct children *children, pid_t parent)
    __attribute__((noreturn));

#endif
