#include "parent/print.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "ipc/channel.h"

static volatile sig_atomic_t is_half;

bool
print_is_half(void)
{
	return is_half != 0;
}

enum printed
print_all(const char *text, size_t len, int fd, int64_t deadline_ms)
{
	size_t done = 0;

	/* So much is written at once: it is out, or nothing is. */
	is_half = len > PIPE_BUF;
	while (done < len) {
		size_t n = len - done;
		ssize_t written;

		/* Then it takes PIPE_BUF bytes without blocking (pipe(7)). */
		if (ipc_wait(fd, POLLOUT, deadline_ms) != ERR_OK)
			break;
		written = write(fd, text + done,
		    n < PIPE_BUF ? n : PIPE_BUF);
		if (written > 0)
			done += (size_t)written;
		else if (written == -1 && errno == EPIPE)
			done = len;
		else if (written != -1 || (errno != EINTR && errno != EAGAIN))
			break;
	}
	if (done == len) {
		is_half = 0;
		return PRINTED_ALL;
	}
	return done == 0 ? PRINTED_NOTHING : PRINTED_HALF;
}
