#include "parent/login.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ipc/build.h"
#include "parent/counters.h"
#include "parent/local_user.h"
#include "parent/log.h"
#include "parent/print.h"
#include "parent/worker_files.h"
#include "seccomp/cage.h"

/* Ending a worker takes microseconds; waiting longer helps nobody. */
#define END_MS 500
/* Kept back from an exchange, so that what it brings can still be used. */
#define RESERVE_MS 500

void
login_begin(struct login *login, const char *source, const char *user,
    uint32_t deadline_s)
{
	login->source = source;
	login->user = user;
	login->began_ms = ipc_now_ms();
	login->deadline_ms = login->began_ms + (int64_t)deadline_s * 1000;
	login->as_root = geteuid() == 0;
	login->cache.dir = -1;
	login->starter.fd = -1;
	login->decision = (struct decision){ .reason = REASON_OK };
}

static void
give_up(int sig)
{
	(void)sig;
	_exit(print_is_half() ? 1 : 0);
}

void
login_last_resort(uint32_t after_s)
{
	static const struct sigaction last_resort = { .sa_handler = give_up };

	(void)sigaction(SIGALRM, &last_resort, NULL);
	(void)alarm(after_s);
}

bool
login_fail(struct login *login, enum reason reason, const char *fmt, ...)
{
	struct decision *d = &login->decision;
	va_list ap;

	if (d->reason != REASON_OK)
		return false;
	d->reason = reason;
	va_start(ap, fmt);
	(void)vsnprintf(d->detail, sizeof(d->detail), fmt, ap);
	va_end(ap);
	return false;
}

static void
fault_set(struct fault *fault, enum reason reason, enum worker worker,
    const char *what, const char *how)
{
	fault->reason = reason;
	fault->worker = worker_name(worker);
	(void)snprintf(fault->detail, sizeof(fault->detail), "%.*s%.*s", 100,
	    what, 128, how);
}

bool
login_fault(struct login *login, const struct fault *fault)
{
	login->decision.worker = fault->worker;
	return login_fail(login, fault->reason, "%s", fault->detail);
}

int64_t
login_end_ms(const struct login *login)
{
	int64_t now_ms = ipc_now_ms();

	return (now_ms < login->deadline_ms ? now_ms : login->deadline_ms) +
	    END_MS;
}

bool
worker_failed(struct login *login, enum worker worker, enum err err,
    struct fault *fault)
{
	char how[128] = ": ";
	struct worker_end end;

	end = starter_end(&login->starter, worker, login_end_ms(login));
	worker_end_text(end, how + 2, sizeof(how) - 2);
	if (err == ERR_DEADLINE)
		fault_set(fault, REASON_DEADLINE, worker, err_text(err), "");
	else if (err == ERR_MEMORY) /* ours, for what it said */
		fault_set(fault, REASON_MEMORY, worker, err_text(err), "");
	else if (err == ERR_EOF || err == ERR_SYSTEM) {
		fault_set(fault, REASON_WORKER_DIED, worker, err_text(err),
		    how);
		counters_add(&login->cache, COUNTER_DEATHS, worker);
	} else {
		how[0] = ';';
		fault_set(fault, REASON_WORKER_PROTOCOL, worker,
		    err_text(err), how);
	}
	return false;
}

bool
login_worker_failed(struct login *login, enum worker worker, enum err err)
{
	struct fault fault;

	(void)worker_failed(login, worker, err, &fault);
	return login_fault(login, &fault);
}

bool
login_config_error(struct login *login, enum worker worker, const char *file,
    const struct ipc_message *m)
{
	const struct ipc_span *what = &m->as.CONFIG_ERROR.what;
	enum reason reason = (enum reason)m->as.CONFIG_ERROR.reason;

	if (reason != REASON_CONFIG_SIZE && reason != REASON_CONFIG_SYNTAX &&
	    reason != REASON_CONFIG_VALUE && reason != REASON_MEMORY)
		return login_worker_failed(login, worker, ERR_BOUND);
	login->decision.file = file;
	login->decision.line = m->as.CONFIG_ERROR.line;
	return login_fail(login, reason, "%.*s", (int)what->len,
	    (const char *)what->p);
}

