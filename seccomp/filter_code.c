#include "seccomp/filter_code.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "filter_code.inc"

int
filter_load(const struct filter_code *filter)
{
	/* The kernel only reads it. */
	const struct sock_fprog program = { filter->n,
		(struct sock_filter *)(uintptr_t)filter->code };

	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) ==
	    0 ? 0 : -errno;
}
