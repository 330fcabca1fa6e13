/*
 * One conversation of the judge of certificates with the parent: what both
 * its halves need, the token's (opk_judge.c) and the policy's (opk_rules.c).
 */
#ifndef PARSEPROC_OPK_SESSION_H
#define PARSEPROC_OPK_SESSION_H

#include "ipc/channel.h"
#include "parseproc/opk_login.h"
#include "parseproc/sallyport_config.h"
#include "parseproc/text.h"

struct opk_session {
	struct ipc_channel *ch;
	enum err err; /* the conversation broke; nothing is said any more */
	bool settings_only;
	bool tell; /* how each check ended */
	bool require_email_verified; /* said, and true, or no e-mail rule fits */
	unsigned plugins;
	char user[USER_NAME_MAX + 1];
	char key_type[KEY_TYPE_MAX + 1];
	struct text blob, extra_words;
	struct sallyport_config settings;
	struct opk_login login;
	struct text key_sets[PROVIDERS_MAX]; /* what login.issuers borrow */
	bool fresh[PROVIDERS_MAX];
	bool refreshed; /* once a login */
	/* how it ended */
	enum reason reason;
	enum ipc_text rule_text; /* the file whose rule let the user in, or 0 */
	uint32_t rule_line;
};

/*
 * The whole of it, as opk_judge_run() says, for a session that is all zero
 * but for its channel. What it allocates goes with the process.
 */
enum err opk_session_run(struct opk_session *s) MUST_CHECK;

/* Sends a message, unless the conversation is broken. */
void opk_session_send(struct opk_session *s, const struct ipc_message *m);

/* Hears a text; false if the conversation is broken. */
bool opk_session_hear(struct opk_session *s, enum ipc_text kind, size_t max,
    struct text *text) MUST_CHECK;

/* Asks for something; what comes is to be heard next. */
void opk_session_need(struct opk_session *s, enum ipc_need what,
    size_t issuer);

/* Says how a check ended, with the login's words, if that was asked for. */
void opk_session_tell(struct opk_session *s, enum check check, bool passed);

/* Says what is amiss in a file of ours; what is printable ASCII. */
void opk_session_note(struct opk_session *s, enum reason reason,
    enum ipc_text text, uint32_t line, const char *what);

/* The same for each of the reports, and how many more there are. */
void opk_session_report(struct opk_session *s, enum ipc_text text,
    const struct opk_reports *reports);

/*
 * opk_rules.c: whether anything lets the authenticated identity log in as
 * the user: auth_id, the user's own, the same with the claims of userinfo,
 * then the plugins; the first that does. Sets s->reason and what belongs to it.
 */
void opk_rules_apply(struct opk_session *s);

#endif
