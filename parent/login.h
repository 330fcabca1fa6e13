/*
 * What every login has, whatever its source: a deadline, the workers, and a
 * decision that becomes one log line.
 */
#ifndef PARENT_LOGIN_H
#define PARENT_LOGIN_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/channel.h"
#include "ipc/reason.h"
#include "parent/cache.h"
#include "parent/starter.h"

/* Our own settings, whatever the source. */
#define SALLYPORT_YAML "/etc/sallyport/sallyport.yaml"

struct decision {
	enum reason reason;
	enum reason fetch;   /* why a cached answer had to do; OK: not so */
	char fetch_detail[DETAIL_MAX + 1];
	uint32_t status;     /* HTTP; 0: none */
	uint32_t line;       /* of the answer or file; 0: none */
	size_t keys;
	const char *cache;   /* how good what it had was; NULL: nothing */
	bool cacheless;      /* nor could it have had */
	uint64_t cache_age_s;
	const char *worker;  /* the one that failed, or NULL */
	const char *file;    /* the one at fault, or NULL */
	char detail[320];    /* words; empty: none */
	/* who it is, if anybody vouched for that; hostile, "" if not known */
	char issuer[ISSUER_MAX + 1];
	char sub[IDENTITY_MAX + 1], email[IDENTITY_MAX + 1];
	char kid[IDENTITY_MAX + 1];
};

/* How a worker failed us; what that means is the caller's to decide. */
struct fault {
	enum reason reason;
	const char *worker; /* its name */
	char detail[DETAIL_MAX + 1];
};

struct login {
	const char *source; /* "key9" */
	const char *user;
	int64_t began_ms, deadline_ms;
	bool as_root; /* started so; the cage changes root's id */
	struct cache cache;
	struct starter starter;
	struct decision decision;
};

/* deadline_s: seconds from now, 1 to DEADLINE_MAX_S. */
void login_begin(struct login *login, const char *source, const char *user,
    uint32_t deadline_s);

/*
 * Ends the process after so many seconds, whatever keeps it: with status 0,
 * because sshd logs the command line, and so the token, of what a signal has
 * ended; but with 1 if half of the answer may be out.
 */
void login_last_resort(uint32_t after_s);

/*
 * Sets the decision; fmt and what follows are words for the log line. The
 * first reason stays: what goes wrong after it is its consequence. Returns
 * false, for the caller's own return.
 */
bool login_fail(struct login *login, enum reason reason, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Sets the decision to a worker's failure, as login_fail() does. */
bool login_fault(struct login *login, const struct fault *fault);

/*
 * What a login can do with a worker; each of the first three leaves in *fault
 * how it failed if it returns false, and decides nothing. The login_...
 * functions are the same for workers without whom there is no answer: when
 * they return false, the decision has been made.
 */

/* Starts a worker. */
bool worker_start(struct login *login, enum worker worker,
    struct fault *fault) MUST_CHECK;
bool login_start(struct login *login, enum worker worker) MUST_CHECK;

/*
 * Waits, no longer than deadline_ms, until a worker says that its cage is
 * shut; logs, once, which layers of it this machine does not allow. *ready
 * may be NULL.
 */
bool worker_await_ready(struct login *login, enum worker worker,
    int64_t deadline_ms, struct ipc_message *ready, struct fault *fault)
    MUST_CHECK;
bool login_await_ready(struct login *login, enum worker worker,
    struct ipc_message *ready) MUST_CHECK;

/*
 * A worker broke the protocol, died or did not answer: ends it and finds out
 * how it ended. Returns false.
 */
bool worker_failed(struct login *login, enum worker worker, enum err err,
    struct fault *fault);
bool login_worker_failed(struct login *login, enum worker worker,
    enum err err);

/*
 * A judge has said that a file of ours, by the name that the log shall call
 * it, is unusable: the decision. Returns false.
 */
bool login_config_error(struct login *login, enum worker worker,
    const char *file, const struct ipc_message *m);

/*
 * Writes our own user's name (USER_NAME_MAX + 1 bytes), by which the cache is
 * called. False when the decision has been made.
 */
bool login_own_name(struct login *login, char *name) MUST_CHECK;

/*
 * The parent shuts its cage: it has opened what only it may, and hears the
 * first worker next. False when the decision has been made.
 */
bool login_shut_cage(struct login *login) MUST_CHECK;

/*
 * The parent, in its cage, gives up opening anything outside its cache:
 * before any byte from the network comes in. False when the decision has been
 * made.
 */
bool login_narrow(struct login *login) MUST_CHECK;

/*
 * What is left of the deadline, less what the judge needs after an exchange:
 * 1 to want_ms milliseconds.
 */
uint32_t login_time_left(const struct login *login, uint32_t want_ms);

/* 0; 1 where no login can work, which sshd's own log may well say too. */
int login_exit_status(enum reason reason);

/*
 * Until when we wait for what ends: a little longer than it takes, and all of
 * it together only a little longer than the login may.
 */
int64_t login_end_ms(const struct login *login);

/* Ends all workers. */
void login_close(struct login *login);

/* Writes the decision's line to the log, and counts it. */
void login_log(const struct login *login);

/* The same for a part of a login that has a decision of its own. */
void decision_log(const struct login *login, const struct decision *decision,
    const char *source);

/* More keys or lines than this that are left out are counted, not told. */
#define DROPS_LOGGED_MAX 8

/*
 * Tells of one: words are our own ("key dropped"), m is a KEY_DROPPED, whose
 * reason has been checked.
 */
void login_log_drop(const struct login *login, const char *words,
    const char *source, const struct ipc_message *m);

#endif
