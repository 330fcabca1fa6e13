#include "parent/plugin_command.h"

#include <string.h>

#define PREFIX "OPKSSH_PLUGIN_"
#define PREFIX_LEN (sizeof(PREFIX) - 1)
#define KEY "command"
#define KEY_LEN (sizeof(KEY) - 1)

/* What may stand between a word and the next, in a shell or in YAML. */
static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool
is_quote(char c)
{
	return c == '"' || c == '\'' || c == '\\';
}

static bool
is_edge(char c)
{
	return is_space(c) || is_quote(c);
}

/* What may stand before a value: `>2-` and the like begin a block. */
static bool
is_before_value(char c)
{
	return is_edge(c) || c == '|' || c == '>' || c == '-' || c == '+' ||
	    (c >= '0' && c <= '9');
}

static bool
is_of_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/* Where what ends at `end` begins to be nothing but such characters. */
static size_t
back(const char *text, size_t end, bool (*what)(char))
{
	while (end > 0 && what(text[end - 1]))
		end--;
	return end;
}

/* Whether a value that begins here is that of the key. */
static bool
is_behind_key(const char *text, size_t at)
{
	if (at == 0 || !is_edge(text[at - 1]))
		return false;
	at = back(text, at, is_before_value);
	if (at == 0 || text[at - 1] != ':')
		return false;
	at = back(text, at - 1, is_edge);
	if (at < KEY_LEN || memcmp(text + at - KEY_LEN, KEY, KEY_LEN) != 0)
		return false;
	at -= KEY_LEN;
	return at == 0 || !is_of_name(text[at - 1]);
}

/* A text that is being compared. */
struct place {
	const char *p;
	size_t left;
};

static void
skip(struct place *at, bool (*what)(char))
{
	while (at->left > 0 && what(at->p[0])) {
		at->p++;
		at->left--;
	}
}

/* One word: its bytes, with quotes between them or not. */
static bool
take_word(struct place *at, const char *word)
{
	for (; *word != '\0'; word++) {
		/* A quote that the word itself has is not skipped. */
		while (at->left > 0 && at->p[0] != *word &&
		    is_quote(at->p[0])) {
			at->p++;
			at->left--;
		}
		if (at->left == 0 || at->p[0] != *word)
			return false;
		at->p++;
		at->left--;
	}
	return true;
}

static bool
stands_at(struct place at, const char *words, size_t len)
{
	const char *end = words + len;

	/* The path, byte for byte: parseproc promises that it stands so. */
	if (at.left < strlen(words) ||
	    memcmp(at.p, words, strlen(words)) != 0)
		return false;
	for (;;) {
		if (!take_word(&at, words))
			return false;
		words += strlen(words) + 1;
		/* Behind a closing quote the word might go on. */
		skip(&at, is_quote);
		if (words == end)
			return at.left == 0 || is_space(at.p[0]);
		if (at.left == 0 || !is_space(at.p[0]))
			return false;
		/* take_word() passes over what opens the next. */
		skip(&at, is_space);
	}
}

bool
plugin_command_stands(const char *text, size_t text_len, const char *words,
    size_t words_len)
{
	if (words_len == 0 || words[words_len - 1] != '\0' || words[0] != '/')
		return false;
	for (size_t i = 0; i < text_len; i++) {
		struct place at = { text + i, text_len - i };

		if (stands_at(at, words, words_len) && is_behind_key(text, i))
			return true;
	}
	return false;
}

bool
plugin_env_valid(const char *env, size_t len)
{
	const char *end = env + len;

	if (len > 0 && env[len - 1] != '\0')
		return false;
	for (; env < end; env += strlen(env) + 1) {
		const char *p = env;

		if (strncmp(p, PREFIX, PREFIX_LEN) != 0)
			return false;
		for (p += PREFIX_LEN; (*p >= 'A' && *p <= 'Z') || *p == '_';
		    p++)
			;
		if (*p != '=' || p == env + PREFIX_LEN)
			return false;
	}
	return true;
}
