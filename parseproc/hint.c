#include "parseproc/hint.h"

#include <string.h>

static bool
is_letter_or_digit(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    (c >= '0' && c <= '9');
}

static bool
in_alphabet(uint8_t c)
{
	/* strchr finds the NUL too. */
	return is_letter_or_digit(c) ||
	    (c != 0 && strchr("-._~:/+=@", c) != NULL);
}

/* Whether "name", quotes included, stands at the front. */
static bool
begins_with_name(struct span bytes, const char *name)
{
	size_t n = strlen(name);

	return bytes.len >= n + 2 && bytes.p[0] == '"' &&
	    memcmp(bytes.p + 1, name, n) == 0 && bytes.p[n + 1] == '"';
}

/* What follows the only place where the name stands. */
static bool
find_name(struct span bytes, const char *name, struct span *behind)
{
	size_t n = strlen(name) + 2, found = 0;

	*behind = (struct span){ NULL, 0 };
	for (size_t i = 0; i < bytes.len; i++) {
		struct span here = { bytes.p + i, bytes.len - i };

		if (!begins_with_name(here, name))
			continue;
		found++;
		*behind = (struct span){ here.p + n, here.len - n };
	}
	return found == 1;
}

/* Steps over white space (RFC 8259 section 2), the byte c, and more of it. */
static bool
skip_mark(struct span *bytes, uint8_t c)
{
	bool seen = false;

	for (; bytes->len > 0; bytes->p++, bytes->len--) {
		uint8_t b = bytes->p[0];

		if (b == c && !seen)
			seen = true;
		else if (b != ' ' && b != '\t' && b != '\n' && b != '\r')
			break;
	}
	return seen;
}

/* The string whose opening quote was stepped over. */
static bool
copy_string(struct span bytes, struct hint *hint)
{
	size_t used = 0;

	for (size_t i = 0; i < bytes.len; i++) {
		uint8_t c = bytes.p[i];

		if (c == '"') {
			hint->len = used;
			return used > 0;
		}
		/* The one escape that real issuers have in their URLs. */
		if (c == '\\' && i + 1 < bytes.len && bytes.p[i + 1] == '/')
			c = bytes.p[++i];
		if (!in_alphabet(c) || used == HINT_MAX)
			return false;
		hint->text[used++] = c;
	}
	return false;
}

bool
hint_find(struct span bytes, const char *name, struct hint *hint)
{
	struct span rest;

	memset(hint, 0, sizeof(*hint));
	if (!find_name(bytes, name, &rest) || !skip_mark(&rest, ':') ||
	    rest.len == 0 || rest.p[0] != '"')
		return false;
	rest.p++;
	rest.len--;
	if (copy_string(rest, hint))
		return true;
	memset(hint, 0, sizeof(*hint));
	return false;
}
