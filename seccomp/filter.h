/*
 * Syscall filters as tables, one row a permission, each with its reason.
 * What no row allows kills the process; so does any other architecture's
 * entry point (i386's int 0x80, x32).
 *
 * Two numbers no filter reaches, by the kernel's design: uretprobe (335) and
 * uprobe (336) on x86-64 from Linux 6.11 on; outside the kernel's own
 * trampolines they do nothing.
 */
#ifndef SECCOMP_FILTER_H
#define SECCOMP_FILTER_H

#include <stddef.h>
#include <stdint.h>

/* How a row compares an argument; the comparison is of all 64 bits. */
enum filter_cmp {
	FILTER_ANY = 0,
	FILTER_EQ, /* argument == value */
	FILTER_LE, /* argument <= value */
	FILTER_NONE_OF, /* (argument & value) == 0 */
	FILTER_BITS /* (argument & mask) == value */
};

struct filter_arg {
	unsigned index; /* 0 to 5 */
	enum filter_cmp cmp;
	uint64_t value;
	uint64_t mask; /* FILTER_BITS only */
};

#define FILTER_ARGS 3

struct filter_row {
	int nr; /* SCMP_SYS(name) */
	const char *name;
	const char *why;
	struct filter_arg args[FILTER_ARGS]; /* all must hold */
};

struct filter {
	const char *process;
	const struct filter_row *rows;
	size_t nrows;
};

#endif
