/* The one write to standard output. */
#ifndef PARENT_PRINT_H
#define PARENT_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Writes len bytes to fd until deadline_ms (CLOCK_MONOTONIC). True if all was
 * written or the reader had heard enough; sshd closes the pipe once a key has
 * matched.
 */
bool print_all(const char *text, size_t len, int fd, int64_t deadline_ms)
    __attribute__((warn_unused_result));

#endif
