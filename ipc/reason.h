/*
 * Why a login ended as it did, and why a key was left out: one stable word
 * each. The words stand in log lines, which people grep: never rename one.
 */
#ifndef IPC_REASON_H
#define IPC_REASON_H

/*
 * R(NAME, class, word, what it means, for the documentation). The class is
 * what the log line calls the decision. DROP is about one key, NOTE about a
 * row or a file: neither ends a login.
 */
#define REASON_TABLE(R)                                                       \
	R(OK, ALLOW, "ok", "keys were printed")                               \
	R(NO_KEYS, DENY, "no_keys", "the source knows no key for this user")  \
	/* the request */                                                     \
	R(USAGE, ERROR, "usage", "the command line is not one we know")       \
	R(USER_NAME, DENY, "user_name", "the user name breaks the source's rule") \
	R(WRONG_USER, ERROR, "wrong_user", "not started as the user in run_as") \
	/* our own files */                                                   \
	R(CONFIG_MISSING, ERROR, "config_missing", "a file that must exist does not") \
	R(CONFIG_MODE, ERROR, "config_mode",                                  \
	  "a file's owner, mode or path would let others change or read it")  \
	R(CONFIG_SIZE, ERROR, "config_size", "a configuration file is too large") \
	R(CONFIG_SYNTAX, ERROR, "config_syntax", "a file is not the YAML we read") \
	R(CONFIG_VALUE, ERROR, "config_value",                                \
	  "a required key is missing or has an unusable value")               \
	/* the exchange */                                                    \
	R(RESOLVE, ERROR, "resolve", "the host name has no address")          \
	R(ADDRESS, ERROR, "address", "the host has only addresses we never call") \
	R(CONNECT, ERROR, "connect", "no connection to any of the addresses") \
	R(TIMEOUT, ERROR, "timeout", "the server was too slow")               \
	R(TLS_NAME, ERROR, "tls_name", "the certificate is for another host") \
	R(TLS_EXPIRED, ERROR, "tls_expired", "the certificate is not valid now") \
	R(TLS_UNTRUSTED, ERROR, "tls_untrusted", "no trusted CA signed it")   \
	R(TLS_VERSION, ERROR, "tls_version", "the server lacks TLS 1.2 and 1.3") \
	R(TLS, ERROR, "tls", "the TLS session failed otherwise")              \
	R(HTTP_STATUS, ERROR, "http_status", "the answer's status is not 200") \
	R(HTTP_PROTOCOL, ERROR, "http_protocol", "the answer is not sound HTTP") \
	R(TOO_LARGE, ERROR, "too_large", "the answer is larger than allowed") \
	/* the answer */                                                      \
	R(ANSWER_JSON, ERROR, "answer_json", "a line of the answer is not JSON") \
	R(ANSWER_LINE, ERROR, "answer_line",                                  \
	  "a line of the answer is too long or not a key object")             \
	R(ANSWER_ERROR, ERROR, "answer_error", "the source answered with an error") \
	R(ANSWER_KEYS, ERROR, "answer_keys", "the answer holds too many keys") \
	R(ALL_KEYS_DROPPED, DENY, "all_keys_dropped",                         \
	  "the source has keys, but none that may be printed")                \
	/* one key of the answer */                                           \
	R(KEY_LINE, DROP, "key_line", "the key has a line break or control byte") \
	R(KEY_OPTIONS, DROP, "key_options", "the key begins with options")    \
	R(KEY_TYPE, DROP, "key_type", "the key's type is not one we print")   \
	R(KEY_BASE64, DROP, "key_base64", "the key is not canonical base64")  \
	R(KEY_BLOB, DROP, "key_blob", "the key's blob is malformed")          \
	R(KEY_INNER_TYPE, DROP, "key_inner_type", "the blob names another type") \
	R(KEY_CURVE, DROP, "key_curve", "the point is not on its curve")      \
	R(KEY_RSA, DROP, "key_rsa", "the RSA modulus or exponent is unusable") \
	/* OpenPubkey's policy */                                             \
	R(NO_PROVIDER, ERROR, "no_provider",                                  \
	  "/etc/opk/providers has no usable row")                             \
	R(NO_RULE, DENY, "no_rule",                                           \
	  "no rule of auth_id lets this identity be this user")               \
	R(EMAIL_UNVERIFIED, DENY, "email_unverified",                         \
	  "only an e-mail rule fits, and the provider says that the e-mail is not verified") \
	R(DENIED_USER, DENY, "denied_user", "config.yml's deny_users names the user") \
	R(DENIED_EMAIL, DENY, "denied_email",                                 \
	  "config.yml's deny_emails names the e-mail")                        \
	R(PROVIDERS_ROW, NOTE, "providers_row",                               \
	  "a row of providers is unusable and skipped")                       \
	R(AUTH_ID_ROW, NOTE, "auth_id_row",                                   \
	  "a row of auth_id is unusable and skipped")                         \
	R(EMAIL_UNSTATED, NOTE, "email_unstated",                             \
	  "an e-mail rule fits a token that does not say whether the e-mail is verified") \
	R(CONFIG_IGNORED, NOTE, "config_ignored",                             \
	  "config.yml has a setting that is not ours and was ignored")        \
	R(PLUGIN_FILE, NOTE, "plugin_file",                                   \
	  "a file of policy.d is unusable and its plugin skipped")            \
	R(PLUGIN_VALUE, NOTE, "plugin_value",                                 \
	  "a claim cannot be handed to a plugin, so none was run")            \
	/* ourselves */                                                       \
	R(MEMORY, ERROR, "memory", "a process reached its memory bound")      \
	R(WORKER_START, ERROR, "worker_start", "a worker could not be started") \
	R(WORKER_DIED, ERROR, "worker_died", "a worker ended before its answer") \
	R(WORKER_PROTOCOL, ERROR, "worker_protocol",                          \
	  "a worker sent what it must not")                                   \
	R(CAGE, ERROR, "cage", "a cage could not be shut")                    \
	R(SYSTEM, ERROR, "system", "the operating system refused something")  \
	R(DEADLINE, ERROR, "deadline", "the time for this login ran out")

enum reason {
#define R(name, class, word, meaning) REASON_##name,
	REASON_TABLE(R)
#undef R
	REASON_COUNT
};

enum reason_class {
	REASON_ALLOW,
	REASON_DENY,
	REASON_ERROR,
	REASON_DROP,
	REASON_NOTE,
};

/* An unknown value's class is REASON_ERROR. */
enum reason_class reason_class(enum reason reason);

/* The stable word; never NULL, whatever the value. */
const char *reason_word(enum reason reason);

#endif
