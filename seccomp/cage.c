#include "seccomp/cage.h"

#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ipc/rlimit.h"
#include "seccomp/private_root.h"

/* A login's share of a processor is milliseconds. */
#define CPU_MAX_S 5
/* stdin, stdout, stderr, the channel, and what a library opens in passing. */
#define DESCRIPTORS_MAX 32
/* What a worker writes are copies of three files, in its private root. */
#define FILE_SIZE_MAX (8 * 1024 * 1024)

static const char *const layer_texts[CAGE_LAYER_COUNT] = {
#define L(name, text) [CAGE_##name##_INDEX] = text,
	CAGE_LAYERS(L)
#undef L
};

static const char *const step_names[CAGE_STEP_END - CAGE_EXIT_FIRST] = {
#define S(name) [CAGE_STEP_##name - CAGE_EXIT_FIRST] = #name,
	CAGE_STEPS(S)
#undef S
};

const char *
cage_layer_text(unsigned index)
{
	return index < CAGE_LAYER_COUNT ? layer_texts[index] : "unknown";
}

uint32_t
cage_full(bool own_net, bool as_root)
{
	uint32_t full = (UINT32_C(1) << CAGE_LAYER_COUNT) - 1;

	if (!own_net)
		full &= ~(uint32_t)CAGE_NET_NS;
	/* Root needs no user namespace to build a private root in. */
	if (as_root && !own_net)
		full &= ~(uint32_t)CAGE_USER_NS;
	if (!as_root)
		full &= ~(uint32_t)CAGE_UID;
	return full;
}

const char *
cage_step_name(int status)
{
	if (status < CAGE_EXIT_FIRST || status >= (int)CAGE_STEP_END)
		return NULL;
	return step_names[status - CAGE_EXIT_FIRST];
}

bool
cage_lacks(int error)
{
	switch (error) {
	case EPERM:
	case EACCES:
	case EINVAL:
	case ENOSYS:
	case ENODEV: /* no tmpfs */
	case ENOSPC: /* no more namespaces of this kind, or none at all */
	case EUSERS:
		return true;
	default:
		return false;
	}
}

/*
 * Empties the bounding set but for the capabilities in keep, bit by bit;
 * *emptied is false if this process may not. (libcap-ng would read
 * /proc/self/status for each of these steps, of which a login has five.)
 */
static enum cage_step
narrow_bounding(uint64_t keep, bool *emptied)
{
	*emptied = false;
	for (int cap = 0; cap < 64; cap++) {
		if ((keep >> cap & 1) != 0 ||
		    prctl(PR_CAPBSET_DROP, cap) == 0)
			continue;
		/* Behind the last there is none. */
		*emptied = errno == EINVAL && cap > 0;
		return errno == EPERM || *emptied ? CAGE_SHUT :
		    CAGE_STEP_BOUNDING;
	}
	*emptied = true;
	return CAGE_SHUT;
}

static enum cage_step
drop_bounding(uint32_t *layers)
{
	bool emptied;
	enum cage_step step = narrow_bounding(0, &emptied);

	if (step == CAGE_SHUT && emptied)
		*layers |= CAGE_BOUNDING;
	return step;
}

/* own: whose the process is, for those who want to signal it. */
static enum cage_step
become_guarded(uid_t own, uid_t uid, gid_t gid, uint32_t *layers)
{
	if (geteuid() != 0)
		return CAGE_SHUT;
	if (setgroups(0, NULL) == -1 || setresgid(gid, gid, gid) == -1 ||
	    setresuid(own, uid, own) == -1)
		return CAGE_STEP_UID;
	*layers |= CAGE_UID;
	return CAGE_SHUT;
}

static enum cage_step
drop_capabilities(uint32_t *layers)
{
	capng_clear(CAPNG_SELECT_CAPS | CAPNG_SELECT_AMBIENT);
	if (capng_apply(CAPNG_SELECT_CAPS) != 0)
		return CAGE_STEP_CAPS;
	*layers |= CAGE_CAPS;
	return CAGE_SHUT;
}

static enum cage_step
no_new_privs(uint32_t *layers)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return CAGE_STEP_NO_NEW_PRIVS;
	*layers |= CAGE_NO_NEW_PRIVS;
	return CAGE_SHUT;
}

static enum cage_step
not_dumpable(uint32_t *layers)
{
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		return CAGE_STEP_DUMPABLE;
	*layers |= CAGE_UNDUMPABLE;
	return CAGE_SHUT;
}

/* The parent may have died before the kernel was told to tell us. */
static enum cage_step
die_with(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == -1 ||
	    getppid() != parent)
		return CAGE_STEP_PARENT_GONE;
	return CAGE_SHUT;
}

/* Stops at the first step that fails. */
#define STEP(call)                                                            \
	do {                                                                  \
		enum cage_step step_ = (call);                                \
		if (step_ != CAGE_SHUT)                                       \
			return step_;                                         \
	} while (0)

enum cage_step
cage_bare(uid_t uid, gid_t gid, pid_t parent)
{
	return cage_runner(uid, uid, gid, parent);
}

