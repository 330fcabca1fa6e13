#include "parent/k9_ssh.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "parent/cache.h"
#include "parent/fetch.h"
#include "parent/k9_options.h"
#include "parent/key_list.h"
#include "parent/local_user.h"
#include "parent/log.h"
#include "parent/login.h"
#include "parent/trusted_file.h"
#include "seccomp/cage.h"

#define SALLYPORT_YAML "/etc/sallyport/sallyport.yaml"

/* Kept back from netproc's time, so that a cached answer can still be used. */
#define RESERVE_MS 500
/* With an answer in reserve nobody waits long for a dead server. */
#define CONNECT_WITH_CACHE_MS 1000
/* More dropped keys than this are counted, not told one by one. */
#define DROPS_LOGGED_MAX 8

/* What KEY9_QUERY says, kept: its spans do not outlive the next message. */
struct query {
	char url[URL_MAX];
	char headers[HEADERS_MAX];
	char body[REQUEST_BODY_MAX];
	char proxy[PROXY_MAX];
	char ca_file[PATH_LEN_MAX + 1];
	struct ipc_message fetch; /* FETCH, all but the times */
	uint32_t timeout_s;
	uint32_t stale_max_s;
};

struct k9_login {
	struct login login;
	const struct k9_options *options;
	char us[USER_NAME_MAX + 1]; /* whom we were started as */
	struct cache cache;
	char cache_name[KEY9_USER_MAX + 8];
	struct query query;
	struct key_list keys;
};

/* Key9's own rule, before anything else: [a-z_][a-z0-9_-]{0,31}. */
static bool
user_valid(const char *user)
{
	size_t n = strlen(user);

	if (n == 0 || n > KEY9_USER_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = user[i];
		bool letter = (c >= 'a' && c <= 'z') || c == '_';

		if (!letter && (i == 0 || !((c >= '0' && c <= '9') ||
		    c == '-')))
			return false;
	}
	return true;
}

/* --- our files, the judge, the cage --- */

static bool
send_file(struct k9_login *k9, const char *path, enum trust trust,
    enum ipc_text kind, bool optional)
{
	struct login *login = &k9->login;
	struct trusted_file file;
	struct file_problem problem;
	enum err err;

	if (!trusted_read(path, trust, CONFIG_FILE_MAX, &file, &problem) &&
	    !(optional && problem.reason == REASON_CONFIG_MISSING)) {
		login->decision.file = path;
		return login_fail(login, problem.reason, "%s", problem.what);
	}
	err = ipc_send_text(&login->starter.channels[WORKER_JUDGE],
	    login->deadline_ms, kind, file.data, file.len);
	trusted_free(&file);
	return err == ERR_OK || login_worker_failed(login, WORKER_JUDGE, err);
}

/* The judge's whole first turn of hearing: two files and who is asking. */
static bool
brief_judge(struct k9_login *k9)
{
	struct login *login = &k9->login;
	struct ipc_message m = { .type = IPC_KEY9_ASK };
	enum err err;

	if (!send_file(k9, SALLYPORT_YAML, TRUST_ROOT, IPC_TEXT_SALLYPORT_YAML,
	    true) || !send_file(k9, k9->options->config, TRUST_SECRET,
	    IPC_TEXT_K9_YAML, false))
		return false;
	m.as.KEY9_ASK.user = (struct ipc_span){ login->user,
		strlen(login->user) };
	m.as.KEY9_ASK.remote = (struct ipc_span){ k9->options->remote,
		strlen(k9->options->remote) };
	err = ipc_send(&login->starter.channels[WORKER_JUDGE],
	    login->deadline_ms, &m);
	return err == ERR_OK || login_worker_failed(login, WORKER_JUDGE, err);
}

static bool
shut_cage(struct k9_login *k9)
{
	struct cage_report report;
	enum cage_step step;

	step = cage_parent(SALLYPORT_PARENT_ID,
	    k9->cache.dir != -1 ? k9->cache.path : NULL, &report);
	return step == CAGE_SHUT || login_fail(&k9->login, REASON_CAGE,
	    "the parent could not shut its cage: %s", cage_step_name((int)step));
}

/* --- the question --- */

static bool
config_error(struct k9_login *k9, const struct ipc_message *m)
{
	struct login *login = &k9->login;
	const struct ipc_span *what = &m->as.CONFIG_ERROR.what;

	login->decision.file = m->as.CONFIG_ERROR.text == IPC_TEXT_K9_YAML ?
	    k9->options->config : SALLYPORT_YAML;
	login->decision.line = m->as.CONFIG_ERROR.line;
	return login_fail(login, (enum reason)m->as.CONFIG_ERROR.reason,
	    "%.*s", (int)what->len, (const char *)what->p);
}

