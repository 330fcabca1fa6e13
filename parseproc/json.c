#include "parseproc/json.h"

#include <stdlib.h>
#include <string.h>

#include "parseproc/utf8.h"

/*
 * Strict as far as jsmn goes; parent links because it is quadratic without
 * them; static so that no second jsmn can get into its way.
 */
#define JSMN_STRICT
#define JSMN_PARENT_LINKS
#define JSMN_STATIC
#include <jsmn.h>

struct json_token {
	jsmntok_t t;
};

/* Whether v is a value of the document. */
static bool
present(const struct json *doc, json_value v)
{
	return v < doc->count;
}

/* The bytes of a token; of strings those between the quotes. */
static const uint8_t *
bytes_of(const struct json *doc, json_value v, size_t *len)
{
	const jsmntok_t *t = &doc->tokens[v].t;

	*len = (size_t)(t->end - t->start);
	return doc->text + t->start;
}

/* The first value behind all of v. Everything inside v begins before its end. */
static json_value
skip(const struct json *doc, json_value v)
{
	int end = doc->tokens[v].t.end;
	json_value next = v + 1;

	while (next < doc->count && doc->tokens[next].t.start < end)
		next++;
	return next;
}

/* Compares two strings of the document character by character. */
static int
compare_strings(const struct json *doc, json_value a, json_value b)
{
	size_t alen, blen, i = 0, j = 0;
	const uint8_t *astr = bytes_of(doc, a, &alen);
	const uint8_t *bstr = bytes_of(doc, b, &blen);

	while (i < alen && j < blen) {
		uint32_t ca = json_next_char(astr, alen, &i);
		uint32_t cb = json_next_char(bstr, blen, &j);

		if (ca != cb)
			return ca < cb ? -1 : 1;
	}
	return (i < alen) - (j < blen);
}

/*
 * Heap sort, because it needs no memory, no recursion, and has no bad case
 * that a stranger could send. names[0..n) is a heap but for its root.
 */
static void
sift_down(const struct json *doc, size_t root, size_t n)
{
	uint32_t *names = doc->names;

	for (;;) {
		size_t child = 2 * root + 1;
		uint32_t swap;

		if (child >= n)
			return;
		if (child + 1 < n && compare_strings(doc, names[child],
		    names[child + 1]) < 0)
			child++;
		if (compare_strings(doc, names[root], names[child]) >= 0)
			return;
		swap = names[root];
		names[root] = names[child];
		names[child] = swap;
		root = child;
	}
}

static void
sort_names(const struct json *doc, size_t n)
{
	for (size_t i = n / 2; i > 0; i--)
		sift_down(doc, i - 1, n);
	for (size_t i = n; i > 1; i--) {
		uint32_t largest = doc->names[0];

		doc->names[0] = doc->names[i - 1];
		doc->names[i - 1] = largest;
		sift_down(doc, 0, i - 1);
	}
}

/* Whether an object has two members of one name. */
static bool
has_duplicate(const struct json *doc, json_value object)
{
	json_value end = skip(doc, object);
	size_t n = 0;

	/* A name is followed by its value: so names are every other value. */
	for (json_value v = object + 1; v < end; v = skip(doc, v + 1))
		doc->names[n++] = v;
	sort_names(doc, n);
	for (size_t i = 1; i < n; i++)
		if (compare_strings(doc, doc->names[i - 1],
		    doc->names[i]) == 0)
			return true;
	return false;
}

/*
 * Makes room for n values. At least twice the old room, so that a sender of
 * ever longer lines cannot make a trail of abandoned blocks.
 */
static enum json_verdict
make_room(struct json *doc, size_t n)
{
	if (n <= doc->room)
		return JSON_OK;
	if (n < 2 * doc->room)
		n = 2 * doc->room;
	json_free(doc);
	doc->tokens = calloc(n, sizeof(doc->tokens[0]));
	doc->names = calloc(n, sizeof(doc->names[0]));
	if (doc->tokens == NULL || doc->names == NULL) {
		json_free(doc);
		return JSON_MEMORY;
	}
	doc->room = n;
	return JSON_OK;
}

static bool
is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/*
 * jsmn, being strict, wants something behind a number or literal name and so
 * refuses one that stands alone, which RFC 8259 section 2 allows. Such a
 * text needs no splitting. Returns whether it was one.
 */
static bool
lone_primitive(const uint8_t *text, size_t len, jsmntok_t *t)
{
	size_t start = 0, end = len;

	while (start < len && is_space(text[start]))
		start++;
	while (end > start && is_space(text[end - 1]))
		end--;
	if (start == end || text[start] == '{' || text[start] == '[' ||
	    text[start] == '"')
		return false;
	*t = (jsmntok_t){ .type = JSMN_PRIMITIVE, .start = (int)start,
		.end = (int)end, .parent = -1 };
	return true;
}

/* Splits what the grammar has passed into n values. */
static bool
split(struct json *doc, const uint8_t *text, size_t len, size_t n)
{
	jsmn_parser parser;

	if (n == 1 && lone_primitive(text, len, &doc->tokens[0].t))
		return true;
	jsmn_init(&parser);
	return jsmn_parse(&parser, (const char *)text, len, &doc->tokens[0].t,
	    (unsigned)n) == (int)n && parser.pos == len;
}

