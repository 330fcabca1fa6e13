/*
 * The sshd that listens on this machine, by what it calls itself: its own
 * program, and the words that it was started with, which win over every file.
 */
#ifndef ADMIN_LISTENER_H
#define ADMIN_LISTENER_H

#include <stdbool.h>
#include <stddef.h>

#include "admin/finding.h"

struct listener {
	char path[4096];  /* its executable, "" if none listens */
	char words[4096]; /* from its name on, cut */
};

/* Root's only, and none of another container's. */
void listener_find(struct listener *listener);

/*
 * False, with a finding, if it goes by another file than sshd_config, or has
 * been told on its command line whom to ask.
 */
bool listener_goes_by_files(struct findings *findings)
    __attribute__((warn_unused_result));

#endif
