/* Who else is asked for keys in sshd's configuration, beside our own file. */
#ifndef ADMIN_OTHERS_H
#define ADMIN_OTHERS_H

#include <stdbool.h>

#include "admin/choice.h"
#include "admin/finding.h"

/*
 * False, with a finding for each, if others would no longer be asked once our
 * file is, or be run as another user. Whom sources chain is asked all the same
 * (NULL: nobody). chain: the last of them that could be chained, or "".
 */
bool others_may_lose(const struct sources_config *sources,
    const struct choice *choice, struct findings *findings,
    char chain[PATH_LEN_MAX + 1])
    __attribute__((warn_unused_result));

/* A finding for each line that asks us: true if there is none. */
bool others_ask_nothing(struct findings *findings)
    __attribute__((warn_unused_result));

/* A finding: why sshd does not ask what stands in our file. */
void others_explain(const struct choice *choice, struct findings *findings);

#endif
