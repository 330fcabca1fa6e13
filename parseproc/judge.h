/*
 * The judge: reads our configuration, says what to ask, reads the answer,
 * and says which keys may log in. It has one descriptor and no other call.
 */
#ifndef PARSEPROC_JUDGE_H
#define PARSEPROC_JUDGE_H

#include "ipc/channel.h"

/*
 * One login. Returns ERR_OK when all was said, also when that was "no"; an
 * error when the parent broke the protocol or memory ran out half-way.
 */
enum err judge_run(struct ipc_channel *ch) MUST_CHECK;

#endif
