/* A key's numbers or its point: within given bytes, of bounded length. */
#ifndef PROOFS_CONTRACTS_JWK_H
#define PROOFS_CONTRACTS_JWK_H

#include "parseproc/jwk.h"

#define IS_RSA(key, in)                                                       \
	(SPAN_IN((key)->n, in) && SPAN_IN((key)->e, in) &&                    \
	    (key)->n.len >= JWK_RSA_BITS_MIN / 8 &&                           \
	    (key)->n.len <= JWK_RSA_BITS_MAX / 8 && (key)->e.len > 0 &&       \
	    (key)->e.len <= (JWK_EXPONENT_BITS_MAX + 7) / 8)
#define IS_POINT(key, in, n)                                                  \
	(SPAN_IN((key)->point, in) && (key)->point.len == (n))

#endif
