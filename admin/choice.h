/* What "sallyport setup sshd" lets sshd run, and as whom. */
#ifndef ADMIN_CHOICE_H
#define ADMIN_CHOICE_H

#include <stdbool.h>

#include "admin/finding.h"
#include "ipc/limits.h"
#include "parseproc/sources_config.h"

struct choice {
	const char *subcommand;
	char command[PATH_LEN_MAX + 129]; /* AuthorizedKeysCommand */
	char user[USER_NAME_MAX + 1];     /* AuthorizedKeysCommandUser */
};

/*
 * The subcommand of that name, or for NULL the first that has configuration:
 * authorize, verify, k9-ssh. %C only for an sshd (902 is 9.2) that knows it.
 * False with findings if nobody could log in by it: what to write first.
 */
bool choice_make(struct choice *choice, const char *name,
    const struct sources_config *sources, unsigned sshd_version,
    struct findings *findings) __attribute__((warn_unused_result));

/* Whether choice_make() knows the name. */
bool choice_known(const char *name) __attribute__((warn_unused_result));

#endif
