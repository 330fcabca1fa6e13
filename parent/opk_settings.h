/*
 * What our files for OpenPubkey say. They are loaded here, before the cage,
 * and read by a judge; what it then says of them is for every login, for the
 * timer that refreshes keys, and for status.
 */
#ifndef PARENT_OPK_SETTINGS_H
#define PARENT_OPK_SETTINGS_H

#include "parent/ca.h"
#include "parent/login.h"
#include "parent/opk_files.h"
#include "parent/provider_keys.h"

struct opk_settings {
	const struct opk_places *places; /* the caller's */
	/* owned */
	struct trusted_file sallyport_yaml;
	struct opk_files files;
	struct ca ca;
	/* what they say */
	struct provider_limits limits;
	bool home_policy, expiry_time;
	int deny_status;
	uint32_t deadline_s;
	enum net_ca net_ca;
	size_t nproviders;
};

/*
 * Loads sallyport.yaml and the files at those places; without rules: only
 * those that settings stand in. Before the cage. False when the decision has
 * been made, here as below.
 */
bool opk_settings_load(struct login *login, const struct opk_places *places,
    bool with_rules, struct opk_settings *settings) MUST_CHECK;

/* Gives the judge, WORKER_OPK_JUDGE, the files and the question. */
bool opk_settings_brief(struct login *login,
    const struct opk_settings *settings, const struct ipc_message *ask)
    MUST_CHECK;

/* The same where nobody logs in: what they say is all that is asked. */
bool opk_settings_ask(struct login *login,
    const struct opk_settings *settings) MUST_CHECK;

/*
 * Hears what they say, opens the CAs that they name, and then gives up
 * opening anything outside the cache: after this strangers' bytes may come.
 */
bool opk_settings_hear(struct login *login, struct opk_settings *settings)
    MUST_CHECK;

/* What to call the file that a text was; NULL for what is no file. */
const char *opk_settings_file(const struct opk_settings *settings,
    enum ipc_text text);

/* The certificates for a netproc of settings->net_ca; NULL: the system's. */
const struct trusted_file *opk_settings_ca(
    const struct opk_settings *settings);

void opk_settings_free(struct opk_settings *settings);

/* Copies a message's string to where its bound and a NUL fit. */
void opk_settings_copy(char *to, struct ipc_span from);

#endif
