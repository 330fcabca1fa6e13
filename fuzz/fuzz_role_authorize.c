/*
 * The role that reads the sources' settings and a chained command's lines,
 * whole: fuzz/conversation.h. The choice: the user (a string).
 *
 * Beyond not crashing: no source comes twice; a line has a key's type, is
 * printable and stands below the dropped ones that came before it; the
 * verdict counts the lines; and nobody is asked for a command's lines where
 * there is no chain.
 */
#include <string.h>

#include "fuzz/conversation.h"
#include "fuzz/fuzz.h"
#include "ipc/wire.h"
#include "parseproc/authorize.h"
#include "parseproc/ssh_blob.h"
#include "parseproc/text.h"

static struct {
	unsigned sources, told;
	bool seen[IPC_SOURCE_COUNT];
	size_t keys;
	uint32_t dropped; /* the last line that was */
	bool ended;
} at;

static void
hear_source(const struct ipc_message *m)
{
	const unsigned kind = m->as.SOURCE.source;

	require(at.told < at.sources && kind < IPC_SOURCE_COUNT);
	require(!at.seen[kind]);
	at.seen[kind] = true;
	at.told++;
	require((kind == IPC_SOURCE_CHAIN) == (m->as.SOURCE.words.len > 0));
	require(ipc_printable(m->as.SOURCE.options.p,
	    m->as.SOURCE.options.len));
	if (at.told < at.sources)
		return;
	if (at.seen[IPC_SOURCE_CHAIN])
		(void)conversation_say_text(IPC_TEXT_CHAIN, CHAIN_OUTPUT_MAX);
	else {
		conversation_verdict = REASON_OK;
		at.ended = true;
	}
}

static void
hear_line(const struct ipc_message *m)
{
	require(at.seen[IPC_SOURCE_CHAIN] && at.told == at.sources);
	require(ssh_blob_type(m->as.LINE.type.p, m->as.LINE.type.len) != NULL);
	require(ipc_printable(m->as.LINE.options.p, m->as.LINE.options.len));
	require(++at.keys <= KEYS_MAX);
}

void
conversation_heard(const struct ipc_message *m)
{
	require(!at.ended);
	switch (m->type) {
	case IPC_SOURCES:
		require(at.told == 0);
		at.sources = m->as.SOURCES.sources;
		if (at.sources == 0) {
			conversation_verdict = REASON_OK;
			at.ended = true;
		}
		break;
	case IPC_SOURCE:
		hear_source(m);
		break;
	case IPC_LINE:
		hear_line(m);
		break;
	case IPC_KEY_DROPPED:
		require(m->as.KEY_DROPPED.line > at.dropped);
		at.dropped = m->as.KEY_DROPPED.line;
		break;
	case IPC_CONFIG_ERROR:
		require(at.told == 0);
		conversation_verdict = (enum reason)m->as.CONFIG_ERROR.reason;
		require(conversation_verdict != REASON_OK);
		at.ended = true;
		break;
	default:
		require(m->type == IPC_VERDICT);
		require(m->as.VERDICT.keys == at.keys);
		conversation_verdict = (enum reason)m->as.VERDICT.reason;
		require(conversation_verdict != REASON_OK || at.keys > 0);
		at.ended = true;
	}
}

static void
ask(void)
{
	struct ipc_message m = { .type = IPC_AUTHORIZE_ASK };
	struct span bytes = conversation_choices();
	struct wire_reader r = { bytes.p, bytes.len };
	struct span user = { NULL, 0 };

	(void)!wire_get_string(&r, &user.p, &user.len);
	if (user.len == 0 || user.len > USER_NAME_MAX || span_has(user, '\0'))
		user = span_of("root");
	(void)conversation_say_text(IPC_TEXT_SALLYPORT_YAML, CONFIG_FILE_MAX);
	(void)conversation_say_text(IPC_TEXT_OPK_CONFIG, CONFIG_FILE_MAX);
	m.as.AUTHORIZE_ASK.user = text_field(user);
	conversation_say(&m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ipc_channel *ch = conversation_begin((struct span){ data,
	    size });
	enum err err;

	memset(&at, 0, sizeof(at));
	ask();
	err = authorize_run(ch);
	require(err != ERR_OK || at.ended);
	conversation_end(err);
	return 0;
}
