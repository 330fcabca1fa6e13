/* The parent's end of a channel: deadlines, and nothing hidden. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "ipc/channel.h"

int64_t
ipc_now_ms(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) == -1)
		return INT64_MAX; /* every deadline has passed */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

enum err
ipc_wait(int fd, short events, int64_t deadline_ms)
{
	struct pollfd pfd = { .fd = fd, .events = events };

	for (;;) {
		int64_t left = deadline_ms - ipc_now_ms();
		int n;

		if (left <= 0)
			return ERR_DEADLINE;
		n = poll(&pfd, 1, left > 60000 ? 60000 : (int)left);
		if (n > 0)
			return ERR_OK;
		if (n == -1 && errno != EINTR)
			return ERR_SYSTEM;
	}
}

enum err
ipc_recv(struct ipc_channel *ch, int64_t deadline_ms, uint64_t expected,
    struct ipc_message *m)
{
	struct iovec iov = { ch->buf, sizeof(ch->buf) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n;
	enum err err;

	memset(m, 0, sizeof(*m));
	for (;;) {
		/* Who never stops talking is not listened to for ever. */
		if (deadline_ms <= ipc_now_ms())
			return ERR_DEADLINE;
		n = recvmsg(ch->fd, &msg, MSG_DONTWAIT);
		if (n == -1 && errno == EAGAIN) {
			err = ipc_wait(ch->fd, POLLIN, deadline_ms);
			if (err != ERR_OK)
				return err;
			continue;
		}
		/*
		 * A worker that ended with our message unread resets the
		 * socket, once; what it had said before can still be read.
		 */
		if (n != -1 || (errno != EINTR && errno != ECONNRESET))
			break;
	}
	if (n == -1)
		return ERR_SYSTEM;
	/* There is no room for descriptors: the kernel says so and drops them. */
	if ((msg.msg_flags & MSG_CTRUNC) != 0)
		return ERR_DESCRIPTOR;
	if ((msg.msg_flags & MSG_TRUNC) != 0)
		return ERR_TOO_BIG;
	if (n == 0)
		return ERR_EOF;
	return ipc_decode(ch->buf, (size_t)n, ch->receives, expected, m);
}

enum err
ipc_send(struct ipc_channel *ch, int64_t deadline_ms,
    const struct ipc_message *m)
{
	size_t len;
	ssize_t n;
	enum err err;

	if ((err = ipc_encode(m, ch->sends, ch->buf, &len)) != ERR_OK)
		return err;
	for (;;) {
		if (deadline_ms <= ipc_now_ms())
			return ERR_DEADLINE;
		n = send(ch->fd, ch->buf, len, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n == -1 && errno == EAGAIN) {
			err = ipc_wait(ch->fd, POLLOUT, deadline_ms);
			if (err != ERR_OK)
				return err;
			continue;
		}
		if (n != -1 || errno != EINTR)
			break;
	}
	if (n == -1 && (errno == EPIPE || errno == ECONNRESET))
		return ERR_EOF;
	return n == (ssize_t)len ? ERR_OK : ERR_SYSTEM;
}

enum err
ipc_send_text(struct ipc_channel *ch, int64_t deadline_ms, enum ipc_text text,
    const uint8_t *data, size_t len)
{
	struct ipc_message m = { .type = IPC_TEXT };
	enum err err;

	m.as.TEXT.text = (uint8_t)text;
	for (size_t sent = 0; sent < len;) {
		size_t n = len - sent;

		if (n > IPC_CHUNK_MAX)
			n = IPC_CHUNK_MAX;
		m.as.TEXT.data = (struct ipc_span){ data + sent, n };
		if ((err = ipc_send(ch, deadline_ms, &m)) != ERR_OK)
			return err;
		sent += n;
	}
	m = (struct ipc_message){ .type = IPC_TEXT_END };
	m.as.TEXT_END.text = (uint8_t)text;
	m.as.TEXT_END.total = (uint32_t)len;
	return ipc_send(ch, deadline_ms, &m);
}
