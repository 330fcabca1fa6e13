/*
 * Each provider is refreshed by a process of its own, which is to it what the
 * parent is to a login: it reads our files, starts its own workers, shuts its
 * own cage. This one only counts them, and hears nothing from any but how it
 * ended: so none can keep the others from their turn.
 */
#include "parent/refresh.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "parent/log.h"
#include "parent/opk_settings.h"
#include "parent/print.h"
#include "parent/provider_keys.h"
#include "parent/options.h"
#include "seccomp/cage.h"

/* A provider may be slower than anybody would wait at a login. */
#define REFRESH_DEADLINE_S 10

/* How a provider's process ends. */
enum outcome {
	REFRESHED = 0,
	FAILED = 1,
	NO_MORE = 2, /* there is no such provider */
	UNUSABLE = 3 /* our files: no other provider would fare better */
};

static const char help[] =
    "usage: sallyport refresh [--config-path=FILE] [--deadline=SECONDS]\n"
    "                         [--log-stderr]\n"
    "\n"
    "Fetches the keys of every provider in /etc/opk/providers into the cache,\n"
    "so that logins need not: for a timer, as the user that\n"
    "AuthorizedKeysCommandUser names. Prints and logs a line for each.\n"
    "\n"
    "  --config-path=FILE  default /etc/opk/config.yml\n"
    "  --deadline=SECONDS  1 to 30, default 10: for each provider\n"
    "  --log-stderr        log to standard error as well, for a person\n"
    "  --version, --help\n"
    "\n"
    "Exit status: 0 if all were refreshed, 1 if not.\n";

struct refresh_options {
	const char *config;
	uint32_t deadline_s;
	bool log_stderr;
};

static int
read_options(int argc, char **argv, struct refresh_options *options)
{
	const struct option_row rows[] = {
		{ "config-path", .text = &options->config },
		{ "deadline", .deadline_s = &options->deadline_s },
		{ "log-stderr", .flag = &options->log_stderr },
		{ .name = NULL },
	};
	const struct option_line line = { "refresh", help, rows, false };

	*options = (struct refresh_options){
		.deadline_s = REFRESH_DEADLINE_S };
	return options_read(&line, argc, argv);
}

/* --- one provider, in a process of its own --- */

struct one {
	struct login login;
	struct opk_places places;
	size_t index; /* in the file's order, each issuer once */
	struct opk_settings settings;
	char issuer[ISSUER_MAX + 1]; /* "" until it is known */
	struct key_refresh refresh;
	struct provider_keys keys;
};

static enum err
hear(struct one *one, uint64_t expected, struct ipc_message *m)
{
	return ipc_recv(&one->login.starter.channels[WORKER_OPK_JUDGE],
	    one->login.deadline_ms, expected, m);
}

/*
 * Hears the providers up to ours. What is amiss in our files is told at
 * logins, with whom it kept out.
 */
static bool
find_issuer(struct one *one)
{
	uint64_t expected = IPC_SET(NOTE) | IPC_SET(PROVIDER);
	struct ipc_message m;
	size_t heard = 0;
	enum err err;

	while (one->index < one->settings.nproviders && heard <= one->index) {
		if ((err = hear(one, expected, &m)) != ERR_OK)
			return login_worker_failed(&one->login,
			    WORKER_OPK_JUDGE, err);
		if (m.type == IPC_NOTE)
			continue;
		if (heard++ == one->index)
			opk_settings_copy(one->issuer, m.as.PROVIDER.issuer);
	}
	return true;
}

/* Up to the issuer: what does not depend on any provider. */
static bool
prepare(struct one *one)
{
	struct login *login = &one->login;
	char us[USER_NAME_MAX + 1];
	enum reason reason;

	if (!starter_open(&login->starter, NULL, &reason))
		return login_fail(login, reason, "see the line before");
	if (!login_start(login, WORKER_OPK_JUDGE) ||
	    !login_own_name(login, us))
		return false;
	cache_open(&login->cache, us);
	return opk_settings_load(login, &one->places, false,
	    &one->settings) && opk_settings_ask(login, &one->settings) &&
	    login_shut_cage(login) &&
	    opk_settings_hear(login, &one->settings) && find_issuer(one);
}

static bool
renew(struct one *one)
{
	struct key_refresh *refresh = &one->refresh;
	bool ok;

	*refresh = (struct key_refresh){
		.issuer = one->issuer,
		.opk_config = &one->settings.files.config,
		.net_ca = one->settings.net_ca,
		.ca = opk_settings_ca(&one->settings),
		.limits = &one->settings.limits,
		.now = true,
	};
	provider_keys_load(&one->login.cache, one->issuer, &one->settings.limits,
	    &one->keys);
	ok = provider_keys_refresh(&one->login, refresh, &one->keys);
	provider_keys_free(&one->keys);
	if (ok && !refresh->stored) {
		refresh->reason = REASON_SYSTEM;
		(void)snprintf(refresh->detail, sizeof(refresh->detail),
		    "they could not be cached; see the line before");
	}
	return ok && refresh->stored;
}

