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

/* BoringSSL's own answer: 1 for a good signature, and for nothing else. */
typedef int verify_fn(const struct jwk *key, struct span input,
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

/* The key in BoringSSL's form, or NULL; to be freed by the caller. */
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

static EC_KEY *
ecdsa_new(const struct jwk *key)
{
	EC_KEY *ec = EC_KEY_new_by_curve_name(key->type == JWK_P256 ?
	    NID_X9_62_prime256v1 : NID_secp384r1);
	EC_POINT *point = NULL;
	bool ok = false;

	if (ec == NULL)
		return NULL;
	point = EC_POINT_new(EC_KEY_get0_group(ec));
	/* Refuses what is not on the curve. */
	if (point != NULL && EC_POINT_oct2point(EC_KEY_get0_group(ec), point,
	    key->point.p, key->point.len, NULL) == 1)
		ok = EC_KEY_set_public_key(ec, point) == 1;
	EC_POINT_free(point);
	if (!ok) {
		EC_KEY_free(ec);
		return NULL;
	}
	return ec;
}

/* RFC 7518 section 3.5: MGF1 with the same hash, a salt of its length. */
static bool
use_pss(EVP_PKEY_CTX *ctx)
{
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, -1) == 1;
}

static int
verify_rsa(const struct jwk *key, struct span input, struct span signature)
{
	EVP_PKEY *pkey = rsa_new(key);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *padding; /* the other context's */
	int result = 0;

	if (pkey == NULL || ctx == NULL)
		goto out;
	if (EVP_DigestVerifyInit(ctx, &padding, algs[key->alg].digest(), NULL,
	    pkey) != 1)
		goto out;
	if (algs[key->alg].pss && !use_pss(padding))
		goto out;
	result = EVP_DigestVerify(ctx, signature.p, signature.len, input.p,
	    input.len);
out:
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	return result;
}

/* The two halves of a signature as numbers, or NULL. */
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

static int
verify_ecdsa(const struct jwk *key, struct span input, struct span signature)
{
	EC_KEY *ec = ecdsa_new(key);
	ECDSA_SIG *sig = ecdsa_sig_new(signature);
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned len;
	int result = 0;

	if (ec != NULL && sig != NULL && EVP_Digest(input.p, input.len,
	    digest, &len, algs[key->alg].digest(), NULL) == 1)
		result = ECDSA_do_verify(digest, len, sig, ec);
	ECDSA_SIG_free(sig);
	EC_KEY_free(ec);
	return result;
}

/* Both lengths were compared before. */
static int
verify_ed25519(const struct jwk *key, struct span input,
    struct span signature)
{
	return ED25519_verify(input.p, input.len, signature.p, key->point.p);
}

/* Why it was not 1. Empties the error queue. */
static enum reason
why_refused(void)
{
	enum reason reason = REASON_TOKEN_SIGNATURE;
	uint32_t error;

	while ((error = ERR_get_error()) != 0)
		if (ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE)
			reason = REASON_MEMORY;
	return reason;
}

enum reason
jws_verify(const struct jwk *key, struct span input, struct span signature)
{
	enum reason reason;

	if ((unsigned)key->alg >= JWS_ALGS ||
	    algs[key->alg].type != key->type)
		return REASON_TOKEN_SIGNATURE;
	if (signature.len == 0 || signature.len != jwk_signature_len(key))
		return REASON_TOKEN_SIGNATURE;
	ERR_clear_error();
	if (algs[key->alg].verify(key, input, signature) == 1)
		reason = REASON_OK;
	else
		reason = why_refused();
	ERR_clear_error();
	return reason;
}

bool
jws_warm_up(enum jws_alg alg)
{
	const struct jws_answer *known = &jws_answers[alg];
	struct span good = known->signature;
	uint8_t bad[SIGNATURE_MAX];

	if (jws_verify(&known->key, known->input, good) != REASON_OK)
		return false;
	memcpy(bad, good.p, good.len);
	bad[good.len / 2] ^= 1;
	return jws_verify(&known->key, known->input,
	    (struct span){ bad, good.len }) == REASON_TOKEN_SIGNATURE;
}

bool
jws_prepare(enum jws_alg alg)
{
	const struct jwk *key = &jws_answers[alg].key;
	EVP_PKEY *rsa;
	EC_KEY *ec;

	switch (key->type) {
	case JWK_RSA:
		rsa = rsa_new(key);
		EVP_PKEY_free(rsa);
		return rsa != NULL;
	case JWK_P256:
	case JWK_P384:
		ec = ecdsa_new(key);
		EC_KEY_free(ec);
		return ec != NULL;
	default:
		return true;
	}
}
