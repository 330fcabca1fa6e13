/*
 * The judge of Key9's answers, a whole login: fuzz/conversation.h. The
 * choices: the user and where from (strings).
 *
 * Beyond not crashing: it says as many keys as its verdict does, and each is
 * one that would be taken alone.
 */
#include <string.h>

#include "fuzz/conversation.h"
#include "fuzz/fuzz.h"
#include "ipc/reason.h"
#include "ipc/wire.h"
#include "parseproc/judge.h"
#include "parseproc/key9_request.h"
#include "parseproc/ssh_key.h"
#include "parseproc/text.h"

static struct {
	bool asked, ended;
	size_t keys;
} at;

static void
check_key(const struct ipc_message *m)
{
	static uint8_t text[KEY_TYPE_MAX + 1 + KEY_BASE64_MAX];
	struct ipc_span type = m->as.KEY.type, base64 = m->as.KEY.base64;
	struct ssh_key key;

	memcpy(text, type.p, type.len);
	text[type.len] = ' ';
	memcpy(text + type.len + 1, base64.p, base64.len);
	require(ssh_key_read(text, type.len + 1 + base64.len, &key) ==
	    REASON_OK);
	ssh_key_free(&key);
	at.keys++;
}

void
conversation_heard(const struct ipc_message *m)
{
	require(!at.ended);
	switch (m->type) {
	case IPC_KEY9_QUERY:
		require(!at.asked);
		at.asked = true;
		(void)conversation_say_text(IPC_TEXT_KEY9_ANSWER,
		    KEY9_ANSWER_MAX);
		break;
	case IPC_KEY:
		check_key(m);
		break;
	case IPC_KEY_DROPPED:
		require(at.asked && at.keys == 0);
		break;
	case IPC_VERDICT:
		require(m->as.VERDICT.keys == at.keys);
		require((m->as.VERDICT.reason == REASON_OK) == (at.keys > 0));
		conversation_verdict = (enum reason)m->as.VERDICT.reason;
		at.ended = true;
		break;
	default:
		require(m->type == IPC_CONFIG_ERROR && !at.asked);
		conversation_verdict = (enum reason)m->as.CONFIG_ERROR.reason;
		at.ended = true;
	}
}

static void
ask(void)
{
	struct ipc_message m = { .type = IPC_KEY9_ASK };
	struct span bytes = conversation_choices();
	struct wire_reader r = { bytes.p, bytes.len };
	struct span user = { NULL, 0 }, remote = { NULL, 0 };

	(void)!wire_get_string(&r, &user.p, &user.len);
	(void)!wire_get_string(&r, &remote.p, &remote.len);
	/* The parent lets no other names through. */
	if (!key9_user_valid(user.p, user.len))
		user = span_of("alice");
	if (remote.len > REMOTE_MAX || span_has(remote, '\0'))
		remote.len = 0;
	(void)conversation_say_text(IPC_TEXT_SALLYPORT_YAML, CONFIG_FILE_MAX);
	(void)conversation_say_text(IPC_TEXT_K9_YAML, CONFIG_FILE_MAX);
	m.as.KEY9_ASK.user = text_field(user);
	m.as.KEY9_ASK.remote = text_field(remote);
	conversation_say(&m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool warm;
	struct ipc_channel *ch;
	enum err err;

	require(warm || ssh_key_warm_up());
	warm = true;
	ch = conversation_begin((struct span){ data, size });
	memset(&at, 0, sizeof(at));
	ask();
	err = judge_run(ch);
	require(err != ERR_OK || at.ended);
	conversation_end(err);
	return 0;
}
