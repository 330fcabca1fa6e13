/*
 * The seeds of a role_* target, whole logins: each ends with the reason that
 * its name ends in. Then each again with one fault, at every place where
 * there can be one: the parent is gone at a message, a message cannot be
 * sent, an allocation fails. The target itself watches that nobody is let in
 * who should not be; here, a fault never turns a no into a yes.
 *
 * Arguments: the directory of the seeds, and how many there are at least.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/conversation.h"
#include "fuzz/fuzz.h"

/* Where the choices stand in a seed: behind the first record's head. */
#define CUT_AT 5
#define DEAF_AT 6
#define STARVE_AT 7

static struct {
	unsigned seeds, verdicts, cuts, refusals, starved, wrong;
} counted;

static void
run(const uint8_t *seed, size_t len)
{
	/* Of its own size, so that ASan sees the first byte read past it. */
	uint8_t *data = malloc(len);

	require(data != NULL);
	memcpy(data, seed, len);
	(void)LLVMFuzzerTestOneInput(data, len);
	free(data);
}

static void
right_verdict(const char *name)
{
	const char *wanted = strchr(name, '.');

	if (wanted == NULL)
		return;
	if (conversation_verdict == REASON_COUNT ||
	    strcmp(reason_word(conversation_verdict), wanted + 1) != 0) {
		fprintf(stderr, "%s: the verdict is %s\n", name,
		    conversation_verdict == REASON_COUNT ? "none" :
		    reason_word(conversation_verdict));
		counted.wrong++;
	}
	counted.verdicts++;
}

/* Whether the fault came; it may have changed a verdict to no, or to none. */
static bool
with_fault(const char *name, uint8_t *seed, size_t len, enum reason verdict)
{
	run(seed, len);
	if (!conversation_was_cut() && !conversation_was_starved())
		return false;
	if (conversation_verdict == REASON_OK && verdict != REASON_OK) {
		fprintf(stderr, "%s: a fault lets them in\n", name);
		counted.wrong++;
	}
	return true;
}

static void
with_every_fault(const char *name, uint8_t *seed, size_t len)
{
	enum reason verdict = conversation_verdict;

	for (unsigned n = 1; n < 256; n++) {
		seed[CUT_AT] = (uint8_t)n;
		if (!with_fault(name, seed, len, verdict))
			break;
		counted.cuts++;
	}
	seed[CUT_AT] = 0;
	for (unsigned n = 1; n < 256; n++) {
		seed[DEAF_AT] = (uint8_t)n;
		if (!with_fault(name, seed, len, verdict))
			break;
		counted.refusals++;
	}
	seed[DEAF_AT] = 0;
	for (unsigned n = 1; n < 65536; n++) {
		seed[STARVE_AT] = (uint8_t)(n >> 8);
		seed[STARVE_AT + 1] = (uint8_t)n;
		if (!with_fault(name, seed, len, verdict))
			break;
		counted.starved++;
	}
}

static void
look_at(const char *directory, const char *name)
{
	static uint8_t seed[1024 * 1024];
	char path[4096];
	size_t len;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "rb");
	require(file != NULL);
	len = fread(seed, 1, sizeof(seed), file);
	require(feof(file) && len > STARVE_AT + 1 && seed[0] == 0);
	(void)fclose(file);
	run(seed, len);
	right_verdict(name);
	counted.seeds++;
	with_every_fault(name, seed, len);
}

int
main(int argc, char **argv)
{
	DIR *directory = argc == 3 ? opendir(argv[1]) : NULL;
	struct dirent *entry;

	require(directory != NULL);
	while ((entry = readdir(directory)) != NULL)
		if (entry->d_name[0] != '.')
			look_at(argv[1], entry->d_name);
	(void)closedir(directory);
	printf("%u seeds, %u verdicts; %u times the parent was gone, %u times "
	    "it heard nothing, %u allocations failed\n", counted.seeds,
	    counted.verdicts, counted.cuts, counted.refusals, counted.starved);
	return counted.wrong == 0 &&
	    counted.verdicts >= strtoul(argv[2], NULL, 10) ? 0 : 1;
}
