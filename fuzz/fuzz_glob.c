/*
 * glob.c on a pattern and, behind the first NUL, a name. Where both are
 * ASCII, a slow reading of the same rules must agree: a table of which
 * tokens match how much of the name, with nothing greedy about it. Go is
 * greedy, so where brackets take a '/' it may miss a match, and so do we.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "parseproc/glob.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SIZE_MAX_SLOW 256

/* A token: a star, or which of the ASCII characters it matches. */
struct token {
	bool star;
	bool brackets;
	bool set[128];
};

static void
require(bool condition)
{
	if (!condition)
		abort();
}

/* One end of a range; -1 if there is none, or if the pattern ends with it. */
static int
read_end(const uint8_t *p, size_t n, size_t *i)
{
	if (*i < n && (p[*i] == '-' || p[*i] == ']'))
		return -1;
	if (*i < n && p[*i] == '\\')
		(*i)++;
	if (*i + 1 >= n)
		return -1;
	return p[(*i)++];
}

/* A class from behind its '[': false if it is malformed. */
static bool
read_class(const uint8_t *p, size_t n, size_t *i, struct token *token)
{
	bool negated = *i < n && p[*i] == '^';
	size_t ranges = 0;

	*i += negated;
	for (; *i < n && (p[*i] != ']' || ranges == 0); ranges++) {
		int low = read_end(p, n, i), high = low;

		if (low >= 0 && p[*i] == '-') {
			(*i)++;
			high = read_end(p, n, i);
		}
		if (low < 0 || high < 0)
			return false;
		for (int c = low; c <= high; c++)
			token->set[c] = true;
	}
	for (size_t c = 0; c < 128; c++)
		token->set[c] = token->set[c] != negated;
	return (*i)++ < n;
}

/* The pattern as tokens; false if it is malformed. */
static bool
read_tokens(const uint8_t *p, size_t n, struct token *tokens, size_t *count)
{
	for (size_t i = 0; i < n; (*count)++) {
		struct token *token = &tokens[*count];
		uint8_t c = p[i++];

		token->star = c == '*';
		token->brackets = c == '[';
		if (c == '[') {
			if (!read_class(p, n, &i, token))
				return false;
		} else if (c == '?') {
			memset(token->set, true, sizeof(token->set));
			token->set['/'] = false;
		} else {
			if (c == '\\' && i == n)
				return false;
			token->set[(size_t)(c == '\\' ? p[i++] : c)] = true;
		}
	}
	return true;
}

/* *slashes is whether brackets take a '/'. */
static enum glob
match_slowly(struct span pattern, struct span name, bool *slashes)
{
	static struct token tokens[SIZE_MAX_SLOW];
	bool now[SIZE_MAX_SLOW + 1] = { true }, next[SIZE_MAX_SLOW + 1];
	size_t count = 0;

	*slashes = false;
	memset(tokens, 0, sizeof(tokens));
	if (!read_tokens(pattern.p, pattern.len, tokens, &count))
		return GLOB_MALFORMED;
	for (size_t t = 0; t < count; t++) {
		*slashes |= tokens[t].brackets && tokens[t].set['/'];
		for (size_t i = 0; i <= name.len; i++) {
			uint8_t c = i > 0 ? name.p[i - 1] : '/';

			next[i] = tokens[t].star ?
			    now[i] || (i > 0 && next[i - 1] && c != '/') :
			    i > 0 && now[i - 1] && tokens[t].set[(size_t)c];
		}
		memcpy(now, next, sizeof(now));
	}
	return now[name.len] ? GLOB_YES : GLOB_NO;
}

static bool
is_ascii(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] > 0x7f)
			return false;
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size == 0 ? NULL : memchr(data, '\0', size);
	struct span pattern = { data, nul == NULL ? size :
	    (size_t)(nul - data) };
	struct span name = { NULL, 0 };
	enum glob glob, slow;
	bool slashes;

	if (nul != NULL)
		name = (struct span){ nul + 1, size - pattern.len - 1 };
	glob = glob_match(pattern, name);
	require(glob == GLOB_NO || glob == GLOB_YES ||
	    glob == GLOB_MALFORMED);
	/* Malformed is a pattern by itself. */
	require((glob == GLOB_MALFORMED) == (glob_match(pattern,
	    (struct span){ NULL, 0 }) == GLOB_MALFORMED));
	if (pattern.len <= SIZE_MAX_SLOW && name.len <= SIZE_MAX_SLOW &&
	    is_ascii(pattern) && is_ascii(name)) {
		slow = match_slowly(pattern, name, &slashes);
		require(glob == slow || (slashes && glob == GLOB_NO &&
		    slow == GLOB_YES));
	}
	return 0;
}
