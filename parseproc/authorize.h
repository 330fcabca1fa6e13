/*
 * The authorize role: says which sources sallyport.yaml names, and whether
 * config.yml denies the user whatever they say; then reads what the chained
 * command printed, and says which of its lines may stand.
 */
#ifndef PARSEPROC_AUTHORIZE_H
#define PARSEPROC_AUTHORIZE_H

#include "ipc/channel.h"

/* As judge_run(). */
enum err authorize_run(struct ipc_channel *ch) MUST_CHECK;

#endif
