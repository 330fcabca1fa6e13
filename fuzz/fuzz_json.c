/*
 * The strict JSON layer. Beyond not crashing: jsmn agrees with the grammar
 * about every text, whatever is read can be walked to its end, strings are
 * UTF-8, and every member is found under its own name.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "parseproc/json.h"
#include "parseproc/utf8.h"

/* Everything that a reader can ask of one value. */
static void
look_at(const struct json *doc, json_value v)
{
	size_t max = json_string_max(doc, v), len, elements = 0;
	uint8_t *buf = malloc(max + 1);
	const uint8_t *p;

	require(buf != NULL);
	p = json_text(doc, v, &len);
	require(p >= doc->text && (len > 0 || json_kind(doc, v) ==
	    JSON_STRING));
	switch (json_kind(doc, v)) {
	case JSON_STRING:
		require(json_string(doc, v, buf, max, &len) == ERR_OK);
		require(len <= max && utf8_valid(buf, len));
		require(json_string_is(doc, v, buf, len));
		require(len == 0 || !json_string_is(doc, v, buf, len - 1));
		(void)json_member_named(doc, JSON_ROOT, buf, len);
		buf[len] = '\0';
		(void)json_member(doc, JSON_ROOT, (const char *)buf);
		break;
	case JSON_NUMBER:
		require(json_number(doc, v, &p, &len) == ERR_OK && len > 0);
		break;
	case JSON_ARRAY:
		for (json_value e = json_first(doc, v); e != JSON_NONE;
		    e = json_next(doc, v, e))
			require(++elements <= doc->count);
		break;
	case JSON_OBJECT:
		(void)json_member(doc, v, "public_key");
		break;
	default:
		require(json_kind(doc, v) != JSON_ABSENT);
		break;
	}
	free(buf);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json doc = { 0 };
	enum json_verdict grammar, verdict;
	size_t n;

	grammar = json_grammar(data, size, &n);
	verdict = json_read(&doc, data, size);
	if (grammar == JSON_OK) {
		require(verdict != JSON_INVALID && verdict != JSON_DEPTH);
		require(utf8_valid(data, size));
	} else {
		require(verdict == grammar || size > JSON_TEXT_MAX);
	}
	require((verdict == JSON_OK) == (doc.count > 0));
	/* Enough of them; looking at all at once would take time squared. */
	for (json_value v = 0; v < doc.count && v < 64; v++)
		look_at(&doc, v);
	json_free(&doc);
	return 0;
}
