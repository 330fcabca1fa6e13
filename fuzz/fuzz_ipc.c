/*
 * The decoder of every message. The first byte says on which routes the
 * datagram came, the second which type may not come now (0: all may); the
 * rest is the datagram.
 *
 * Beyond not crashing: whatever is taken was allowed, borrows from the
 * datagram only, and encodes to the very same bytes; whatever is refused
 * leaves nothing behind.
 */
#include <string.h>

#include "fuzz/fuzz.h"
#include "ipc/message.h"

#define ROUTES (IPC_TO_WORKER | IPC_FROM_WORKER)

/* Every string lies inside the datagram and holds what its kind allows. */
static void
spans_are_sound(const struct ipc_message *m, const uint8_t *data, size_t size)
{
	const struct ipc_spec *spec = ipc_spec((unsigned)m->type);

	for (size_t i = 0; i < spec->nfields; i++) {
		const struct ipc_field *f = &spec->fields[i];
		struct ipc_span span;
		size_t at;

		if (f->kind != IPC_PRINT && f->kind != IPC_STR &&
		    f->kind != IPC_BYTES)
			continue;
		memcpy(&span, (const char *)m + f->offset, sizeof(span));
		at = (size_t)((const uint8_t *)span.p - data);
		require(at <= size && span.len <= size - at);
		require(span.len >= f->min && span.len <= f->max);
		require(f->kind == IPC_BYTES || span.len == 0 ||
		    memchr(span.p, '\0', span.len) == NULL);
		require(f->kind != IPC_PRINT ||
		    ipc_printable(span.p, span.len));
	}
}

static void
taken(const struct ipc_message *m, const uint8_t *data, size_t size,
    unsigned routes)
{
	static uint8_t again[IPC_MESSAGE_MAX];
	size_t len;

	require((ipc_spec((unsigned)m->type)->routes & routes) != 0);
	spans_are_sound(m, data, size);
	require(ipc_encode(m, routes, again, &len) == ERR_OK);
	require(len == size && memcmp(again, data, size) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct ipc_message zero;
	struct ipc_message m;
	unsigned routes, left_out;
	uint64_t expected = UINT64_MAX;
	enum err err;

	if (size < 2)
		return 0;
	routes = data[0] & ROUTES;
	left_out = data[1] % IPC_TYPE_END;
	if (left_out != 0)
		expected &= ~(UINT64_C(1) << left_out);
	err = ipc_decode(data + 2, size - 2, routes, expected, &m);
	require((unsigned)err < ERR_COUNT);
	if (err == ERR_OK) {
		require((unsigned)m.type != left_out);
		taken(&m, data + 2, size - 2, routes);
	} else
		require(memcmp(&m, &zero, sizeof(m)) == 0);
	return 0;
}
