/*
 * A signature is good only if BoringSSL said 1, and nothing else, when it was
 * asked about these bytes, with this key, as the key's algorithm wants it, and
 * only after it has said 1 of a known good one, and not of a bad one. Whatever
 * fails on the way, nothing is freed twice, and nothing is left.
 */
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

#include "parseproc/jws.h"
#include "parseproc/jws_answers.h"
#include "proofs/proof.h"

#define ERRORS_MAX 2

/* Whatever BoringSSL makes, and what it was made of. */
struct object {
	struct span a, b; /* n and e, r and s; or a is the number, the point */
	const EVP_MD *digest;
	int padding, salt, curve;
	bool ready;
};

/* What the caller asks about. */
static struct jwk key;
static struct span input, signature;
/* What BoringSSL has said: of that, of the known good one, of a bad one. */
static bool asked;
static int said, good, bad;
/* Whose input the digest is of; NULL: of none. */
static const struct jwk *digested;
static size_t live, errors;
static const char digests[3];

static void *
make(struct object like)
{
	struct object *made = malloc(sizeof(*made));

	if (made == NULL)
		return NULL;
	live++;
	*made = like;
	return made;
}

static void
drop(void *p)
{
	live -= p != NULL;
	free(p);
}

/* Makes two numbers an object's own. */
static int
take(void *p, void *a, void *b)
{
	struct object *o = p;

	if (ANY(bool))
		return 0;
	o->a = ((const struct object *)a)->a;
	o->b = ((const struct object *)b)->a;
	drop(a);
	drop(b);
	return 1;
}

#define OF(p, field) (((const struct object *)(p))->field)

/* --- what is asked, and how it must be --- */

/* Whose signature the bytes may have: the caller's key's, or a known one's. */
static const struct jwk *
asker(struct span bytes)
{
	const struct jws_answer *answer = &jws_answers[key.alg];

	if (same(bytes, input))
		return &key;
	PROVE(same(bytes, answer->input), "the input, or the known one");
	return &answer->key;
}

static int
answer_to(const struct jwk *k, struct span bytes)
{
	int answer = ANY(int);

	errors = ANY(size_t) % (ERRORS_MAX + 1);
	if (k == &key) {
		PROVE(same(bytes, signature), "the signature");
		asked = true;
		return said = answer;
	}
	PROVE(bytes.len == jws_answers[key.alg].signature.len, "as long");
	if (same(bytes, jws_answers[key.alg].signature))
		return good = answer;
	return bad = answer;
}

static const EVP_MD *
digest_of(enum jws_alg alg)
{
	return (const EVP_MD *)&digests[alg == JWS_RS512 ? 2 :
	    alg == JWS_RS384 || alg == JWS_ES384 ? 1 : 0];
}

/* --- BoringSSL --- */

#define NEW(type)                                                             \
	type *type##_new(void)                                                \
	{                                                                     \
		return make((struct object){ .curve = 0 });                   \
	}

#define FREE(name, type)                                                      \
	void name(type *p)                                                    \
	{                                                                     \
		drop(p);                                                      \
	}

NEW(RSA)
NEW(EVP_PKEY)
NEW(EVP_MD_CTX)
NEW(ECDSA_SIG)
FREE(BN_free, BIGNUM)
FREE(RSA_free, RSA)
FREE(EVP_PKEY_free, EVP_PKEY)
FREE(EVP_MD_CTX_free, EVP_MD_CTX)
FREE(ECDSA_SIG_free, ECDSA_SIG)
FREE(EC_KEY_free, EC_KEY)
FREE(EC_POINT_free, EC_POINT)

const EVP_MD *
EVP_sha256(void)
{
	return (const EVP_MD *)&digests[0];
}

const EVP_MD *
EVP_sha384(void)
{
	return (const EVP_MD *)&digests[1];
}

const EVP_MD *
EVP_sha512(void)
{
	return (const EVP_MD *)&digests[2];
}

void
ERR_clear_error(void)
{
	errors = 0;
}

uint32_t
ERR_peek_error(void)
{
	return errors > 0;
}

uint32_t
ERR_get_error(void)
{
	uint32_t error = ANY(uint32_t);

	if (errors == 0)
		return 0;
	errors--;
	ASSUME(error != 0);
	return error;
}

