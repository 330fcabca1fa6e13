/*
 * What ssh_user_key_fields() promises.
 */
#include "parseproc/ssh_user_key.h"
#include "proofs/contracts/jwk.h"
#include "proofs/proof.h"

/* What was between a reader's two places. */
#define STEPPED(before, n, after)                                             \
	((struct span){ before, (n) - (after).left })
/* Within it, a key of the type, within its bounds. */
#define IS_USER_KEY(key, in)                                                  \
	(((key)->type == JWK_RSA && (key)->alg == JWS_RS256 &&                \
	    IS_RSA(key, in)) ||                                               \
	    ((key)->type == JWK_P256 && (key)->alg == JWS_ES256 &&            \
	    IS_POINT(key, in, JWK_P256_LEN)) ||                               \
	    ((key)->type == JWK_ED25519 && (key)->alg == JWS_EDDSA &&         \
	    IS_POINT(key, in, JWK_ED25519_LEN)))

bool ssh_user_key_fields(enum jwk_type type, struct wire_reader *r,
    struct jwk *key)
READS(r)
__CPROVER_requires(__CPROVER_w_ok(key, sizeof(*key)))
__CPROVER_assigns(*r, *key)
__CPROVER_ensures(!__CPROVER_return_value || (key->type == type &&
    IS_USER_KEY(key, STEPPED(__CPROVER_old(r->p), __CPROVER_old(r->left),
    *r))));
