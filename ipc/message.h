/*
 * Every message between the parent and its workers, declared once. The
 * struct, the encoder, the decoder, the direction check, the log name, the
 * tests, the fuzz target and the table in SECURITY.md all come from the two
 * tables below.
 *
 * On the wire a message is one datagram: its id (u8), then its fields in
 * order; integers big-endian, strings with a u32 length (ipc/wire.h). There
 * is no padding, no optional field, and nothing may follow the last one.
 */
#ifndef IPC_MESSAGE_H
#define IPC_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/err.h"
#include "ipc/limits.h"

/* Who may send a message to whom. Workers never talk to each other. */
enum ipc_route {
	IPC_TO_NET = 1 << 0,
	IPC_TO_PARSE = 1 << 1,
	IPC_FROM_NET = 1 << 2,
	IPC_FROM_PARSE = 1 << 3,
	IPC_TO_WORKER = IPC_TO_NET | IPC_TO_PARSE,
	IPC_FROM_WORKER = IPC_FROM_NET | IPC_FROM_PARSE,
};

/* What a TEXT carries. */
enum ipc_text {
	IPC_TEXT_SALLYPORT_YAML = 1,
	IPC_TEXT_K9_YAML,
	IPC_TEXT_KEY9_ANSWER,
	IPC_TEXT_CA,
	IPC_TEXT_PROVIDERS,    /* /etc/opk/providers */
	IPC_TEXT_OPK_CONFIG,   /* /etc/opk/config.yml */
	IPC_TEXT_AUTH_ID,      /* /etc/opk/auth_id */
	IPC_TEXT_HOME_AUTH_ID, /* ~/.opk/auth_id */
	IPC_TEXT_PLUGIN,       /* a file of /etc/opk/policy.d */
	IPC_TEXT_OFFERED_KEY,  /* the blob that sshd asks about */
	IPC_TEXT_EXTRA_WORDS,  /* those behind %t, each with a NUL behind it */
	IPC_TEXT_KEY_SET,      /* a provider's keys, reduced by the keys role */
	IPC_TEXT_USERINFO,     /* what the endpoint answered */
	IPC_TEXT_DISCOVERY,    /* openid-configuration */
	IPC_TEXT_JWKS,         /* as the provider publishes it */
	IPC_TEXT_CHAIN,        /* what the chained command printed */
	IPC_TEXT_LAST = IPC_TEXT_CHAIN
};

/* Where `authorize` may get lines from. */
enum ipc_source {
	IPC_SOURCE_OPENPUBKEY,
	IPC_SOURCE_KEY9,
	IPC_SOURCE_CHAIN,
	IPC_SOURCE_COUNT
};

/* How good the keys are that the judge is given. */
enum ipc_keys {
	IPC_KEYS_NONE,
	IPC_KEYS_STALE, /* to be used only if nothing newer can be had */
	IPC_KEYS_FRESH,
	IPC_KEYS_LAST = IPC_KEYS_FRESH
};

/* What the judge of a certificate lacks to go on. */
enum ipc_need {
	IPC_NEED_KEY_SETS = 1, /* of all providers, from the cache */
	IPC_NEED_REFRESH,      /* of one provider, newer than the cache's */
	IPC_NEED_AUTH_ID,
	IPC_NEED_HOME_AUTH_ID,
	IPC_NEED_PLUGINS,
	IPC_NEED_LAST = IPC_NEED_PLUGINS
};

/* Which principals= the emitted line has. */
enum ipc_principal {
	IPC_PRINCIPAL_NONE,
	IPC_PRINCIPAL_WILDCARD,
	IPC_PRINCIPAL_LOGIN_NAME,
	IPC_PRINCIPAL_LAST = IPC_PRINCIPAL_LOGIN_NAME
};

