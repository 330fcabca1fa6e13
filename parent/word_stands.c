#include "parent/word_stands.h"

#include <string.h>

/* What may stand around a value in YAML. */
static bool
is_edge(uint8_t c)
{
	return c <= ' ' || strchr("\"',{}#", c) != NULL;
}

bool
word_stands(const struct trusted_file *file, const char *word)
{
	const uint8_t *p = file->data, *end = file->data + file->len;
	size_t n = strlen(word);

	for (; n > 0 && p < end; p++) {
		p = memmem(p, (size_t)(end - p), word, n);
		if (p == NULL)
			return false;
		if ((p == file->data || is_edge(p[-1])) &&
		    (p + n == end || is_edge(p[n])))
			return true;
	}
	return false;
}
