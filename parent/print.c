#include "parent/print.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include "ipc/channel.h"

/* Waits until fd takes PIPE_BUF bytes without blocking (pipe(7)). */
static bool
wait_writable(int fd, int64_t deadline_ms)
{
	struct pollfd pfd = { .fd = fd, .events = POLLOUT };
	int n;

	do {
		int64_t left = deadline_ms - ipc_now_ms();

		if (left <= 0)
			return false;
		n = poll(&pfd, 1, (int)left);
	} while (n == 0 || (n == -1 && errno == EINTR));
	return n == 1;
}

bool
print_all(const char *text, size_t len, int fd, int64_t deadline_ms)
{
	for (size_t done = 0; done < len;) {
		size_t n = len - done;
		ssize_t written;

		if (!wait_writable(fd, deadline_ms))
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
