/* Every part of a token that is taken lies in the token or in the room. */
#include "proofs/contracts/pk_token.h"

static size_t len, size;
static uint8_t *text, *room;

static bool
in_text(struct span s)
{
	return within(s.p, s.len, text, len);
}

static bool
in_room(struct span s)
{
	return within(s.p, s.len, room, size);
}

static bool
sound(const struct pk_jws *jws)
{
	return in_text(jws->protected_text) && in_text(jws->payload_text) &&
	    in_text(jws->signature_text) && in_room(jws->header) &&
	    in_room(jws->payload) && in_room(jws->signature) &&
	    jws->protected_text.len > 0 && jws->payload_text.len > 0 &&
	    jws->signature_text.len > 0 && jws->input.len ==
	    jws->protected_text.len + 1 + jws->payload_text.len;
}

void
harness(void)
{
	struct pk_token token;
	enum reason reason;

	len = ANY(size_t);
	size = ANY(size_t);
	ASSUME(len <= PK_TOKEN_MAX + 1 && size <= ROOM_MAX);
	text = any_bytes(len);
	room = any_bytes(size);
	ASSUME(text != NULL && room != NULL);
	reason = pk_token_read(text, len, room, size, &token);
	PROVE(len <= PK_TOKEN_MAX || reason == REASON_TOKEN_FORM,
	    "a longer one is none");
	if (reason == REASON_OK) {
		PROVE(sound(&token.segment[0]) &&
		    in_room(token.segment[0].input), "the first segment");
		PROVE(sound(&token.segment[1]) &&
		    in_room(token.segment[1].input), "the second segment");
		PROVE(!token.has_fresh || (sound(&token.fresh) &&
		    in_text(token.fresh.input)), "the refreshed token");
	} else {
		PROVE(token.segment[0].input.p == NULL &&
		    token.segment[1].payload.len == 0 &&
		    !token.has_fresh && token.fresh.input.len == 0,
		    "empty if it is refused");
	}
	POSSIBLE(reason == REASON_OK && !token.has_fresh, "five parts");
	POSSIBLE(reason == REASON_OK && token.has_fresh, "and three more");
	POSSIBLE(reason == REASON_OK && len == PK_TOKEN_MAX, "the longest");
	POSSIBLE(reason == REASON_TOKEN_FORM, "no token");
	POSSIBLE(reason == REASON_TOKEN_BASE64, "not base64url");
	POSSIBLE(reason == REASON_MEMORY, "too little room");
}
