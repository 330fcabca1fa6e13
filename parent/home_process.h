/*
 * What home.c (the parent's side) and home_process.c (the child's) have to
 * agree on.
 */
#ifndef PARENT_HOME_PROCESS_H
#define PARENT_HOME_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

#include "parent/home.h"

/* The child's first datagram; the text follows, IPC_CHUNK_MAX at a time. */
struct home_report {
	uint32_t result; /* enum home_result */
	uint32_t len;    /* of the text; 0 unless HOME_TAKEN */
	char what[256];  /* words, with a NUL; empty unless HOME_REFUSED */
};

/* Whose file to look for; NULL: to be found out. */
struct home_question {
	const char *user, *dir, *uid;
};

/* The child's whole life (parent/child.h); question is a home_question. */
void home_main(const void *question, pid_t parent)
    __attribute__((noreturn));

#endif
