/*
 * What an audit finds: a stable code, where, what, and how to mend it. The
 * codes are for machines and documents: never rename one.
 */
#ifndef ADMIN_FINDING_H
#define ADMIN_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * F(NAME, level, code). PROBLEM: somebody cannot log in who should, or the
 * reverse. WARNING: probably not what was meant. NOTE: good to know. UNSEEN:
 * it could not be looked at.
 */
#define FINDING_TABLE(F)                                                      \
	/* our files: owner, mode, path */                                    \
	F(FILE_MISSING, PROBLEM, "file_missing")                              \
	F(FILE_UNTRUSTED, PROBLEM, "file_untrusted")                          \
	F(FILE_UNREADABLE, PROBLEM, "file_unreadable")                        \
	F(FILE_LARGE, PROBLEM, "file_large")                                  \
	F(FILE_GROUP, WARNING, "file_group")                                  \
	F(FILE_MODE, NOTE, "file_mode")                                       \
	F(CACHE_MISSING, WARNING, "cache_missing")                            \
	F(CACHE_OWNER, WARNING, "cache_owner")                                \
	F(NOTHING_CONFIGURED, PROBLEM, "nothing_configured")                  \
	/* what stands in them */                                             \
	F(PROVIDERS_ROW, PROBLEM, "providers_row")                            \
	F(PROVIDERS_NONE, PROBLEM, "providers_none")                          \
	F(PROVIDER_NO_RULE, NOTE, "provider_no_rule")                         \
	F(PROVIDER_NEVER, NOTE, "provider_never_expires")                     \
	F(PROVIDER_KEYS, PROBLEM, "provider_keys")                            \
	F(RULE_ROW, PROBLEM, "auth_id_row")                                   \
	F(RULES_NONE, WARNING, "auth_id_none")                                \
	F(RULE_ISSUER, PROBLEM, "rule_unknown_issuer")                        \
	F(RULE_ISSUER_NEAR, PROBLEM, "rule_near_issuer")                      \
	F(RULE_COLUMNS, PROBLEM, "rule_columns_swapped")                      \
	F(RULE_TWICE, WARNING, "rule_repeated")                               \
	F(RULE_USER, WARNING, "rule_unknown_user")                            \
	F(RULE_DENIED, WARNING, "rule_denied")                                \
	F(RULE_CLAIM, WARNING, "rule_claim_never_sent")                       \
	F(RULE_EMAIL, NOTE, "rule_email_unverified")                          \
	F(CONFIG_YAML, PROBLEM, "config_yaml")                                \
	F(CONFIG_IGNORED, NOTE, "config_ignored")                             \
	F(SOURCES_NONE, PROBLEM, "sources_none")                              \
	F(SOURCES_UNUSED, WARNING, "sources_unused")                          \
	F(CHAIN_COMMAND, PROBLEM, "chain_command")                            \
	F(CHAIN_USER, PROBLEM, "chain_user")                                  \
	F(K9_RUN_AS, PROBLEM, "k9_run_as")                                    \
	F(K9_HTTP, WARNING, "k9_plain_http")                                  \
	/* plugins */                                                         \
	F(PLUGIN_NAME, WARNING, "plugin_name")                                \
	F(PLUGIN_YAML, PROBLEM, "plugin_yaml")                                \
	F(PLUGIN_COMMAND, PROBLEM, "plugin_command")                          \
	/* users' own rules */                                                \
	F(HOME_CLOSED, WARNING, "home_closed")                                \
	F(HOME_FILE, WARNING, "home_file")                                    \
	F(HOME_ROW, WARNING, "home_row")                                      \
	F(HOME_ISSUER, WARNING, "home_unknown_issuer")                        \
	F(HOME_UNREAD, UNSEEN, "home_unread")                                 \
	F(HOME_OFF, NOTE, "home_policy_off")                                  \
	/* sshd */                                                            \
	F(SSHD_MISSING, UNSEEN, "sshd_not_found")                             \
	F(SSHD_CONFIG, PROBLEM, "sshd_config")                                \
	F(SSHD_STARTED, PROBLEM, "sshd_started_with")                         \
	F(SSHD_NO_COMMAND, PROBLEM, "sshd_no_command")                        \
	F(SSHD_OTHER, PROBLEM, "sshd_other_command")                          \
	F(SSHD_DISPLACED, PROBLEM, "sshd_displaced")                          \
	F(SSHD_DISPLACES, WARNING, "sshd_displaces")                          \
	F(SSHD_MATCH, NOTE, "sshd_match")                                     \
	F(SSHD_MATCH_USER, WARNING, "sshd_match_user")                        \
	F(SSHD_PROGRAM, PROBLEM, "sshd_program")                              \
	F(SSHD_WORDS, PROBLEM, "sshd_words")                                  \
	F(SSHD_USER, PROBLEM, "sshd_user")                                    \
	F(SSHD_USER_SHARED, WARNING, "sshd_user_shared")                      \
	F(SSHD_PERCENT_C, PROBLEM, "sshd_percent_c")                          \
	F(SSHD_EXPIRY, PROBLEM, "sshd_expiry_time")                           \
	F(SSHD_PUBKEY, PROBLEM, "sshd_pubkey_off")                            \
	F(SSHD_CERTIFICATES, PROBLEM, "sshd_no_certificates")                 \
	F(SSHD_LAST_RESORT, NOTE, "sshd_no_last_resort")                      \
	F(SSHD_INCLUDE, PROBLEM, "sshd_no_include")                           \
	F(SETUP_FILE, PROBLEM, "setup_file")                                  \
	F(SETUP_LINE, PROBLEM, "setup_line")                                  \
	F(LEFTOVER, WARNING, "leftover")                                      \
	F(LEFTOVER_LINK, NOTE, "leftover_link")                               \
	/* all together */                                                    \
	F(LOGIN_UNUSABLE, PROBLEM, "status")                                  \
	F(NOT_ROOT, UNSEEN, "not_root")

enum finding_code {
#define F(name, level, code) FINDING_##name,
	FINDING_TABLE(F)
#undef F
	FINDING_CODES
};

struct finding {
	enum finding_code code;
	char *file; /* owned, as all strings here; "" if none is to blame */
	uint32_t line; /* 0 if none */
	char *what;
	char *fix; /* "" where there is nothing to do */
};

struct findings {
	struct finding *rows;
	size_t count;
};

/* fix is copied; what follows is printf's. */
void finding_add(struct findings *findings, enum finding_code code,
    const char *file, uint32_t line, const char *fix, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));

/*
 * A phrase of the parent's or parseproc's, whose remedy stands behind
 * "fix: " or ": ", or which is one itself; about is what stands before it.
 */
void finding_add_phrase(struct findings *findings, enum finding_code code,
    const char *file, uint32_t line, const char *about, const char *phrase);

/*
 * Prints them, in the order of file and line, for people or as JSON. Returns
 * the exit status: 1 if there is a problem or warning, else 2 if something
 * could not be looked at, else 0.
 */
int findings_print(struct findings *findings, bool json);

#endif