/* Copies a span and lets the copy's span point to it. */
static struct ipc_span
keep(char *buf, struct ipc_span from)
{
	if (from.len > 0)
		memcpy(buf, from.p, from.len);
	return (struct ipc_span){ buf, from.len };
}

static void
keep_query(struct query *query, const struct ipc_message *m)
{
	struct ipc_span ca_file;

	query->fetch = (struct ipc_message){ .type = IPC_FETCH };
	query->fetch.as.FETCH.post = 1;
	query->fetch.as.FETCH.url = keep(query->url, m->as.KEY9_QUERY.url);
	query->fetch.as.FETCH.headers = keep(query->headers,
	    m->as.KEY9_QUERY.headers);
	query->fetch.as.FETCH.body = keep(query->body, m->as.KEY9_QUERY.body);
	query->fetch.as.FETCH.proxy = keep(query->proxy,
	    m->as.KEY9_QUERY.proxy);
	query->fetch.as.FETCH.allow_http = m->as.KEY9_QUERY.allow_http;
	query->fetch.as.FETCH.body_max = KEY9_ANSWER_MAX;
	ca_file = keep(query->ca_file, m->as.KEY9_QUERY.ca_file);
	query->ca_file[ca_file.len] = '\0';
	query->timeout_s = m->as.KEY9_QUERY.timeout_s;
	query->stale_max_s = m->as.KEY9_QUERY.stale_max_s;
}

static bool
check_run_as(struct k9_login *k9, struct ipc_span run_as)
{
	struct login *login = &k9->login;

	if (run_as.len == strlen(k9->us) &&
	    memcmp(run_as.p, k9->us, run_as.len) == 0)
		return true;
	login->decision.file = k9->options->config;
	return login_fail(login, REASON_WRONG_USER,
	    "run_as is %.*s, but this is %s; fix: AuthorizedKeysCommandUser",
	    (int)run_as.len, (const char *)run_as.p, k9->us);
}

/* Hears what to ask Key9. From here on decisions are the judge's to give. */
static bool
hear_query(struct k9_login *k9)
{
	struct login *login = &k9->login;
	struct ipc_message m;
	enum err err;

	if (!login_await_ready(login, WORKER_JUDGE, NULL))
		return false;
	err = ipc_recv(&login->starter.channels[WORKER_JUDGE],
	    login->deadline_ms, IPC_SET(KEY9_QUERY) | IPC_SET(CONFIG_ERROR),
	    &m);
	if (err != ERR_OK)
		return login_worker_failed(login, WORKER_JUDGE, err);
	if (m.type == IPC_CONFIG_ERROR)
		return config_error(k9, &m);
	keep_query(&k9->query, &m);
	return check_run_as(k9, m.as.KEY9_QUERY.run_as);
}

/* --- the exchange --- */

static uint32_t
time_left(const struct login *login, uint32_t want_ms)
{
	int64_t left = login->deadline_ms - ipc_now_ms() - RESERVE_MS;

	if (left < 1)
		return 1;
	return left < (int64_t)want_ms ? (uint32_t)left : want_ms;
}

/*
 * Opens what may still be opened (a CA file), then gives that right up: from
 * here on strangers' bytes are in the machine.
 */
static bool
read_ca(struct k9_login *k9, struct trusted_file *ca)
{
	struct login *login = &k9->login;
	const char *path = k9->query.ca_file;
	struct file_problem problem;
	enum cage_step step;

	*ca = (struct trusted_file){ NULL, 0 };
	if (path[0] != '\0' && !trusted_read(path, TRUST_ROOT_OR_US,
	    CA_FILE_MAX, ca, &problem)) {
		login->decision.file = path;
		return login_fail(login, problem.reason, "%s", problem.what);
	}
	step = cage_parent_narrow(k9->cache.dir != -1 ? k9->cache.path : NULL);
	return step == CAGE_SHUT || login_fail(login, REASON_CAGE,
	    "the parent could not narrow its cage: %s", cage_step_name((int)step));
}

static void
log_plain_http(const struct login *login)
{
	struct log_line line;

	log_begin(&line, "keys are fetched over plain http (allow_http)");
	log_add_text(&line, "user", login->user);
	log_end(&line, LOG_WARNING);
}

/* Whether Key9 itself did not answer: then its last answer may stand in. */
static bool
unreachable(const struct fetch_answer *answer)
{
	return answer->reason != REASON_OK ||
	    (answer->status >= 500 && answer->status <= 599);
}

