#include "attacks.h"

#include <errno.h>
#include <string.h>

struct victims victims;

const struct attack *const attacks[] = { file_attacks, network_attacks,
	process_attacks, NULL };

int
worked(long rc)
{
	return rc == -1 ? errno : 0;
}

const struct attack *
attack_named(const char *name)
{
	for (size_t i = 0; attacks[i] != NULL; i++)
		for (const struct attack *a = attacks[i]; a->name != NULL; a++)
			if (strcmp(a->name, name) == 0)
				return a;
	return NULL;
}
