/*
 * The role that reads a certificate to people, whole: fuzz/conversation.h.
 * Beyond not crashing: what it says keeps to the protocol and ends.
 */
#include "fuzz/conversation.h"
#include "fuzz/fuzz.h"
#include "parseproc/explain.h"

static bool ended;

void
conversation_heard(const struct ipc_message *m)
{
	require(!ended);
	require(m->type == IPC_CLAIM || m->type == IPC_CLAIMS_END);
	ended = m->type == IPC_CLAIMS_END;
	if (ended)
		conversation_verdict = m->as.CLAIMS_END.unreadable ?
		    REASON_CERT_BLOB : REASON_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ipc_channel *ch = conversation_begin((struct span){ data,
	    size });
	enum err err;

	ended = false;
	(void)conversation_say_text(IPC_TEXT_OFFERED_KEY, OFFERED_KEY_MAX);
	err = explain_run(ch);
	require(ended == (err == ERR_OK));
	conversation_end(err);
	return 0;
}
