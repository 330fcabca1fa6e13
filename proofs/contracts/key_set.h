/*
 * What key_set.c's own functions promise each other: each contract is proved
 * in a proof of its own (key_set), and taken for granted where another
 * function is proved that calls them.
 */
#include "parseproc/key_set.h"
#include "proofs/contracts/jwk.h"
#include "proofs/proof.h"

#include "parseproc/key_set.c"

/* RFC 7518 section 3.1, RFC 8037 section 3.1. */
#define IS_ALG_OF(alg, type)                                                  \
	((type) == JWK_RSA ? (alg) == JWS_RS256 || (alg) == JWS_RS384 ||      \
	    (alg) == JWS_RS512 || (alg) == JWS_PS256 :                        \
	    (type) == JWK_P256 ? (alg) == JWS_ES256 :                         \
	    (type) == JWK_P384 ? (alg) == JWS_ES384 : (alg) == JWS_EDDSA)
/* What comes before a key's numbers or its point. */
#define IS_HEAD(key, in)                                                      \
	((unsigned)(key)->type < JWK_TYPES &&                                 \
	    IS_ALG_OF((key)->alg, (key)->type) &&                             \
	    (key)->kid.len <= ((key)->has_kid ? JWK_KID_MAX : 0) &&           \
	    SPAN_AT((key)->kid, in))
#define POINT_LEN(type)                                                       \
	((type) == JWK_P256 ? JWK_P256_LEN : (type) == JWK_P384 ?             \
	    JWK_P384_LEN : JWK_ED25519_LEN)

static bool get_head(struct wire_reader *r, struct jwk *key)
READS(r)
__CPROVER_requires(__CPROVER_w_ok(key, sizeof(*key)))
__CPROVER_assigns(*r, key->type, key->alg, key->has_kid, key->kid)
__CPROVER_ensures(!__CPROVER_return_value ||
    IS_HEAD(key, HAD(r->p, r->left)));

static bool get_rsa(struct wire_reader *r, struct jwk *key)
READS(r)
__CPROVER_requires(__CPROVER_w_ok(key, sizeof(*key)))
__CPROVER_assigns(*r, key->n, key->e)
__CPROVER_ensures(!__CPROVER_return_value ||
    IS_RSA(key, HAD(r->p, r->left)));

static bool get_point(struct wire_reader *r, struct jwk *key)
READS(r)
__CPROVER_requires(__CPROVER_w_ok(key, sizeof(*key)))
__CPROVER_requires(key->type == JWK_P256 || key->type == JWK_P384 ||
    key->type == JWK_ED25519)
__CPROVER_assigns(*r, key->point)
__CPROVER_ensures(!__CPROVER_return_value ||
    IS_POINT(key, HAD(r->p, r->left), POINT_LEN(key->type)));
