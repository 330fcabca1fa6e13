/* Putting together in the room what is signed. */
#include "proofs/contracts/pk_token.h"

void
harness(void)
{
	size_t used = ANY(size_t), size = ANY(size_t);
	struct pk_jws jws;
	struct room room;
	bool joined;

	ASSUME(jws.protected_text.len <= PK_TOKEN_MAX);
	ASSUME(jws.payload_text.len <= PK_TOKEN_MAX);
	ASSUME(size <= ROOM_MAX && used <= size);
	jws.protected_text.p = any_bytes(jws.protected_text.len);
	jws.payload_text.p = any_bytes(jws.payload_text.len);
	room.p = any_bytes(size);
	ASSUME(jws.protected_text.p != NULL && jws.payload_text.p != NULL &&
	    room.p != NULL);
	room = (struct room){ room.p + used, size - used };
	joined = join_input(&jws, &room);
	POSSIBLE(joined, "joined");
	POSSIBLE(!joined, "no room");
}
