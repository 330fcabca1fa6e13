#include "parseproc/key9_answer.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "parseproc/json.h"
#include "parseproc/utf8.h"

/* Everything that lives while an answer is read. */
struct reading {
	struct key9_answer *answer;
	struct json doc;                 /* of the current line */
	uint8_t string[KEY9_LINE_MAX];   /* one of its strings */
	size_t room; /* for how many keys, and how many drops, there is memory */
};

/* Whether a line says nothing: white space as in JSON, CR included. */
static bool
is_blank(const uint8_t *line, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r')
			return false;
	return true;
}

/* Whether the line's object speaks of an error. */
static bool
has_error(const struct json *doc, json_value error)
{
	switch (json_kind(doc, error)) {
	case JSON_ABSENT:
	case JSON_NULL:
		return false;
	case JSON_STRING:
		return json_string_max(doc, error) > 0;
	default:
		return true;
	}
}

/* Keeps what the error says, for the log. One that is no text stays empty. */
static enum reason
take_error(struct reading *r, json_value error)
{
	struct key9_answer *answer = r->answer;
	size_t n;

	if (json_string(&r->doc, error, r->string, sizeof(r->string), &n) !=
	    ERR_OK)
		n = 0;
	answer->detail_len = utf8_to_ascii(r->string, n, answer->detail,
	    KEY9_ERROR_MAX);
	return REASON_ANSWER_ERROR;
}

/*
 * A key: kept, or dropped with its reason. ANSWER_LINE if it is absent or no
 * string.
 */
static enum reason
take_key(struct reading *r, json_value public_key, uint32_t line)
{
	struct key9_answer *answer = r->answer;
	struct key9_drop *drop;
	enum reason reason;
	size_t n;

	/* No string is longer than its line, so there is room. */
	if (json_string(&r->doc, public_key, r->string, sizeof(r->string),
	    &n) != ERR_OK)
		return REASON_ANSWER_LINE;
	if (answer->nkeys + answer->ndrops == r->room)
		return REASON_ANSWER_KEYS;
	reason = ssh_key_read(r->string, n, &answer->keys[answer->nkeys]);
	if (reason == REASON_MEMORY)
		return reason;
	if (reason == REASON_OK) {
		answer->nkeys++;
		return REASON_OK;
	}
	drop = &answer->drops[answer->ndrops++];
	drop->reason = reason;
	drop->line = line;
	return REASON_OK;
}

/* One line that is not blank; anything but OK refuses the whole answer. */
static enum reason
read_line(struct reading *r, const uint8_t *text, size_t len, uint32_t line)
{
	json_value error;

	if (len > KEY9_LINE_MAX)
		return REASON_ANSWER_LINE;
	switch (json_read(&r->doc, text, len)) {
	case JSON_OK:
		break;
	case JSON_MEMORY:
		return REASON_MEMORY;
	default:
		return REASON_ANSWER_JSON;
	}
	error = json_member(&r->doc, JSON_ROOT, "error");
	if (has_error(&r->doc, error))
		return take_error(r, error);
	return take_key(r, json_member(&r->doc, JSON_ROOT, "public_key"),
	    line);
}

/* All lines, until one refuses the answer. */
static enum reason
read_lines(struct reading *r, const uint8_t *body, size_t len)
{
	enum reason reason = REASON_OK;
	uint32_t line = 0;
	size_t start = 0;

	while (start < len && reason == REASON_OK) {
		const uint8_t *lf = memchr(body + start, '\n', len - start);
		size_t n = lf != NULL ? (size_t)(lf - body) - start :
		    len - start;

		line++;
		if (!is_blank(body + start, n))
			reason = read_line(r, body + start, n, line);
		start += n + 1;
	}
	if (reason != REASON_OK)
		r->answer->line = line;
	return reason;
}

/* Room for a key and a drop per line, but never more than KEYS_MAX. */
static enum reason
make_room(struct reading *r, const uint8_t *body, size_t len)
{
	size_t lines = 1;

	for (size_t i = 0; i < len && lines < KEYS_MAX; i++)
		if (body[i] == '\n')
			lines++;
	r->answer->keys = calloc(lines, sizeof(r->answer->keys[0]));
	r->answer->drops = calloc(lines, sizeof(r->answer->drops[0]));
	if (r->answer->keys == NULL || r->answer->drops == NULL)
		return REASON_MEMORY;
	r->room = lines;
	return REASON_OK;
}

/* Takes all keys and drops back: what was refused must not be used. */
static void
forget_keys(struct key9_answer *answer)
{
	for (size_t i = 0; i < answer->nkeys; i++)
		ssh_key_free(&answer->keys[i]);
	answer->nkeys = 0;
	answer->ndrops = 0;
}

enum reason
key9_answer_read(const uint8_t *body, size_t len, struct key9_answer *answer)
{
	struct reading r = { .answer = answer };
	enum reason reason;

	memset(answer, 0, sizeof(*answer));
	if (len > KEY9_ANSWER_MAX)
		return REASON_TOO_LARGE;
	reason = make_room(&r, body, len);
	if (reason == REASON_OK)
		reason = read_lines(&r, body, len);
	json_free(&r.doc);
	if (reason != REASON_OK)
		forget_keys(answer);
	else if (answer->nkeys == 0)
		reason = answer->ndrops == 0 ? REASON_NO_KEYS :
		    REASON_ALL_KEYS_DROPPED;
	return reason;
}

void
key9_answer_free(struct key9_answer *answer)
{
	forget_keys(answer);
	free(answer->keys);
	free(answer->drops);
	memset(answer, 0, sizeof(*answer));
}
