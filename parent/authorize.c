#include "parent/authorize.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "parent/authorize_options.h"
#include "parent/chain_answer.h"
#include "parent/key_list.h"
#include "parent/log.h"
#include "parent/login.h"
#include "parent/login_name.h"
#include "parent/opk_files.h"
#include "parent/print.h"
#include "parent/source.h"
#include "parent/streams.h"

#define OPK_CONFIG OPK_ETC "/config.yml"
/* Kept back from the sources: to hear them, to join what they have, and, of
 * that, to print it. */
#define JOIN_MS 300
#define PRINT_MS 100

struct authorize {
	struct login login;
	const struct authorize_options *options;
	char us[USER_NAME_MAX + 1];
	struct trusted_file config, opk_config;
	struct file_problem opk_problem; /* if OpenPubkey is a source */
	struct source sources[IPC_SOURCE_COUNT];
	enum ipc_source order[IPC_SOURCE_COUNT];
	size_t nsources;
	struct key_list lines;
};

/* --- before the cage --- */

static bool
check_request(struct authorize *a)
{
	const char *type = a->options->key_type;
	size_t n = strlen(type);

	if (!login_name_valid(a->options->user))
		return login_fail(&a->login, REASON_USER_NAME,
		    "it must be 1 to %d bytes without slash, white space and "
		    "control characters, and not begin with -",
		    USER_NAME_MAX);
	if (n > KEY_TYPE_MAX || !ipc_printable(type, n))
		return login_fail(&a->login, REASON_USAGE,
		    "--type is none that sshd gives");
	return true;
}

/*
 * sallyport.yaml must be there: without it there is no source. config.yml may
 * be bad where nobody uses OpenPubkey.
 */
static bool
read_files(struct authorize *a)
{
	struct file_problem problem;

	if (!trusted_read(SALLYPORT_YAML, TRUST_ROOT, CONFIG_FILE_MAX,
	    &a->config, &problem)) {
		a->login.decision.file = SALLYPORT_YAML;
		return login_fail(&a->login, problem.reason, "%s",
		    problem.what);
	}
	if (!trusted_read_optional(OPK_CONFIG, TRUST_ROOT, CONFIG_FILE_MAX,
	    &a->opk_config, &problem))
		a->opk_problem = problem;
	return true;
}

static enum err
ask(struct authorize *a)
{
	struct login *login = &a->login;
	struct ipc_channel *ch = &login->starter.channels[WORKER_AUTHORIZE];
	struct ipc_message m = { .type = IPC_AUTHORIZE_ASK };
	enum err err;

	m.as.AUTHORIZE_ASK.user = (struct ipc_span){ login->user,
		strlen(login->user) };
	err = ipc_send_text(ch, login->deadline_ms, IPC_TEXT_SALLYPORT_YAML,
	    a->config.data, a->config.len);
	if (err == ERR_OK)
		err = ipc_send_text(ch, login->deadline_ms,
		    IPC_TEXT_OPK_CONFIG, a->opk_config.data,
		    a->opk_config.len);
	if (err == ERR_OK)
		err = ipc_send(ch, login->deadline_ms, &m);
	return err;
}

static bool
prepare(struct authorize *a, const struct source_request *request)
{
	struct login *login = &a->login;
	enum reason reason;
	enum err err;

	if (!check_request(a))
		return false;
	if (!starter_open(&login->starter, NULL, &reason))
		return login_fail(login, reason, "see the line before");
	if (!login_start(login, WORKER_AUTHORIZE) ||
	    !login_own_name(login, a->us))
		return false;
	/* From here on a failure is counted. */
	cache_open(&login->cache, a->us);
	if (!read_files(a))
		return false;
	sources_start(a->sources, request);
	if ((err = ask(a)) != ERR_OK)
		return login_worker_failed(login, WORKER_AUTHORIZE, err);
	return login_shut_cage(login) && login_narrow(login);
}

/* --- what sallyport.yaml says --- */