static bool
ask_key9(struct k9_login *k9, bool have_cached, struct fetch_answer *answer)
{
	struct login *login = &k9->login;
	struct ipc_message *m = &k9->query.fetch;
	bool own_ca = k9->query.ca_file[0] != '\0';
	enum worker netproc = own_ca ? WORKER_NET_OWN_CA : WORKER_NET;
	struct trusted_file ca;
	bool ok;

	*answer = (struct fetch_answer){ .reason = REASON_SYSTEM };
	if (m->as.FETCH.allow_http)
		log_plain_http(login);
	if (!login_start(login, netproc) || !read_ca(k9, &ca))
		return false;
	m->as.FETCH.total_ms = time_left(login, k9->query.timeout_s * 1000);
	m->as.FETCH.connect_ms = m->as.FETCH.total_ms;
	if (have_cached && m->as.FETCH.connect_ms > CONNECT_WITH_CACHE_MS)
		m->as.FETCH.connect_ms = CONNECT_WITH_CACHE_MS;
	ok = fetch(login, netproc, m, own_ca ? &ca : NULL, answer);
	trusted_free(&ca);
	return ok;
}

/* --- the answer --- */

static void
log_drop(const struct login *login, const struct ipc_message *m)
{
	struct log_line line;

	log_begin(&line, "key dropped");
	log_add_text(&line, "reason",
	    reason_word((enum reason)m->as.KEY_DROPPED.reason));
	log_add_text(&line, "user", login->user);
	log_add_text(&line, "source", login->source);
	log_add_number(&line, "line", m->as.KEY_DROPPED.line);
	log_end(&line, LOG_WARNING);
}

static void
log_drops_left_out(const struct login *login, size_t drops)
{
	struct log_line line;

	if (drops <= DROPS_LOGGED_MAX)
		return;
	log_begin(&line, "more keys dropped");
	log_add_text(&line, "user", login->user);
	log_add_text(&line, "source", login->source);
	log_add_number(&line, "keys", drops - DROPS_LOGGED_MAX);
	log_end(&line, LOG_WARNING);
}

/* A verdict must agree with the keys that came before it. */
static enum err
take_verdict(struct k9_login *k9, const struct ipc_message *m)
{
	struct login *login = &k9->login;
	const struct ipc_span *detail = &m->as.VERDICT.detail;
	enum reason reason = (enum reason)m->as.VERDICT.reason;

	if (m->as.VERDICT.keys != k9->keys.count ||
	    (reason == REASON_OK) != (k9->keys.count > 0))
		return ERR_BOUND;
	login->decision.line = m->as.VERDICT.line;
	if (reason != REASON_OK)
		(void)login_fail(login, reason, "%.*s", (int)detail->len,
		    (const char *)detail->p);
	return ERR_OK;
}

static enum err
hear_keys(struct k9_login *k9)
{
	struct login *login = &k9->login;
	struct ipc_channel *ch = &login->starter.channels[WORKER_JUDGE];
	struct ipc_message m;
	size_t drops = 0;
	enum err err;

	for (;;) {
		err = ipc_recv(ch, login->deadline_ms, IPC_SET(KEY) |
		    IPC_SET(KEY_DROPPED) | IPC_SET(VERDICT), &m);
		if (err != ERR_OK)
			return err;
		if (m.type == IPC_VERDICT)
			break;
		if (m.type == IPC_KEY)
			err = key_list_add(&k9->keys, m.as.KEY.type,
			    m.as.KEY.base64, m.as.KEY.comment);
		else if (++drops > KEYS_MAX)
			err = ERR_TOO_BIG;
		else if (drops <= DROPS_LOGGED_MAX)
			log_drop(login, &m);
		if (err != ERR_OK)
			return err;
	}
	log_drops_left_out(login, drops);
	return take_verdict(k9, &m);
}

static bool
judge_answer(struct k9_login *k9, const uint8_t *body, size_t len)
{
	struct login *login = &k9->login;
	enum err err;

	err = ipc_send_text(&login->starter.channels[WORKER_JUDGE],
	    login->deadline_ms, IPC_TEXT_KEY9_ANSWER, body, len);
	if (err == ERR_OK)
		err = hear_keys(k9);
	if (err != ERR_OK)
		return login_worker_failed(login, WORKER_JUDGE, err);
	return login->decision.reason == REASON_OK;
}

/* --- one login --- */

/* Key9 answered: judge it, and keep or forget it for worse days. */
static bool
use_answer(struct k9_login *k9, const struct fetch_answer *answer)
{
	struct login *login = &k9->login;
	uint32_t status = answer->status;
	bool ok;

	if (status != 200) {
		login->decision.status = status;
		if (status == 401 || status == 403 || status == 404)
			cache_remove(&k9->cache, k9->cache_name);
		return login_fail(login, REASON_HTTP_STATUS,
		    "Key9 answered %u%s", status, status == 401 ||
		    status == 403 ? ": check api_key and company_uuid" : "");
	}
	ok = judge_answer(k9, answer->body, answer->len);
	if (ok || login->decision.reason == REASON_NO_KEYS)
		cache_store(&k9->cache, k9->cache_name,
		    k9->query.fetch.as.FETCH.url, answer->body, answer->len);
	else if (login->decision.reason == REASON_ANSWER_ERROR)
		cache_remove(&k9->cache, k9->cache_name);
	return ok;
}