BIGNUM *
BN_bin2bn(const uint8_t *in, size_t len, BIGNUM *to)
{
	PROVE(len == 0 || __CPROVER_r_ok(in, len), "a number's bytes");
	PROVE(to == NULL, "a new one");
	return make((struct object){ .a = { in, len } });
}

int
RSA_set0_key(RSA *rsa, BIGNUM *n, BIGNUM *e, BIGNUM *d)
{
	PROVE(d == NULL, "a public key");
	return take(rsa, n, e);
}

int
EVP_PKEY_assign_RSA(EVP_PKEY *pkey, RSA *rsa)
{
	if (ANY(bool))
		return 0;
	*(struct object *)pkey = *(struct object *)rsa;
	drop(rsa);
	return 1;
}

int
EVP_DigestVerifyInit(EVP_MD_CTX *ctx, EVP_PKEY_CTX **padding,
    const EVP_MD *digest, ENGINE *engine, EVP_PKEY *pkey)
{
	struct object *o = (struct object *)ctx;
	int answer = ANY(int);

	PROVE(engine == NULL, "BoringSSL's own");
	o->a = OF(pkey, a);
	o->b = OF(pkey, b);
	o->digest = digest;
	o->padding = RSA_PKCS1_PADDING;
	o->ready = answer == 1;
	*padding = (EVP_PKEY_CTX *)ctx;
	return answer;
}

static int
set_padding(EVP_PKEY_CTX *ctx, int padding, int salt)
{
	struct object *o = (struct object *)ctx;
	int answer = ANY(int);

	o->padding = padding;
	o->salt = salt;
	o->ready = o->ready && answer == 1;
	return answer;
}

int
EVP_PKEY_CTX_set_rsa_padding(EVP_PKEY_CTX *ctx, int padding)
{
	return set_padding(ctx, padding, OF(ctx, salt));
}

int
EVP_PKEY_CTX_set_rsa_pss_saltlen(EVP_PKEY_CTX *ctx, int len)
{
	return set_padding(ctx, OF(ctx, padding), len);
}

int
EVP_DigestVerify(EVP_MD_CTX *ctx, const uint8_t *sig, size_t sig_len,
    const uint8_t *data, size_t len)
{
	const struct jwk *k = asker((struct span){ data, len });
	const struct object *o = (struct object *)ctx;

	PROVE(k->type == JWK_RSA && o->ready, "RSA's, and no call has failed");
	PROVE(same(o->a, k->n) && same(o->b, k->e), "the key");
	PROVE(o->digest == digest_of(k->alg), "the algorithm's digest");
	PROVE(k->alg == JWS_PS256 ? o->padding == RSA_PKCS1_PSS_PADDING &&
	    o->salt == -1 : o->padding == RSA_PKCS1_PADDING, "its padding");
	return answer_to(k, (struct span){ sig, sig_len });
}

int
ECDSA_SIG_set0(ECDSA_SIG *sig, BIGNUM *r, BIGNUM *s)
{
	return take(sig, r, s);
}

EC_KEY *
EC_KEY_new_by_curve_name(int curve)
{
	return make((struct object){ .curve = curve });
}

const EC_GROUP *
EC_KEY_get0_group(const EC_KEY *ec)
{
	return (const EC_GROUP *)ec;
}

EC_POINT *
EC_POINT_new(const EC_GROUP *group)
{
	return make((struct object){ .curve = OF(group, curve) });
}

int
EC_POINT_oct2point(const EC_GROUP *group, EC_POINT *point,
    const uint8_t *bytes, size_t len, BN_CTX *ctx)
{
	int answer = ANY(int);

	PROVE(ctx == NULL && OF(group, curve) == OF(point, curve),
	    "of its curve");
	errors = ANY(size_t) % (ERRORS_MAX + 1);
	if (answer == 1)
		((struct object *)point)->a = (struct span){ bytes, len };
	return answer;
}

int
EC_KEY_set_public_key(EC_KEY *ec, const EC_POINT *point)
{
	int answer = ANY(int);

	if (answer == 1)
		((struct object *)ec)->a = OF(point, a);
	return answer;
}