static enum err
take_source(struct authorize *a, const struct ipc_message *m)
{
	enum ipc_source kind = (enum ipc_source)m->as.SOURCE.source;
	struct source *source = &a->sources[kind];
	const struct ipc_span *options = &m->as.SOURCE.options;
	const struct ipc_span *words = &m->as.SOURCE.words;
	const struct ipc_span *run_as = &m->as.SOURCE.run_as;
	int64_t own_ms = a->login.began_ms +
	    (int64_t)m->as.SOURCE.deadline_s * 1000;
	int64_t last_ms = a->login.deadline_ms - JOIN_MS;

	if (source->named)
		return ERR_TURN;
	if (!key_list_options_sound(*options))
		return ERR_ALPHABET;
	source->named = true;
	source->stop = m->as.SOURCE.stop == 1;
	if (options->len > 0)
		memcpy(source->options, options->p, options->len);
	source->order.require_email_verified =
	    m->as.SOURCE.require_email_verified;
	source->order.words_len = (uint32_t)words->len;
	if (words->len > 0)
		memcpy(source->order.words, words->p, words->len);
	if (run_as->len > 0)
		memcpy(source->order.run_as, run_as->p, run_as->len);
	source->order.deadline_ms = own_ms < last_ms ? own_ms : last_ms;
	a->order[a->nsources++] = kind;
	return ERR_OK;
}

static bool
hear_each_source(struct authorize *a, size_t sources)
{
	struct login *login = &a->login;
	struct ipc_message m;
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < sources; i++) {
		err = ipc_recv(&login->starter.channels[WORKER_AUTHORIZE],
		    login->deadline_ms, IPC_SET(SOURCE), &m);
		if (err == ERR_OK)
			err = take_source(a, &m);
	}
	return err == ERR_OK ||
	    login_worker_failed(login, WORKER_AUTHORIZE, err);
}

static bool
hear_sources(struct authorize *a)
{
	struct login *login = &a->login;
	struct ipc_message m;
	bool denied;
	enum err err;

	if (!login_await_ready(login, WORKER_AUTHORIZE, NULL))
		return false;
	err = ipc_recv(&login->starter.channels[WORKER_AUTHORIZE],
	    login->deadline_ms, IPC_SET(SOURCES) | IPC_SET(CONFIG_ERROR), &m);
	if (err != ERR_OK)
		return login_worker_failed(login, WORKER_AUTHORIZE, err);
	if (m.type == IPC_CONFIG_ERROR)
		return login_config_error(login, WORKER_AUTHORIZE,
		    m.as.CONFIG_ERROR.text == IPC_TEXT_SALLYPORT_YAML ?
		    SALLYPORT_YAML : OPK_CONFIG, &m);
	if (a->options->deadline_s == 0)
		login->deadline_ms = login->began_ms +
		    (int64_t)m.as.SOURCES.deadline_s * 1000;
	log_as_json(m.as.SOURCES.log_json == 1);
	denied = m.as.SOURCES.denied == 1;
	if (!hear_each_source(a, m.as.SOURCES.sources))
		return false;
	if (a->nsources == 0)
		return login_fail(login, REASON_SOURCE_NONE,
		    "add one below sources: in %s", SALLYPORT_YAML);
	login->decision.file = OPK_CONFIG;
	/* Its deny lists would be lost: then nobody is let in by anything. */
	if (a->sources[IPC_SOURCE_OPENPUBKEY].named &&
	    a->opk_problem.reason != REASON_OK)
		return login_fail(login, a->opk_problem.reason, "%s",
		    a->opk_problem.what);
	if (denied)
		return login_fail(login, REASON_DENIED_USER, "%s", "");
	login->decision.file = NULL;
	return true;
}

/* --- what they have --- */

/* Adds the lines of one, all or none. */
static void
join(struct authorize *a, enum ipc_source kind)
{
	struct source *source = &a->sources[kind];
	const struct ipc_span more = { source->options,
		strlen(source->options) };
	enum err err;

	if (kind == IPC_SOURCE_CHAIN) {
		if (source->reason == REASON_OK)
			chain_answer(&a->login, source,
			    a->login.deadline_ms - PRINT_MS, &a->lines);
		source->keys = source->reason == REASON_OK ?
		    key_list_begun(&a->lines) : 0;
		source->silent = true;
		return;
	}
	err = key_list_add_text(&a->lines, source->text, source->len,
	    kind == IPC_SOURCE_OPENPUBKEY, more);
	if (err != ERR_OK) {
		source->reason = REASON_WORKER_PROTOCOL;
		(void)snprintf(source->detail, sizeof(source->detail),
		    "its lines cannot be printed: %s", err_text(err));
		source->silent = true;
	}
}

