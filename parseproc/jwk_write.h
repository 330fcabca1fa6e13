/*
 * JSON Web Keys written in one form only, for the thumbprint of RFC 7638.
 * What is written was read by jwk_read(), or is a key of a user's.
 */
#ifndef PARSEPROC_JWK_WRITE_H
#define PARSEPROC_JWK_WRITE_H

#include <stdint.h>

#include "parseproc/jwk.h"

#define JWK_THUMBPRINT_LEN 32

/*
 * RFC 7638 section 3 with SHA-256, for OKP by RFC 8037 section 2: over the
 * required members, in order, without white space. kid and alg do not count.
 */
void jwk_thumbprint(const struct jwk *key,
    uint8_t thumbprint[JWK_THUMBPRINT_LEN]);

#endif
