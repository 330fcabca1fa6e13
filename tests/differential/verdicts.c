/*
 * Says what our readers make of cases, one line for each, for a script that
 * asks another reader too. A case is a line of words: what to do, then bytes
 * in hexadecimal ("-" if there are none).
 *
 *     base64url TEXT, base64 TEXT           the bytes
 *     json TEXT NAME...                     the value; members of these names
 *     key LINE                              type, blob, comment
 *     cert BLOB                             its parts, its signature
 *     jws JWK INPUT SIGNATURE               the algorithm, the signature
 *
 * An answer begins with "ok" or with the reader's word for what is wrong.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipc/base64.h"
#include "parseproc/base64url.h"
#include "parseproc/json.h"
#include "parseproc/jwk_read.h"
#include "parseproc/jws.h"
#include "parseproc/ssh_cert.h"
#include "parseproc/ssh_cert_self.h"
#include "parseproc/ssh_key.h"

#define WORDS_MAX 64

static void
say_bytes(const uint8_t *p, size_t n)
{
	putchar(' ');
	for (size_t i = 0; i < n; i++)
		printf("%02x", p[i]);
	if (n == 0)
		putchar('-');
}

static void
say_span(struct span s)
{
	say_bytes(s.p, s.len);
}

/* --- base64 --- */

typedef enum err decode_fn(const uint8_t *in, size_t n, uint8_t *out,
    size_t size, size_t *len);

static void
decode(decode_fn *read, size_t size, struct span text)
{
	uint8_t *out = malloc(size + 1);
	size_t len;
	enum err err = read(text.p, text.len, out, size, &len);

	printf("%s", err == ERR_OK ? "ok" : "no");
	if (err == ERR_OK)
		say_bytes(out, len);
	free(out);
}

static void
say_base64url(const struct span *words, size_t n)
{
	(void)n;
	decode(base64url_decode, base64url_decoded_len(words[0].len),
	    words[0]);
}

static void
say_base64(const struct span *words, size_t n)
{
	(void)n;
	decode(base64_decode, base64_decoded_max(words[0].len), words[0]);
}

/* --- JSON --- */

static const char *const json_words[] = {
	[JSON_OK] = "ok",
	[JSON_INVALID] = "invalid",
	[JSON_DEPTH] = "depth",
	[JSON_SIZE] = "size",
	[JSON_DUPLICATE] = "duplicate",
	[JSON_MEMORY] = "memory",
};

static void
say_string(const struct json *doc, json_value v)
{
	size_t size = json_string_max(doc, v), len;
	uint8_t *text = malloc(size + 1);

	if (json_string(doc, v, text, size, &len) != ERR_OK)
		abort();
	putchar('s');
	for (size_t i = 0; i < len; i++)
		printf("%02x", text[i]);
	free(text);
}

static void
say_number(const struct json *doc, json_value v)
{
	const uint8_t *p;
	size_t len;

	if (json_number(doc, v, &p, &len) != ERR_OK)
		abort();
	printf("n%.*s", (int)len, (const char *)p);
}

/* As deep as the reader allows. */
static void
say_value(const struct json *doc, json_value v, const struct span *names,
    size_t n)
{
	json_value inner;

	switch (json_kind(doc, v)) {
	case JSON_STRING:
		say_string(doc, v);
		return;
	case JSON_NUMBER:
		say_number(doc, v);
		return;
	case JSON_ARRAY:
		putchar('[');
		for (inner = json_first(doc, v); inner != JSON_NONE;
		    inner = json_next(doc, v, inner)) {
			say_value(doc, inner, names, n);
			putchar(',');
		}
		putchar(']');
		return;
	case JSON_OBJECT:
		putchar('{');
		for (size_t i = 0; i < n; i++) {
			inner = json_member_named(doc, v, names[i].p,
			    names[i].len);
			if (inner == JSON_NONE)
				continue;
			printf("%zu:", i);
			say_value(doc, inner, names, n);
			putchar(',');
		}
		putchar('}');
		return;
	case JSON_TRUE:
		putchar('t');
		return;
	case JSON_FALSE:
		putchar('f');
		return;
	case JSON_NULL:
		putchar('z');
		return;
	case JSON_ABSENT:
		abort();
	}
}