/* M(NAME, id, route, what it is for). Ids are dense and begin at 1. */
#define IPC_MESSAGES(M)                                                       \
	M(READY, 1, IPC_FROM_WORKER, "my cage is shut; my build and layers")  \
	M(TEXT, 2, IPC_TO_WORKER, "a piece of a file or answer")              \
	M(TEXT_END, 3, IPC_TO_WORKER, "that was all of it")                   \
	M(KEY9_ASK, 4, IPC_TO_PARSE, "who logs in, from where")               \
	M(KEY9_QUERY, 5, IPC_FROM_PARSE, "what to ask Key9")                  \
	M(CONFIG_ERROR, 6, IPC_FROM_PARSE, "a file of ours is unusable")      \
	M(KEY, 7, IPC_FROM_PARSE, "a key that may log in")                    \
	M(KEY_DROPPED, 8, IPC_FROM_PARSE, "a key that may not, and why")      \
	M(VERDICT, 9, IPC_FROM_PARSE, "no more keys; how it ended")           \
	M(FETCH, 10, IPC_TO_NET, "one HTTPS request to make")                 \
	M(FETCH_DATA, 11, IPC_FROM_NET, "a piece of the answer's body")       \
	M(FETCH_DONE, 12, IPC_FROM_NET, "how the exchange ended")             \
	/* an OpenPubkey login */                                             \
	M(VERIFY_ASK, 13, IPC_TO_PARSE, "who logs in, with what, and when")   \
	M(SETTINGS, 14, IPC_FROM_PARSE, "what our files say")                 \
	M(PROVIDER, 15, IPC_FROM_PARSE, "an issuer of ours, in order")        \
	M(NOTE, 16, IPC_FROM_PARSE, "something in our files is amiss")        \
	M(CHECK, 17, IPC_FROM_PARSE, "how one check ended, if asked to tell") \
	M(NEED, 18, IPC_FROM_PARSE, "what is lacking to go on")               \
	M(KEY_SET, 19, IPC_TO_PARSE, "how good keys are; they follow")       \
	M(USERINFO_QUERY, 20, IPC_FROM_PARSE, "ask the provider who this is") \
	M(PLUGIN_ENV, 21, IPC_FROM_PARSE, "a piece of a plugin's environment") \
	M(PLUGIN_RUN, 22, IPC_FROM_PARSE, "a policy plugin to ask")           \
	M(PLUGIN_RESULT, 23, IPC_TO_PARSE, "whether it allowed")              \
	M(LOGIN_VERDICT, 24, IPC_FROM_PARSE, "how it ended, and for whom")    \
	/* a provider's keys */                                               \
	M(KEYS_ASK, 25, IPC_TO_PARSE, "whose keys to find")                   \
	M(KEYS_FETCH, 26, IPC_FROM_PARSE, "what to get next")                 \
	M(KEYS_DATA, 27, IPC_FROM_PARSE, "a piece of the reduced key set")    \
	M(KEYS_DONE, 28, IPC_FROM_PARSE, "that was all of it, or why not")    \
	/* the dry run */                                                     \
	M(CLAIM, 29, IPC_FROM_PARSE, "what an unverified token claims")       \
	M(CLAIMS_END, 30, IPC_FROM_PARSE, "nothing more that can be read")    \
	/* several sources */                                                 \
	M(AUTHORIZE_ASK, 31, IPC_TO_PARSE, "whose lines are wanted")          \
	M(SOURCES, 32, IPC_FROM_PARSE, "how many sources, and for how long")  \
	M(SOURCE, 33, IPC_FROM_PARSE, "a source to ask, in order")            \
	M(LINE, 34, IPC_FROM_PARSE, "a line of the chained command's")

/*
 * F(MESSAGE, KIND, field, minimum, maximum): of the value for integers, of the
 * length in bytes for strings. PRINT holds printable ASCII (0x20 to 0x7e)
 * only, STR anything but NUL, BYTES anything.
 */
#define IPC_FIELDS_READY(F)                                                   \
	F(READY, U64, build, 0, UINT64_MAX)                                   \
	F(READY, U32, layers, 0, UINT32_MAX)                                  \
	F(READY, U8, landlock_abi, 0, UINT8_MAX)