enum cage_step
cage_runner(uid_t own, uid_t uid, gid_t gid, pid_t parent)
{
	uint32_t layers = 0;

	STEP(drop_bounding(&layers));
	STEP(become_guarded(own, uid, gid, &layers));
	/* The user may be root: then they are still there. */
	STEP(drop_capabilities(&layers));
	STEP(not_dumpable(&layers));
	STEP(die_with(parent));
	return no_new_privs(&layers);
}

#ifdef SALLYPORT_SANITIZED
/*
 * Sanitizers need calls that no cage of ours allows, so their build has none
 * and refuses to be installed (meson.build).
 */
enum cage_step
cage_worker(const struct cage_plan *plan, pid_t parent,
    struct cage_report *report)
{
	(void)plan;
	(void)parent;
	*report = (struct cage_report){ 0, 0 };
	return CAGE_SHUT;
}

enum cage_step
cage_starter(struct cage_report *report)
{
	*report = (struct cage_report){ 0, 0 };
	return CAGE_SHUT;
}

enum cage_step
cage_parent_as(uid_t uid, gid_t gid, const char *cache_dir,
    struct cage_report *report)
{
	(void)uid;
	(void)gid;
	(void)cache_dir;
	*report = (struct cage_report){ 0, 0 };
	return CAGE_SHUT;
}

enum cage_step
cage_parent_narrow(const char *cache_dir)
{
	(void)cache_dir;
	return CAGE_SHUT;
}

enum cage_step
cage_net_ports(const uint16_t *ports, size_t nports)
{
	(void)ports;
	(void)nports;
	return CAGE_SHUT;
}

enum cage_step
cage_net_connected(void)
{
	return CAGE_SHUT;
}
#else

static enum cage_step
become(uid_t uid, gid_t gid, uint32_t *layers)
{
	return become_guarded(uid, uid, gid, layers);
}

/* All but the number of processes: it would fail our own unshare. */
static enum cage_step
set_limits(const struct cage_plan *plan, uint32_t *layers)
{
	if (!RLIMIT_SET(RLIMIT_CORE, 0) || !RLIMIT_SET(RLIMIT_CPU, CPU_MAX_S) ||
	    !RLIMIT_SET(RLIMIT_AS, plan->memory_max) ||
	    !RLIMIT_SET(RLIMIT_NOFILE, DESCRIPTORS_MAX) ||
	    !RLIMIT_SET(RLIMIT_FSIZE, FILE_SIZE_MAX) || !RLIMIT_SET(RLIMIT_MEMLOCK, 0))
		return CAGE_STEP_RLIMITS;
	*layers |= CAGE_RLIMITS;
	return CAGE_SHUT;
}

static enum cage_step
set_late_limits(void)
{
	if (!RLIMIT_SET(RLIMIT_NPROC, 0) || !RLIMIT_SET(RLIMIT_FSIZE, 0))
		return CAGE_STEP_LATE_LIMITS;
	return CAGE_SHUT;
}

static enum cage_step
landlock(const struct landlock_rules *rules, struct cage_report *report)
{
	int abi = landlock_abi();

	if (abi == 0)
		return CAGE_SHUT;
	if (abi == -1 || landlock_restrict(rules, abi) == -1)
		return CAGE_STEP_LANDLOCK;
	report->landlock_abi = abi;
	report->layers |= CAGE_LANDLOCK_FILES;
	if (abi >= LANDLOCK_ABI_NET)
		report->layers |= CAGE_LANDLOCK_PORTS;
	if (abi >= LANDLOCK_ABI_SCOPE && rules->scoped)
		report->layers |= CAGE_LANDLOCK_SCOPE;
	return CAGE_SHUT;
}

static enum cage_step
load_filter(const struct filter_code *filter, uint32_t *layers)
{
	if (filter_load(filter) != 0)
		return CAGE_STEP_SECCOMP;
	*layers |= CAGE_SECCOMP;
	return CAGE_SHUT;
}

/*
 * A worker without a network also leaves the users' world: in a namespace
 * where no id is mapped, not even its own user is anyone.
 */
static enum cage_step
own_user_namespace(const struct cage_plan *plan, uint32_t *layers)
{
	if (!plan->own_net || (*layers & CAGE_USER_NS) != 0)
		return CAGE_SHUT;
	if (unshare(CLONE_NEWUSER) == -1)
		return cage_lacks(errno) ? CAGE_SHUT : CAGE_STEP_NAMESPACES;
	*layers |= CAGE_USER_NS;
	/* A new user namespace fills all the sets again. */
	return drop_bounding(layers);
}

enum cage_step
cage_worker(const struct cage_plan *plan, pid_t parent,
    struct cage_report *report)
{
	uint32_t *layers = &report->layers;

	*report = (struct cage_report){ 0, 0 };
	STEP(set_limits(plan, layers));
	STEP(private_root_enter(plan, layers));
	STEP(drop_bounding(layers));
	STEP(become(plan->id, (gid_t)plan->id, layers));
	STEP(own_user_namespace(plan, layers));
	STEP(drop_capabilities(layers));
	STEP(set_late_limits());
	STEP(not_dumpable(layers));
	/* After the ids: setresuid() forgets the death signal. */
	STEP(die_with(parent));
	STEP(no_new_privs(layers));
	STEP(landlock(&plan->landlock, report));
	return load_filter(plan->filter, layers);
}

