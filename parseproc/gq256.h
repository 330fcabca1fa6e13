/*
 * GQ256: proof that somebody holds an RSA signature of a token, without the
 * signature (ISO/IEC 14888-2, GQ1, as OpenPubkey writes it). GitHub's and
 * Forgejo's tokens come so.
 *
 * Everything but the key is hostile here and is used as bytes only: bounds,
 * a hash, arithmetic modulo the provider's number.
 */
#ifndef PARSEPROC_GQ256_H
#define PARSEPROC_GQ256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/err.h"
#include "ipc/reason.h"
#include "parseproc/span.h"

/* The provider's RSA modulus; GitHub's has 2048 bits. */
#define GQ256_BITS_MIN 2048
#define GQ256_BITS_MAX 8192
/*
 * The exponent 65537 has 17 bits, so a challenge has 16; 256 bits of security
 * take 16 rounds.
 */
#define GQ256_ROUNDS 16
#define GQ256_CHALLENGE_LEN 2
/* R: all challenges together. */
#define GQ256_R_LEN (GQ256_ROUNDS * GQ256_CHALLENGE_LEN)
/* R || S for a modulus of n bytes. */
#define GQ256_SIGNATURE_LEN(n) (GQ256_R_LEN + GQ256_ROUNDS * (n))

/* From the provider's key set: what an RSA JWK says, decoded, big-endian. */
struct gq256_key {
	struct span n, e;
};

/* A token's parts, as they stand in it and decoded; all of it hostile. */
struct gq256_token {
	struct span header64;   /* the GQ header, base64url */
	struct span payload64;  /* base64url */
	struct span original64; /* the OP's own header: gq256_kid.h's */
	struct span signature;  /* decoded: R || S */
};

/*
 * Verifies. REASON_OK: whoever made it knows the RSA PKCS #1 v1.5 SHA-256
 * signature by this key of original64 "." payload64, which are thereby
 * authenticated (header64 is only in the newer of the two forms, which the
 * answer does not tell apart). REASON_TOKEN_SIGNATURE: anything else, a key that
 * is not one for GQ256 too. REASON_MEMORY; REASON_SYSTEM if the self-test
 * fails.
 */
enum reason gq256_verify(const struct gq256_key *key,
    const struct gq256_token *token) MUST_CHECK;

/*
 * Known answers, one good and one bad, with a number too short for anything
 * but this: false if one is wrong. gq256_verify() does so itself at its first
 * use. No system calls once jws_prepare() has run for RS256.
 */
bool gq256_self_test(void) MUST_CHECK;

#endif