#define IPC_FIELDS_TEXT(F)                                                    \
	F(TEXT, U8, text, 1, IPC_TEXT_LAST)                                   \
	F(TEXT, BYTES, data, 1, IPC_CHUNK_MAX)

#define IPC_FIELDS_TEXT_END(F)                                                \
	F(TEXT_END, U8, text, 1, IPC_TEXT_LAST)                               \
	F(TEXT_END, U32, total, 0, AUTH_ID_FILE_MAX)

#define IPC_FIELDS_KEY9_ASK(F)                                                \
	F(KEY9_ASK, PRINT, user, 1, KEY9_USER_MAX)                            \
	F(KEY9_ASK, STR, remote, 0, REMOTE_MAX)

#define IPC_FIELDS_KEY9_QUERY(F)                                              \
	F(KEY9_QUERY, PRINT, url, 8, URL_MAX)                                 \
	F(KEY9_QUERY, STR, headers, 0, HEADERS_MAX)                           \
	F(KEY9_QUERY, STR, body, 0, REQUEST_BODY_MAX)                         \
	F(KEY9_QUERY, PRINT, run_as, 1, USER_NAME_MAX)                        \
	F(KEY9_QUERY, U32, timeout_s, 1, DEADLINE_MAX_S)                      \
	F(KEY9_QUERY, U8, allow_http, 0, 1)                                   \
	F(KEY9_QUERY, STR, ca_file, 0, PATH_LEN_MAX)                          \
	F(KEY9_QUERY, PRINT, proxy, 0, PROXY_MAX)                             \
	F(KEY9_QUERY, U32, stale_max_s, 0, STALE_MAX_MAX_S)                   \
	F(KEY9_QUERY, U8, log_json, 0, 1)

#define IPC_FIELDS_CONFIG_ERROR(F)                                            \
	F(CONFIG_ERROR, U8, text, 1, IPC_TEXT_LAST)                           \
	F(CONFIG_ERROR, U8, reason, 0, UINT8_MAX)                             \
	F(CONFIG_ERROR, U32, line, 0, UINT32_MAX)                             \
	F(CONFIG_ERROR, PRINT, what, 0, DETAIL_MAX)

#define IPC_FIELDS_KEY(F)                                                     \
	F(KEY, PRINT, type, 1, KEY_TYPE_MAX)                                  \
	F(KEY, PRINT, base64, 4, KEY_BASE64_MAX)                              \
	F(KEY, PRINT, comment, 0, KEY_COMMENT_MAX)

#define IPC_FIELDS_KEY_DROPPED(F)                                             \
	F(KEY_DROPPED, U8, reason, 0, UINT8_MAX)                              \
	F(KEY_DROPPED, U32, line, 1, UINT32_MAX)

#define IPC_FIELDS_VERDICT(F)                                                 \
	F(VERDICT, U8, reason, 0, UINT8_MAX)                                  \
	F(VERDICT, U32, line, 0, UINT32_MAX)                                  \
	F(VERDICT, U32, keys, 0, KEYS_MAX)                                    \
	F(VERDICT, PRINT, detail, 0, DETAIL_MAX)

#define IPC_FIELDS_FETCH(F)                                                   \
	F(FETCH, U8, post, 0, 1)                                              \
	F(FETCH, PRINT, url, 8, URL_MAX)                                      \
	F(FETCH, STR, headers, 0, HEADERS_MAX)                                \
	F(FETCH, STR, body, 0, REQUEST_BODY_MAX)                              \
	F(FETCH, PRINT, proxy, 0, PROXY_MAX)                                  \
	F(FETCH, U8, allow_http, 0, 1)                                        \
	F(FETCH, U32, connect_ms, 1, DEADLINE_MAX_S * 1000)                   \
	F(FETCH, U32, total_ms, 1, DEADLINE_MAX_S * 1000)                     \
	F(FETCH, U32, body_max, 0, KEY9_ANSWER_MAX)

