/* The one write to standard output. */
#ifndef PARENT_PRINT_H
#define PARENT_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum printed {
	PRINTED_ALL, /* or the reader had heard enough */
	PRINTED_NOTHING,
	PRINTED_HALF /* sshd disregards it if the exit status is not 0 */
};

/*
 * Writes len bytes to fd until deadline_ms (CLOCK_MONOTONIC). sshd closes the
 * pipe once a key has matched.
 */
enum printed print_all(const char *text, size_t len, int fd, int64_t deadline_ms)
    __attribute__((warn_unused_result));

/* Whether print_all() may have written half of its text; for a handler. */
bool print_is_half(void);

#endif
