/*
 * One login by certificate: the parent's side. verify_question.c tells the
 * judge what our files say and what was offered; then the parent's cage is
 * shut. verify_supply.c gives the judge what it asks for, verify_answer.c
 * hears the verdict. The dry run (explain.c) is the same, and is told more.
 */
#ifndef PARENT_VERIFY_H
#define PARENT_VERIFY_H

#include "ipc/check.h"
#include "parent/home.h"
#include "parent/login.h"
#include "parent/offered_key.h"
#include "parent/opk_settings.h"
#include "parent/plugin.h"
#include "parent/provider_keys.h"

/* How one check ended, for the dry run. */
struct verify_check {
	enum { VERIFY_NOT_REACHED, VERIFY_PASSED, VERIFY_FAILED } state;
	char detail[DETAIL_MAX + 1];
};

/* What is asked; strings are the caller's and outlive it. */
struct verify_request {
	const char *user;
	const char *key_type, *key; /* base64 */
	char *const *extra; /* words up to a NULL, for plugins */
	const char *home, *uid; /* NULL: to be looked up */
	struct opk_places places;
	uint64_t now; /* Unix time */
	uint32_t deadline_s; /* 0: what sallyport.yaml says */
	bool require_email_verified; /* or no rule for e-mails fits */
	bool tell;    /* each check; see struct verify's checks */
	const char *jwks; /* the file to take every provider's keys from */
};

struct verify_provider {
	char issuer[ISSUER_MAX + 1];
	struct provider_keys keys;
};

struct verify {
	struct login login;
	const struct verify_request *request;
	char us[USER_NAME_MAX + 1]; /* whom we were started as */
	struct offered_key offered;
	struct opk_settings settings;
	struct trusted_file jwks; /* request->jwks */
	struct home_question home;
	struct plugin_runner plugins;
	struct verify_provider providers[PROVIDERS_MAX];
	size_t nproviders; /* heard so far */
	uint32_t needed;   /* what the judge has asked for: each once */
	bool plugin_asked[PLUGINS_MAX];
	char *line;        /* owned; for sshd; NULL unless allowed */
	struct verify_check checks[CHECK_COUNT];
};

/*
 * Judges the request. True if it is allowed, and v->line is the line to
 * print; else v->login.decision says why not. login_begin() has been called,
 * and verify_end() is to be whatever happens.
 */
bool verify_run(struct verify *v) MUST_CHECK;
void verify_end(struct verify *v);

/* The two halves of verify_run(). False when the decision has been made. */
bool verify_brief_judge(struct verify *v) MUST_CHECK;
bool verify_hear_judge(struct verify *v) MUST_CHECK;

/*
 * Gives the judge what it asks for. Whatever it says that is out of turn or
 * out of bounds is an error, and ends it.
 */
enum err verify_supply(struct verify *v, const struct ipc_message *m)
    MUST_CHECK;

/* Logs that something is amiss, in the file of that name or, NULL, in none. */
void verify_note(const struct verify *v, enum reason reason,
    const char *file, uint32_t line_number, struct ipc_span what);

struct ipc_channel *verify_judge(struct verify *v);

/* sallyport verify. argv[0] is the subcommand's name. */
int verify_main(int argc, char **argv);

#endif
