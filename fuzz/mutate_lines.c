/* Key9's answers: a JSON object a line, with an SSH key in it. */
#include <string.h>

#include "fuzz/mutate.h"

#define LINES_MAX 64
/* From where a key's blob begins, base64 of a four-byte length. */
#define BLOB "AAAA"

struct lines {
	size_t n;
	size_t at[LINES_MAX], len[LINES_MAX]; /* without the line's end */
};

static void
find_lines(const uint8_t *p, size_t len, struct lines *lines)
{
	size_t start = 0;

	lines->n = 0;
	for (size_t i = 0; i <= len && lines->n < LINES_MAX; i++) {
		if (i < len && p[i] != '\n')
			continue;
		lines->at[lines->n] = start;
		lines->len[lines->n++] = i - start;
		start = i + 1;
	}
}

static size_t
mutate_blob(uint8_t *p, size_t len, size_t max)
{
	return mutate_base64(mutate_strings, p, len, max);
}

/* A line: mostly the blob in it, or else its JSON. */
static size_t
mutate_line(uint8_t *p, size_t len, size_t max)
{
	const uint8_t *blob = memmem(p, len, BLOB, sizeof(BLOB) - 1);
	size_t n = 0, at;

	if (blob == NULL || dice(3) == 0)
		return mutate_json(p, len, max);
	at = (size_t)(blob - p);
	while (at + n < len && strchr(" \"\\\t", blob[n]) == NULL)
		n++;
	return mutate_part(mutate_blob, p, len, max, at, n);
}

/* The line twice. */
static size_t
double_line(uint8_t *p, size_t len, size_t max)
{
	if (max - len <= len)
		return len;
	p[len] = '\n';
	memcpy(p + len + 1, p, len);
	return 2 * len + 1;
}

static size_t
drop_line(uint8_t *p, size_t len, size_t max)
{
	(void)p;
	(void)len;
	(void)max;
	return 0;
}

size_t
mutate_lines(uint8_t *p, size_t len, size_t max)
{
	static mutation *const rare[] = { mutate_bytes, double_line,
		drop_line };
	struct lines lines;
	size_t one;

	find_lines(p, len, &lines);
	one = dice((unsigned)lines.n);
	return mutate_part(dice(8) < 6 ? mutate_line : rare[dice(3)], p, len,
	    max, lines.at[one], lines.len[one]);
}
