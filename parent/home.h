/*
 * The user's own ~/.opk/auth_id: read by a process that has become that user
 * (homeproc/), so that nothing is read that the user could not read, and so
 * that neither a name service nor a file system of the user's own can hold up
 * the parent.
 *
 * It sends the text, not a descriptor: whoever reads, or only closes, a file
 * on the user's FUSE mount may wait for the user.
 */
#ifndef PARENT_HOME_H
#define PARENT_HOME_H

#include <stdint.h>

#include "ipc/err.h"
#include "ipc/home_report.h"
#include "parent/starter.h"
#include "parent/trusted_file.h"

/*
 * Finds out what the process will be told: before starter_open(), which takes
 * it. user is a valid login name. dir and uid are sshd's %h and %U, not
 * checked; NULL: looked up, where the machine's own /etc/passwd has the say,
 * and else left to the process, which is then started ahead of time.
 */
void home_question(struct home_question *question, const char *user,
    const char *dir, const char *uid);

/*
 * Lets the process look, and hears what it found, once, not later than
 * deadline_ms. Works in the parent's cage. HOME_TAKEN: *file, at most
 * HOME_FILE_MAX bytes, which the user could have written and nobody else, but
 * root; to be freed. HOME_REFUSED: *problem, of reason REASON_HOME_POLICY.
 */
enum home_result home_take(struct starter *starter, int64_t deadline_ms,
    struct trusted_file *file, struct file_problem *problem) MUST_CHECK;

#endif
