#include "admin/arguments.h"

#include <stdio.h>
#include <string.h>

static int
wrong(const char *command, const char *what, const char *word)
{
	(void)fprintf(stderr, "sallyport %s: %s%s; see sallyport %s --help\n",
	    command, what, word, command);
	return 2;
}

static bool
take_flag(const char *word, const struct flag *flags, size_t nflags)
{
	for (size_t i = 0; i < nflags; i++)
		if (strcmp(word, flags[i].name) == 0) {
			*flags[i].on = true;
			return true;
		}
	return false;
}

int
arguments_read(int argc, char **argv, const char *help,
    const struct flag *flags, size_t nflags, char **words, int nwords)
{
	bool options = true;
	int n = 0;

	for (int i = 1; i < argc; i++) {
		if (options && strcmp(argv[i], "--help") == 0) {
			(void)fputs(help, stdout);
			return 0;
		}
		if (options && strcmp(argv[i], "--") == 0)
			options = false;
		else if (options && argv[i][0] == '-') {
			if (!take_flag(argv[i], flags, nflags))
				return wrong(argv[0], "unknown option ",
				    argv[i]);
		} else if (n == nwords)
			return wrong(argv[0], "unexpected word ", argv[i]);
		else
			words[n++] = argv[i];
	}
	return n == nwords ? -1 : wrong(argv[0], "a word is missing", "");
}
