/* What the writer writes is what the reader reads. */
#include "ipc/wire.h"
#include "proofs/proof.h"

#define STRING_MAX 8
#define ROOM (4 + STRING_MAX)

/* The reader at what was written. */
static struct wire_reader
written(const struct wire_writer *w)
{
	return (struct wire_reader){ w->buf, w->used };
}

static void
integers(struct wire_writer w)
{
	struct wire_writer start = w;
	struct wire_reader r;
	uint8_t u8 = ANY(uint8_t), got8;
	uint32_t u32 = ANY(uint32_t), got32;
	uint64_t u64 = ANY(uint64_t), got64;

	PROVE(wire_put_u8(&w, u8) == ERR_OK, "there is room");
	r = written(&w);
	PROVE(wire_get_u8(&r, &got8) == ERR_OK && got8 == u8 && r.left == 0,
	    "a byte reads back");
	w = start;
	PROVE(wire_put_u32(&w, u32) == ERR_OK, "there is room");
	r = written(&w);
	PROVE(wire_get_u32(&r, &got32) == ERR_OK && got32 == u32 &&
	    r.left == 0, "a u32 reads back");
	w = start;
	PROVE(wire_put_u64(&w, u64) == ERR_OK, "there is room");
	r = written(&w);
	PROVE(wire_get_u64(&r, &got64) == ERR_OK && got64 == u64 &&
	    r.left == 0, "a u64 reads back");
}

void
harness(void)
{
	uint8_t buf[ROOM], data[STRING_MAX];
	struct wire_writer w = { buf, ROOM, 0 };
	struct wire_reader r;
	size_t n = ANY(size_t), got;
	const uint8_t *p;

	integers(w);
	ASSUME(n <= STRING_MAX);
	PROVE(wire_put_string(&w, data, n) == ERR_OK, "there is room");
	r = written(&w);
	PROVE(wire_get_string(&r, &p, &got) == ERR_OK && got == n &&
	    r.left == 0, "a string reads back");
	for (size_t i = 0; i < STRING_MAX; i++)
		PROVE(i >= n || p[i] == data[i], "with every byte");
	POSSIBLE(n == STRING_MAX, "the longest string");
}
