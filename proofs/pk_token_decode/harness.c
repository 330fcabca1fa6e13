/* Decoding a part into the room. */
#include "proofs/contracts/pk_token.h"

void
harness(void)
{
	struct span text = { NULL, ANY(size_t) }, out;
	size_t used = ANY(size_t), size = ANY(size_t);
	struct room room;

	ASSUME(text.len <= PK_TOKEN_MAX && size <= ROOM_MAX && used <= size);
	text.p = any_bytes(text.len);
	room.p = any_bytes(size);
	ASSUME(text.p != NULL && room.p != NULL);
	room = (struct room){ room.p + used, size - used };
	POSSIBLE(decode(text, &room, &out), "a part");
}
