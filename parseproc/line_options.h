/*
 * The options before a key in authorized_keys, sshd(8): a closed list, taken
 * apart and put together anew. Read from our own file, where they are added to
 * a source's lines, and from what a chained command printed.
 */
#ifndef PARSEPROC_LINE_OPTIONS_H
#define PARSEPROC_LINE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/limits.h"
#include "parseproc/span.h"

struct line_options {
	char text[LINE_OPTIONS_MAX + 1]; /* with commas between; ends in NUL */
	size_t len;
	uint32_t values; /* which options with a value: a bit for each */
};

/*
 * Reads the options at the beginning of *rest, hostile, up to a blank outside
 * of quotes, adds them to *options and cuts them off *rest. False if one is
 * not on the list or of another form, if one that sshd takes once comes
 * twice, or if they do not fit.
 *
 * authority: cert-authority and principals= are on the list. environment= and
 * what sshd may learn in future never are.
 */
bool line_options_read(struct span *rest, bool authority,
    struct line_options *options) __attribute__((warn_unused_result));

#endif