/* The same line for the log and for whoever started us. */
static void
tell(struct log_line *line, bool ok, int64_t deadline_ms)
{
	char text[LOG_LINE_MAX + 1];
	size_t n = line->used;

	memcpy(text, line->text, n);
	text[n] = '\n';
	(void)!print_all(text, n + 1, STDOUT_FILENO, deadline_ms);
	log_end(line, ok ? LOG_INFO : LOG_ERR);
}

static void
tell_renewed(const struct one *one, bool ok)
{
	const struct key_refresh *refresh = &one->refresh;
	struct log_line line;

	log_begin(&line, ok ? "keys refreshed" : "keys not refreshed");
	log_add_text(&line, "issuer", one->issuer);
	if (ok) {
		log_add_number(&line, "keys", refresh->nkeys);
		log_add_number(&line, "dropped", refresh->ndropped);
		log_add_number(&line, "fresh", refresh->fresh_s);
	} else
		log_add_text(&line, "reason", reason_word(refresh->reason));
	if (refresh->status != 0)
		log_add_number(&line, "status", refresh->status);
	if (refresh->worker != NULL)
		log_add_text(&line, "worker", refresh->worker);
	if (refresh->detail[0] != '\0')
		log_add_text(&line, "detail", refresh->detail);
	else if (!ok)
		log_add_text(&line, "detail", reason_meaning(refresh->reason));
	tell(&line, ok, one->login.deadline_ms);
}

static void
tell_unusable(const struct one *one)
{
	const struct decision *d = &one->login.decision;
	struct log_line line;

	log_begin(&line, "no keys refreshed");
	log_add_text(&line, "reason", reason_word(d->reason));
	if (d->worker != NULL)
		log_add_text(&line, "worker", d->worker);
	if (d->file != NULL)
		log_add_text(&line, "file", d->file);
	if (d->line != 0)
		log_add_number(&line, "line", d->line);
	if (d->detail[0] != '\0')
		log_add_text(&line, "detail", d->detail);
	tell(&line, false, one->login.deadline_ms);
}

static enum outcome
refresh_one(const struct refresh_options *options, size_t index)
{
	static struct one one;
	enum outcome outcome = UNUSABLE;

	(void)alarm(options->deadline_s + 1);
	one.places = (struct opk_places){ OPK_ETC, options->config,
		TRUST_ROOT };
	one.index = index;
	login_begin(&one.login, "openpubkey", "-", options->deadline_s);
	if (!prepare(&one))
		tell_unusable(&one);
	else if (one.issuer[0] == '\0')
		outcome = NO_MORE;
	else {
		bool ok = renew(&one);

		tell_renewed(&one, ok);
		outcome = ok ? REFRESHED : FAILED;
	}
	login_close(&one.login);
	return outcome;
}

/* --- all of them --- */

/* Of one that could not, itself. */
static void
tell_killed(size_t index, int status)
{
	struct log_line line;

	log_begin(&line, "keys not refreshed");
	log_add_number(&line, "provider", index + 1);
	log_add_text(&line, "reason", reason_word(REASON_WORKER_DIED));
	log_add_text(&line, "detail", "its process was killed");
	log_add_number(&line, "signal", (uint64_t)WTERMSIG(status));
	tell(&line, false, ipc_now_ms() + 1000);
}

/* Whatever else ends it is a failure of this one provider. */
static enum outcome
in_a_process(const struct refresh_options *options, size_t index)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit((int)refresh_one(options, index));
	if (pid == -1)
		return UNUSABLE;
	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return UNUSABLE;
	if (WIFEXITED(status))
		return WEXITSTATUS(status) <= UNUSABLE ?
		    (enum outcome)WEXITSTATUS(status) : FAILED;
	tell_killed(index, status);
	return FAILED;
}

int
refresh_main(int argc, char **argv)
{
	struct refresh_options options;
	enum outcome outcome = REFRESHED;
	bool ok = true;
	int status;

	if ((status = read_options(argc, argv, &options)) != -1)
		return status;
	log_open(options.log_stderr);
	for (size_t i = 0; i <= PROVIDERS_MAX; i++) {
		outcome = in_a_process(&options, i);
		if (outcome == NO_MORE || outcome == UNUSABLE)
			break;
		ok = ok && outcome == REFRESHED;
	}
	return ok && outcome == NO_MORE ? 0 : 1;
}
