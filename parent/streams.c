#include "parent/streams.h"

#include <fcntl.h>
#include <unistd.h>

void
quiet_streams(bool keep_stderr)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null == -1)
		return;
	(void)dup2(null, STDIN_FILENO);
	if (!keep_stderr)
		(void)dup2(null, STDERR_FILENO);
	(void)close(null);
}
