/*
 * JSON Web Keys written in one form only: the thumbprint of RFC 7638, and a
 * set reduced to what we use of it, fit for a cache. What is written was read
 * by jwk_read(), or is a key of a user's.
 */
#ifndef PARSEPROC_JWK_WRITE_H
#define PARSEPROC_JWK_WRITE_H

#include <stdint.h>

#include "ipc/err.h"
#include "ipc/wire.h"
#include "parseproc/jwk.h"
#include "parseproc/jwks.h"

#define JWK_THUMBPRINT_LEN 32

/*
 * RFC 7638 section 3 with SHA-256, for OKP by RFC 8037 section 2: over the
 * required members, in order, without white space. kid and alg do not count.
 */
void jwk_thumbprint(const struct jwk *key,
    uint8_t thumbprint[JWK_THUMBPRINT_LEN]);

/*
 * What a set of n keys takes at most: a modulus of 1366 characters, a kid
 * whose bytes all are escaped, names.
 */
#define JWKS_TEXT_MAX(n) (16 + (n) * (1366 + 6 * JWK_KID_MAX + 128))

/*
 * Appends the set as JSON, each key with alg, kid and its required members,
 * in the order of names. Read again, it is the same keys, all kept. ERR_OK,
 * or ERR_TOO_BIG, and what was appended is undefined.
 */
enum err jwks_write(const struct jwks *jwks, struct wire_writer *w)
    MUST_CHECK;

#endif
