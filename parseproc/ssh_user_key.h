/*
 * The three kinds of keys that OpenPubkey clients make for their users, as
 * SSH writes them: RFC 4253 section 6.6 (RSA), RFC 5656 section 3.1 (ECDSA
 * with P-256), RFC 8709 section 4 (Ed25519). Read before any signature has
 * been checked: bounds and the wire reader only. Whether a point is on its
 * curve shows when it is used (jws.h).
 */
#ifndef PARSEPROC_SSH_USER_KEY_H
#define PARSEPROC_SSH_USER_KEY_H

#include <stdbool.h>

#include "ipc/err.h"
#include "ipc/wire.h"
#include "parseproc/jwk.h"
#include "parseproc/span.h"

/* The type's name, a constant that ends in NUL; NULL for JWK_P384. */
const char *ssh_user_key_name(enum jwk_type type);

/*
 * Reads a key's own fields, those behind its name, from a hostile reader:
 * *key borrows them; its alg is ES256, EdDSA or RS256. False if they are
 * malformed or out of bounds (jwk.h), or the type is JWK_P384; *key is all
 * zero then, and the reader may have moved.
 */
bool ssh_user_key_fields(enum jwk_type type, struct wire_reader *r,
    struct jwk *key) MUST_CHECK;

/*
 * Reads a hostile blob, which must be a plain key of one of the three types
 * and nothing behind it; a certificate is none. *key borrows from it, and is
 * all zero if this returns false.
 */
bool ssh_user_key_read(struct span blob, struct jwk *key) MUST_CHECK;

#endif
