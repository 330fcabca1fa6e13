/* A text in pieces: what is put together is never more than may be. */
#include "ipc/channel.h"
#include "proofs/proof.h"

/* Here, so that the contract in its loop knows the words above. */
#include "ipc/worker_end.c"

/* What ipc_read() gives of the two that are expected, by the table's bounds. */
enum err ipc_read(struct ipc_channel *ch, uint64_t expected,
    struct ipc_message *m)
__CPROVER_requires(expected == (IPC_SET(TEXT) | IPC_SET(TEXT_END)))
__CPROVER_requires(__CPROVER_w_ok(m, sizeof(*m)))
__CPROVER_assigns(*m, ch->buf)
__CPROVER_ensures(__CPROVER_return_value != ERR_OK ||
    m->type == IPC_TEXT_END || (m->type == IPC_TEXT &&
    m->as.TEXT.data.len <= IPC_CHUNK_MAX &&
    __CPROVER_same_object(m->as.TEXT.data.p, ch) &&
    OFFSET(m->as.TEXT.data.p) + m->as.TEXT.data.len <= sizeof(*ch)));

void
harness(void)
{
	size_t max = ANY(size_t), len;
	struct ipc_channel ch;
	uint8_t *buf;
	enum err err;

	ASSUME(max <= ANY_LEN);
	buf = any_bytes(max);
	ASSUME(buf != NULL);
	err = ipc_read_text(&ch, ANY(enum ipc_text), buf, max, &len);
	PROVE(len <= max && (err == ERR_OK || len == 0), "no more than max");
	POSSIBLE(err == ERR_OK && len > 100000 && len == max, "a long one");
	POSSIBLE(err == ERR_TOO_BIG, "more than may be");
}