/*
 * What a worker started as root needs until it has shut its own cage: to
 * mount its root, to change its ids, to empty its bounding set; and for the
 * starter to end it.
 */
static const unsigned starter_caps[] = { CAP_SYS_ADMIN, CAP_SYS_CHROOT,
	CAP_SETUID, CAP_SETGID, CAP_SETPCAP, CAP_KILL };

/* Of those, the ones that there are: root in a container has fewer. */
static uint64_t
kept_capabilities(void)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { { 0 } };
	uint64_t keep = 0;

	if (syscall(SYS_capget, &head, data) == -1)
		return 0;
	for (size_t i = 0;
	     i < sizeof(starter_caps) / sizeof(starter_caps[0]); i++)
		keep |= UINT64_C(1) << starter_caps[i];
	return keep & (data[0].permitted | (uint64_t)data[1].permitted << 32);
}

static enum cage_step
keep_capabilities(uint64_t keep)
{
	capng_clear(CAPNG_SELECT_CAPS | CAPNG_SELECT_AMBIENT);
	for (unsigned cap = 0; cap < 64; cap++)
		if ((keep >> cap & 1) != 0 && capng_update(CAPNG_ADD,
		    CAPNG_EFFECTIVE | CAPNG_PERMITTED, cap) != 0)
			return CAGE_STEP_CAPS;
	return capng_apply(CAPNG_SELECT_CAPS) == 0 ? CAGE_SHUT :
	    CAGE_STEP_CAPS;
}

enum cage_step
cage_starter(struct cage_report *report)
{
	uint32_t *layers = &report->layers;
	uint64_t keep = kept_capabilities();
	bool emptied;

	*report = (struct cage_report){ 0, 0 };
	STEP(narrow_bounding(keep, &emptied));
	STEP(keep != 0 ? keep_capabilities(keep) : drop_capabilities(layers));
	STEP(not_dumpable(layers));
	STEP(no_new_privs(layers));
	return load_filter(&filter_code_starter, layers);
}

static enum cage_step
parent_landlock(const char *cache_dir, uint64_t elsewhere,
    struct cage_report *report)
{
	const struct landlock_path paths[] = {
		{ cache_dir, LANDLOCK_KEEP_FILES },
		{ "/", elsewhere },
	};
	const struct landlock_rules rules = {
		.paths = cache_dir != NULL ? paths : paths + 1,
		.npaths = (cache_dir != NULL ? 1u : 0u) +
		    (elsewhere != 0 ? 1u : 0u),
	};

	return landlock(&rules, report);
}

/* A source of authorize's is to die with it; sshd's own child with nobody. */
static enum cage_step
become_and_die(uid_t uid, gid_t gid, uint32_t *layers)
{
	pid_t parent = getppid();
	int sig = 0;

	if (prctl(PR_GET_PDEATHSIG, &sig, 0, 0, 0) == -1)
		return CAGE_STEP_PARENT_GONE;
	STEP(become(uid, gid, layers));
	/* setresuid() forgets the death signal. */
	return sig == 0 ? CAGE_SHUT : die_with(parent);
}

enum cage_step
cage_parent_as(uid_t uid, gid_t gid, const char *cache_dir,
    struct cage_report *report)
{
	uint32_t *layers = &report->layers;

	*report = (struct cage_report){ 0, 0 };
	STEP(drop_bounding(layers));
	STEP(become_and_die(uid, gid, layers));
	STEP(drop_capabilities(layers));
	STEP(not_dumpable(layers));
	STEP(no_new_privs(layers));
	STEP(parent_landlock(cache_dir, LANDLOCK_READ, report));
	return load_filter(&filter_code_parent, layers);
}

enum cage_step
cage_parent_narrow(const char *cache_dir)
{
	struct cage_report report = { 0, 0 };

	return parent_landlock(cache_dir, 0, &report);
}

enum cage_step
cage_net_ports(const uint16_t *ports, size_t nports)
{
	static const struct landlock_path files[] = {
		{ "/", LANDLOCK_READ_FILE },
	};
	const struct landlock_rules rules = {
		.paths = files,
		.npaths = 1,
		.connect_ports = ports,
		.nports = nports,
		.scoped = 1,
	};
	int abi = landlock_abi();

	if (abi == -1)
		return CAGE_STEP_LANDLOCK;
	/* Files stay as the first ruleset left them: rulesets only narrow. */
	if (abi < LANDLOCK_ABI_NET)
		return CAGE_SHUT;
	return landlock_restrict(&rules, abi) == 0 ? CAGE_SHUT :
	    CAGE_STEP_LANDLOCK;
}

enum cage_step
cage_net_connected(void)
{
	return filter_load(&filter_code_net_talk) == 0 ? CAGE_SHUT :
	    CAGE_STEP_SECCOMP;
}
#endif

enum cage_step
cage_parent(uid_t id, const char *cache_dir, struct cage_report *report)
{
	return cage_parent_as(id, (gid_t)id, cache_dir, report);
}
