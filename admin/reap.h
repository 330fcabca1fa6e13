/* Waiting for a child that somebody else can stop: it runs as that user. */
#ifndef ADMIN_REAP_H
#define ADMIN_REAP_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Waits for a child to end, and kills it after the given seconds. True with
 * *status, as waitpid(2) has it; false if it took too long.
 */
bool reap(pid_t pid, unsigned seconds, int *status)
    __attribute__((warn_unused_result));

#endif
