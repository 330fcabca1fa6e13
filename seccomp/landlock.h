/*
 * Landlock: what a process may do with files and TCP ports, in the kernel.
 *
 * Debian 12's headers end at ABI 2, so the constants are our own; the kernel
 * tells at run time which ABI it has and gets asked for no more than that.
 * Rulesets stack: each call can only take rights away.
 */
#ifndef SECCOMP_LANDLOCK_H
#define SECCOMP_LANDLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Rights on files, linux/landlock.h; bits 0 to 12 are ABI 1. */
#define LANDLOCK_READ_FILE (UINT64_C(1) << 2)
#define LANDLOCK_READ_DIR (UINT64_C(1) << 3)
#define LANDLOCK_WRITE_FILE (UINT64_C(1) << 1)
#define LANDLOCK_REMOVE_FILE (UINT64_C(1) << 5)
#define LANDLOCK_MAKE_REG (UINT64_C(1) << 8)
#define LANDLOCK_TRUNCATE (UINT64_C(1) << 14)

#define LANDLOCK_READ (LANDLOCK_READ_FILE | LANDLOCK_READ_DIR)
#define LANDLOCK_KEEP_FILES                                                   \
	(LANDLOCK_READ | LANDLOCK_WRITE_FILE | LANDLOCK_REMOVE_FILE |         \
	    LANDLOCK_MAKE_REG | LANDLOCK_TRUNCATE)

/* ABI from which on the kernel filters TCP ports, and signals. */
#define LANDLOCK_ABI_NET 4
#define LANDLOCK_ABI_SCOPE 6

struct landlock_path {
	const char *path; /* a missing one is passed over: fewer rights */
	uint64_t rights;  /* LANDLOCK_* */
};

struct landlock_rules {
	const struct landlock_path *paths; /* everything else: nothing */
	size_t npaths;
	const uint16_t *connect_ports; /* every other port: no connect */
	size_t nports;
	/* Leave TCP alone: the ports are not known yet. */
	int any_port;
	/* No signals to, and no abstract sockets of, others. */
	int scoped;
};

/*
 * The kernel's ABI, 0 if it has no Landlock or it is switched off; -1 with
 * errno if it did not say.
 */
int landlock_abi(void);

/*
 * Restricts this process as far as the given ABI (at least 1, from
 * landlock_abi()) goes. Needs no_new_privs. Returns 0, or -1 with errno.
 */
int landlock_restrict(const struct landlock_rules *rules, int abi)
    __attribute__((warn_unused_result));

#endif