enum json_verdict
json_read(struct json *doc, const uint8_t *text, size_t len)
{
	enum json_verdict verdict;
	size_t n;

	doc->count = 0;
	if (len > JSON_TEXT_MAX)
		return JSON_SIZE;
	verdict = json_grammar(text, len, &n);
	if (verdict != JSON_OK)
		return verdict;
	if (n > JSON_VALUES_MAX)
		return JSON_SIZE;
	verdict = make_room(doc, n);
	if (verdict != JSON_OK)
		return verdict;
	if (!split(doc, text, len, n))
		return JSON_INVALID;
	doc->text = text;
	doc->count = n;
	for (json_value v = 0; v < n; v++) {
		if (json_kind(doc, v) == JSON_OBJECT &&
		    has_duplicate(doc, v)) {
			doc->count = 0;
			return JSON_DUPLICATE;
		}
	}
	return JSON_OK;
}

void
json_free(struct json *doc)
{
	free(doc->tokens);
	free(doc->names);
	memset(doc, 0, sizeof(*doc));
}

enum json_kind
json_kind(const struct json *doc, json_value v)
{
	const jsmntok_t *t;

	if (!present(doc, v))
		return JSON_ABSENT;
	t = &doc->tokens[v].t;
	switch (t->type) {
	case JSMN_OBJECT:
		return JSON_OBJECT;
	case JSMN_ARRAY:
		return JSON_ARRAY;
	case JSMN_STRING:
		return JSON_STRING;
	default:
		break;
	}
	switch (doc->text[t->start]) {
	case 't':
		return JSON_TRUE;
	case 'f':
		return JSON_FALSE;
	case 'n':
		return JSON_NULL;
	default:
		return JSON_NUMBER;
	}
}

bool
json_string_is(const struct json *doc, json_value v, const uint8_t *p,
    size_t n)
{
	size_t len, i = 0, used = 0;
	const uint8_t *s;

	if (json_kind(doc, v) != JSON_STRING)
		return false;
	s = bytes_of(doc, v, &len);
	while (i < len) {
		uint8_t c[UTF8_CHAR_MAX];
		size_t clen = utf8_put(json_next_char(s, len, &i), c);

		if (n - used < clen || memcmp(p + used, c, clen) != 0)
			return false;
		used += clen;
	}
	return used == n;
}

json_value
json_member_named(const struct json *doc, json_value v, const uint8_t *name,
    size_t n)
{
	json_value end;

	if (json_kind(doc, v) != JSON_OBJECT)
		return JSON_NONE;
	end = skip(doc, v);
	for (json_value member = v + 1; member < end;
	    member = skip(doc, member + 1))
		if (json_string_is(doc, member, name, n))
			return member + 1;
	return JSON_NONE;
}

json_value
json_member(const struct json *doc, json_value v, const char *name)
{
	return json_member_named(doc, v, (const uint8_t *)name, strlen(name));
}

json_value
json_first(const struct json *doc, json_value a)
{
	if (json_kind(doc, a) != JSON_ARRAY || skip(doc, a) == a + 1)
		return JSON_NONE;
	return a + 1;
}

json_value
json_next(const struct json *doc, json_value a, json_value e)
{
	json_value next;

	if (json_kind(doc, a) != JSON_ARRAY || !present(doc, e))
		return JSON_NONE;
	next = skip(doc, e);
	return next < doc->count &&
	    doc->tokens[next].t.start < doc->tokens[a].t.end ? next :
	    JSON_NONE;
}

size_t
json_string_max(const struct json *doc, json_value v)
{
	size_t len = 0;

	/* Every escape is longer than the character it stands for. */
	if (json_kind(doc, v) == JSON_STRING)
		(void)bytes_of(doc, v, &len);
	return len;
}

enum err
json_string(const struct json *doc, json_value v, uint8_t *buf, size_t size,
    size_t *len)
{
	const uint8_t *s;
	size_t n, i = 0, used = 0;

	*len = 0;
	if (json_kind(doc, v) != JSON_STRING)
		return ERR_TYPE;
	s = bytes_of(doc, v, &n);
	if (size < n)
		return ERR_TOO_BIG;
	while (i < n) {
		uint8_t c[UTF8_CHAR_MAX];
		size_t clen = utf8_put(json_next_char(s, n, &i), c);

		memcpy(buf + used, c, clen);
		used += clen;
	}
	*len = used;
	return ERR_OK;
}

const uint8_t *
json_text(const struct json *doc, json_value v, size_t *len)
{
	*len = 0;
	return present(doc, v) ? bytes_of(doc, v, len) : NULL;
}

enum err
json_number(const struct json *doc, json_value v, const uint8_t **p,
    size_t *len)
{
	*p = NULL;
	*len = 0;
	if (json_kind(doc, v) != JSON_NUMBER)
		return ERR_TYPE;
	*p = bytes_of(doc, v, len);
	return ERR_OK;
}