/* What the source's end means for all of them. */
static void
weigh(struct authorize *a, enum ipc_source kind)
{
	const struct source *source = &a->sources[kind];

	if (source->reason == REASON_DENIED_USER ||
	    source->reason == REASON_DENIED_EMAIL)
		a->login.decision = (struct decision){
			.reason = source->reason, .file = OPK_CONFIG,
			.cacheless = true };
	else if (source->stop && reason_class(source->reason) == REASON_ERROR)
		(void)login_fail(&a->login, REASON_SOURCE_STOP, "%s: %s",
		    source_name(kind), reason_word(source->reason));
}

/* Nobody has anything: the first that failed may be why. */
static bool
nothing(struct authorize *a)
{
	for (size_t i = 0; i < a->nsources; i++) {
		const struct source *source = &a->sources[a->order[i]];

		if (reason_class(source->reason) == REASON_ERROR)
			return login_fail(&a->login, source->reason,
			    "of %s; no other has a key",
			    source_name(a->order[i]));
	}
	return login_fail(&a->login, REASON_NO_KEYS, "%s", "");
}

static bool
run(struct authorize *a, const struct source_request *request)
{
	struct login *login = &a->login;

	if (!prepare(a, request) || !hear_sources(a))
		return false;
	for (size_t i = 0; i < a->nsources; i++)
		if (source_concerned(a->order[i], a->options->key_type))
			source_begin(&a->sources[a->order[i]]);
	sources_hear(a->sources);
	for (size_t i = 0; i < a->nsources; i++) {
		if (!a->sources[a->order[i]].asked)
			continue;
		join(a, a->order[i]);
		weigh(a, a->order[i]);
	}
	if (login->decision.reason != REASON_OK)
		return false;
	if (a->lines.count == 0)
		return nothing(a);
	login->decision.keys = a->lines.count;
	return true;
}

/* Everything or nothing, once, last. */
static enum printed
print_lines(struct authorize *a)
{
	enum printed printed = print_all(a->lines.text, a->lines.len,
	    STDOUT_FILENO, a->login.deadline_ms);

	if (printed != PRINTED_ALL)
		(void)login_fail(&a->login, REASON_SYSTEM,
		    "the lines could not be written to standard output");
	return printed;
}

/* The lines of those that have not written their own: a log may be slow, and
 * sshd waits for what is printed. */
static void
log_sources(const struct authorize *a)
{
	for (size_t i = 0; i < a->nsources; i++) {
		const struct source *source = &a->sources[a->order[i]];
		struct decision decision = { .reason = source->reason,
			.keys = source->keys, .cacheless = true };

		if (!source->silent)
			continue;
		(void)snprintf(decision.detail, sizeof(decision.detail), "%s",
		    source->detail);
		decision_log(&a->login, &decision, source_name(a->order[i]));
	}
}

int
authorize_main(int argc, char **argv)
{
	static struct authorize a;
	struct authorize_options options;
	struct source_request request;
	enum printed printed = PRINTED_NOTHING;
	time_t now = time(NULL);
	int status;

	if ((status = authorize_options_read(argc, argv, &options)) != -1)
		return status;
	options.log_stderr |= isatty(STDERR_FILENO) != 0;
	quiet_streams(options.log_stderr);
	log_open(options.log_stderr);
	login_last_resort((options.deadline_s != 0 ? options.deadline_s :
	    DEADLINE_MAX_S) + 1);
	a.options = &options;
	request = (struct source_request){ &options, &a.config,
		now > 0 ? (uint64_t)now : 0 };
	login_begin(&a.login, "authorize", options.user,
	    options.deadline_s != 0 ? options.deadline_s : DEADLINE_DEFAULT_S);
	a.login.decision.cacheless = true; /* the sources have */
	if (run(&a, &request))
		printed = print_lines(&a);
	log_sources(&a);
	login_log(&a.login);
	sources_end(a.sources, login_end_ms(&a.login));
	login_close(&a.login);
	key_list_free(&a.lines);
	trusted_free(&a.config);
	trusted_free(&a.opk_config);
	return printed == PRINTED_HALF ? 1 :
	    login_exit_status(a.login.decision.reason);
}