static void
say_json(const struct span *words, size_t n)
{
	struct json doc = { 0 };
	enum json_verdict verdict = json_read(&doc, words[0].p, words[0].len);

	printf("%s", json_words[verdict]);
	if (verdict == JSON_OK) {
		putchar(' ');
		say_value(&doc, JSON_ROOT, words + 1, n - 1);
	}
	json_free(&doc);
}

/* --- SSH --- */

static void
say_key(const struct span *words, size_t n)
{
	struct ssh_key key;
	enum reason reason = ssh_key_read(words[0].p, words[0].len, &key);

	(void)n;
	printf("%s", reason_word(reason));
	if (reason == REASON_OK)
		printf(" %s %s %s", key.type, key.base64, key.comment);
	ssh_key_free(&key);
}

static void
say_cert(const struct span *words, size_t n)
{
	struct ssh_cert cert;
	enum reason reason = ssh_cert_read(words[0].p, words[0].len, &cert);

	(void)n;
	if (reason == REASON_OK)
		reason = ssh_cert_self_verify(&cert);
	printf("%s", reason_word(reason));
	if (reason != REASON_OK)
		return;
	printf(" %s %llu %llu %llu", cert.type,
	    (unsigned long long)cert.serial,
	    (unsigned long long)cert.valid_after,
	    (unsigned long long)cert.valid_before);
	say_span(cert.key_id);
	say_span(cert.principals);
	say_span(cert.signature_key);
	say_span(cert.token);
}

/* --- JWK, JWS --- */

static void
say_jws(const struct span *words, size_t n)
{
	struct json doc = { 0 };
	uint8_t *room = malloc(JWK_ROOM);
	enum reason reason = REASON_JWKS_JSON;
	struct jwk key;

	(void)n;
	if (json_read(&doc, words[0].p, words[0].len) == JSON_OK)
		reason = jwk_read(&doc, JSON_ROOT, room, &key);
	printf("%s", reason_word(reason));
	if (reason == REASON_OK)
		printf(" %s %s", jws_alg_name(key.alg),
		    reason_word(jws_verify(&key, words[1], words[2])));
	json_free(&doc);
	free(room);
}

/* --- cases --- */

static const struct {
	const char *word;
	size_t nbytes; /* at least so many words follow */
	void (*say)(const struct span *words, size_t n);
} kinds[] = {
	{ "base64url", 1, say_base64url },
	{ "base64", 1, say_base64 },
	{ "json", 1, say_json },
	{ "key", 1, say_key },
	{ "cert", 1, say_cert },
	{ "jws", 3, say_jws },
};

static unsigned
digit(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* A word's bytes, in a block of their size: a sanitizer sees one too many. */
static struct span
bytes_of(const char *word)
{
	size_t n = strcmp(word, "-") == 0 ? 0 : strlen(word) / 2;
	uint8_t *p = malloc(n);

	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(digit(word[2 * i]) << 4 |
		    digit(word[2 * i + 1]));
	return (struct span){ p, n };
}

static void
answer(char *line)
{
	struct span words[WORDS_MAX];
	const char *kind = strtok(line, " \n"), *word;
	size_t n = 0;

	while (n < WORDS_MAX && (word = strtok(NULL, " \n")) != NULL)
		words[n++] = bytes_of(word);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kind != NULL && strcmp(kind, kinds[i].word) == 0 &&
		    n >= kinds[i].nbytes)
			kinds[i].say(words, n);
	putchar('\n');
	for (size_t i = 0; i < n; i++)
		free((uint8_t *)(uintptr_t)words[i].p);
}

int
main(void)
{
	char *line = NULL;
	size_t size = 0;

	if (!ssh_key_warm_up())
		return 1;
	while (getline(&line, &size, stdin) != -1)
		answer(line);
	free(line);
	return 0;
}
