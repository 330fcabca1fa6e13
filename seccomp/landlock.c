#include "seccomp/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* linux/landlock.h as of ABI 6; an older kernel is given a shorter struct. */
struct ruleset_attr {
	uint64_t fs;
	uint64_t net;
	uint64_t scoped;
};

struct path_attr {
	uint64_t rights;
	int32_t parent_fd;
} __attribute__((packed));

struct port_attr {
	uint64_t rights;
	uint64_t port;
};

#define CREATE_RULESET_VERSION 1
#define RULE_PATH_BENEATH 1
#define RULE_NET_PORT 2
#define NET_BIND_TCP (UINT64_C(1) << 0)
#define NET_CONNECT_TCP (UINT64_C(1) << 1)
#define SCOPE_ABSTRACT_UNIX (UINT64_C(1) << 0)
#define SCOPE_SIGNAL (UINT64_C(1) << 1)
/* The rights that make sense for a single file rather than a directory. */
#define FILE_RIGHTS                                                           \
	(LANDLOCK_READ_FILE | LANDLOCK_WRITE_FILE | LANDLOCK_TRUNCATE)

int
landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    CREATE_RULESET_VERSION);

	/* EPERM: the filter of a container that does not know the call. */
	if (abi == -1 && (errno == ENOSYS || errno == EOPNOTSUPP ||
	    errno == EPERM))
		return 0;
	return (int)abi;
}

/* All rights on files that this ABI knows: handled, so denied unless named. */
static uint64_t
all_file_rights(int abi)
{
	unsigned bits = 13;

	if (abi >= 2)
		bits = 14; /* refer */
	if (abi >= 3)
		bits = 15; /* truncate */
	if (abi >= 5)
		bits = 16; /* ioctl on devices */
	return (UINT64_C(1) << bits) - 1;
}

static int
add_path(int ruleset, const struct landlock_path *path, uint64_t handled)
{
	struct path_attr attr = { .rights = path->rights & handled };
	int rc;

	attr.parent_fd = open(path->path, O_PATH | O_CLOEXEC);
	if (attr.parent_fd == -1)
		return errno == ENOENT || errno == EACCES ? 0 : -1;
	rc = (int)syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH,
	    &attr, 0);
	if (rc == -1 && errno == EINVAL) {
		/* A file, not a directory, takes file rights only. */
		attr.rights &= FILE_RIGHTS;
		rc = (int)syscall(SYS_landlock_add_rule, ruleset,
		    RULE_PATH_BENEATH, &attr, 0);
	}
	(void)close(attr.parent_fd);
	return rc;
}

static int
add_rules(int ruleset, const struct landlock_rules *rules,
    const struct ruleset_attr *handled)
{
	for (size_t i = 0; i < rules->npaths; i++)
		if (add_path(ruleset, &rules->paths[i], handled->fs) == -1)
			return -1;
	if (handled->net == 0)
		return 0;
	for (size_t i = 0; i < rules->nports; i++) {
		struct port_attr attr = { NET_CONNECT_TCP,
			rules->connect_ports[i] };

		if (syscall(SYS_landlock_add_rule, ruleset, RULE_NET_PORT,
		    &attr, 0) == -1)
			return -1;
	}
	return 0;
}

int
landlock_restrict(const struct landlock_rules *rules, int abi)
{
	struct ruleset_attr attr = { .fs = all_file_rights(abi) };
	size_t size = sizeof(attr.fs);
	int ruleset, rc = -1;

	if (abi >= LANDLOCK_ABI_NET) {
		if (!rules->any_port)
			attr.net = NET_BIND_TCP | NET_CONNECT_TCP;
		size = offsetof(struct ruleset_attr, scoped);
	}
	if (abi >= LANDLOCK_ABI_SCOPE) {
		if (rules->scoped)
			attr.scoped = SCOPE_ABSTRACT_UNIX | SCOPE_SIGNAL;
		size = sizeof(attr);
	}
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0);
	if (ruleset == -1)
		return -1;
	if (add_rules(ruleset, rules, &attr) == 0)
		rc = (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
	(void)close(ruleset);
	return rc;
}
