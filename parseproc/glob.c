#include "parseproc/glob.h"

#include <stdint.h>
#include <string.h>

#include "parseproc/utf8.h"

/* A pattern is a series of chunks, each perhaps with stars in front. */
struct chunk {
	bool star;
	struct span text; /* without a star outside brackets */
};

/* The length of the character at the start of s, which is not empty. */
static size_t
char_len(struct span s)
{
	size_t n = utf8_char_len(s.p, s.len);

	return n > 0 ? n : 1;
}

/*
 * The character of n bytes at p, as a number that sorts as code points do;
 * a byte that is part of none is U+FFFD, as in Go.
 */
static uint32_t
char_value(const uint8_t *p, size_t n)
{
	static const uint8_t lead[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t c = p[0] & (uint32_t)lead[n];

	if (n == 1 && p[0] >= 0x80)
		return 0xfffd;
	for (size_t i = 1; i < n; i++)
		c = c << 6 | (p[i] & 0x3fu);
	return c;
}

/* Cuts a chunk off the front. */
static struct chunk
cut_chunk(struct span *pattern)
{
	struct chunk chunk = { .star = span_begins(*pattern, "*") };
	bool brackets = false;
	size_t n = 0;

	while (span_begins(*pattern, "*"))
		*pattern = span_from(*pattern, 1);
	for (; n < pattern->len; n++) {
		uint8_t c = pattern->p[n];

		if (c == '*' && !brackets)
			break;
		if (c == '\\' && n + 1 < pattern->len)
			n++;
		else if (c == '[')
			brackets = true;
		else if (c == ']')
			brackets = false;
	}
	chunk.text = (struct span){ pattern->p, n };
	*pattern = span_from(*pattern, n);
	return chunk;
}

/*
 * Cuts an end of a range off the inside of brackets, which must go on behind
 * it: false if it does not, or if there is none.
 */
static bool
cut_end(struct span *text, uint32_t *c)
{
	size_t n;

	if (text->len == 0 || text->p[0] == '-' || text->p[0] == ']')
		return false;
	if (text->p[0] == '\\')
		*text = span_from(*text, 1);
	if (text->len == 0)
		return false;
	n = utf8_char_len(text->p, text->len);
	if (n == 0)
		return false;
	*c = char_value(text->p, n);
	*text = span_from(*text, n);
	return text->len > 0;
}

/*
 * Cuts brackets off, whose '[' is at the start: false if they are malformed.
 * *fits is whether the character c is one of theirs.
 */
static bool
cut_brackets(struct span *text, uint32_t c, bool *fits)
{
	bool negated, found = false;
	uint32_t low, high;

	*text = span_from(*text, 1);
	negated = span_begins(*text, "^");
	if (negated)
		*text = span_from(*text, 1);
	do {
		if (!cut_end(text, &low))
			return false;
		high = low;
		if (text->p[0] == '-') {
			*text = span_from(*text, 1);
			if (!cut_end(text, &high))
				return false;
		}
		found = found || (low <= c && c <= high);
	} while (text->p[0] != ']');
	*text = span_from(*text, 1);
	*fits = found != negated;
	return true;
}

/*
 * Matches a chunk with the start of *name and cuts that off; read to its end
 * in any case, since a malformed pattern is one whatever the name.
 */
static enum glob
match_chunk(struct span text, struct span *name)
{
	struct span left = *name;
	bool fits = true;

	while (text.len > 0) {
		size_t n = left.len > 0 ? char_len(left) : 0;
		bool one = false;

		if (text.p[0] == '[') {
			if (!cut_brackets(&text, n > 0 ?
			    char_value(left.p, n) : 0, &one))
				return GLOB_MALFORMED;
		} else if (text.p[0] == '?') {
			one = n > 0 && left.p[0] != '/';
			text = span_from(text, 1);
		} else {
			if (text.p[0] == '\\')
				text = span_from(text, 1);
			if (text.len == 0)
				return GLOB_MALFORMED;
			one = n > 0 && left.p[0] == text.p[0];
			n = 1; /* byte by byte, all of which must fit */
			text = span_from(text, 1);
		}
		fits = fits && left.len > 0 && one;
		if (fits)
			left = span_from(left, n);
	}
	if (fits)
		*name = left;
	return fits ? GLOB_YES : GLOB_NO;
}

/*
 * Matches a chunk that stars precede: at the first place where it fits, or,
 * if it is the last, where it ends the name.
 */
static enum glob
match_behind_star(struct span text, bool last, struct span *name)
{
	struct span from = *name;

	for (;;) {
		struct span left = from;
		enum glob glob = match_chunk(text, &left);

		if (glob == GLOB_MALFORMED)
			return glob;
		if (glob == GLOB_YES && (!last || left.len == 0)) {
			*name = left;
			return GLOB_YES;
		}
		if (from.len == 0 || from.p[0] == '/')
			return GLOB_NO;
		from = span_from(from, 1);
	}
}

/* Whether the rest of a pattern that does not match is sound. */
static enum glob
check_rest(struct span pattern)
{
	while (pattern.len > 0) {
		struct span none = { NULL, 0 };

		if (match_chunk(cut_chunk(&pattern).text, &none) ==
		    GLOB_MALFORMED)
			return GLOB_MALFORMED;
	}
	return GLOB_NO;
}

enum glob
glob_match(struct span pattern, struct span name)
{
	if (name.len > GLOB_NAME_MAX)
		return check_rest(pattern);
	while (pattern.len > 0) {
		struct chunk chunk = cut_chunk(&pattern);
		bool last = pattern.len == 0;
		enum glob glob;

		if (chunk.star && chunk.text.len == 0) /* only at the end */
			return span_has(name, '/') ? GLOB_NO : GLOB_YES;
		glob = chunk.star ?
		    match_behind_star(chunk.text, last, &name) :
		    match_chunk(chunk.text, &name);
		if (glob == GLOB_NO)
			return check_rest(pattern);
		if (glob == GLOB_MALFORMED)
			return glob;
	}
	return name.len == 0 ? GLOB_YES : GLOB_NO;
}
