/*
 * Positive numbers as SSH writes them: mpint, RFC 4251 section 5, in the one
 * shortest form. Bounds and bytes only.
 */
#ifndef PARSEPROC_SSH_MPINT_H
#define PARSEPROC_SSH_MPINT_H

#include <stdbool.h>
#include <stddef.h>

#include "ipc/err.h"
#include "ipc/wire.h"
#include "parseproc/span.h"

/*
 * Reads the next mpint of a hostile reader: its bytes without the zero that
 * keeps the first from being a sign, borrowed, so that the first is not
 * zero. False for zero, for a negative number and for one that is written
 * longer than it need be; the reader may then have moved.
 */
bool ssh_mpint_get(struct wire_reader *r, struct span *number) MUST_CHECK;

/* How many bits a number has whose first byte, if any, is not zero. */
size_t ssh_mpint_bits(struct span number);

#endif
