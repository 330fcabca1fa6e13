#include "parseproc/pk_token.h"

#include <string.h>

#include "parseproc/base64url.h"

/* payload:protected:signature:protected:signature */
#define COLON_PARTS 5
/* protected.payload.signature */
#define DOT_PARTS 3

/* Space that is handed out from the front. */
struct room {
	uint8_t *p;
	size_t left;
};

/*
 * Cuts text into exactly n parts, none of them empty, at each separator.
 * False if there are more or fewer.
 */
static bool
split(struct span text, uint8_t separator, struct span *parts, size_t n)
{
	size_t part = 0, start = 0;

	for (size_t i = 0; i <= text.len; i++) {
		if (i < text.len && text.p[i] != separator)
			continue;
		if (part == n || i == start)
			return false;
		parts[part++] = (struct span){ text.p + start, i - start };
		start = i + 1;
	}
	return part == n;
}

/* What stands before the first dot, and whether there is more behind it. */
static struct span
before_dot(struct span text, struct span *behind)
{
	*behind = (struct span){ NULL, 0 };
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] != '.')
			continue;
		*behind = (struct span){ text.p + i + 1, text.len - i - 1 };
		return (struct span){ text.p, i };
	}
	return text;
}

/* Takes what was written from the front of the room. */
static struct span
take(struct room *room, size_t n)
{
	struct span taken = { room->p, n };

	room->p += n;
	room->left -= n;
	return taken;
}

static bool
decode(struct span text, struct room *room, struct span *out)
{
	size_t n;

	if (base64url_decode(text.p, text.len, room->p, room->left, &n) !=
	    ERR_OK)
		return false;
	*out = take(room, n);
	return true;
}

/* protected "." payload, put together in the room. */
static bool
join_input(struct pk_jws *jws, struct room *room)
{
	size_t head = jws->protected_text.len, body = jws->payload_text.len;

	if (room->left < head || room->left - head < 1 ||
	    room->left - head - 1 < body)
		return false;
	memcpy(room->p, jws->protected_text.p, head);
	room->p[head] = '.';
	memcpy(room->p + head + 1, jws->payload_text.p, body);
	jws->input = take(room, head + 1 + body);
	return true;
}

/* Both segments; the payload is decoded once. */
static bool
read_segments(const struct span parts[COLON_PARTS], struct room *room,
    struct pk_token *token)
{
	struct span payload;

	if (!decode(parts[0], room, &payload))
		return false;
	for (size_t i = 0; i < PK_TOKEN_SEGMENTS; i++) {
		struct pk_jws *jws = &token->segment[i];

		jws->payload_text = parts[0];
		jws->protected_text = parts[1 + 2 * i];
		jws->signature_text = parts[2 + 2 * i];
		jws->payload = payload;
		if (!decode(jws->protected_text, room, &jws->header) ||
		    !decode(jws->signature_text, room, &jws->signature) ||
		    !join_input(jws, room))
			return false;
	}
	return true;
}

/* A compact JWS, of which the signed part stands in the text as it is. */
static bool
read_fresh(const struct span parts[DOT_PARTS], struct room *room,
    struct pk_jws *jws)
{
	jws->protected_text = parts[0];
	jws->payload_text = parts[1];
	jws->signature_text = parts[2];
	jws->input = (struct span){ parts[0].p,
		parts[0].len + 1 + parts[1].len };
	return decode(parts[0], room, &jws->header) &&
	    decode(parts[1], room, &jws->payload) &&
	    decode(parts[2], room, &jws->signature);
}

static enum reason
read_token(struct span text, struct room *room, struct pk_token *token)
{
	struct span colon[COLON_PARTS], dot[DOT_PARTS], behind, front;

	front = before_dot(text, &behind);
	if (!split(front, ':', colon, COLON_PARTS))
		return REASON_TOKEN_FORM;
	/* A dot with nothing behind it is no token either. */
	token->has_fresh = front.len < text.len;
	if (token->has_fresh && !split(behind, '.', dot, DOT_PARTS))
		return REASON_TOKEN_FORM;
	if (!read_segments(colon, room, token))
		return REASON_TOKEN_BASE64;
	if (token->has_fresh && !read_fresh(dot, room, &token->fresh))
		return REASON_TOKEN_BASE64;
	return REASON_OK;
}

enum reason
pk_token_read(const uint8_t *text, size_t len, uint8_t *room, size_t size,
    struct pk_token *token)
{
	struct room space = { room, size };
	enum reason reason;

	memset(token, 0, sizeof(*token));
	if (len > PK_TOKEN_MAX)
		return REASON_TOKEN_FORM;
	if (size < PK_TOKEN_ROOM(len))
		return REASON_MEMORY;
	reason = read_token((struct span){ text, len }, &space, token);
	if (reason != REASON_OK)
		memset(token, 0, sizeof(*token));
	return reason;
}