#define IPC_FIELDS_FETCH_DATA(F)                                              \
	F(FETCH_DATA, BYTES, data, 1, IPC_CHUNK_MAX)

#define IPC_FIELDS_FETCH_DONE(F)                                              \
	F(FETCH_DONE, U8, reason, 0, UINT8_MAX)                               \
	F(FETCH_DONE, U32, status, 0, 999)                                    \
	F(FETCH_DONE, U32, total, 0, KEY9_ANSWER_MAX)                         \
	F(FETCH_DONE, U32, max_age_s, 0, MAX_AGE_MAX_S)                       \
	F(FETCH_DONE, PRINT, detail, 0, DETAIL_MAX)

#define IPC_FIELDS_VERIFY_ASK(F)                                              \
	F(VERIFY_ASK, U8, settings_only, 0, 1)                                \
	F(VERIFY_ASK, STR, user, 1, USER_NAME_MAX)                            \
	F(VERIFY_ASK, PRINT, key_type, 1, KEY_TYPE_MAX)                       \
	F(VERIFY_ASK, U64, now, 0, NOW_MAX)                                   \
	F(VERIFY_ASK, U8, tell, 0, 1)                                         \
	F(VERIFY_ASK, U8, plugins, 0, PLUGINS_MAX)                            \
	F(VERIFY_ASK, U8, require_email_verified, 0, 1)

#define IPC_FIELDS_SETTINGS(F)                                                \
	F(SETTINGS, U32, stale_max_s, 0, STALE_MAX_MAX_S)                     \
	F(SETTINGS, U32, preload_max_s, 0, PRELOAD_MAX_MAX_S)                 \
	F(SETTINGS, U8, home_policy, 0, 1)                                    \
	F(SETTINGS, U8, expiry_time, 0, 1)                                    \
	F(SETTINGS, U32, deadline_s, 0, DEADLINE_MAX_S)                       \
	F(SETTINGS, U8, deny_status, 0, UINT8_MAX)                            \
	F(SETTINGS, STR, ca_file, 0, PATH_LEN_MAX)                            \
	F(SETTINGS, STR, ca_dirs, 0, PATH_LEN_MAX)                            \
	F(SETTINGS, U8, log_json, 0, 1)                                       \
	F(SETTINGS, U8, providers, 0, PROVIDERS_MAX)

#define IPC_FIELDS_PROVIDER(F)                                                \
	F(PROVIDER, PRINT, issuer, 8, ISSUER_MAX)

#define IPC_FIELDS_NOTE(F)                                                    \
	F(NOTE, U8, reason, 0, UINT8_MAX)                                     \
	F(NOTE, U8, text, 1, IPC_TEXT_LAST)                                   \
	F(NOTE, U32, line, 0, UINT32_MAX)                                     \
	F(NOTE, PRINT, what, 0, DETAIL_MAX)

#define IPC_FIELDS_CHECK(F)                                                   \
	F(CHECK, U8, check, 0, UINT8_MAX)                                     \
	F(CHECK, U8, passed, 0, 1)                                            \
	F(CHECK, STR, detail, 0, DETAIL_MAX)

#define IPC_FIELDS_NEED(F)                                                    \
	F(NEED, U8, what, 1, IPC_NEED_LAST)                                   \
	F(NEED, U8, provider, 0, PROVIDERS_MAX - 1)

#define IPC_FIELDS_KEY_SET(F)                                                 \
	F(KEY_SET, U8, provider, 0, PROVIDERS_MAX - 1)                        \
	F(KEY_SET, U8, state, 0, IPC_KEYS_LAST)

#define IPC_FIELDS_USERINFO_QUERY(F)                                          \
	F(USERINFO_QUERY, U8, provider, 0, PROVIDERS_MAX - 1)                 \
	F(USERINFO_QUERY, U32, token_at, 0, OFFERED_KEY_MAX)                  \
	F(USERINFO_QUERY, U32, token_len, 1, OFFERED_KEY_MAX)