static bool
use_cached(struct k9_login *k9, const struct cache_entry *cached,
    const struct fetch_answer *answer)
{
	struct decision *decision = &k9->login.decision;

	decision->fetch = answer->reason != REASON_OK ? answer->reason :
	    REASON_HTTP_STATUS;
	decision->status = answer->status;
	decision->cache_stale = true;
	decision->cache_age_s = cached->age_s;
	return judge_answer(k9, cached->body, cached->len);
}

static bool
no_answer(struct k9_login *k9, const struct fetch_answer *answer)
{
	struct login *login = &k9->login;

	if (answer->reason != REASON_OK)
		return login_fail(login, answer->reason, "%s",
		    answer->detail);
	login->decision.status = answer->status;
	return login_fail(login, REASON_HTTP_STATUS, "Key9 answered %u",
	    answer->status);
}

/* From question to keys: netproc's part, then the judge's again. */
static bool
find_keys(struct k9_login *k9)
{
	struct fetch_answer answer;
	struct cache_entry cached;
	bool have_cached, ok;

	have_cached = cache_load(&k9->cache, k9->cache_name,
	    k9->query.fetch.as.FETCH.url, k9->query.stale_max_s, &cached);
	ok = ask_key9(k9, have_cached, &answer);
	if (ok) {
		if (!unreachable(&answer))
			ok = use_answer(k9, &answer);
		else if (have_cached)
			ok = use_cached(k9, &cached, &answer);
		else
			ok = no_answer(k9, &answer);
	}
	fetch_answer_free(&answer);
	cache_entry_free(&cached);
	return ok;
}

static bool
run(struct k9_login *k9)
{
	struct login *login = &k9->login;
	enum reason reason;

	if (!user_valid(login->user))
		return login_fail(login, REASON_USER_NAME,
		    "Key9 knows names of [a-z_][a-z0-9_-]{0,31} only");
	if (!starter_open(&login->starter, &reason))
		return login_fail(login, reason, "see the line before");
	/* It links, tests itself and shuts its cage while we read files. */
	if (!login_start(login, WORKER_JUDGE))
		return false;
	cache_open(&k9->cache, k9->us);
	if (!brief_judge(k9) || !shut_cage(k9) || !hear_query(k9))
		return false;
	return find_keys(k9);
}

/* Everything or nothing, once, last. */
static bool
print_keys(struct k9_login *k9)
{
	k9->login.decision.keys = k9->keys.count;
	if (key_list_print(&k9->keys, STDOUT_FILENO, k9->login.deadline_ms))
		return true;
	return login_fail(&k9->login, REASON_SYSTEM,
	    "the keys could not be written to standard output");
}

/* sshd reads stderr into its own log, and what is there is for people. */
static void
quiet_streams(bool keep_stderr)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null == -1)
		return;
	(void)dup2(null, STDIN_FILENO);
	if (!keep_stderr)
		(void)dup2(null, STDERR_FILENO);
	(void)close(null);
}

/* Where no login can work, sshd's own log may well say so too. */
static int
exit_status(enum reason reason)
{
	switch (reason) {
	case REASON_CONFIG_MISSING:
	case REASON_CONFIG_MODE:
	case REASON_CONFIG_SIZE:
	case REASON_CONFIG_SYNTAX:
	case REASON_CONFIG_VALUE:
	case REASON_WRONG_USER:
	case REASON_WORKER_START:
		return 1;
	default:
		return 0;
	}
}

int
k9_ssh_main(int argc, char **argv)
{
	static struct k9_login k9;
	struct k9_options options;
	bool to_stderr;
	int status;

	if ((status = k9_options_read(argc, argv, &options)) != -1)
		return status;
	to_stderr = options.log_stderr || isatty(STDERR_FILENO);
	quiet_streams(to_stderr);
	log_open(to_stderr);
	(void)alarm(options.deadline_s + 1);
	k9.options = &options;
	local_user_name(geteuid(), k9.us);
	k9.cache.dir = -1;
	(void)snprintf(k9.cache_name, sizeof(k9.cache_name), "key9-%.*s",
	    KEY9_USER_MAX, options.user);
	login_begin(&k9.login, "key9", options.user, options.deadline_s);
	if (run(&k9))
		(void)print_keys(&k9);
	login_end(&k9.login);
	key_list_free(&k9.keys);
	return exit_status(k9.login.decision.reason);
}
