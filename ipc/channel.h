/*
 * The two ends of a worker's socket: SOCK_SEQPACKET, one message a datagram.
 *
 * Conversation is strictly in turns: whoever speaks finishes before the other
 * begins, so neither end can block the other by filling its buffer.
 *
 * The ends differ because their cages do. A worker may only read() and
 * write(), which hide truncation and passed descriptors: its buffer is one
 * byte larger than any message, and the kernel drops descriptors that read()
 * does not fetch. The parent uses recvmsg() and refuses both by flag; it
 * never waits past a deadline.
 */
#ifndef IPC_CHANNEL_H
#define IPC_CHANNEL_H

#include "ipc/message.h"

struct ipc_channel {
	int fd;
	unsigned sends;    /* routes on which this end sends */
	unsigned receives; /* and on which it receives */
	uint8_t buf[IPC_MESSAGE_MAX + 1];
};

/* --- a worker's end: blocking, read() and write() only --- */

/*
 * Waits for a message of one of the types in the set expected. *m borrows
 * from the channel until the next call on it.
 */
enum err ipc_read(struct ipc_channel *ch, uint64_t expected,
    struct ipc_message *m) MUST_CHECK;

/* Sends *m. Spans in *m must not point into the channel's buffer. */
enum err ipc_write(struct ipc_channel *ch, const struct ipc_message *m)
    MUST_CHECK;

/*
 * Reads one text of the given kind, TEXT messages up to their TEXT_END, into
 * buf. More than max bytes, another kind or a wrong total are errors.
 */
enum err ipc_read_text(struct ipc_channel *ch, enum ipc_text kind,
    uint8_t *buf, size_t max, size_t *len) MUST_CHECK;

/* --- the parent's end: never blocks past a deadline --- */

/*
 * As ipc_read(), but until deadline_ms (CLOCK_MONOTONIC, milliseconds), and
 * a datagram that carries a descriptor or was truncated is refused. Any
 * error is final: the caller ends the worker.
 */
enum err ipc_recv(struct ipc_channel *ch, int64_t deadline_ms,
    uint64_t expected, struct ipc_message *m) MUST_CHECK;

/* As ipc_write(), but until deadline_ms. */
enum err ipc_send(struct ipc_channel *ch, int64_t deadline_ms,
    const struct ipc_message *m) MUST_CHECK;

/* Sends len bytes as TEXT messages of one kind and a TEXT_END. */
enum err ipc_send_text(struct ipc_channel *ch, int64_t deadline_ms,
    enum ipc_text text, const uint8_t *data, size_t len) MUST_CHECK;

/*
 * Waits until fd is ready for the events (as poll(2) has them): ERR_OK,
 * ERR_DEADLINE or ERR_SYSTEM.
 */
enum err ipc_wait(int fd, short events, int64_t deadline_ms) MUST_CHECK;

/* Milliseconds of CLOCK_MONOTONIC, the clock of every deadline. */
int64_t ipc_now_ms(void);

#endif
