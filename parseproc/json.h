/*
 * JSON texts, RFC 8259, read strictly: what json_grammar.h passes and where
 * no object names a member twice, the names compared with their escapes
 * resolved. Whoever asks for a member therefore gets what every other
 * reader of the same bytes gets.
 *
 * jsmn only splits, and only what the grammar has passed; where the two
 * disagree on the number of values the text is refused.
 */
#ifndef PARSEPROC_JSON_H
#define PARSEPROC_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/err.h"
#include "parseproc/json_grammar.h"

/* No answer of a source is larger; and jsmn counts in int. */
#define JSON_TEXT_MAX (1024 * 1024)
/*
 * A line of Key9's (16 KiB) cannot have more than half of this; a JWKS of
 * 1,000 keys has about as many. It takes 384 KiB of the arena.
 */
#define JSON_VALUES_MAX 16384

enum json_kind {
	JSON_ABSENT, /* what JSON_NONE is */
	JSON_OBJECT,
	JSON_ARRAY,
	JSON_STRING,
	JSON_NUMBER,
	JSON_TRUE,
	JSON_FALSE,
	JSON_NULL,
};

struct json_token;

/*
 * A text that was read. All zero is an empty one, and every document begins
 * so. It borrows the text; the memory for its tokens it owns, keeps for the
 * next text and gives back in json_free().
 */
struct json {
	const uint8_t *text;
	struct json_token *tokens;
	uint32_t *names; /* scratch: the names of one object, sorted */
	size_t count;    /* of the text's values; 0 if it was refused */
	size_t room;     /* for how many values there is memory */
};

/* A value of a document, good until its next json_read(). */
typedef uint32_t json_value;

#define JSON_NONE UINT32_MAX
#define JSON_ROOT 0

/*
 * Reads len hostile bytes, which must outlive their use in *doc. Takes time
 * in proportion to len (times its logarithm, where an object has many
 * members). On anything but JSON_OK the document is empty.
 */
enum json_verdict json_read(struct json *doc, const uint8_t *text, size_t len)
    MUST_CHECK;

void json_free(struct json *doc);

/* JSON_ABSENT for JSON_NONE and for everything in an empty document. */
enum json_kind json_kind(const struct json *doc, json_value v);

/*
 * The member of an object by its exact name, ASCII and a constant of ours;
 * JSON_NONE if there is none or v is no object.
 */
json_value json_member(const struct json *doc, json_value v,
    const char *name);

/* The same by a name of n bytes of UTF-8 that a file or a user gave. */
json_value json_member_named(const struct json *doc, json_value v,
    const uint8_t *name, size_t n);

/*
 * Whether v is a string and, with its escapes resolved, is these n bytes, no
 * more and no less, in UTF-8.
 */
bool json_string_is(const struct json *doc, json_value v, const uint8_t *p,
    size_t n);

/*
 * The elements of an array, in order: the first, and the one behind e, which
 * must be an element of a. JSON_NONE at the end or if a is no array.
 */
json_value json_first(const struct json *doc, json_value a);
json_value json_next(const struct json *doc, json_value a, json_value e);

/*
 * How many bytes a string has at most once its escapes are resolved: what to
 * give to json_string(). 0 if v is no string.
 */
size_t json_string_max(const struct json *doc, json_value v);

/*
 * Copies a string, escapes resolved, as UTF-8 into buf, which has room for
 * size bytes: ERR_OK and its length in *len. It may hold NUL (\u0000), which
 * only the length tells. ERR_TYPE if v is no string; ERR_TOO_BIG if size is
 * less than json_string_max(). *len is 0 unless ERR_OK.
 */
enum err json_string(const struct json *doc, json_value v, uint8_t *buf,
    size_t size, size_t *len) MUST_CHECK;

/*
 * A value as it is written, borrowed from the text: an object or array with
 * its brackets, a string without its quotes and with its escapes. *len is 0
 * for JSON_NONE.
 */
const uint8_t *json_text(const struct json *doc, json_value v, size_t *len);

/*
 * A number as it is written, borrowed from the text: ERR_OK, *p and *len.
 * ERR_TYPE if v is no number.
 */
enum err json_number(const struct json *doc, json_value v, const uint8_t **p,
    size_t *len) MUST_CHECK;

#endif
