/* A field of any kind; and those of each message, as the table has them. */
#include "proofs/contracts/message.h"

union value {
	uint8_t u8;
	uint32_t u32;
	uint64_t u64;
	struct ipc_span span;
};

static struct ipc_field
any_field(void)
{
	struct ipc_field f;

	f.kind = (enum ipc_kind)(ANY(unsigned) % (IPC_BYTES + 1));
	return f;
}

static void
prove_get_field(struct wire_reader *r, struct ipc_message *m)
{
	struct ipc_field f = any_field();
	union value at;

	(void)m;
	POSSIBLE(get_field(r, &f, &at) == ERR_OK && f.kind == IPC_PRINT &&
	    at.span.len > 1000, "a long text");
}

static void
prove_get_fields(struct wire_reader *r, struct ipc_message *m)
{
	unsigned type = ANY(unsigned);

	ASSUME(type > 0 && type < IPC_TYPE_END);
	POSSIBLE(get_fields(r, &specs[type], m) == ERR_OK &&
	    type == IPC_TYPE_END - 1, "the last type");
}

static void
prove_put_field(struct wire_reader *r, struct ipc_message *m)
{
	struct wire_writer w = { NULL, ANY(size_t), ANY(size_t) };
	struct ipc_field f = any_field();
	union value at;

	(void)m;
	ASSUME(w.size <= IPC_MESSAGE_MAX && w.used <= w.size);
	w.buf = any_bytes(w.size);
	if (IS_TEXT(f.kind))
		at.span = (struct ipc_span){ r->p, r->left };
	POSSIBLE(put_field(&w, &f, &at) == ERR_OK && f.kind == IPC_PRINT &&
	    at.span.len > 1000, "a long text");
}

void
harness(void)
{
	struct wire_reader r = { NULL, ANY(size_t) };
	struct ipc_message m;

	ASSUME(r.left <= IPC_MESSAGE_MAX);
	place = ANY(size_t);
	r.p = any_bytes(r.left);
	PROVE_OF(EACH)(&r, &m);
}
