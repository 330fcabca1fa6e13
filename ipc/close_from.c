#include "ipc/close_from.h"

#include <sys/syscall.h>
#include <unistd.h>

/* For where there is no limit: no process of ours has ever this many. */
#define DESCRIPTORS_MAX 65536

void
close_from(int first)
{
	long max;

	if (syscall(SYS_close_range, (unsigned)first, ~0U, 0U) == 0)
		return;
	max = sysconf(_SC_OPEN_MAX);
	if (max < 0 || max > DESCRIPTORS_MAX)
		max = DESCRIPTORS_MAX;
	for (int fd = first; fd < max; fd++)
		(void)close(fd);
}
