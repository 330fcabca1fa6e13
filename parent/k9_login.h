/*
 * One login by Key9, in two stages: k9_question.c finds out what to ask,
 * k9_answer.c asks and hears the keys. Between them the parent's cage is
 * shut (k9_ssh.c).
 */
#ifndef PARENT_K9_LOGIN_H
#define PARENT_K9_LOGIN_H

#include "parent/k9_options.h"
#include "parent/key_list.h"
#include "parent/login.h"

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
	bool group_reads_config;    /* a group that is not ours */
	char cache_name[KEY9_USER_MAX + 8];
	struct query query;
	struct key_list keys;
};

/*
 * All of it: true if k9->keys has keys, else k9->login.decision says why not.
 * k9_begin() first, and login_close() and key_list_free() afterwards.
 */
void k9_begin(struct k9_login *k9, const struct k9_options *options);
bool k9_run(struct k9_login *k9) MUST_CHECK;

/*
 * Sends the judge its whole first turn of hearing: our two files and who is
 * asking. Opens files, so it comes before the cage. False when the decision
 * has been made, here as below.
 */
bool k9_brief_judge(struct k9_login *k9) MUST_CHECK;

/* Hears from the judge what to ask, and checks that we are run_as. */
bool k9_hear_question(struct k9_login *k9) MUST_CHECK;

/*
 * Asks Key9, or its last good answer, and hears from the judge which keys
 * may log in. From the moment that netproc is asked the parent opens nothing
 * outside its cache any more.
 */
bool k9_find_keys(struct k9_login *k9) MUST_CHECK;

#endif