bool
worker_start(struct login *login, enum worker worker, struct fault *fault)
{
	if (starter_start(&login->starter, worker))
		return true;
	if (login->starter.started[worker])
		fault_set(fault, REASON_WORKER_START, worker,
		    "it has been started before", "");
	else
		fault_set(fault, REASON_WORKER_DIED, worker,
		    "the starter is gone", "");
	return false;
}

bool
login_start(struct login *login, enum worker worker)
{
	struct fault fault;

	return worker_start(login, worker, &fault) ||
	    login_fault(login, &fault);
}

static void
log_missing_layers(const char *name, uint32_t missing)
{
	struct log_line line;

	log_begin(&line, "this machine does not allow every protection; "
	    "see sallyport status");
	log_add_text(&line, "worker", name);
	for (unsigned i = 0; i < CAGE_LAYER_COUNT; i++)
		if ((missing & (UINT32_C(1) << i)) != 0)
			log_add_text(&line, "missing", cage_layer_text(i));
	log_end(&line, LOG_WARNING);
}

/* A note in the cache says what has been logged, so that it is said once. */
static void
note_missing_layers(const struct login *login, enum worker worker,
    uint32_t layers)
{
	char note[32], what[32];
	struct ipc_span said = { what, 0 };
	struct cache_entry entry;
	bool parses = login->starter.channels[worker].receives ==
	    IPC_FROM_PARSE;
	uint32_t missing = cage_full(parses, login->as_root) & ~layers;

	if (missing == 0)
		return;
	(void)snprintf(note, sizeof(note), "missing-%s", worker_name(worker));
	(void)snprintf(what, sizeof(what), "layers %08x", missing);
	said.len = strlen(what);
	if (!cache_load(&login->cache, note, said, STALE_MAX_MAX_S, &entry)) {
		log_missing_layers(worker_name(worker), missing);
		(void)cache_store(&login->cache, note, said, 0, NULL, 0);
	}
	cache_entry_free(&entry);
}

bool
worker_await_ready(struct login *login, enum worker worker,
    int64_t deadline_ms, struct ipc_message *ready, struct fault *fault)
{
	struct ipc_message m;
	enum err err;

	if (!starter_ready(&login->starter, deadline_ms)) {
		fault_set(fault, REASON_CAGE, worker,
		    "the starter could not shut its cage in time", "");
		fault->worker = NULL;
		return false;
	}
	err = ipc_recv(&login->starter.channels[worker], deadline_ms,
	    IPC_SET(READY), &m);
	if (ready != NULL)
		*ready = m;
	if (err != ERR_OK)
		return worker_failed(login, worker, err, fault);
	if (m.as.READY.build != BUILD_ID) {
		fault_set(fault, REASON_WORKER_VERSION, worker,
		    "it is of another build than we are", "");
		return false;
	}
	note_missing_layers(login, worker, m.as.READY.layers);
	return true;
}

bool
login_await_ready(struct login *login, enum worker worker,
    struct ipc_message *ready)
{
	struct fault fault;

	return worker_await_ready(login, worker, login->deadline_ms, ready,
	    &fault) || login_fault(login, &fault);
}

bool
login_own_name(struct login *login, char *name)
{
	return local_user_name(geteuid(), name) || login_fail(login,
	    REASON_SYSTEM, "who we are could not be read from /etc/passwd");
}

bool
login_shut_cage(struct login *login)
{
	struct cage_report report;
	enum cage_step step;

	worker_files_close();
	step = cage_parent(SALLYPORT_PARENT_ID,
	    cache_directory(&login->cache), &report);
	return step == CAGE_SHUT || login_fail(login, REASON_CAGE,
	    "the parent could not shut its cage: %s",
	    cage_step_name((int)step));
}

bool
login_narrow(struct login *login)
{
	enum cage_step step = cage_parent_narrow(cache_directory(&login->cache));

	return step == CAGE_SHUT || login_fail(login, REASON_CAGE,
	    "the parent could not narrow its cage: %s",
	    cage_step_name((int)step));
}

