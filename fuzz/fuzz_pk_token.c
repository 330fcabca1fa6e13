/*
 * Compact PK tokens, and the hints in them. Beyond not crashing: the parts of
 * what was read, encoded again, are the same text; a hint is of its alphabet
 * and stands in what it was found in.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "parseproc/base64url.h"
#include "parseproc/hint.h"
#include "parseproc/pk_token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static void
check_part(struct span text, struct span bytes)
{
	static char again[PK_TOKEN_MAX + 4];

	require(text.len > 0);
	require(base64url_decoded_len(text.len) == bytes.len);
	require(base64url_encoded_len(bytes.len) == text.len);
	base64url_encode(bytes.p, bytes.len, again);
	require(memcmp(again, text.p, text.len) == 0);
}

static void
check_jws(const struct pk_jws *jws)
{
	size_t head = jws->protected_text.len;

	check_part(jws->protected_text, jws->header);
	check_part(jws->payload_text, jws->payload);
	check_part(jws->signature_text, jws->signature);
	require(jws->input.len == head + 1 + jws->payload_text.len);
	require(memcmp(jws->input.p, jws->protected_text.p, head) == 0);
	require(jws->input.p[head] == '.');
	require(memcmp(jws->input.p + head + 1, jws->payload_text.p,
	    jws->payload_text.len) == 0);
}

static void
check_hint(struct span bytes, const char *name)
{
	struct hint hint;
	bool found = hint_find(bytes, name, &hint);

	require(found == (hint.len > 0) && hint.len <= HINT_MAX);
	for (size_t i = 0; i < hint.len; i++)
		require(hint.text[i] > ' ' && hint.text[i] < 0x7f &&
		    hint.text[i] != '"' && hint.text[i] != '\\');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t room[PK_TOKEN_ROOM(PK_TOKEN_MAX)];
	struct pk_token token;
	enum reason reason;

	check_hint((struct span){ data, size }, "kid");
	/* No more room than was promised to suffice. */
	reason = pk_token_read(data, size, room, size > PK_TOKEN_MAX ?
	    sizeof(room) : PK_TOKEN_ROOM(size), &token);
	if (reason != REASON_OK) {
		require(reason == REASON_TOKEN_FORM ||
		    reason == REASON_TOKEN_BASE64);
		require(token.segment[0].input.p == NULL);
		return 0;
	}
	for (size_t i = 0; i < PK_TOKEN_SEGMENTS; i++) {
		check_jws(&token.segment[i]);
		check_hint(token.segment[i].header, "kid");
	}
	check_hint(token.segment[0].payload, "iss");
	if (token.has_fresh)
		check_jws(&token.fresh);
	return 0;
}
