#include "parseproc/text.h"

#include <stdlib.h>
#include <string.h>

enum err
text_hear(struct ipc_channel *ch, enum ipc_text kind, size_t max,
    struct text *text)
{
	uint8_t *fitting;
	enum err err;

	text->len = 0;
	if ((text->data = malloc(max)) == NULL)
		return ERR_MEMORY;
	err = ipc_read_text(ch, kind, text->data, max, &text->len);
	/* Many texts are far below their bound, and stay for a while. */
	fitting = realloc(text->data, text->len > 0 ? text->len : 1);
	if (fitting != NULL)
		text->data = fitting;
	return err;
}

void
text_drop(struct text *text)
{
	if (text->data != NULL)
		explicit_bzero(text->data, text->len);
	free(text->data);
	*text = (struct text){ NULL, 0 };
}

struct span
text_span(const struct text *text)
{
	return (struct span){ text->data, text->len };
}

struct ipc_span
text_field(struct span s)
{
	return (struct ipc_span){ s.p, s.len };
}
