#include <string.h>

#include "parent/verify.h"

static bool
send_text(struct verify *v, enum ipc_text kind, const void *data, size_t len)
{
	struct login *login = &v->login;
	enum err err;

	err = ipc_send_text(verify_judge(v), login->deadline_ms, kind, data,
	    len);
	return err == ERR_OK ||
	    login_worker_failed(login, WORKER_OPK_JUDGE, err);
}

static bool
load_jwks(struct verify *v)
{
	const char *path = v->request->jwks;
	struct file_problem problem;

	if (path == NULL || trusted_read(path, TRUST_ANY, JWKS_MAX, &v->jwks,
	    &problem))
		return true;
	v->login.decision.file = path;
	return login_fail(&v->login, problem.reason, "%s", problem.what);
}

/* The words behind %t, each with a NUL behind it. */
static bool
send_extra_words(struct verify *v)
{
	static char words[EXTRA_WORDS_MAX];
	size_t len = 0;

	for (char *const *word = v->request->extra; *word != NULL; word++) {
		size_t n = strlen(*word) + 1;

		if (n > sizeof(words) - len)
			return login_fail(&v->login, REASON_USAGE,
			    "the words behind the key's type are too long");
		memcpy(words + len, *word, n);
		len += n;
	}
	return send_text(v, IPC_TEXT_EXTRA_WORDS, words, len);
}

static bool
send_question(struct verify *v)
{
	const struct verify_request *request = v->request;
	struct ipc_message m = { .type = IPC_VERIFY_ASK };

	m.as.VERIFY_ASK.user = (struct ipc_span){ request->user,
		strlen(request->user) };
	m.as.VERIFY_ASK.key_type = (struct ipc_span){ request->key_type,
		strlen(request->key_type) };
	m.as.VERIFY_ASK.now = request->now;
	m.as.VERIFY_ASK.tell = request->tell;
	m.as.VERIFY_ASK.require_email_verified =
	    request->require_email_verified;
	m.as.VERIFY_ASK.plugins = (uint8_t)v->settings.files.nplugins;
	return opk_settings_brief(&v->login, &v->settings, &m) &&
	    send_text(v, IPC_TEXT_OFFERED_KEY, v->offered.blob,
	    v->offered.len) && send_extra_words(v);
}

bool
verify_brief_judge(struct verify *v)
{
	const struct verify_request *request = v->request;

	if (!opk_settings_load(&v->login, &request->places, true,
	    &v->settings) || !load_jwks(v))
		return false;
	/*
	 * Without a child there is no such answer; who asks for it hears so.
	 * What anybody may have written has none.
	 */
	if (request->places.trust != TRUST_ANY)
		(void)!plugin_begin(&v->plugins, &v->settings.files);
	return send_question(v);
}
