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
	IPC_TEXT_LAST = IPC_TEXT_CA
};

/* M(NAME, id, route, what it is for). Ids are dense and begin at 1. */
#define IPC_MESSAGES(M)                                                       \
	M(READY, 1, IPC_FROM_WORKER, "my cage is shut; these layers hold")    \
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
	M(FETCH_DONE, 12, IPC_FROM_NET, "how the exchange ended")

/*
 * F(MESSAGE, KIND, field, minimum, maximum): of the value for integers, of the
 * length in bytes for strings. PRINT holds printable ASCII (0x20 to 0x7e)
 * only, STR anything but NUL, BYTES anything.
 */
#define IPC_FIELDS_READY(F)                                                   \
	F(READY, U32, layers, 0, UINT32_MAX)                                  \
	F(READY, U8, landlock_abi, 0, UINT8_MAX)

#define IPC_FIELDS_TEXT(F)                                                    \
	F(TEXT, U8, text, 1, IPC_TEXT_LAST)                                   \
	F(TEXT, BYTES, data, 1, IPC_CHUNK_MAX)

#define IPC_FIELDS_TEXT_END(F)                                                \
	F(TEXT_END, U8, text, 1, IPC_TEXT_LAST)                               \
	F(TEXT_END, U32, total, 0, KEY9_ANSWER_MAX)

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
	F(KEY9_QUERY, U32, stale_max_s, 0, STALE_MAX_MAX_S)

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
	F(FETCH_DONE, PRINT, detail, 0, DETAIL_MAX)

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
#define IPC_SET(name) (UINT32_C(1) << IPC_##name)

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
    uint32_t expected, struct ipc_message *m) MUST_CHECK;

/* Whether all n bytes are printable ASCII. */
bool ipc_printable(const void *p, size_t n);

#endif
