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
	/* one line of a chained command */                                   \
	R(LINE_OPTION, DROP, "line_option",                                   \
	  "an option of the line is not one we print, or is malformed")       \
	/* several sources */                                                 \
	R(SOURCE_NONE, ERROR, "no_source", "sallyport.yaml enables no source") \
	R(SOURCE_STOP, ERROR, "source_stop",                                  \
	  "a source with on_error: stop failed, so none counts")              \
	R(CHAIN_RUN, ERROR, "chain_run",                                      \
	  "the chained command could not be run, or did not end well")        \
	/* an OpenPubkey certificate */                                       \
	R(CERT_TYPE, DENY, "cert_type",                                       \
	  "the key offered is no certificate of a type that carries a token") \
	R(CERT_BLOB, DENY, "cert_blob", "the certificate is malformed")       \
	R(CERT_HOST, DENY, "cert_host", "the certificate is not a user's")    \
	R(CERT_TIME, DENY, "cert_time", "the certificate is not valid now")   \
	R(CERT_PRINCIPALS, DENY, "cert_principals",                           \
	  "the certificate lists neither the wildcard nor the login name")    \
	R(CERT_OPTION, DENY, "cert_option",                                   \
	  "the certificate has a critical option that we do not know")        \
	R(CERT_EXTENSION, DENY, "cert_extension",                             \
	  "the certificate's extensions are repeated, out of order or malformed") \
	R(CERT_KEY, DENY, "cert_key",                                         \
	  "the certified key is malformed or out of bounds")                  \
	R(CERT_SELF, DENY, "cert_self",                                       \
	  "the certificate is not signed by the plain key that it certifies") \
	R(CERT_SIGNATURE, DENY, "cert_signature",                             \
	  "the certificate's own signature is wrong or of a kind not taken")  \
	R(CERT_NO_TOKEN, DENY, "cert_no_token",                               \
	  "the certificate carries no PK token")                              \
	/* a PK token */                                                      \
	R(TOKEN_FORM, DENY, "token_form",                                     \
	  "the PK token is not five parts and at most one refreshed ID token") \
	R(TOKEN_BASE64, DENY, "token_base64",                                 \
	  "a part of the PK token is not canonical base64url")                \
	R(TOKEN_SIGNATURE, DENY, "token_signature",                           \
	  "no key fits a signature of the PK token")                          \
	R(ISSUER_UNKNOWN, DENY, "unknown_issuer",                             \
	  "the token claims an issuer that /etc/opk/providers does not list") \
	R(KEY_UNKNOWN, DENY, "unknown_key",                                   \
	  "the provider has no key of the id that the token claims")          \
	/* a provider's key set */                                            \
	R(PROVIDER_KEYS, ERROR, "provider_keys",                              \
	  "no usable key set of the token's provider could be had")           \
	R(JWKS_JSON, ERROR, "jwks_json", "the key set is not JSON")           \
	R(JWKS_FORM, ERROR, "jwks_form", "the key set is not a JWK Set")      \
	R(JWKS_MANY, ERROR, "jwks_many", "the key set holds too many keys")   \
	R(JWKS_EMPTY, ERROR, "jwks_empty", "the key set holds no usable key") \
	/* one key of a provider */                                           \
	R(JWK_FORM, DROP, "jwk_form", "a member of the key is malformed")     \
	R(JWK_TYPE, DROP, "jwk_type", "the key's type or curve is not one we use") \
	R(JWK_ALG, DROP, "jwk_alg", "the key is for an algorithm we do not use") \
	R(JWK_USE, DROP, "jwk_use", "the key is not for signatures")          \
	R(JWK_CURVE, DROP, "jwk_curve", "the point is not on its curve")      \
	R(JWK_RSA, DROP, "jwk_rsa", "the RSA modulus or exponent is unusable") \
	R(JWK_KID, DROP, "jwk_kid", "another usable key has the same key id") \
	/* a token: its claims, times and zero-knowledge signature */         \
	R(TOKEN_JSON, DENY, "token_json",                                     \
	  "an authenticated part of the token is not JSON as we read it")     \
	R(TOKEN_HEADER, DENY, "token_header",                                 \
	  "a header member is malformed or one that we never accept")         \
	R(TOKEN_TYPE, DENY, "token_type",                                     \
	  "typ is not that of an ID token or a client instance's claims")     \
	R(TOKEN_ALG, DENY, "token_alg", "alg is not that of the key that fits") \
	R(TOKEN_KID, DENY, "token_kid", "kid is not that of the key that fits") \
	R(TOKEN_CLAIM, DENY, "token_claim",                                   \
	  "a required claim is missing, or a claim is of the wrong kind")     \
	R(TOKEN_TIME, DENY, "token_time",                                     \
	  "exp, iat or nbf is not a whole number of seconds that fits")       \
	R(ISSUER_MISMATCH, DENY, "issuer_mismatch",                           \
	  "the token's issuer is not the provider whose key fits")            \
	R(AUDIENCE, DENY, "audience", "the token is for another client")      \
	R(COMMITMENT, DENY, "commitment",                                     \
	  "the token was not asked for with the certified key")               \
	R(USER_KEY, DENY, "user_key",                                         \
	  "the user key that the token names is not the certified one")       \
	R(TOKEN_FUTURE, DENY, "token_future", "iat or nbf lies in the future") \
	R(TOKEN_EXPIRED, DENY, "token_expired",                               \
	  "the token is older than the provider's row allows")                \
	R(REFRESHED_OTHER, DENY, "refreshed_other",                           \
	  "the refreshed token has another issuer, subject, audience or key") \
	R(REFRESHED_OLDER, DENY, "refreshed_older",                           \
	  "the refreshed token was issued before the first")                  \
	R(GROUPS_OVERAGE, DENY, "groups_overage",                             \
	  "the user has too many groups for the token to name them")          \
	R(GQ_HEADER, DENY, "gq_header", "the GQ256 header is not of the one form") \
	/* a provider's own documents */                                      \
	R(DISCOVERY_JSON, ERROR, "discovery_json",                            \
	  "the provider's configuration is not JSON as we read it")           \
	R(DISCOVERY_ISSUER, ERROR, "discovery_issuer",                        \
	  "the provider's configuration names another issuer")                \
	R(DISCOVERY_JWKS_URI, ERROR, "discovery_jwks_uri",                    \
	  "the provider's configuration has no usable jwks_uri")              \
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
	R(POLICY_FILE, NOTE, "policy_file",                                   \
	  "a file that may be absent is there and cannot be used")            \
	R(HOME_POLICY, NOTE, "home_policy",                                   \
	  "the user's own auth_id is there and was not used")                 \
	R(USERINFO, NOTE, "userinfo",                                         \
	  "the provider's userinfo could not be had, or is another user's")   \
	R(PLUGIN_RUN, NOTE, "plugin_run",                                     \
	  "a policy plugin could not be run, or did not answer as plugins do") \
	/* ourselves */                                                       \
	R(MEMORY, ERROR, "memory", "a process reached its memory bound")      \
	R(WORKER_START, ERROR, "worker_start", "a worker could not be started") \
	R(WORKER_DIED, ERROR, "worker_died", "a worker ended before its answer") \
	R(WORKER_PROTOCOL, ERROR, "worker_protocol",                          \
	  "a worker sent what it must not")                                   \
	R(WORKER_VERSION, ERROR, "worker_version",                            \
	  "a worker is of another build than sallyport itself")               \
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

/* What it means, in words; never NULL. */
const char *reason_meaning(enum reason reason);

#endif
