#include "admin/asked.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipc/limits.h"

void
asked_word(const char *command, int n, char *word, size_t size)
{
	for (; n >= 0; n--) {
		size_t len;

		command += strspn(command, " \t");
		len = strcspn(command, " \t");
		(void)snprintf(word, size, "%.*s", (int)len, command);
		command += len;
	}
}

static bool
is_named(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');

	return strcmp(slash != NULL ? slash + 1 : path, name) == 0;
}

/* The program's path, links followed if it is there. */
static void
find_program(const char *command, char program[PATH_LEN_MAX + 1])
{
	char path[PATH_LEN_MAX + 1];

	asked_word(command, 0, path, sizeof(path));
	if (realpath(path, program) == NULL)
		(void)snprintf(program, PATH_LEN_MAX + 1, "%s", path);
}

bool
asked_is_ours(const char *command)
{
	char program[PATH_LEN_MAX + 1];

	find_program(command, program);
	return is_named(program, "sallyport");
}

bool
asked_same(const char *left, const char *right)
{
	char program[PATH_LEN_MAX + 1], other[PATH_LEN_MAX + 1];

	find_program(left, program);
	find_program(right, other);
	return strcmp(program, other) == 0 &&
	    strcmp(left + strcspn(left, " \t"),
	    right + strcspn(right, " \t")) == 0;
}

bool
asked_is_replaced(const char *command)
{
	char path[PATH_LEN_MAX + 1];

	asked_word(command, 0, path, sizeof(path));
	return is_named(path, "opkssh") || is_named(path, "k9-ssh");
}

bool
asked_is_chained(const char *command, const struct sources_config *sources)
{
	const struct source_config *chain = sources_config_find(sources,
	    IPC_SOURCE_CHAIN);
	char word[PATH_LEN_MAX + 1];
	size_t at = 0;
	int n = 0;

	if (chain == NULL)
		return false;
	for (; at < chain->words_len; at += strlen(word) + 1) {
		asked_word(command, n++, word, sizeof(word));
		if (strcmp(word, chain->words + at) != 0)
			return false;
	}
	asked_word(command, n, word, sizeof(word));
	return word[0] == '\0';
}
