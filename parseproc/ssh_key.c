#include "parseproc/ssh_key.h"

#include <stdlib.h>
#include <string.h>

#include "ipc/base64.h"
#include "ipc/limits.h"
#include "parseproc/ec_point.h"
#include "parseproc/ssh_blob.h"
#include "parseproc/utf8.h"

/* What KEY_BASE64_MAX characters decode to; small enough for the stack. */
#define BLOB_MAX (KEY_BASE64_MAX / 4 * 3)

struct word {
	const uint8_t *p;
	size_t len;
};

/* sshd takes both between the parts of an entry. */
static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

/*
 * Whether there is a byte that could begin another line, or end a string.
 * What else is no text makes the type or the base64 wrong, or becomes '?' in
 * the comment.
 */
static bool
breaks_line(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] == '\n' || p[i] == '\r' || p[i] == '\0')
			return true;
	return false;
}

/* Cuts the next word off the front of *rest; an empty one at the end. */
static struct word
next_word(struct word *rest)
{
	struct word word;

	while (rest->len > 0 && is_blank(rest->p[0])) {
		rest->p++;
		rest->len--;
	}
	word.p = rest->p;
	word.len = 0;
	while (word.len < rest->len && !is_blank(rest->p[word.len]))
		word.len++;
	rest->p += word.len;
	rest->len -= word.len;
	return word;
}

static bool
begins_with(struct word word, const char *text)
{
	size_t n = strlen(text);

	return word.len >= n && memcmp(word.p, text, n) == 0;
}

/*
 * Whether an entry whose first word is no type of ours begins with options
 * (sshd(8)): they have quotes or stand before a type. It is left out either
 * way; this only finds the better word for the log.
 */
static bool
looks_like_options(struct word first, struct word second)
{
	return (first.len > 0 && memchr(first.p, '"', first.len) != NULL) ||
	    begins_with(second, "ssh-") || begins_with(second, "ecdsa-") ||
	    begins_with(second, "sk-");
}

/*
 * Reduces what follows the blob to at most KEY_COMMENT_MAX printable
 * characters in out, and returns how many.
 */
static size_t
reduce_comment(struct word rest, char *out)
{
	size_t used;

	while (rest.len > 0 && is_blank(rest.p[0])) {
		rest.p++;
		rest.len--;
	}
	while (rest.len > 0 && is_blank(rest.p[rest.len - 1]))
		rest.len--;
	used = utf8_to_ascii(rest.p, rest.len, out, KEY_COMMENT_MAX);
	/* Cut behind a space, it would not be the same when read again. */
	while (used > 0 && out[used - 1] == ' ')
		used--;
	return used;
}

/* Puts the checked parts together anew. */
static enum reason
compose(const char *type, const uint8_t *blob, size_t blob_len,
    struct word rest, struct ssh_key *key)
{
	char comment[KEY_COMMENT_MAX];
	size_t comment_len = reduce_comment(rest, comment);
	size_t base64_len = base64_encoded_len(blob_len);
	char *text = malloc(base64_len + 1 + comment_len + 1);

	if (text == NULL)
		return REASON_MEMORY;
	base64_encode(blob, blob_len, text);
	text[base64_len] = '\0';
	memcpy(text + base64_len + 1, comment, comment_len);
	text[base64_len + 1 + comment_len] = '\0';
	key->type = type;
	key->base64 = text;
	key->base64_len = base64_len;
	key->comment = text + base64_len + 1;
	key->comment_len = comment_len;
	return REASON_OK;
}

enum reason
ssh_key_read(const uint8_t *line, size_t len, struct ssh_key *key)
{
	uint8_t blob[BLOB_MAX];
	struct word rest = { line, len }, first, second;
	enum reason reason;
	const char *type;
	size_t blob_len;

	memset(key, 0, sizeof(*key));
	/* The line end of a .pub file, pasted with the rest, hides nothing. */
	while (rest.len > 0 && (rest.p[rest.len - 1] == '\n' ||
	    rest.p[rest.len - 1] == '\r'))
		rest.len--;
	if (breaks_line(rest.p, rest.len))
		return REASON_KEY_LINE;
	first = next_word(&rest);
	second = next_word(&rest);
	type = ssh_blob_type(first.p, first.len);
	if (type == NULL)
		return looks_like_options(first, second) ?
		    REASON_KEY_OPTIONS : REASON_KEY_TYPE;
	if (second.len == 0 || base64_decode(second.p, second.len, blob,
	    sizeof(blob), &blob_len) != ERR_OK)
		return REASON_KEY_BASE64;
	reason = ssh_blob_check(type, blob, blob_len);
	if (reason != REASON_OK)
		return reason;
	return compose(type, blob, blob_len, rest, key);
}

void
ssh_key_free(struct ssh_key *key)
{
	free(key->base64);
	memset(key, 0, sizeof(*key));
}

bool
ssh_key_warm_up(void)
{
	return ec_point_warm_up();
}
