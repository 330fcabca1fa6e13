/*
 * Who signed a PK token: the one question that is asked of it before
 * anything in it is interpreted. Every configured provider's keys are tried
 * on both segments; which key fits says whose token it is. (The segments'
 * headers say so too, but nobody has vouched for them yet.)
 */
#ifndef PARSEPROC_OP_SIGNATURE_H
#define PARSEPROC_OP_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>

#include "ipc/err.h"
#include "ipc/reason.h"
#include "parseproc/jwk.h"
#include "parseproc/key_set.h"
#include "parseproc/pk_token.h"
#include "parseproc/span.h"

/* A provider of /etc/opk/providers and the keys that we have of it. */
struct issuer {
	struct span name;
	bool gq; /* its signatures are GQ256's, and no others */
	struct key_set set;
};

struct op_fit {
	size_t issuer;        /* the first whose key it is */
	const struct jwk *key;
	unsigned segment;     /* the provider's; the other is the user's */
	struct span original; /* GQ256: the OP's own header, base64url */
};

/*
 * Finds the provider's segment of a hostile token. REASON_OK if exactly one
 * of the two is signed by a key of an issuer; TOKEN_SIGNATURE if none is or
 * both are; MEMORY. *fit is all zero unless REASON_OK.
 */
enum reason op_signature_find(const struct pk_token *token,
    const struct issuer *issuers, size_t nissuers, struct op_fit *fit)
    MUST_CHECK;

/*
 * The issuer's key that a single JWS, hostile, is signed by: REASON_OK and
 * *key, TOKEN_SIGNATURE or MEMORY. Never GQ256.
 */
enum reason op_signature_of(const struct issuer *issuer,
    const struct pk_jws *jws, const struct jwk **key) MUST_CHECK;

#endif
