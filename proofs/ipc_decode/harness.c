/* A datagram is a message that may come now, or nothing. */
#include "proofs/contracts/message.h"

void
harness(void)
{
	size_t len = ANY(size_t), at = ANY(size_t);
	unsigned routes = ANY(unsigned);
	uint64_t expected = ANY(uint64_t);
	struct ipc_message m;
	uint8_t *buf;
	enum err err;

	ASSUME(len <= IPC_MESSAGE_MAX + 1 && at < sizeof(m));
	buf = any_bytes(len);
	err = ipc_decode(buf, len, routes, expected, &m);
	if (err == ERR_OK) {
		PROVE(len > 0 && len <= IPC_MESSAGE_MAX, "its length");
		PROVE(m.type > 0 && m.type < IPC_TYPE_END, "a type of ours");
		PROVE((specs[m.type].routes & routes) != 0, "on its route");
		PROVE((expected >> m.type & 1) != 0, "in its turn");
	} else {
		PROVE(((const uint8_t *)&m)[at] == 0, "all zero");
	}
	POSSIBLE(err == ERR_OK && m.type == IPC_TYPE_END - 1, "the last type");
	POSSIBLE(err == ERR_TURN, "not its turn");
	POSSIBLE(err == ERR_DIRECTION, "not its route");
}
