/*
 * sallyport-parse: reads what strangers wrote, where it can do no harm.
 *
 * Before its first byte it gives up every system call but read and write on
 * one descriptor, and exit. It talks to sallyport (parent/) only. It is
 * started fresh for each login in one role; what it must not do, and what one
 * gains by owning it, stands in SECURITY.md.
 */
#include <string.h>
#include <unistd.h>

#include "ipc/worker_entry.h"
#include "parseproc/judge.h"
#include "parseproc/ssh_key.h"
#include "seccomp/cage.h"
#include "seccomp/policy.h"

/* The image, its libraries, the arena, the stack. */
#define MEMORY_MAX ((uint64_t)128 * 1024 * 1024)

static const struct {
	const char *name;
	enum err (*run)(struct ipc_channel *ch);
} roles[] = {
	{ "judge", judge_run },
};

static const struct cage_plan cage = {
	.id = SALLYPORT_PARSE_ID,
	.own_net = true,
	.memory_max = MEMORY_MAX,
	.landlock = { .scoped = 1 },
	.filter = &policy_parse,
};

static enum err
say_ready(struct ipc_channel *ch, const struct cage_report *report)
{
	struct ipc_message m = { .type = IPC_READY };

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
	enum cage_step step;
	enum err err = ERR_TYPE;

	worker_enter(argc, argv, IPC_FROM_PARSE, IPC_TO_PARSE, &entry, &ch);
	/* What the libraries make on first use takes calls that end here. */
	if (!ssh_key_warm_up())
		_exit(WORKER_EXIT_ERR + ERR_SYSTEM);
	if ((step = cage_worker(&cage, entry.starter, &report)) != CAGE_SHUT)
		_exit((int)step);
	/* From here on: read, write, exit. */
	if ((err = say_ready(&ch, &report)) != ERR_OK)
		_exit(WORKER_EXIT_ERR + (int)err);
	err = ERR_TYPE;
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (strcmp(entry.role, roles[i].name) == 0)
			err = roles[i].run(&ch);
	_exit(err == ERR_OK ? 0 : WORKER_EXIT_ERR + (int)err);
}
