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
	bool by_files;    /* they name no other file than sshd_config, nor whom to ask */
};

/* Of several, one that goes by files. Root's only, and none of a container's. */
void listener_find(struct listener *listener);

/* False, with a finding, if it is one that does not. */
bool listener_goes_by_files(const struct listener *listener,
    struct findings *findings) __attribute__((warn_unused_result));

#endif
