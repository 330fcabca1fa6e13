#include "parseproc/opk_plugin_env.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ipc/base64.h"
#include "parseproc/utf8.h"

#define PREFIX "OPKSSH_PLUGIN_"

/* Where we write. */
struct writer {
	const struct json *claims;
	char *out;
	size_t size;
	size_t used;
	size_t begin; /* of the string that is being written */
	enum reason reason; /* of the first thing that failed */
};

static void
fail(struct writer *w, enum reason reason)
{
	if (w->reason == REASON_OK)
		w->reason = reason;
}

/* Makes room for n bytes: where to write them, or NULL. */
static char *
take(struct writer *w, size_t n)
{
	char *p = w->out + w->used;

	if (w->reason != REASON_OK || w->size - w->used < n) {
		fail(w, REASON_PLUGIN_VALUE);
		return NULL;
	}
	w->used += n;
	return p;
}

static void
put(struct writer *w, struct span text)
{
	char *p = take(w, text.len);

	if (p != NULL && text.len > 0)
		memcpy(p, text.p, text.len);
}

/* Ends a string: it must have no NUL inside, and not be too long. */
static void
end(struct writer *w)
{
	size_t len = w->used - w->begin;

	put(w, span_chars("", 1));
	if (w->reason == REASON_OK && (len >= OPK_ENV_STRING_MAX ||
	    memchr(w->out + w->begin, '\0', len) != NULL))
		fail(w, REASON_PLUGIN_VALUE);
}

static void
put_base64(struct writer *w, struct span text)
{
	char *p = take(w, base64_encoded_len(text.len));

	if (p != NULL && text.len > 0)
		base64_encode(text.p, text.len, p);
}

/* A text as a JSON string. One with NUL is refused, escaped or not. */
static void
put_quoted(struct writer *w, struct span text)
{
	static const char hex[] = "0123456789abcdef";

	if (!utf8_valid(text.p, text.len))
		fail(w, REASON_PLUGIN_VALUE); /* nor would JSON take it */
	put(w, span_of("\""));
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.p[i];
		char escape[] = { '\\', 'u', '0', '0', hex[c >> 4],
			hex[c & 15] };

		if (c == '\0')
			fail(w, REASON_PLUGIN_VALUE);
		else if (c < 0x20)
			put(w, span_chars(escape, sizeof(escape)));
		else if (c == '"' || c == '\\')
			put(w, span_of(c == '"' ? "\\\"" : "\\\\"));
		else
			put(w, (struct span){ text.p + i, 1 });
	}
	put(w, span_of("\""));
}

static void
put_string(struct writer *w, json_value v)
{
	size_t room = json_string_max(w->claims, v), len = 0;
	char *p = take(w, room);

	if (p == NULL)
		return;
	if (json_string(w->claims, v, (uint8_t *)p, room, &len) != ERR_OK)
		fail(w, REASON_PLUGIN_VALUE);
	w->used -= room - len;
}

/* A string of the claims as a JSON string. */
static void
put_requoted(struct writer *w, json_value v)
{
	size_t room = json_string_max(w->claims, v), len = 0;
	uint8_t *text = malloc(room + (room == 0));

	if (text == NULL)
		fail(w, REASON_MEMORY);
	else if (json_string(w->claims, v, text, room, &len) != ERR_OK)
		fail(w, REASON_PLUGIN_VALUE);
	else
		put_quoted(w, (struct span){ text, len });
	free(text);
}

/* A list of strings as a JSON array without white space. */
static void
put_list(struct writer *w, json_value list)
{
	json_value v = json_first(w->claims, list);

	if (json_kind(w->claims, list) != JSON_ARRAY)
		fail(w, REASON_PLUGIN_VALUE);
	put(w, span_of("["));
	for (size_t i = 0; v != JSON_NONE && w->reason == REASON_OK; i++) {
		if (i > 0)
			put(w, span_of(","));
		put_requoted(w, v);
		v = json_next(w->claims, list, v);
	}
	put(w, span_of("]"));
}

/* A time: digits. (An int64_t for plugins that compute with it.) */
static void
put_time(struct writer *w, json_value v)
{
	const uint8_t *p = NULL;
	size_t len = 0;

	if (json_number(w->claims, v, &p, &len) != ERR_OK || len > 18)
		fail(w, REASON_PLUGIN_VALUE);
	for (size_t i = 0; w->reason == REASON_OK && i < len; i++)
		if (p[i] < '0' || p[i] > '9')
			fail(w, REASON_PLUGIN_VALUE);
	put(w, (struct span){ p, len });
}

