#include "parseproc/chain_line.h"

#include <string.h>

#include "parseproc/ssh_blob.h"

static struct span
skip_blanks(struct span text)
{
	while (text.len > 0 && (text.p[0] == ' ' || text.p[0] == '\t' ||
	    text.p[0] == '\r'))
		text = span_from(text, 1);
	return text;
}

bool
chain_line_empty(struct span text)
{
	text = skip_blanks(text);
	return text.len == 0 || text.p[0] == '#';
}

/* As sshd: what does not begin with a key's type begins with options. */
static bool
begins_with_type(struct span text)
{
	size_t n = 0;

	while (n < text.len && text.p[n] != ' ' && text.p[n] != '\t')
		n++;
	return ssh_blob_type(text.p, n) != NULL;
}

enum reason
chain_line_read(struct span text, const struct source_config *chain,
    struct chain_line *line)
{
	memset(line, 0, sizeof(*line));
	text = skip_blanks(text);
	if (!begins_with_type(text) && (!line_options_read(&text,
	    chain->cert_authority, &line->options) ||
	    (line->options.values & chain->options.values) != 0))
		return REASON_LINE_OPTION;
	return ssh_key_read(text.p, text.len, &line->key);
}
