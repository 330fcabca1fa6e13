/* A message is sent on its route and with each field, or not at all. */
#include "ipc/message.h"
#include "proofs/proof.h"

/* Stands in for put_field(), of which ipc_fields has the proof. */
static enum err any_put(struct wire_writer *w, const struct ipc_field *f,
    const void *at);

#include "proofs/contracts/message.h"

static const struct ipc_message *message;
static size_t nput;
static bool failed;

static enum err
any_put(struct wire_writer *w, const struct ipc_field *f, const void *at)
{
	enum err err = (enum err)(ANY(unsigned) % ERR_COUNT);
	size_t used = ANY(size_t);

	PROVE(w->size == IPC_MESSAGE_MAX && w->used > 0 && w->used <= w->size &&
	    __CPROVER_w_ok(w->buf, w->size), "what there is room for");
	PROVE(!failed && f == &specs[message->type].fields[nput],
	    "in their order");
	PROVE(at == (const char *)message + f->offset, "from where it is");
	ASSUME(used >= w->used && used <= w->size);
	w->used = used;
	nput++;
	failed = err != ERR_OK;
	return err;
}

void
harness(void)
{
	unsigned routes = ANY(unsigned);
	size_t len, size = ANY(size_t);
	struct ipc_message m;
	uint8_t *buf;
	enum err err;

	/* A number that CBMC does not know is quicker here. */
	ASSUME(size == IPC_MESSAGE_MAX);
	buf = any_bytes(size);
	message = &m;
	err = ipc_encode(&m, routes, buf, &len);
	if (err != ERR_OK) {
		PROVE(len == 0, "nothing to send");
		return;
	}
	PROVE(len > 0 && len <= IPC_MESSAGE_MAX, "its length");
	PROVE(m.type > 0 && m.type < IPC_TYPE_END, "a type of ours");
	PROVE(buf[0] == m.type, "which it says");
	PROVE((specs[m.type].routes & routes) != 0, "on its route");
	PROVE(!failed && nput == specs[m.type].nfields, "every field");
	POSSIBLE(m.type == IPC_TYPE_END - 1 && nput > 1, "the last type");
}
