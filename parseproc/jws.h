/*
 * Signatures of JSON Web Signatures, RFC 7515 section 5.2 step 8: RS256,
 * RS384, RS512, PS256, ES256, ES384 (RFC 7518 section 3.3 to 3.5) and EdDSA
 * with Ed25519 (RFC 8037 section 3.1). Bytes only: which key is tried is the
 * caller's choice, the algorithm is the key's, and no header is read.
 */
#ifndef PARSEPROC_JWS_H
#define PARSEPROC_JWS_H

#include <stdbool.h>

#include "ipc/err.h"
#include "ipc/reason.h"
#include "parseproc/jwk.h"
#include "parseproc/span.h"

/*
 * Verifies that signature, hostile, is the key's over input, hostile. The
 * key is one of jwk_read() or ssh_user_key_read(), whose bounds it has: it
 * may be a stranger's, and its point need not be on the curve. REASON_OK
 * only if BoringSSL said 1; TOKEN_SIGNATURE for everything else, wrong
 * lengths first; MEMORY if that was why; SYSTEM if the algorithm fails its
 * self-test.
 *
 * Takes about 0.02 ms for RSA-2048, 0.08 for Ed25519, 0.25 for P-256, 0.65
 * for P-384; at a stranger's worst, RSA-8192 and a long exponent, 1.2.
 */
enum reason jws_verify(const struct jwk *key, struct span input,
    struct span signature) MUST_CHECK;

/*
 * Tries a known good and a known bad signature: false if an answer is wrong.
 * jws_verify() does so itself when an algorithm is first used.
 */
bool jws_self_test(enum jws_alg alg) MUST_CHECK;

/*
 * Makes a key of the algorithm's once, so that whatever BoringSSL makes on
 * first use is made: to be called before the cage shuts. False if there is no
 * memory.
 */
bool jws_prepare(enum jws_alg alg) MUST_CHECK;

#endif
