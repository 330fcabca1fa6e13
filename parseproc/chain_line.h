/*
 * One line that a chained command printed: options of our list and a plain
 * key of a known type, taken apart and put together anew. The bytes are
 * hostile: whoever owns the command may print anything.
 */
#ifndef PARSEPROC_CHAIN_LINE_H
#define PARSEPROC_CHAIN_LINE_H

#include "ipc/err.h"
#include "ipc/reason.h"
#include "parseproc/sources_config.h"
#include "parseproc/ssh_key.h"

struct chain_line {
	struct line_options options; /* the line's own */
	struct ssh_key key; /* owned */
};

/* Whether there is nothing on the line but white space or a comment. */
bool chain_line_empty(struct span text);

/*
 * Reads a line without its line feed. REASON_OK and *line, whose key is to
 * be freed; MEMORY; otherwise why it must be left out: LINE_OPTION or as
 * ssh_key_read(). An option with a value that chain adds itself is refused,
 * since sshd would take both, or neither.
 */
enum reason chain_line_read(struct span text,
    const struct source_config *chain, struct chain_line *line) MUST_CHECK;

#endif
