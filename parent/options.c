#include "parent/options.h"

#include <stdio.h>
#include <stdlib.h>

#include "ipc/limits.h"

int
option_wrong(const char *subcommand, const char *what)
{
	(void)fprintf(stderr, "sallyport %s: %s; see --help\n", subcommand,
	    what);
	return 1;
}

int
option_version(void)
{
	(void)puts("sallyport " SALLYPORT_VERSION);
	return 0;
}

bool
option_number(const char *text, unsigned long min, unsigned long max,
    unsigned long *number)
{
	char *end;

	*number = strtoul(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && *end == '\0' &&
	    *number >= min && *number <= max;
}

int
option_deadline(const char *subcommand, const char *text,
    uint32_t *deadline_s)
{
	unsigned long n;

	if (!option_number(text, 1, DEADLINE_MAX_S, &n))
		return option_wrong(subcommand,
		    "--deadline takes 1 to 30 seconds");
	*deadline_s = (uint32_t)n;
	return -1;
}
