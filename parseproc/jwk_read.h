/*
 * JSON Web Keys, RFC 7517 section 4 and RFC 7518 section 6 (RSA, EC), RFC
 * 8037 section 2 (OKP). A key is taken whole or not at all; private
 * members are not looked at.
 *
 * Which keys are used: RSA of 2048 to 8192 bits, P-256, P-384, Ed25519; not
 * for encryption (use, key_ops); alg one of ours that fits the key, and if
 * there is none, RS256, or what the curve says.
 */
#ifndef PARSEPROC_JWK_READ_H
#define PARSEPROC_JWK_READ_H

#include <stddef.h>
#include <stdint.h>

#include "ipc/err.h"
#include "ipc/reason.h"
#include "parseproc/json.h"
#include "parseproc/jwk.h"

/*
 * What one key's members are decoded into: kid, and a modulus with the zero
 * that Java puts before it and an exponent, or a point.
 */
#define JWK_ROOM 2048

/*
 * Reads one key, the value v of a document. Its bytes go to room, which has
 * JWK_ROOM and is borrowed by *key, so the document may go. REASON_OK;
 * JWK_FORM, JWK_TYPE, JWK_ALG, JWK_USE, JWK_CURVE, JWK_RSA: the key must be
 * left out; MEMORY. *key is all zero unless REASON_OK. The values are
 * hostile.
 */
enum reason jwk_read(const struct json *doc, json_value v,
    uint8_t room[JWK_ROOM], struct jwk *key) MUST_CHECK;

#endif
