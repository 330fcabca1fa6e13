#include "parent/print.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include "ipc/channel.h"

bool
print_all(const char *text, size_t len, int fd, int64_t deadline_ms)
{
	for (size_t done = 0; done < len;) {
		size_t n = len - done;
		ssize_t written;

		/* Then it takes PIPE_BUF bytes without blocking (pipe(7)). */
		if (ipc_wait(fd, POLLOUT, deadline_ms) != ERR_OK)
			return false;
		written = write(fd, text + done,
		    n < PIPE_BUF ? n : PIPE_BUF);
		if (written > 0)
			done += (size_t)written;
		else if (written == -1 && errno == EPIPE)
			return true;
		else if (written != -1 || (errno != EINTR && errno != EAGAIN))
			return false;
	}
	return true;
}
