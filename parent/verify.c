#include "parent/verify.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "parent/log.h"
#include "parent/login_name.h"
#include "parent/print.h"
#include "parent/streams.h"
#include "parent/verify_options.h"
#include "seccomp/cage.h"

/* What needs no file and no process to be refused. */
static bool
check_request(struct verify *v)
{
	const struct verify_request *request = v->request;
	struct login *login = &v->login;
	enum err err;

	if (!login_name_valid(request->user))
		return login_fail(login, REASON_USER_NAME,
		    "it must be 1 to %d bytes without slash, white space and "
		    "control characters, and not begin with -",
		    USER_NAME_MAX);
	if (offered_key_plain_type(request->key_type) == NULL)
		return login_fail(login, REASON_CERT_TYPE, "%s", "");
	err = offered_key_read(&v->offered, request->key_type, request->key);
	if (err == ERR_MEMORY)
		return login_fail(login, REASON_MEMORY, "no memory");
	if (err != ERR_OK)
		return login_fail(login, REASON_CERT_BLOB,
		    "it is not base64, or too long");
	return true;
}

struct ipc_channel *
verify_judge(struct verify *v)
{
	return &v->login.starter.channels[WORKER_OPK_JUDGE];
}

bool
verify_run(struct verify *v)
{
	struct login *login = &v->login;
	enum reason reason;

	v->plugins.fd = -1;
	if (!check_request(v))
		return false;
	home_question(&v->home, v->request->user, v->request->home,
	    v->request->uid);
	if (!starter_open(&login->starter, &v->home, &reason))
		return login_fail(login, reason, "see the line before");
	/* It links, tests itself and shuts its cage while we read files. */
	if (!login_start(login, WORKER_OPK_JUDGE))
		return false;
	if (!login_own_name(login, v->us))
		return false;
	/* What anybody may have written is not for logins to go by. */
	if (v->request->places.trust != TRUST_ANY)
		cache_open(&login->cache, v->us);
	return verify_brief_judge(v) && login_shut_cage(login) && verify_hear_judge(v);
}

void
verify_end(struct verify *v)
{
	plugin_end(&v->plugins, login_end_ms(&v->login));
	login_close(&v->login);
	for (size_t i = 0; i < v->nproviders; i++)
		provider_keys_free(&v->providers[i].keys);
	offered_key_free(&v->offered);
	opk_settings_free(&v->settings);
	trusted_free(&v->jwks);
	free(v->line);
	v->line = NULL;
}

/* Nothing printed: 0, or what was asked for; but 1 where no login can work. */
static int
silent_status(const struct verify *v, const struct verify_options *options)
{
	int status = login_exit_status(v->login.decision.reason);

	if (status != 0)
		return status;
	return options->deny_status != -1 ? options->deny_status :
	    v->settings.deny_status;
}

/* Everything or nothing, once, last. */
static enum printed
print_line(struct verify *v)
{
	enum printed printed = print_all(v->line, strlen(v->line),
	    STDOUT_FILENO, v->login.deadline_ms);

	if (printed != PRINTED_ALL)
		(void)login_fail(&v->login, REASON_SYSTEM,
		    "the line could not be written to standard output");
	return printed;
}

static uint64_t
time_of_day(void)
{
	time_t now = time(NULL);

	return now > 0 ? (uint64_t)now : 0;
}

int
verify_main(int argc, char **argv)
{
	static struct verify v;
	struct verify_options options;
	struct verify_request request;
	enum printed printed = PRINTED_NOTHING;
	bool to_stderr;
	int status;

	if ((status = verify_options_read(argc, argv, &options)) != -1)
		return status;
	to_stderr = options.log_stderr || isatty(STDERR_FILENO);
	quiet_streams(to_stderr);
	log_open(to_stderr);
	login_last_resort((options.deadline_s != 0 ? options.deadline_s :
	    DEADLINE_MAX_S) + 1);
	request = (struct verify_request){
		.user = options.user,
		.key_type = options.key_type,
		.key = options.key,
		.extra = options.extra,
		.home = options.home,
		.uid = options.uid,
		.deadline_s = options.deadline_s,
		.places = { OPK_ETC, options.config, TRUST_ROOT },
		.now = time_of_day(),
	};
	v.request = &request;
	login_begin(&v.login, "openpubkey", options.user,
	    options.deadline_s != 0 ? options.deadline_s : DEADLINE_DEFAULT_S);
	if (verify_run(&v))
		printed = print_line(&v);
	status = printed == PRINTED_ALL ? 0 : printed == PRINTED_HALF ? 1 :
	    silent_status(&v, &options);
	login_log(&v.login);
	verify_end(&v);
	return status;
}
