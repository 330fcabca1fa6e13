#include <string.h>

#include "parent/verify.h"

static bool
send_text(struct verify *v, enum ipc_text kind, const void *data, size_t len)
{
	struct login *login = &v->login;
	enum err err;

	err = ipc_send_text(&login->starter.channels[WORKER_OPK_JUDGE],
	    login->deadline_ms, kind, data, len);
	return err == ERR_OK ||
	    login_worker_failed(login, WORKER_OPK_JUDGE, err);
}

static bool
load_sallyport_yaml(struct verify *v)
{
	struct file_problem problem;

	if (trusted_read(SALLYPORT_YAML, TRUST_ROOT, CONFIG_FILE_MAX,
	    &v->sallyport_yaml, &problem) ||
	    problem.reason == REASON_CONFIG_MISSING)
		return true;
	v->login.decision.file = SALLYPORT_YAML;
	return login_fail(&v->login, problem.reason, "%s", problem.what);
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

static bool
load_files(struct verify *v)
{
	struct file_problem problem;

	if (!load_sallyport_yaml(v) || !load_jwks(v))
		return false;
	if (opk_files_load(&v->files, &v->request->places, &problem))
		return true;
	v->login.decision.file = v->files.at_fault;
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
	struct login *login = &v->login;
	struct ipc_message m = { .type = IPC_VERIFY_ASK };
	enum err err;

	m.as.VERIFY_ASK.user = (struct ipc_span){ request->user,
		strlen(request->user) };
	m.as.VERIFY_ASK.key_type = (struct ipc_span){ request->key_type,
		strlen(request->key_type) };
	m.as.VERIFY_ASK.now = request->now;
	m.as.VERIFY_ASK.tell = request->tell;
	m.as.VERIFY_ASK.plugins = (uint8_t)v->files.nplugins;
	err = ipc_send(&login->starter.channels[WORKER_OPK_JUDGE],
	    login->deadline_ms, &m);
	return err == ERR_OK ||
	    login_worker_failed(login, WORKER_OPK_JUDGE, err);
}

bool
verify_brief_judge(struct verify *v)
{
	const struct opk_files *files = &v->files;

	if (!load_files(v))
		return false;
	/* Without a child there is no such answer; who asks for it hears so. */
	(void)!home_begin(&v->home, v->request->user, v->request->home,
	    v->request->uid);
	(void)!plugin_begin(&v->plugins, files);
	return send_text(v, IPC_TEXT_SALLYPORT_YAML, v->sallyport_yaml.data,
	    v->sallyport_yaml.len) &&
	    send_text(v, IPC_TEXT_PROVIDERS, files->providers.data,
	    files->providers.len) &&
	    send_text(v, IPC_TEXT_OPK_CONFIG, files->config.data,
	    files->config.len) &&
	    send_question(v) &&
	    send_text(v, IPC_TEXT_OFFERED_KEY, v->offered.blob,
	    v->offered.len) && send_extra_words(v);
}
