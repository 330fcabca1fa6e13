/* parseproc owned, in each role, before it reads its first byte. */
#include <stdio.h>
#include <string.h>

#include "ipc/channel.h"
#include "owned.h"

#define ROLE(run)                                                             \
	enum err __real_##run(struct ipc_channel *ch);                        \
	enum err __wrap_##run(struct ipc_channel *ch);                        \
	enum err __wrap_##run(struct ipc_channel *ch)                         \
	{                                                                     \
		owned_at(#run);                                               \
		return __real_##run(ch);                                      \
	}

ROLE(judge_run)
ROLE(opk_judge_run)
ROLE(keys_run)
ROLE(authorize_run)

static struct ipc_channel *explain_channel;

/* As a claim: whoever runs `explain` sees those, and nothing else of it. */
static void
claim(int rc)
{
	struct ipc_message m = { .type = IPC_CLAIM };
	char text[16];

	(void)snprintf(text, sizeof(text), "%d", rc);
	m.as.CLAIM.name = (struct ipc_span){ "errno", 5 };
	m.as.CLAIM.value = (struct ipc_span){ text, strlen(text) };
	(void)!ipc_write(explain_channel, &m);
	m = (struct ipc_message){ .type = IPC_CLAIMS_END };
	(void)!ipc_write(explain_channel, &m);
}

enum err __real_explain_run(struct ipc_channel *ch);
enum err __wrap_explain_run(struct ipc_channel *ch);

enum err
__wrap_explain_run(struct ipc_channel *ch)
{
	explain_channel = ch;
	owned_tell = claim;
	owned_at("explain_run");
	return __real_explain_run(ch);
}
