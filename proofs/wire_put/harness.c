/* The writer stays within its buffer. */
#include "ipc/wire.h"
#include "proofs/proof.h"

static void
moved(const struct wire_writer *before, const struct wire_writer *after,
    enum err err, size_t n)
{
	PROVE(err == ERR_OK || err == ERR_TOO_BIG, "good or too big");
	PROVE((err == ERR_OK) == (n <= before->size - before->used),
	    "good if there is room");
	PROVE(after->used == before->used + (err == ERR_OK ? n : 0),
	    "writes just that");
	PROVE(after->used <= after->size && after->size == before->size &&
	    after->buf == before->buf, "within the buffer");
}

static struct wire_writer start;
static const uint8_t *data;
static size_t n;

static void
put_u8(struct wire_writer w)
{
	moved(&start, &w, wire_put_u8(&w, ANY(uint8_t)), 1);
}

static void
put_u32(struct wire_writer w)
{
	moved(&start, &w, wire_put_u32(&w, ANY(uint32_t)), 4);
}

static void
put_u64(struct wire_writer w)
{
	moved(&start, &w, wire_put_u64(&w, ANY(uint64_t)), 8);
}

static void
put_bytes(struct wire_writer w)
{
	moved(&start, &w, wire_put_bytes(&w, data, n), n);
}

static void
put_string(struct wire_writer w)
{
	enum err err = wire_put_string(&w, data, n);

	POSSIBLE(err == ERR_OK && n > 100000, "a long string");
	if (n <= UINT32_MAX)
		moved(&start, &w, err, 4 + n);
	else
		PROVE(err == ERR_TOO_BIG, "no length that does not fit");
}

void
harness(void)
{
	start.size = ANY(size_t);
	start.used = ANY(size_t);
	n = ANY(size_t);
	ASSUME(start.size <= ANY_LEN && start.used <= start.size &&
	    n <= ANY_LEN);
	start.buf = any_bytes(start.size);
	data = any_bytes(n);
	EACH(start);
}
