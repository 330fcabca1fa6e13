/*
 * A process shuts its own cage: the steps, in the one order that works.
 *
 * Used by every process of ours before it reads its first byte. A step that
 * must hold and does not ends the process (an exit status names the step);
 * a layer that this kernel or this user cannot have is left out of the
 * report, which the parent shows and logs.
 */
#ifndef SECCOMP_CAGE_H
#define SECCOMP_CAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "seccomp/filter_code.h"
#include "seccomp/landlock.h"

/* L(NAME, what the layer does, as status prints it) */
#define CAGE_LAYERS(L)                                                        \
	L(RLIMITS, "resource limits")                                         \
	L(UID, "user id of its own")                                          \
	L(USER_NS, "user namespace")                                          \
	L(ROOT, "read-only root, its own or an empty one")                    \
	L(NET_NS, "empty network namespace")                                  \
	L(CAPS, "no capabilities")                                            \
	L(BOUNDING, "empty capability bounding set")                          \
	L(UNDUMPABLE, "not traceable by its own user")                        \
	L(NO_NEW_PRIVS, "no new privileges")                                  \
	L(LANDLOCK_FILES, "Landlock: files")                                  \
	L(LANDLOCK_PORTS, "Landlock: TCP ports")                              \
	L(LANDLOCK_SCOPE, "Landlock: signals and abstract sockets")           \
	L(SECCOMP, "system call filter")

enum cage_layer_index {
#define L(name, text) CAGE_##name##_INDEX,
	CAGE_LAYERS(L)
#undef L
	CAGE_LAYER_COUNT
};

enum cage_layer {
#define L(name, text) CAGE_##name = 1 << CAGE_##name##_INDEX,
	CAGE_LAYERS(L)
#undef L
};

/* What a layer is called; index < CAGE_LAYER_COUNT. */
const char *cage_layer_text(unsigned index);

struct cage_plan {
	uid_t id;          /* uid and gid to take when started as root */
	bool own_net;      /* an empty network namespace */
	const char *const *files; /* below /etc, to be copied into the root */
	size_t nfiles;
	uint64_t memory_max; /* address space, bytes */
	struct landlock_rules landlock;
	const struct filter_code *filter;
};

struct cage_report {
	uint32_t layers; /* CAGE_*, or-ed: those in force */
	int landlock_abi;
};

/*
 * The layers that a worker has on a machine that allows them all. own_net: as
 * in the plan. as_root: whether sallyport was started as root.
 */
uint32_t cage_full(bool own_net, bool as_root);

/* Exit statuses that name the step which failed. */
#define CAGE_EXIT_FIRST 80
#define CAGE_STEPS(S)                                                         \
	S(RLIMITS) S(NAMESPACES) S(ROOT) S(BOUNDING) S(UID) S(CAPS) S(LATE_LIMITS) \
	S(DUMPABLE) S(PARENT_GONE) S(NO_NEW_PRIVS) S(LANDLOCK) S(SECCOMP)

enum cage_step {
	CAGE_SHUT = 0,
	CAGE_STEP_BASE = CAGE_EXIT_FIRST - 1,
#define S(name) CAGE_STEP_##name,
	CAGE_STEPS(S)
#undef S
	CAGE_STEP_END
};

/* The step that an exit status (or enum cage_step) names, or NULL. */
const char *cage_step_name(int status);

/*
 * Whether an errno says that this machine or this user may not have namespaces
 * or mounts, and not that they could not be had this time.
 */
bool cage_lacks(int error);

/*
 * A worker's cage. parent: the process whose death must be ours. Returns
 * CAGE_SHUT, or the step that failed: the caller must _exit() with it.
 */
enum cage_step cage_worker(const struct cage_plan *plan, pid_t parent,
    struct cage_report *report) __attribute__((warn_unused_result));

/*
 * The starter's: no capability but those that its children need, and a
 * filter that leaves its children enough to shut their own cages.
 */
enum cage_step cage_starter(struct cage_report *report)
    __attribute__((warn_unused_result));

/*
 * For a process that runs what is not ours, or reads as somebody else, and so
 * can have no filter: takes uid and gid if started as root, without groups;
 * no capability, none to be had again, not traceable, ended with its parent.
 */
enum cage_step cage_bare(uid_t uid, gid_t gid, pid_t parent)
    __attribute__((warn_unused_result));

/*
 * The same for one that runs programs as uid. Started as root, it belongs to
 * the uid own: it can end them, and they can neither end nor stop it. What it
 * runs must take geteuid() for all of its ids.
 */
enum cage_step cage_runner(uid_t own, uid_t uid, gid_t gid, pid_t parent)
    __attribute__((warn_unused_result));

/*
 * The parent's, before it reads its first message. id: as in the plan.
 * cache_dir: the only place where it may write, NULL for none; it may still
 * open files for reading, for a CA file that the configuration names.
 */
enum cage_step cage_parent(uid_t id, const char *cache_dir,
    struct cage_report *report) __attribute__((warn_unused_result));

/* The same with other ids than those of the plan. */
enum cage_step cage_parent_as(uid_t uid, gid_t gid, const char *cache_dir,
    struct cage_report *report) __attribute__((warn_unused_result));

/*
 * The parent again, before any byte from the network enters the machine:
 * from now on it opens nothing outside cache_dir.
 */
enum cage_step cage_parent_narrow(const char *cache_dir)
    __attribute__((warn_unused_result));

/*
 * netproc again, when it knows where it will connect: only these TCP ports
 * from now on. Does nothing where Landlock has no ports.
 */
enum cage_step cage_net_ports(const uint16_t *ports, size_t nports)
    __attribute__((warn_unused_result));

/* And when it is connected: nothing more is opened or connected. */
enum cage_step cage_net_connected(void) __attribute__((warn_unused_result));

#endif
