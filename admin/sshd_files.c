/*
 * sshd -T says what holds, but not where that stands. This reads the files as
 * sshd does, for one keyword.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "admin/memory.h"
#include "admin/sshd.h"

/* sshd's own limit (SERVCONF_MAX_DEPTH). */
#define DEPTH_MAX 16
#define BLANK " \t\r\n"

/* What is looked for, and what was found of it. */
struct reading {
	const char *keyword;
	struct sshd_places *places;
	uint32_t matches; /* how many Match it has come by */
};

static void read_file(struct reading *reading, const char *path,
    unsigned depth, uint32_t outer);

/* Files that Include names, each pattern's in order, relative to /etc/ssh. */
static void
include(struct reading *reading, char *words, unsigned depth, uint32_t match)
{
	char *rest, *word = strtok_r(words, BLANK "\"'", &rest);

	for (; word != NULL; word = strtok_r(NULL, BLANK "\"'", &rest)) {
		char *pattern = memory_format("%s%s", word[0] == '/' ? "" :
		    "/etc/ssh/", word);
		glob_t found;

		if (glob(pattern, 0, NULL, &found) == 0) {
			for (size_t i = 0; i < found.gl_pathc; i++)
				read_file(reading, found.gl_pathv[i],
				    depth + 1, match);
			globfree(&found);
		}
		free(pattern);
	}
}

static void
keep(struct sshd_places *places, const char *path, uint32_t line,
    const char *value, uint32_t match)
{
	size_t n = strlen(value);

	while (n > 0 && strchr(BLANK, value[n - 1]) != NULL)
		n--;
	places->rows = memory_more(places->rows, places->count,
	    sizeof(places->rows[0]));
	places->rows[places->count++] = (struct sshd_place){
		.file = memory_format("%s", path),
		.value = memory_format("%.*s", (int)n, value),
		.line = line, .match = match };
}

/* outer: the Match that includes it, or 0. */
static void
read_file(struct reading *reading, const char *path, unsigned depth,
    uint32_t outer)
{
	uint32_t match = outer;
	FILE *file = depth <= DEPTH_MAX ? fopen(path, "re") : NULL;
	char *line = NULL;
	size_t size = 0;

	for (uint32_t n = 1; file != NULL && getline(&line, &size, file) != -1;
	    n++) {
		char *word = line + strspn(line, BLANK);
		char *end = word + strcspn(word, BLANK "=");
		char *value = end + strspn(end, BLANK "=");

		if (end == value)
			continue;
		*end = '\0';
		if (strcasecmp(word, "Match") == 0)
			match = strncasecmp(value, "all", 3) == 0 &&
			    strchr(BLANK, value[3]) != NULL ? outer :
			    ++reading->matches;
		else if (strcasecmp(word, "Include") == 0)
			include(reading, value, depth, match);
		else if (strcasecmp(word, reading->keyword) == 0)
			keep(reading->places, path, n, value, match);
	}
	free(line);
	if (file != NULL)
		(void)fclose(file);
}

void
sshd_places_read(const char *keyword, struct sshd_places *places)
{
	struct reading reading = { keyword, places, 0 };

	*places = (struct sshd_places){ NULL, 0 };
	read_file(&reading, SSHD_CONFIG, 0, 0);
}

const struct sshd_place *
sshd_places_in(const struct sshd_places *places, uint32_t match)
{
	for (size_t i = 0; i < places->count; i++)
		if (places->rows[i].match == match)
			return &places->rows[i];
	return NULL;
}

void
sshd_places_free(struct sshd_places *places)
{
	for (size_t i = 0; i < places->count; i++) {
		free(places->rows[i].file);
		free(places->rows[i].value);
	}
	free(places->rows);
	*places = (struct sshd_places){ NULL, 0 };
}
