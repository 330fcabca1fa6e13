/* A command line that sshd runs, or could: whose program it starts. */
#ifndef ADMIN_ASKED_H
#define ADMIN_ASKED_H

#include <stdbool.h>
#include <stddef.h>

#include "parseproc/sources_config.h"

/* The n-th word, from 0; "" if there are fewer. */
void asked_word(const char *command, int n, char *word, size_t size);

/* Whether it starts a sallyport, whatever the link is called. */
bool asked_is_ours(const char *command) __attribute__((warn_unused_result));

/* Whether it starts what sallyport stands in for: opkssh or k9-ssh. */
bool asked_is_replaced(const char *command)
    __attribute__((warn_unused_result));

/* Whether both start the same program, links followed, with the same words. */
bool asked_same(const char *left, const char *right)
    __attribute__((warn_unused_result));

/* Whether it is what chain asks, word for word. */
bool asked_is_chained(const char *command, const struct sources_config *sources)
    __attribute__((warn_unused_result));

#endif
