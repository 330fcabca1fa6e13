#include "parent/log_json.h"

#include <ctype.h>
#include <string.h>

#define PREFIX_LEN (sizeof("SALLYPORT_") - 1)

struct json {
	char *text;
	size_t used;
};

/* False if there would be no room for what ends the object. */
static bool
put(struct json *json, char c)
{
	if (json->used + sizeof("}") >= LOG_FIELDS_MAX)
		return false;
	json->text[json->used++] = c;
	return true;
}

/* Printable ASCII as it is: a line has nothing else. */
static bool
put_string(struct json *json, const char *s, size_t n)
{
	bool fits = put(json, '"');

	for (size_t i = 0; fits && i < n; i++)
		fits = ((s[i] != '"' && s[i] != '\\') || put(json, '\\')) &&
		    put(json, s[i]);
	return fits && put(json, '"');
}

/* Whole, or not at all. */
static void
put_member(struct json *json, const char *key, size_t key_len,
    const char *value, size_t value_len)
{
	size_t before = json->used;

	if ((before > 1 && !put(json, ',')) ||
	    !put_string(json, key, key_len) || !put(json, ':') ||
	    !put_string(json, value, value_len))
		json->used = before;
}

/* A line of the fields, SALLYPORT_KEY=value. */
static void
put_field(struct json *json, const char *field, size_t len)
{
	const char *equals = memchr(field, '=', len);
	char key[64];
	size_t n = (size_t)(equals - field) - PREFIX_LEN;

	for (size_t i = 0; i < n && i < sizeof(key); i++)
		key[i] = (char)tolower(field[PREFIX_LEN + i]);
	put_member(json, key, n < sizeof(key) ? n : sizeof(key), equals + 1,
	    len - PREFIX_LEN - n - 1);
}

void
log_json(const struct log_line *line, char text[LOG_FIELDS_MAX])
{
	static const char message[] = "message";
	struct json json = { text, 0 };
	size_t len;

	(void)put(&json, '{');
	if (line->words > 0)
		put_member(&json, message, sizeof(message) - 1, line->text,
		    line->words);
	for (const char *field = line->fields; *field != '\0';
	    field += len + 1) {
		len = strcspn(field, "\n");
		put_field(&json, field, len);
	}
	text[json.used++] = '}';
	text[json.used] = '\0';
}
