/*
 * What a certificate and the token in it say of themselves, for the dry run.
 * Nobody has verified a byte of it, so this is a process of its own, started
 * when the judge has long given its verdict.
 */
#ifndef PARSEPROC_EXPLAIN_H
#define PARSEPROC_EXPLAIN_H

#include "ipc/channel.h"

/* Nothing to prepare: no signature is checked here. */
bool explain_warm_up(void) MUST_CHECK;

/* Hears one offered key and says what can be read in it. */
enum err explain_run(struct ipc_channel *ch) MUST_CHECK;

#endif
