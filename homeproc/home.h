/* Finds a user's home, becomes the user, reads one file. */
#ifndef HOMEPROC_HOME_H
#define HOMEPROC_HOME_H

#include <sys/types.h>

#include "ipc/home_report.h"

/*
 * The process's whole life once it is in its limits: waits until it is told to
 * look, and answers on WORKER_FD. words: see enum home_word; the user is a
 * valid login name, the others are sshd's and not checked. starter: whose
 * death is ours.
 */
void home_run(char *const words[HOME_WORDS], pid_t starter)
    __attribute__((noreturn));

#endif
