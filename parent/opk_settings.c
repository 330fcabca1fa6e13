#include "parent/opk_settings.h"

#include <string.h>

#include "parent/log.h"
#include "parent/word_stands.h"

bool
opk_settings_load(struct login *login, const struct opk_places *places,
    bool with_rules, struct opk_settings *settings)
{
	struct file_problem problem;

	settings->places = places;
	if (!trusted_read_optional(SALLYPORT_YAML, TRUST_ROOT, CONFIG_FILE_MAX,
	    &settings->sallyport_yaml, &problem)) {
		login->decision.file = SALLYPORT_YAML;
		return login_fail(login, problem.reason, "%s", problem.what);
	}
	if (with_rules ? opk_files_load(&settings->files, places, &problem) :
	    opk_files_load_settings(&settings->files, places, &problem))
		return true;
	login->decision.file = settings->files.at_fault;
	return login_fail(login, problem.reason, "%s", problem.what);
}

static enum err
send_file(struct login *login, enum ipc_text text,
    const struct trusted_file *file)
{
	return ipc_send_text(&login->starter.channels[WORKER_OPK_JUDGE],
	    login->deadline_ms, text, file->data, file->len);
}

bool
opk_settings_brief(struct login *login, const struct opk_settings *settings,
    const struct ipc_message *ask)
{
	enum err err = send_file(login, IPC_TEXT_SALLYPORT_YAML,
	    &settings->sallyport_yaml);

	if (err == ERR_OK)
		err = send_file(login, IPC_TEXT_PROVIDERS,
		    &settings->files.providers);
	if (err == ERR_OK)
		err = send_file(login, IPC_TEXT_OPK_CONFIG,
		    &settings->files.config);
	if (err == ERR_OK)
		err = ipc_send(&login->starter.channels[WORKER_OPK_JUDGE],
		    login->deadline_ms, ask);
	return err == ERR_OK ||
	    login_worker_failed(login, WORKER_OPK_JUDGE, err);
}

bool
opk_settings_ask(struct login *login, const struct opk_settings *settings)
{
	static const struct ipc_span nobody = { "-", 1 };
	struct ipc_message m = { .type = IPC_VERIFY_ASK };

	m.as.VERIFY_ASK.settings_only = 1;
	m.as.VERIFY_ASK.user = nobody;
	m.as.VERIFY_ASK.key_type = nobody;
	return opk_settings_brief(login, settings, &m);
}

void
opk_settings_copy(char *to, struct ipc_span from)
{
	const char *p = from.p;

	/* JSON's strings may have a NUL; what is logged must not end there. */
	for (size_t i = 0; i < from.len; i++)
		to[i] = p[i] != '\0' ? p[i] : '?';
	to[from.len] = '\0';
}

const char *
opk_settings_file(const struct opk_settings *settings, enum ipc_text text)
{
	switch (text) {
	case IPC_TEXT_SALLYPORT_YAML:
		return SALLYPORT_YAML;
	case IPC_TEXT_PROVIDERS:
		return "providers";
	case IPC_TEXT_OPK_CONFIG:
		return settings->places->config != NULL ?
		    settings->places->config : "config.yml";
	case IPC_TEXT_AUTH_ID:
		return "auth_id";
	case IPC_TEXT_HOME_AUTH_ID:
		return "~/.opk/auth_id";
	case IPC_TEXT_PLUGIN:
		return "policy.d";
	case IPC_TEXT_USERINFO:
		return "userinfo";
	default:
		return NULL;
	}
}

/*
 * Whether a path stands in config.yml, unless it is empty. The judge could
 * else have any authority vouch for a provider's keys whose certificate lies
 * somewhere in a file of root's.
 */
static bool
stands_in_config(const struct opk_settings *settings, const char *path)
{
	return path[0] == '\0' || word_stands(&settings->files.config, path);
}

static bool
take(struct login *login, struct opk_settings *settings,
    const struct ipc_message *m)
{
	char file[PATH_LEN_MAX + 1], dirs[PATH_LEN_MAX + 1];

	settings->limits.stale_max_s = m->as.SETTINGS.stale_max_s;
	settings->limits.preload_max_s = m->as.SETTINGS.preload_max_s;
	settings->home_policy = m->as.SETTINGS.home_policy == 1;
	settings->expiry_time = m->as.SETTINGS.expiry_time == 1;
	settings->deny_status = m->as.SETTINGS.deny_status;
	settings->deadline_s = m->as.SETTINGS.deadline_s;
	log_as_json(m->as.SETTINGS.log_json == 1);
	settings->nproviders = m->as.SETTINGS.providers;
	opk_settings_copy(file, m->as.SETTINGS.ca_file);
	opk_settings_copy(dirs, m->as.SETTINGS.ca_dirs);
	if (!stands_in_config(settings, file) ||
	    !stands_in_config(settings, dirs))
		return login_worker_failed(login, WORKER_OPK_JUDGE, ERR_BOUND);
	settings->net_ca = ca_wanted(file, dirs);
	if (ca_read(file, dirs, &settings->ca))
		return login_narrow(login);
	login->decision.file = settings->ca.path;
	return login_fail(login, settings->ca.problem.reason, "%s",
	    settings->ca.problem.what);
}

bool
opk_settings_hear(struct login *login, struct opk_settings *settings)
{
	struct ipc_message m;
	enum err err;

	if (!login_await_ready(login, WORKER_OPK_JUDGE, NULL))
		return false;
	err = ipc_recv(&login->starter.channels[WORKER_OPK_JUDGE],
	    login->deadline_ms, IPC_SET(SETTINGS) | IPC_SET(CONFIG_ERROR),
	    &m);
	if (err != ERR_OK)
		return login_worker_failed(login, WORKER_OPK_JUDGE, err);
	if (m.type == IPC_CONFIG_ERROR)
		return login_config_error(login, WORKER_OPK_JUDGE,
		    opk_settings_file(settings,
		    (enum ipc_text)m.as.CONFIG_ERROR.text), &m);
	return take(login, settings, &m);
}

const struct trusted_file *
opk_settings_ca(const struct opk_settings *settings)
{
	return settings->net_ca != NET_CA_SYSTEM ? &settings->ca.pem : NULL;
}

void
opk_settings_free(struct opk_settings *settings)
{
	trusted_free(&settings->sallyport_yaml);
	opk_files_free(&settings->files);
	ca_free(&settings->ca);
}
