/*
 * JSON is changed by its words: strings, numbers, literals. A word becomes
 * another one of the text, one of ours, or changes within; a run of words is
 * repeated, left out or put elsewhere.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/mutate.h"

#define WORDS_MAX 2000

struct word {
	size_t at, len;
};

static const char *const values[] = {
	"0", "-0", "-1", "1e3", "1.5", "1790000000", "1790003600",
	"9007199254740993", "18446744073709551615", "1e400", "253402300800",
	"true", "false",
	"null", "\"\"", "[]", "{}", "[[]]", "{\"a\":{}}", "[\"opkssh-test\"]",
	"\"\\u0000\"", "\"\\ud83d\\ude00\"", "\"\\udead\"", "\"\\/\"",
	"\"alice@example.com\"", "\"https://idp.test:9998\"", "\"RS256\"",
	"\"ES256\"", "\"none\"", "\"JWT\"", "\"CIC\"", "\"sig\"", "\"P-256\"",
};

static const char *const names[] = {
	"iss", "sub", "aud", "azp", "exp", "nbf", "iat", "nonce", "email",
	"email_verified", "groups", "cnf", "jwk", "kid", "alg", "typ", "jkt",
	"upk", "rz", "kty", "crv", "x", "y", "n", "e", "use", "keys", "error",
	"public_key", "jwks_uri", "issuer", "_claim_names", "amr",
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The length of the string that begins at p. */
static size_t
string_len(const uint8_t *p, size_t len)
{
	size_t n = 1;

	while (n < len && p[n] != '"')
		n += p[n] == '\\' ? 2 : 1;
	return n < len ? n + 1 : len;
}

static bool
is_between(uint8_t c)
{
	return c == '\0' || strchr("{}[]:, \t\r\n", c) != NULL;
}

static size_t
find_words(const uint8_t *p, size_t len, struct word found[WORDS_MAX])
{
	size_t n = 0, at = 0;

	while (at < len && n < WORDS_MAX) {
		size_t end = at;

		if (is_between(p[at])) {
			at++;
			continue;
		}
		if (p[at] == '"')
			end += string_len(p + at, len - at);
		else
			while (end < len && !is_between(p[end]) &&
			    p[end] != '"')
				end++;
		found[n++] = (struct word){ at, end - at };
		at = end;
	}
	return n;
}

/* What is put in a word's place. */
static uint8_t put_text[512];
static size_t put_len;

static size_t
put(uint8_t *p, size_t len, size_t max)
{
	if (put_len > max)
		return len;
	memcpy(p, put_text, put_len);
	return put_len;
}

static void
choose_text(const uint8_t *text, size_t len)
{
	put_len = len < sizeof(put_text) ? len : sizeof(put_text);
	memcpy(put_text, text, put_len);
}

static void
choose_value(void)
{
	const char *value = values[dice(COUNT(values))];

	choose_text((const uint8_t *)value, strlen(value));
}

/* A member before a word: its name and a value, and a comma. */
static void
choose_member(const uint8_t *word, size_t len)
{
	const char *name = names[dice(COUNT(names))];
	size_t n = strlen(name);

	choose_value();
	memmove(put_text + n + 3, put_text, put_len);
	put_text[0] = '"';
	memcpy(put_text + 1, name, n);
	memcpy(put_text + n + 1, "\":", 2);
	put_len += n + 3;
	put_text[put_len++] = ',';
	if (len > sizeof(put_text) - put_len)
		len = 0;
	memcpy(put_text + put_len, word, len);
	put_len += len;
}

/* Inside a string's quotes; a quote or control there is written as one. */
static size_t
mutate_inside(uint8_t *p, size_t len, size_t max)
{
	size_t n = mutate_bytes(p, len, max);

	for (size_t i = 0; i < n; i++)
		if (p[i] < 0x20 ||
		    (p[i] == '"' && (i == 0 || p[i - 1] != '\\')))
			p[i] = (uint8_t)('0' + p[i] % 64);
	return n;
}

static size_t
mutate_word(uint8_t *p, size_t len, size_t max, const struct word *words,
    size_t n)
{
	struct word word = words[dice((unsigned)n)];
	struct word other = words[dice((unsigned)n)];

	switch (dice(6)) {
	case 0:
		choose_value();
		break;
	case 1:
		choose_member(p + word.at, word.len);
		break;
	case 2:
		choose_text(p + other.at, other.len);
		break;
	default:
		if (word.len >= 2 && p[word.at] == '"')
			return mutate_part(mutate_inside, p, len, max,
			    word.at + 1, word.len - 2);
		return mutate_part(mutate_bytes, p, len, max, word.at,
		    word.len);
	}
	return mutate_part(put, p, len, max, word.at, word.len);
}

/* From a word to the beginning of a later one: left out or repeated. */
static size_t
mutate_run(uint8_t *p, size_t len, size_t max, const struct word *words,
    size_t n)
{
	size_t first = dice((unsigned)n), last = first + 1 + dice(4);
	size_t at = words[first].at;
	size_t end = last < n ? words[last].at : len;

	if (dice(2) == 0)
		choose_text(p + at, 0);
	else if (2 * (end - at) <= sizeof(put_text)) {
		choose_text(p + at, end - at);
		memcpy(put_text + put_len, p + at, end - at);
		put_len *= 2;
	} else
		return len;
	return mutate_part(put, p, len, max, at, end - at);
}

size_t
mutate_json(uint8_t *p, size_t len, size_t max)
{
	static struct word words[WORDS_MAX];
	size_t n = find_words(p, len, words);

	if (n == 0 || dice(16) == 0)
		return mutate_bytes(p, len, max);
	return dice(4) == 0 ? mutate_run(p, len, max, words, n) :
	    mutate_word(p, len, max, words, n);
}