static const char *const class_words[] = {
	[REASON_ALLOW] = "allow",
	[REASON_DENY] = "deny",
	[REASON_ERROR] = "error",
	[REASON_DROP] = "error", /* a key's reason ends no login, */
	[REASON_NOTE] = "error", /* nor a row's */
};

static void
log_identity(struct log_line *line, const struct decision *d)
{
	const struct {
		const char *key, *value;
	} fields[] = {
		{ "issuer", d->issuer },
		{ "sub", d->sub },
		{ "email", d->email },
		{ "kid", d->kid },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (fields[i].value[0] != '\0')
			log_add_text(line, fields[i].key, fields[i].value);
}

static void
count(const struct cache *cache, const struct decision *d, const char *source)
{
	counters_add_decision(cache, source, d->reason);
	if (d->fetch != REASON_OK)
		counters_add(cache, COUNTER_FETCH, d->fetch);
}

void
decision_log(const struct login *login, const struct decision *d,
    const char *source)
{
	enum reason_class class = reason_class(d->reason);
	struct log_line line;

	log_begin(&line, "");
	log_add_text(&line, "decision", class_words[class]);
	log_add_text(&line, "reason", reason_word(d->reason));
	log_add_text(&line, "user", login->user);
	log_add_text(&line, "source", source);
	if (d->keys > 0)
		log_add_number(&line, "keys", d->keys);
	if (!d->cacheless && (d->cache != NULL || class != REASON_ERROR))
		log_add_text(&line, "cache", d->cache != NULL ? d->cache :
		    "none");
	if (d->cache != NULL)
		log_add_number(&line, "cache_age", d->cache_age_s);
	if (d->fetch != REASON_OK)
		log_add_text(&line, "fetch", reason_word(d->fetch));
	if (d->fetch_detail[0] != '\0')
		log_add_text(&line, "fetch_detail", d->fetch_detail);
	if (d->status != 0)
		log_add_number(&line, "status", d->status);
	if (d->worker != NULL)
		log_add_text(&line, "worker", d->worker);
	if (d->file != NULL)
		log_add_text(&line, "file", d->file);
	if (d->line != 0)
		log_add_number(&line, "line", d->line);
	log_identity(&line, d);
	log_add_number(&line, "ms", (uint64_t)(ipc_now_ms() -
	    login->began_ms));
	if (d->detail[0] != '\0')
		log_add_text(&line, "detail", d->detail);
	log_end(&line, class == REASON_ERROR ? LOG_ERR :
	    d->fetch != REASON_OK ? LOG_WARNING : LOG_INFO);
	count(&login->cache, d, source);
}

void
login_log(const struct login *login)
{
	decision_log(login, &login->decision, login->source);
}

void
login_log_drop(const struct login *login, const char *words,
    const char *source, const struct ipc_message *m)
{
	struct log_line line;

	log_begin(&line, words);
	log_add_text(&line, "reason",
	    reason_word((enum reason)m->as.KEY_DROPPED.reason));
	log_add_text(&line, "user", login->user);
	log_add_text(&line, "source", source);
	log_add_number(&line, "line", m->as.KEY_DROPPED.line);
	log_end(&line, LOG_WARNING);
}

uint32_t
login_time_left(const struct login *login, uint32_t want_ms)
{
	int64_t left = login->deadline_ms - ipc_now_ms() - RESERVE_MS;

	if (left < 1)
		return 1;
	return left < (int64_t)want_ms ? (uint32_t)left : want_ms;
}

int
login_exit_status(enum reason reason)
{
	switch (reason) {
	case REASON_CONFIG_MISSING:
	case REASON_CONFIG_MODE:
	case REASON_CONFIG_SIZE:
	case REASON_CONFIG_SYNTAX:
	case REASON_CONFIG_VALUE:
	case REASON_WRONG_USER:
	case REASON_SOURCE_NONE:
	case REASON_WORKER_START:
	case REASON_WORKER_VERSION:
		return 1;
	default:
		return 0;
	}
}

void
login_close(struct login *login)
{
	starter_close(&login->starter, login_end_ms(login));
}
