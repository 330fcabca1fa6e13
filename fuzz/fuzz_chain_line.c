/*
 * Lines of a chained command. Beyond not crashing: what is taken is printable
 * and, put together, is read again as the same line.
 */
#include <string.h>

#include "fuzz/fuzz.h"
#include "parseproc/chain_line.h"

static void
look_at(const struct chain_line *line, const struct source_config *chain)
{
	static char text[LINE_OPTIONS_MAX + KEY_TYPE_MAX + KEY_BASE64_MAX + 4];
	struct chain_line again;
	size_t len = 0;

	for (size_t i = 0; i < line->options.len; i++)
		require(line->options.text[i] >= 0x20 &&
		    line->options.text[i] <= 0x7e);
	require(strlen(line->options.text) == line->options.len);
	memcpy(text, line->options.text, line->options.len);
	len += line->options.len;
	if (len > 0)
		text[len++] = ' ';
	memcpy(text + len, line->key.type, strlen(line->key.type));
	len += strlen(line->key.type);
	text[len++] = ' ';
	memcpy(text + len, line->key.base64, line->key.base64_len);
	len += line->key.base64_len;
	require(chain_line_read((struct span){ (const uint8_t *)text, len },
	    chain, &again) == REASON_OK);
	require(strcmp(again.options.text, line->options.text) == 0);
	require(strcmp(again.key.base64, line->key.base64) == 0);
	ssh_key_free(&again.key);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct source_config chain;
	static struct chain_line line;
	struct span text = { data, size };

	(void)chain_line_empty(text);
	for (int authority = 0; authority <= 1; authority++) {
		chain.cert_authority = authority == 1;
		if (chain_line_read(text, &chain, &line) != REASON_OK)
			continue;
		look_at(&line, &chain);
		ssh_key_free(&line.key);
	}
	return 0;
}
