#include "parseproc/jws.h"

#include <openssl/bn.h>
#include <openssl/curve25519.h>
#include <openssl/digest.h>
#include <openssl/ec.h>
#include <openssl/ec_key.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/nid.h>
#include <openssl/rsa.h>
#include <string.h>

#include "parseproc/jws_answers.h"

/* The longest of our signatures: RSA's. */
#define SIGNATURE_MAX (JWK_RSA_BITS_MAX / 8)

/* REASON_OK, TOKEN_SIGNATURE or MEMORY, as jws_verify(). */
typedef enum reason verify_fn(const struct jwk *key, struct span input,
    struct span signature);

static verify_fn verify_rsa, verify_ecdsa, verify_ed25519;

static const struct {
	enum jwk_type type; /* whose keys may be used with it */
	verify_fn *verify;
	const EVP_MD *(*digest)(void);
	bool pss;
} algs[JWS_ALGS] = {
	[JWS_RS256] = { JWK_RSA, verify_rsa, EVP_sha256, false },
	[JWS_RS384] = { JWK_RSA, verify_rsa, EVP_sha384, false },
	[JWS_RS512] = { JWK_RSA, verify_rsa, EVP_sha512, false },
	[JWS_PS256] = { JWK_RSA, verify_rsa, EVP_sha256, true },
	[JWS_ES256] = { JWK_P256, verify_ecdsa, EVP_sha256, false },
	[JWS_ES384] = { JWK_P384, verify_ecdsa, EVP_sha384, false },
	[JWS_EDDSA] = { JWK_ED25519, verify_ed25519, NULL, false },
};

/* Whether an error on BoringSSL's queue is, or comes of, missing memory. */
static bool
is_memory(uint32_t error)
{
	if (ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE)
		return true;
	/* What it says instead where it made room for many numbers. */
	return ERR_GET_LIB(error) == ERR_LIB_BN &&
	    ERR_GET_REASON(error) == BN_R_TOO_MANY_TEMPORARY_VARIABLES;
}

/*
 * What BoringSSL's answer to a signature or a point means: 1 is good, and
 * nothing else is. Empties its error queue.
 */
static enum reason
meaning(int answer)
{
	enum reason reason = REASON_TOKEN_SIGNATURE;
	uint32_t error;

	if (answer == 1)
		return REASON_OK;
	while ((error = ERR_get_error()) != 0)
		if (is_memory(error))
			reason = REASON_MEMORY;
	return reason;
}

/* The key in BoringSSL's form, or NULL: no memory. To be freed. */
static EVP_PKEY *
rsa_new(const struct jwk *key)
{
	BIGNUM *n = BN_bin2bn(key->n.p, key->n.len, NULL);
	BIGNUM *e = BN_bin2bn(key->e.p, key->e.len, NULL);
	EVP_PKEY *pkey = EVP_PKEY_new();
	RSA *rsa = RSA_new();

	if (n == NULL || e == NULL || pkey == NULL || rsa == NULL)
		goto fail;
	if (RSA_set0_key(rsa, n, e, NULL) != 1)
		goto fail;
	n = e = NULL; /* the RSA's now */
	if (EVP_PKEY_assign_RSA(pkey, rsa) != 1)
		goto fail;
	return pkey;
fail:
	BN_free(n);
	BN_free(e);
	RSA_free(rsa);
	EVP_PKEY_free(pkey);
	return NULL;
}

/*
 * The same of a curve's. Its point is the stranger's: TOKEN_SIGNATURE if it
 * is not on the curve.
 */
static enum reason
ecdsa_new(const struct jwk *key, EC_KEY **made)
{
	EC_KEY *ec = EC_KEY_new_by_curve_name(key->type == JWK_P256 ?
	    NID_X9_62_prime256v1 : NID_secp384r1);
	enum reason reason = REASON_MEMORY;
	EC_POINT *point = NULL;

	*made = NULL;
	if (ec == NULL ||
	    (point = EC_POINT_new(EC_KEY_get0_group(ec))) == NULL)
		goto out;
	reason = meaning(EC_POINT_oct2point(EC_KEY_get0_group(ec), point,
	    key->point.p, key->point.len, NULL));
	if (reason == REASON_OK && EC_KEY_set_public_key(ec, point) != 1)
		reason = REASON_MEMORY;
	if (reason != REASON_OK)
		goto out;
	*made = ec;
	ec = NULL;
out:
	EC_POINT_free(point);
	EC_KEY_free(ec);
	return reason;
}

/* RFC 7518 section 3.5: MGF1 with the same hash, a salt of its length. */
static bool
use_pss(EVP_PKEY_CTX *ctx)
{
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, -1) == 1;
}

/* A signature that is about to be checked with an RSA key. */
struct rsa_check {
	EVP_PKEY *pkey;
	EVP_MD_CTX *ctx;
};

