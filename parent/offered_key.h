/*
 * The key that sshd asks about, and the line that lets it in. What is printed
 * is a piece of what was offered: whoever owns the judge can say yes or no to
 * this key, and nothing else.
 */
#ifndef PARENT_OFFERED_KEY_H
#define PARENT_OFFERED_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/message.h"

struct offered_key {
	const char *type;       /* sshd's %t */
	const char *plain_type; /* of the key that is certified; a constant */
	uint8_t *blob;          /* owned; %k decoded */
	size_t len;
};

/* Whether the type is that of a certificate that can carry a token; the plain
 * key's type then, or NULL. */
const char *offered_key_plain_type(const char *type);

/*
 * Decodes base64, hostile, of a key of that type, for which
 * offered_key_plain_type() is not NULL. ERR_MEMORY, or another error if it is
 * not base64 or longer than a key may be.
 */
enum err offered_key_read(struct offered_key *key, const char *type,
    const char *base64) MUST_CHECK;
void offered_key_free(struct offered_key *key);

/* What the line says beside the key. */
struct offered_line {
	size_t key_at, key_len; /* of the plain key, in the blob */
	enum ipc_principal principal;
	const char *user; /* for IPC_PRINCIPAL_LOGIN_NAME */
	uint64_t ends;    /* for expiry-time=; 0: none */
};

/* Whether a user name can stand in principals="". */
bool offered_key_principal_valid(const char *user);

/*
 * The line for sshd, with its line feed and a NUL: the caller's to free.
 * Unless ERR_OK it is NULL: ERR_MEMORY, or ERR_BOUND if the place in the blob
 * is not that of a plain key of the type, the user name cannot stand in
 * principals="", or the end is no time.
 */
enum err offered_key_line(const struct offered_key *key,
    const struct offered_line *line, char **text) MUST_CHECK;

#endif