/* true or false; what Go takes for one of them becomes it, too. */
static void
put_bool(struct writer *w, json_value v)
{
	static const struct {
		const char *text;
		const char *value;
	} words[] = {
		{ "1", "true" }, { "t", "true" }, { "T", "true" },
		{ "TRUE", "true" }, { "True", "true" },
		{ "0", "false" }, { "f", "false" }, { "F", "false" },
		{ "FALSE", "false" }, { "False", "false" },
	};
	enum json_kind kind = json_kind(w->claims, v);
	size_t begin = w->used;

	if (kind == JSON_TRUE || kind == JSON_FALSE) {
		put(w, span_of(kind == JSON_TRUE ? "true" : "false"));
		return;
	}
	put_string(w, v);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (w->reason == REASON_OK && span_is(span_chars(
		    w->out + begin, w->used - begin), words[i].text)) {
			w->used = begin;
			put(w, span_of(words[i].value));
			return;
		}
}

/* aud: one as it is, several as a list. */
static void
put_audience(struct writer *w, json_value v)
{
	if (json_kind(w->claims, v) == JSON_ARRAY)
		put_list(w, v);
	else
		put_string(w, v);
}

/* Begins a string; false if there is no room or no sense in a value. */
static bool
begin(struct writer *w, const char *name)
{
	w->begin = w->used;
	put(w, span_of(name));
	put(w, span_of("="));
	return w->reason == REASON_OK;
}

/* The claims that have a variable. Of another type they are refused. */
static const struct {
	const char *name;
	const char *claim;
	void (*put)(struct writer *w, json_value v);
} claim_table[] = {
	{ PREFIX "ISS", "iss", put_string },
	{ PREFIX "SUB", "sub", put_string },
	{ PREFIX "EMAIL", "email", put_string },
	{ PREFIX "EMAIL_VERIFIED", "email_verified", put_bool },
	{ PREFIX "AUD", "aud", put_audience },
	{ PREFIX "EXP", "exp", put_time },
	{ PREFIX "NBF", "nbf", put_time },
	{ PREFIX "IAT", "iat", put_time },
	{ PREFIX "JTI", "jti", put_string },
	{ PREFIX "GROUPS", "groups", put_list },
};

/* A claim that is absent or null is the empty string. */
static const char *
put_claims(struct writer *w)
{
	for (size_t i = 0; i < sizeof(claim_table) / sizeof(claim_table[0]);
	    i++) {
		json_value v = json_member(w->claims, JSON_ROOT,
		    claim_table[i].claim);
		enum json_kind kind = json_kind(w->claims, v);

		if (begin(w, claim_table[i].name) && kind != JSON_ABSENT &&
		    kind != JSON_NULL)
			claim_table[i].put(w, v);
		end(w);
		if (w->reason != REASON_OK)
			return claim_table[i].name;
	}
	return NULL;
}

/* What is handed on as it is, or in base64. */
static const char *
put_texts(struct writer *w, const struct opk_plugin_login *login)
{
	const struct {
		const char *name;
		struct span text;
		void (*put)(struct writer *w, struct span text);
	} texts[] = {
		{ PREFIX "U", login->user, put },
		{ PREFIX "K", login->key, put },
		{ PREFIX "T", login->type, put },
		{ PREFIX "PAYLOAD", login->payload, put_base64 },
		{ PREFIX "UPK", login->upk, put_base64 },
		{ PREFIX "IDT", login->id_token, put },
		{ PREFIX "PKT", login->pk_token, put },
		{ PREFIX "CONFIG", login->config, put_base64 },
		{ PREFIX "USERINFO", login->userinfo, put },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (begin(w, texts[i].name))
			texts[i].put(w, texts[i].text);
		end(w);
		if (w->reason != REASON_OK)
			return texts[i].name;
	}
	return NULL;
}

/* The words behind %t as a JSON array; the empty string if there are none. */
static const char *
put_extra(struct writer *w, const struct opk_plugin_login *login)
{
	static const char name[] = PREFIX "EXTRA_ARGS";

	if (begin(w, name) && login->nextra > 0) {
		for (size_t i = 0; i < login->nextra; i++) {
			put(w, span_of(i == 0 ? "[" : ","));
			put_quoted(w, login->extra[i]);
		}
		put(w, span_of("]"));
	}
	end(w);
	return w->reason == REASON_OK ? NULL : name;
}

enum reason
opk_plugin_env_write(const struct opk_plugin_login *login,
    const struct json *claims, char *out, size_t size,
    struct opk_plugin_env *env)
{
	struct writer w = { .claims = claims, .out = out, .size = size,
		.reason = REASON_OK };

	memset(env, 0, sizeof(*env));
	env->what = put_texts(&w, login);
	if (env->what == NULL)
		env->what = put_claims(&w);
	if (env->what == NULL)
		env->what = put_extra(&w, login);
	if (w.reason == REASON_OK)
		env->len = w.used;
	return w.reason;
}