#define IPC_FIELDS_PLUGIN_ENV(F)                                              \
	F(PLUGIN_ENV, BYTES, data, 1, IPC_CHUNK_MAX)

#define IPC_FIELDS_PLUGIN_RUN(F)                                              \
	F(PLUGIN_RUN, U8, plugin, 0, PLUGINS_MAX - 1)                         \
	F(PLUGIN_RUN, BYTES, words, 1, PATH_LEN_MAX + 1)                      \
	F(PLUGIN_RUN, U32, env_total, 0, PLUGIN_ENV_MAX)

#define IPC_FIELDS_PLUGIN_RESULT(F)                                           \
	F(PLUGIN_RESULT, U8, allowed, 0, 1)

#define IPC_FIELDS_LOGIN_VERDICT(F)                                           \
	F(LOGIN_VERDICT, U8, reason, 0, UINT8_MAX)                            \
	F(LOGIN_VERDICT, U8, text, 0, IPC_TEXT_LAST)                          \
	F(LOGIN_VERDICT, U32, line, 0, UINT32_MAX)                            \
	F(LOGIN_VERDICT, U8, principal, 0, IPC_PRINCIPAL_LAST)                \
	F(LOGIN_VERDICT, U32, key_at, 0, OFFERED_KEY_MAX)                     \
	F(LOGIN_VERDICT, U32, key_len, 0, OFFERED_KEY_MAX)                    \
	F(LOGIN_VERDICT, U64, ends, 0, NOW_MAX)                               \
	F(LOGIN_VERDICT, BYTES, issuer, 0, ISSUER_MAX)                        \
	F(LOGIN_VERDICT, BYTES, sub, 0, IDENTITY_MAX)                         \
	F(LOGIN_VERDICT, BYTES, email, 0, IDENTITY_MAX)                       \
	F(LOGIN_VERDICT, BYTES, kid, 0, IDENTITY_MAX)                         \
	F(LOGIN_VERDICT, STR, detail, 0, DETAIL_MAX)

#define IPC_FIELDS_KEYS_ASK(F)                                                \
	F(KEYS_ASK, PRINT, issuer, 8, ISSUER_MAX)                             \
	F(KEYS_ASK, U8, have_jwks, 0, 1)

#define IPC_FIELDS_KEYS_FETCH(F)                                              \
	F(KEYS_FETCH, PRINT, url, 8, URL_MAX)                                 \
	F(KEYS_FETCH, PRINT, proxy, 0, PROXY_MAX)

#define IPC_FIELDS_KEYS_DATA(F)                                               \
	F(KEYS_DATA, BYTES, data, 1, IPC_CHUNK_MAX)

#define IPC_FIELDS_KEYS_DONE(F)                                               \
	F(KEYS_DONE, U8, reason, 0, UINT8_MAX)                                \
	F(KEYS_DONE, U32, total, 0, KEY_SET_MAX)                              \
	F(KEYS_DONE, U32, keys, 0, KEYS_MAX)                                  \
	F(KEYS_DONE, U32, dropped, 0, KEYS_MAX)                               \
	F(KEYS_DONE, PRINT, userinfo, 0, URL_MAX)                             \
	F(KEYS_DONE, PRINT, userinfo_proxy, 0, PROXY_MAX)                     \
	F(KEYS_DONE, PRINT, detail, 0, DETAIL_MAX)

#define IPC_FIELDS_CLAIM(F)                                                   \
	F(CLAIM, PRINT, name, 1, CLAIM_NAME_MAX)                              \
	F(CLAIM, BYTES, value, 0, CLAIM_VALUE_MAX)

#define IPC_FIELDS_CLAIMS_END(F)                                              \
	F(CLAIMS_END, U8, unreadable, 0, 1)

#define IPC_FIELDS_AUTHORIZE_ASK(F)                                           \
	F(AUTHORIZE_ASK, STR, user, 1, USER_NAME_MAX)

