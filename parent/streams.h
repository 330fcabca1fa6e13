/* The three standard streams of a command that sshd runs. */
#ifndef PARENT_STREAMS_H
#define PARENT_STREAMS_H

#include <stdbool.h>

/*
 * Nothing on stdin; nothing to stderr, which sshd reads into its own log,
 * unless a person is reading it.
 */
void quiet_streams(bool keep_stderr);

#endif
