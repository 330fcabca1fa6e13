/*
 * sallyport-parse: reads what strangers wrote, where it can do no harm.
 *
 * Before its first byte it gives up every system call but read and write on
 * one descriptor, and exit. It talks to sallyport (parent/) only. It is
 * started fresh for each login in one role; what it must not do, and what one
 * gains by owning it, stands in SECURITY.md.
 */
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "ipc/build.h"
#include "ipc/worker_entry.h"
#include "parseproc/authorize.h"
#include "parseproc/ec_point.h"
#include "parseproc/explain.h"
#include "parseproc/judge.h"
#include "parseproc/opk_judge.h"
#include "parseproc/keys.h"
#include "parseproc/ssh_key.h"
#include "seccomp/cage.h"

/* The image, its libraries, the arena, the stack. */
#define MEMORY_MAX ((uint64_t)128 * 1024 * 1024)

/*
 * What a role's libraries make on first use takes calls that end with the
 * cage: its warm-up makes it before.
 */
static const struct role {
	const char *name;
	bool (*warm_up)(void);
	enum err (*run)(struct ipc_channel *ch);
} roles[] = {
	{ "judge", ssh_key_warm_up, judge_run },
	{ "opk-judge", opk_judge_warm_up, opk_judge_run },
	{ "keys", ec_point_warm_up, keys_run },
	{ "explain", explain_warm_up, explain_run },
	{ "authorize", ssh_key_warm_up, authorize_run },
};

static const struct cage_plan cage = {
	.id = SALLYPORT_PARSE_ID,
	.own_net = true,
	.memory_max = MEMORY_MAX,
	.landlock = { .scoped = 1 },
	.filter = &filter_code_parse,
};

static const struct role *
find_role(const char *name)
{
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (strcmp(name, roles[i].name) == 0)
			return &roles[i];
	return NULL;
}

static enum err
say_ready(struct ipc_channel *ch, const struct cage_report *report)
{
	struct ipc_message m = { .type = IPC_READY };

	m.as.READY.build = BUILD_ID;
	m.as.READY.layers = report->layers;
	m.as.READY.landlock_abi = (uint8_t)report->landlock_abi;
	return ipc_write(ch, &m);
}

int
main(int argc, char **argv)
{
	static struct ipc_channel ch;
	struct worker_entry entry;
	struct cage_report report;
	const struct role *role;
	enum cage_step step;
	enum err err;

	worker_enter_channel(argc, argv, IPC_FROM_PARSE, IPC_TO_PARSE, &entry, &ch);
	if ((role = find_role(entry.role)) == NULL)
		_exit(WORKER_EXIT_ERR + ERR_TYPE);
	if (!role->warm_up())
		_exit(WORKER_EXIT_ERR + ERR_SYSTEM);
	if ((step = cage_worker(&cage, entry.starter, &report)) != CAGE_SHUT)
		_exit((int)step);
	/* From here on: read, write, exit. */
	if ((err = say_ready(&ch, &report)) == ERR_OK)
		err = role->run(&ch);
	_exit(err == ERR_OK ? 0 : WORKER_EXIT_ERR + (int)err);
}
