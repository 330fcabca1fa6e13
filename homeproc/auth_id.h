/*
 * A user's ~/.opk/auth_id, and whether it counts: for the login that reads it
 * and for the audit (admin/), each as that user.
 */
#ifndef HOMEPROC_AUTH_ID_H
#define HOMEPROC_AUTH_ID_H

#include <stdbool.h>
#include <sys/types.h>

/* As many words as a report has room for (ipc/home_report.h). */
#define AUTH_ID_WHAT 256

/*
 * Opens it for reading. dir: the user's home, absolute. as_root: whether this
 * process was root before it became the user. -1 with words in what, or with
 * "" if there is no such file.
 */
int auth_id_open(const char *dir, uid_t uid, bool as_root,
    char what[AUTH_ID_WHAT]) __attribute__((warn_unused_result));

#endif
