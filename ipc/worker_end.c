/* A worker's end of a channel: read() and write() and nothing else. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "ipc/channel.h"

enum err
ipc_read(struct ipc_channel *ch, uint64_t expected, struct ipc_message *m)
{
	ssize_t n;

	memset(m, 0, sizeof(*m));
	do
		n = read(ch->fd, ch->buf, sizeof(ch->buf));
	while (n == -1 && errno == EINTR);
	if (n == -1)
		return ERR_SYSTEM;
	/* An empty datagram looks like this too, and is no message either. */
	if (n == 0)
		return ERR_EOF;
	return ipc_decode(ch->buf, (size_t)n, ch->receives, expected, m);
}

enum err
ipc_write(struct ipc_channel *ch, const struct ipc_message *m)
{
	size_t len;
	ssize_t n;
	enum err err;

	if ((err = ipc_encode(m, ch->sends, ch->buf, &len)) != ERR_OK)
		return err;
	do
		n = write(ch->fd, ch->buf, len);
	while (n == -1 && errno == EINTR);
	return n == (ssize_t)len ? ERR_OK : ERR_SYSTEM;
}

enum err
ipc_read_text(struct ipc_channel *ch, enum ipc_text kind, uint8_t *buf,
    size_t max, size_t *len)
{
	struct ipc_message m;
	size_t used = 0;
	enum err err;

	*len = 0;
	for (;;) {
		const struct ipc_span *data = &m.as.TEXT.data;

		err = ipc_read(ch, IPC_SET(TEXT) | IPC_SET(TEXT_END), &m);
		if (err != ERR_OK)
			return err;
		if (m.type == IPC_TEXT_END)
			break;
		if (m.as.TEXT.text != kind)
			return ERR_TURN;
		if (data->len > max - used)
			return ERR_TOO_BIG;
		memcpy(buf + used, data->p, data->len);
		used += data->len;
	}
	if (m.as.TEXT_END.text != kind || m.as.TEXT_END.total != used)
		return ERR_TURN;
	*len = used;
	return ERR_OK;
}