#define IPC_FIELDS_SOURCES(F)                                                 \
	F(SOURCES, U8, sources, 0, IPC_SOURCE_COUNT)                          \
	F(SOURCES, U32, deadline_s, 1, DEADLINE_MAX_S)                        \
	F(SOURCES, U8, denied, 0, 1)                                          \
	F(SOURCES, U8, log_json, 0, 1)

#define IPC_FIELDS_SOURCE(F)                                                  \
	F(SOURCE, U8, source, 0, IPC_SOURCE_COUNT - 1)                        \
	F(SOURCE, U32, deadline_s, 1, DEADLINE_MAX_S)                         \
	F(SOURCE, U8, stop, 0, 1)                                             \
	F(SOURCE, U8, require_email_verified, 0, 1)                           \
	F(SOURCE, PRINT, options, 0, LINE_OPTIONS_MAX)                        \
	F(SOURCE, BYTES, words, 0, PATH_LEN_MAX + 1)                          \
	F(SOURCE, PRINT, run_as, 0, USER_NAME_MAX)

#define IPC_FIELDS_LINE(F)                                                    \
	F(LINE, PRINT, options, 0, LINE_OPTIONS_MAX)                          \
	F(LINE, PRINT, type, 1, KEY_TYPE_MAX)                                 \
	F(LINE, PRINT, base64, 4, KEY_BASE64_MAX)                             \
	F(LINE, PRINT, comment, 0, KEY_COMMENT_MAX)

enum ipc_type {
#define M(name, id, route, purpose) IPC_##name = id,
	IPC_MESSAGES(M)
#undef M
	IPC_TYPE_END
};

enum ipc_kind { IPC_U8, IPC_U32, IPC_U64, IPC_PRINT, IPC_STR, IPC_BYTES };

/*
 * A string or blob field. After decoding it points into the received
 * datagram and is good until the next one; it does not end in NUL.
 */
struct ipc_span {
	const void *p;
	size_t len;
};

#define IPC_CTYPE_U8 uint8_t
#define IPC_CTYPE_U32 uint32_t
#define IPC_CTYPE_U64 uint64_t
#define IPC_CTYPE_PRINT struct ipc_span
#define IPC_CTYPE_STR struct ipc_span
#define IPC_CTYPE_BYTES struct ipc_span

struct ipc_message {
	enum ipc_type type;
	union {
#define F(message, kind, field, min, max) IPC_CTYPE_##kind field;
#define M(name, id, route, purpose)                                           \
	struct {                                                              \
		IPC_FIELDS_##name(F)                                          \
	} name;
		IPC_MESSAGES(M)
#undef M
#undef F
	} as;
};

/* The tables at run time, for the codec, the tests and the documentation. */
struct ipc_field {
	const char *name;
	enum ipc_kind kind;
	size_t offset; /* in struct ipc_message */
	uint64_t min, max;
};

struct ipc_spec {
	const char *name;
	const char *purpose;
	unsigned routes; /* enum ipc_route, or-ed */
	const struct ipc_field *fields;
	size_t nfields;
};

/* The spec of a message type; NULL if there is no such type. */
const struct ipc_spec *ipc_spec(unsigned type);

/* A set of message types, for what a reader expects next. */
#define IPC_SET(name) (UINT64_C(1) << IPC_##name)

/*
 * Encodes *m into buf (IPC_MESSAGE_MAX bytes). routes: the routes on which
 * the caller sends. Returns ERR_OK and *len, or why it must not be sent: the
 * sender applies every bound that the receiver will apply.
 */
enum err ipc_encode(const struct ipc_message *m, unsigned routes,
    uint8_t buf[], size_t *len) MUST_CHECK;

/*
 * Decodes a datagram of len hostile bytes that came on the given routes,
 * where only the types in the set expected may come now. On ERR_OK *m
 * borrows from buf; on any error *m is all zero.
 */
enum err ipc_decode(const uint8_t *buf, size_t len, unsigned routes,
    uint64_t expected, struct ipc_message *m) MUST_CHECK;

/* Whether all n bytes are printable ASCII. */
bool ipc_printable(const void *p, size_t n);

#endif
