/*
 * A public key that signatures are checked with, wherever it came from: a
 * provider's key set (jwk_read.h) or a user's certificate (ssh_user_key.h).
 * Bounds and comparisons only; the words are those of RFC 7517 and RFC 7518.
 */
#ifndef PARSEPROC_JWK_H
#define PARSEPROC_JWK_H

#include <stdbool.h>
#include <stddef.h>

#include "parseproc/span.h"

/* Below is broken or near it; above only burns processor time. */
#define JWK_RSA_BITS_MIN 2048
#define JWK_RSA_BITS_MAX 8192
/* What BoringSSL takes. Usual exponents are 3 to 65537. */
#define JWK_EXPONENT_BITS_MAX 33

/* Key ids are thumbprints, dates, names. */
#define JWK_KID_MAX 256
/* Of one provider: the largest known has a dozen; a login may try each. */
#define JWKS_KEYS_MAX 100

/* In bytes: an uncompressed point (0x04, x, y), or an Ed25519 key. */
#define JWK_P256_LEN (1 + 2 * 32)
#define JWK_P384_LEN (1 + 2 * 48)
#define JWK_ED25519_LEN 32

/* Ours, and no others: RFC 7518 section 3.1, RFC 8037 section 3.1. */
enum jws_alg {
	JWS_RS256,
	JWS_RS384,
	JWS_RS512,
	JWS_PS256,
	JWS_ES256,
	JWS_ES384,
	JWS_EDDSA, /* Ed25519 only */
	JWS_ALGS
};

enum jwk_type { JWK_RSA, JWK_P256, JWK_P384, JWK_ED25519, JWK_TYPES };

struct jwk {
	enum jwk_type type;
	enum jws_alg alg; /* the one that this key is for; it fits the type */
	bool has_kid;
	struct span kid;
	struct span n, e;  /* RSA: big-endian, the first byte not zero */
	struct span point; /* other types: of the length above */
};

/*
 * Whether n and e, big-endian without leading zeros, may be an RSA key: both
 * odd and within the bounds above.
 */
bool jwk_rsa_sound(struct span n, struct span e);

/* Whether keys of the type may sign so (RFC 7518 section 3.1); alg is one of
 * ours. */
bool jwk_alg_fits(enum jwk_type type, enum jws_alg alg);

/* Whether two keys are the same; kid and alg may differ. */
bool jwk_same_key(const struct jwk *a, const struct jwk *b);

/* The one length in bytes that a signature of this key has (RFC 7518
 * section 3.3 to 3.5, RFC 8037 section 3.1). */
size_t jwk_signature_len(const struct jwk *key);

/* The algorithm's name, a constant that ends in NUL; never NULL. */
const char *jws_alg_name(enum jws_alg alg);

/*
 * Whether the word, a hostile one, is a name of the algorithm: a header must
 * agree with its key. EdDSA is also called Ed25519 (RFC 9864 section 2.2).
 */
bool jws_alg_is(enum jws_alg alg, struct span word);

#endif
