#include "parseproc/config_error.h"

#include <string.h>

/* Appends as much of text as there is room for before the final NUL. */
static void
append(char *out, size_t *used, const char *text)
{
	while (*text != '\0' && *used < CONFIG_WHAT_MAX - 1)
		out[(*used)++] = *text++;
	out[*used] = '\0';
}

enum reason
config_error_set(struct config_error *error, enum reason reason,
    uint32_t line, const char *key, const char *phrase)
{
	size_t used = 0;

	memset(error, 0, sizeof(*error));
	error->reason = reason;
	error->line = line;
	if (key != NULL) {
		append(error->what, &used, key);
		append(error->what, &used, " ");
	}
	append(error->what, &used, phrase);
	return reason;
}
