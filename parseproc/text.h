/* A text that the parent sends: a file of ours, or a stranger's answer. */
#ifndef PARSEPROC_TEXT_H
#define PARSEPROC_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "ipc/channel.h"
#include "parseproc/span.h"

struct text {
	uint8_t *data; /* owned */
	size_t len;
};

/*
 * Hears a text of at most max bytes. ERR_OK and *text, to be given to
 * text_drop() whatever the answer; ERR_MEMORY, or as ipc_read_text().
 */
enum err text_hear(struct ipc_channel *ch, enum ipc_text kind, size_t max,
    struct text *text) MUST_CHECK;

/* Forgets a text, which may have held a secret; *text is all zero then. */
void text_drop(struct text *text);

struct span text_span(const struct text *text);

/* A span as a message's field. */
struct ipc_span text_field(struct span s);

#endif