int
EVP_Digest(const void *data, size_t len, uint8_t *out, unsigned *out_len,
    const EVP_MD *digest, ENGINE *engine)
{
	const struct jwk *k = asker((struct span){ data, len });
	int answer = ANY(int);

	PROVE(engine == NULL && digest == digest_of(k->alg),
	    "the algorithm's digest");
	PROVE(__CPROVER_w_ok(out, EVP_MAX_MD_SIZE), "room for it");
	*out_len = ANY(unsigned);
	ASSUME(*out_len <= EVP_MAX_MD_SIZE);
	digested = answer == 1 ? k : NULL;
	return answer;
}

int
ECDSA_do_verify(const uint8_t *digest, size_t len, const ECDSA_SIG *sig,
    const EC_KEY *ec)
{
	const struct jwk *k = digested;
	struct span r = OF(sig, a), s = OF(sig, b);

	PROVE(k != NULL && __CPROVER_r_ok(digest, len), "a digest");
	PROVE(OF(ec, curve) == (k->type == JWK_P256 ?
	    NID_X9_62_prime256v1 : NID_secp384r1), "the key's curve");
	PROVE(k->type == JWK_P256 || k->type == JWK_P384, "a curve's");
	PROVE(same(OF(ec, a), k->point), "the key");
	PROVE(r.len == s.len && s.p == r.p + r.len, "two halves");
	return answer_to(k, (struct span){ r.p, r.len + s.len });
}

int
ED25519_verify(const uint8_t *data, size_t len, const uint8_t sig[64],
    const uint8_t public[32])
{
	const struct jwk *k = asker((struct span){ data, len });

	PROVE(k->type == JWK_ED25519 && public == k->point.p &&
	    k->point.len == 32, "the key");
	return answer_to(k, (struct span){ sig, 64 });
}

/* --- */

static void
set_up(void)
{
	key.type = (enum jwk_type)(ANY(unsigned) % JWK_TYPES);
	key.alg = (enum jws_alg)(ANY(unsigned) % JWS_ALGS);
	key.n = any_span(JWK_RSA_BITS_MAX / 8);
	key.e = any_span((JWK_EXPONENT_BITS_MAX + 7) / 8);
	key.point = any_span(JWK_P384_LEN);
	ASSUME(key.type != JWK_ED25519 || key.point.len == JWK_ED25519_LEN);
	input = any_span(ANY_LEN);
	signature = any_span(ANY_LEN);
}

static void
prove_verify(void)
{
	enum reason reason;

	set_up();
	reason = jws_verify(&key, input, signature);
	PROVE(live == 0, "nothing is left");
	if (reason == REASON_OK) {
		PROVE(asked && said == 1, "1, and nothing else");
		PROVE(good == 1 && bad != 1, "by what can tell");
		PROVE(signature.len == jwk_signature_len(&key), "its length");
		PROVE(jwk_alg_fits(key.type, key.alg), "by a key for it");
	} else
		PROVE(!asked || said != 1, "1 is good");
	PROVE(reason == REASON_OK || reason == REASON_TOKEN_SIGNATURE ||
	    reason == REASON_MEMORY || reason == REASON_SYSTEM, "or why not");
	POSSIBLE(reason == REASON_OK && key.alg == JWS_PS256, "PSS");
	POSSIBLE(reason == REASON_OK && key.alg == JWS_ES384, "a curve");
	POSSIBLE(reason == REASON_OK && key.alg == JWS_EDDSA, "Ed25519");
	POSSIBLE(reason == REASON_TOKEN_SIGNATURE && asked, "a wrong one");
	POSSIBLE(reason == REASON_SYSTEM, "one that cannot tell");
}

static void
prove_prepare(void)
{
	enum jws_alg alg = (enum jws_alg)(ANY(unsigned) % JWS_ALGS);
	bool prepared = jws_prepare(alg);

	PROVE(live == 0, "nothing is left");
	PROVE(!asked, "nothing is asked");
	POSSIBLE(prepared && alg == JWS_PS256, "PSS");
	POSSIBLE(!prepared && alg == JWS_ES384, "no memory");
}

void
harness(void)
{
	PROVE_OF(EACH)();
}