/* False if there is no memory; rsa_check_end() is due either way. */
static bool
rsa_check_begin(const struct jwk *key, struct rsa_check *check)
{
	EVP_PKEY_CTX *padding; /* the other context's */

	check->pkey = rsa_new(key);
	check->ctx = EVP_MD_CTX_new();
	return check->pkey != NULL && check->ctx != NULL &&
	    EVP_DigestVerifyInit(check->ctx, &padding,
	    algs[key->alg].digest(), NULL, check->pkey) == 1 &&
	    (!algs[key->alg].pss || use_pss(padding));
}

static void
rsa_check_end(struct rsa_check *check)
{
	EVP_MD_CTX_free(check->ctx);
	EVP_PKEY_free(check->pkey);
}

static enum reason
verify_rsa(const struct jwk *key, struct span input, struct span signature)
{
	struct rsa_check check;
	enum reason reason = REASON_MEMORY;
	int answer;

	if (rsa_check_begin(key, &check)) {
		answer = EVP_DigestVerify(check.ctx, signature.p,
		    signature.len, input.p, input.len);
		/*
		 * Every bad signature is an error; without one it made no
		 * answer.
		 */
		if (answer == 1 || ERR_peek_error() != 0)
			reason = meaning(answer);
	}
	rsa_check_end(&check);
	return reason;
}

/* The two halves of a signature as numbers, or NULL: no memory. */
static ECDSA_SIG *
ecdsa_sig_new(struct span signature)
{
	size_t half = signature.len / 2;
	BIGNUM *r = BN_bin2bn(signature.p, half, NULL);
	BIGNUM *s = BN_bin2bn(signature.p + half, half, NULL);
	ECDSA_SIG *sig = ECDSA_SIG_new();

	if (r != NULL && s != NULL && sig != NULL &&
	    ECDSA_SIG_set0(sig, r, s) == 1)
		return sig;
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(sig);
	return NULL;
}

static enum reason
verify_ecdsa(const struct jwk *key, struct span input, struct span signature)
{
	ECDSA_SIG *sig = ecdsa_sig_new(signature);
	enum reason reason = REASON_MEMORY;
	uint8_t digest[EVP_MAX_MD_SIZE];
	EC_KEY *ec = NULL;
	unsigned len;

	if (sig == NULL || EVP_Digest(input.p, input.len, digest, &len,
	    algs[key->alg].digest(), NULL) != 1)
		goto out;
	reason = ecdsa_new(key, &ec);
	if (reason == REASON_OK)
		reason = meaning(ECDSA_do_verify(digest, len, sig, ec));
out:
	ECDSA_SIG_free(sig);
	EC_KEY_free(ec);
	return reason;
}

/* Both lengths were compared before. */
static enum reason
verify_ed25519(const struct jwk *key, struct span input,
    struct span signature)
{
	return meaning(ED25519_verify(input.p, input.len, signature.p,
	    key->point.p));
}

/* All but the lengths and the self-test. */
static enum reason
verify(const struct jwk *key, struct span input, struct span signature)
{
	enum reason reason;

	ERR_clear_error();
	reason = algs[key->alg].verify(key, input, signature);
	ERR_clear_error();
	return reason;
}

bool
jws_self_test(enum jws_alg alg)
{
	const struct jws_answer *known = &jws_answers[alg];
	struct span good = known->signature;
	uint8_t bad[SIGNATURE_MAX];

	memcpy(bad, good.p, good.len);
	bad[good.len / 2] ^= 1;
	return verify(&known->key, known->input, good) == REASON_OK &&
	    verify(&known->key, known->input,
	    (struct span){ bad, good.len }) == REASON_TOKEN_SIGNATURE;
}

enum reason
jws_verify(const struct jwk *key, struct span input, struct span signature)
{
	static bool tested[JWS_ALGS];

	if ((unsigned)key->alg >= JWS_ALGS ||
	    algs[key->alg].type != key->type)
		return REASON_TOKEN_SIGNATURE;
	if (signature.len == 0 || signature.len != jwk_signature_len(key))
		return REASON_TOKEN_SIGNATURE;
	if (!tested[key->alg] && !jws_self_test(key->alg))
		return REASON_SYSTEM;
	tested[key->alg] = true;
	return verify(key, input, signature);
}

bool
jws_prepare(enum jws_alg alg)
{
	const struct jwk *key = &jws_answers[alg].key;
	struct rsa_check check;
	enum reason reason;
	EC_KEY *ec;
	bool ok;

	/* Its error queue, and the digests. */
	ERR_clear_error();
	if (algs[alg].digest != NULL && algs[alg].digest() == NULL)
		return false;
	switch (key->type) {
	case JWK_RSA:
		ok = rsa_check_begin(key, &check);
		rsa_check_end(&check);
		return ok;
	case JWK_P256:
	case JWK_P384:
		reason = ecdsa_new(key, &ec);
		EC_KEY_free(ec);
		return reason == REASON_OK;
	default:
		return true;
	}
}
