/*
 * The judge of a certificate: hears what our files say, what sshd was
 * offered and which keys the providers have, and says whether that lets the
 * user log in. The order in which it looks at things stands in ipc/check.h.
 */
#ifndef PARSEPROC_OPK_JUDGE_H
#define PARSEPROC_OPK_JUDGE_H

#include "ipc/channel.h"

/* What the libraries make on first use; before the cage. */
bool opk_judge_warm_up(void) MUST_CHECK;

/*
 * One login. Returns ERR_OK when all was said, also when that was "no"; an
 * error when the parent broke the protocol or memory ran out half-way.
 */
enum err opk_judge_run(struct ipc_channel *ch) MUST_CHECK;

#endif
