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

struct ipc_message
config_error_message(enum ipc_text which, const struct config_error *error)
{
	struct ipc_message m = { .type = IPC_CONFIG_ERROR };

	m.as.CONFIG_ERROR.text = (uint8_t)which;
	m.as.CONFIG_ERROR.reason = (uint8_t)error->reason;
	m.as.CONFIG_ERROR.line = error->line;
	m.as.CONFIG_ERROR.what = (struct ipc_span){ error->what,
		strlen(error->what) };
	return m;
}
