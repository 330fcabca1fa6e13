/* A worker's end of its socket: what the kernel gives lies in the buffer. */
#include <errno.h>
#include <unistd.h>

#include "ipc/channel.h"
#include "proofs/proof.h"

#define SIGNALS_MAX 2

static struct ipc_channel ch;
static int signals;

/* What the kernel may answer; a signal comes in between now and then. */
static ssize_t
answer(size_t size)
{
	ssize_t n = ANY(ssize_t);

	ASSUME(n >= -1 && n <= (ssize_t)size);
	errno = n == -1 && signals++ < SIGNALS_MAX && ANY(bool) ? EINTR : EIO;
	return n;
}

ssize_t
read(int fd, void *buf, size_t size)
{
	PROVE(fd == ch.fd && __CPROVER_w_ok(buf, size), "room for it");
	return answer(size);
}

ssize_t
write(int fd, const void *buf, size_t size)
{
	PROVE(fd == ch.fd && __CPROVER_r_ok(buf, size), "as much as there is");
	return answer(size);
}

/* As the proof of that name has it. */
enum err
ipc_decode(const uint8_t *buf, size_t len, unsigned routes, uint64_t expected,
    struct ipc_message *m)
{
	(void)expected;
	PROVE(buf == ch.buf && len > 0 && len <= sizeof(ch.buf) &&
	    routes == ch.receives, "what was received");
	if (ANY(bool))
		return ERR_TYPE;
	m->type = IPC_READY;
	return ERR_OK;
}

enum err
ipc_encode(const struct ipc_message *m, unsigned routes, uint8_t buf[],
    size_t *len)
{
	(void)m;
	PROVE(buf == ch.buf && routes == ch.sends, "what is sent");
	*len = ANY(size_t);
	ASSUME(*len > 0 && *len <= IPC_MESSAGE_MAX);
	return ANY(bool) ? ERR_OK : ERR_BOUND;
}

void
harness(void)
{
	size_t at = ANY(size_t);
	struct ipc_message m;
	enum err err;

	ch.fd = ANY(int);
	ch.sends = ANY(unsigned);
	ch.receives = ANY(unsigned);
	if (ANY(bool)) {
		err = ipc_read(&ch, ANY(uint64_t), &m);
		ASSUME(at < sizeof(m));
		PROVE(err == ERR_OK || ((const uint8_t *)&m)[at] == 0,
		    "a message, or none");
	} else {
		err = ipc_write(&ch, &m);
	}
	POSSIBLE(err == ERR_OK && signals == SIGNALS_MAX, "after signals");
	POSSIBLE(err == ERR_EOF, "the end");
}
