#include "parseproc/gq256.h"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/mem.h>
#include <openssl/sha.h>
#include <string.h>

#include "parseproc/gq256_known.h"
#include "parseproc/sha3.h"

/* e = 65537 as a JWK has it: no leading zero. */
static const uint8_t exponent[] = { 0x01, 0x00, 0x01 };

/*
 * The challenge is read in digits of this many bits: powers of G are made
 * once for all rounds. Two or three bits cost a multiplication more a round,
 * five another 16 to make the table.
 */
#define DIGIT_BITS 4
#define DIGITS (16 / DIGIT_BITS)
#define POWERS (1 << DIGIT_BITS)

/* RFC 8017 section 9.2, note 1: the DigestInfo before a SHA-256. */
static const uint8_t digest_info[] = {
	0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65,
	0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20,
};

#define MODULUS_LEN_MAX (GQ256_BITS_MAX / 8)

/* Everything that one verification needs; its numbers are owned. */
struct work {
	BN_CTX *ctx;
	BN_MONT_CTX *mont;
	BIGNUM *n;
	BIGNUM *s;              /* this round's S */
	BIGNUM *s_mont;         /* the same in Montgomery's form */
	BIGNUM *w;              /* this round's W */
	BIGNUM *power[POWERS];  /* of G, in Montgomery's form; [0] unused */
	size_t n_len;
	uint8_t bytes[MODULUS_LEN_MAX]; /* one number at a time */
};

/* What a call of BoringSSL that cannot refuse these numbers failed for. */
static enum reason
bn_ok(bool done)
{
	return done ? REASON_OK : REASON_MEMORY;
}

/*
 * G: the number whose RSA root the signer proves to know, EMSA-PKCS1-v1_5
 * (RFC 8017 section 9.2) of the token's identity. It begins with a zero byte
 * and a one, so it is less than any n of n_len bytes.
 */
static void
encode_identity(const struct gq256_token *token, uint8_t *out, size_t n_len)
{
	size_t tail = sizeof(digest_info) + SHA256_DIGEST_LENGTH;
	SHA256_CTX sha;

	SHA256_Init(&sha);
	SHA256_Update(&sha, token->original64.p, token->original64.len);
	SHA256_Update(&sha, ".", 1);
	SHA256_Update(&sha, token->payload64.p, token->payload64.len);
	SHA256_Final(out + n_len - SHA256_DIGEST_LENGTH, &sha);
	memset(out, 0xff, n_len - tail);
	out[0] = 0x00;
	out[1] = 0x01;
	out[n_len - tail - 1] = 0x00;
	memcpy(out + n_len - tail, digest_info, sizeof(digest_info));
}

/* Fills the table of G's powers. */
static enum reason
make_powers(struct work *work, const struct gq256_token *token)
{
	encode_identity(token, work->bytes, work->n_len);
	if (BN_bin2bn(work->bytes, work->n_len, work->s) == NULL ||
	    !BN_to_montgomery(work->power[1], work->s, work->mont, work->ctx))
		return REASON_MEMORY;
	for (size_t i = 2; i < POWERS; i++)
		if (!BN_mod_mul_montgomery(work->power[i], work->power[i - 1],
		    work->power[1], work->mont, work->ctx))
			return REASON_MEMORY;
	return REASON_OK;
}

/*
 * W = S^65537 * G^R mod n, both powers in one: as 65537 is 2^16 + 1 and R has
 * 16 bits, squaring S 16 times and multiplying a power of G in at each digit
 * of R gives S^(2^16) * G^R. One S is left to multiply; it comes in ordinary
 * form, and so takes the product out of Montgomery's.
 */
static bool
raise(struct work *work, unsigned r)
{
	const BIGNUM *x = work->s_mont;

	for (int shift = 16 - DIGIT_BITS; shift >= 0; shift -= DIGIT_BITS) {
		unsigned digit = r >> shift & (POWERS - 1);

		for (int i = 0; i < DIGIT_BITS; i++) {
			if (!BN_mod_mul_montgomery(work->w, x, x, work->mont,
			    work->ctx))
				return false;
			x = work->w;
		}
		if (digit != 0 && !BN_mod_mul_montgomery(work->w, work->w,
		    work->power[digit], work->mont, work->ctx))
			return false;
	}
	return BN_mod_mul_montgomery(work->w, work->w, work->s, work->mont,
	    work->ctx) == 1;
}

/* One round: W from its part of R and of S, in work->bytes. */
static enum reason
run_round(struct work *work, const uint8_t *r, const uint8_t *s)
{
	if (BN_bin2bn(s, work->n_len, work->s) == NULL)
		return REASON_MEMORY;
	/* A zero makes any W zero: ISO/IEC 14888-2 refuses it, as S >= n. */
	if (BN_is_zero(work->s) || BN_cmp(work->s, work->n) >= 0)
		return REASON_TOKEN_SIGNATURE;
	return bn_ok(BN_to_montgomery(work->s_mont, work->s, work->mont,
	    work->ctx) && raise(work, (unsigned)r[0] << 8 | r[1]) &&
	    BN_bn2bin_padded(work->bytes, work->n_len, work->w));
}

/* R again, as each form of the message would have it. */
struct answers {
	uint8_t older[GQ256_R_LEN]; /* over original64 "." payload64 */
	uint8_t newer[GQ256_R_LEN]; /* over header64 "." payload64 */
};

/* The end of the hash: what is signed. */
static void
finish(struct shake256 hash, const struct span *header,
    const struct span *payload, uint8_t out[GQ256_R_LEN])
{
	shake256_add(&hash, header->p, header->len);
	shake256_add(&hash, (const uint8_t *)".", 1);
	shake256_add(&hash, payload->p, payload->len);
	shake256_end(&hash, out, GQ256_R_LEN);
}

static enum reason
run_rounds(struct work *work, const struct gq256_token *token,
    struct answers *answers)
{
	const uint8_t *r = token->signature.p;
	const uint8_t *s = r + GQ256_R_LEN;
	struct shake256 hash;

	shake256_begin(&hash);
	for (size_t i = 0; i < GQ256_ROUNDS; i++) {
		enum reason reason = run_round(work,
		    r + i * GQ256_CHALLENGE_LEN, s + i * work->n_len);

		if (reason != REASON_OK)
			return reason;
		shake256_add(&hash, work->bytes, work->n_len);
	}
	finish(hash, &token->original64, &token->payload64, answers->older);
	finish(hash, &token->header64, &token->payload64, answers->newer);
	return REASON_OK;
}

static void
work_free(struct work *work)
{
	for (size_t i = 0; i < POWERS; i++)
		BN_free(work->power[i]);
	BN_free(work->w);
	BN_free(work->s_mont);
	BN_free(work->s);
	BN_MONT_CTX_free(work->mont);
	BN_free(work->n);
	BN_CTX_free(work->ctx);
}

/* TOKEN_SIGNATURE only for a number that no RSA key has. */
static enum reason
work_new(struct work *work, const struct span *n, size_t bits_min)
{
	memset(work, 0, sizeof(*work));
	if (n->len == 0 || n->len > MODULUS_LEN_MAX || n->p[0] == 0)
		return REASON_TOKEN_SIGNATURE;
	work->n_len = n->len;
	work->ctx = BN_CTX_new();
	work->n = BN_bin2bn(n->p, n->len, NULL);
	work->s = BN_new();
	work->s_mont = BN_new();
	work->w = BN_new();
	if (work->ctx == NULL || work->n == NULL || work->s == NULL ||
	    work->s_mont == NULL || work->w == NULL)
		return REASON_MEMORY;
	for (size_t i = 0; i < POWERS; i++)
		if ((work->power[i] = BN_new()) == NULL)
			return REASON_MEMORY;
	if (!BN_is_odd(work->n) || BN_num_bits(work->n) < bits_min)
		return REASON_TOKEN_SIGNATURE;
	work->mont = BN_MONT_CTX_new_for_modulus(work->n, work->ctx);
	return bn_ok(work->mont != NULL);
}

/* All of gq256_verify(), for a modulus of at least bits_min bits. */
static enum reason
verify(const struct gq256_key *key, const struct gq256_token *token,
    size_t bits_min)
{
	struct work work;
	struct answers answers;
	enum reason reason;

	if (key->e.len != sizeof(exponent) ||
	    memcmp(key->e.p, exponent, sizeof(exponent)) != 0)
		return REASON_TOKEN_SIGNATURE;
	reason = work_new(&work, &key->n, bits_min);
	if (reason == REASON_OK && token->signature.len !=
	    GQ256_SIGNATURE_LEN(work.n_len))
		reason = REASON_TOKEN_SIGNATURE;
	if (reason == REASON_OK)
		reason = make_powers(&work, token);
	if (reason == REASON_OK)
		reason = run_rounds(&work, token, &answers);
	if (reason == REASON_OK &&
	    CRYPTO_memcmp(answers.older, token->signature.p, GQ256_R_LEN) !=
	    0 &&
	    CRYPTO_memcmp(answers.newer, token->signature.p, GQ256_R_LEN) !=
	    0)
		reason = REASON_TOKEN_SIGNATURE;
	work_free(&work);
	ERR_clear_error();
	return reason;
}

bool
gq256_self_test(void)
{
	uint8_t bad[sizeof(gq256_known_signature)];
	const struct gq256_key key = {
		.n = { gq256_known_n, sizeof(gq256_known_n) },
		.e = { exponent, sizeof(exponent) },
	};
	struct gq256_token token = {
		.header64 = { (const uint8_t *)"header", 6 },
		.payload64 = { (const uint8_t *)"payload", 7 },
		.original64 = { (const uint8_t *)"original", 8 },
		.signature = { gq256_known_signature,
		    sizeof(gq256_known_signature) },
	};

	if (verify(&key, &token, GQ256_KNOWN_BITS) != REASON_OK)
		return false;
	memcpy(bad, gq256_known_signature, sizeof(bad));
	bad[sizeof(bad) - 1] ^= 1;
	token.signature.p = bad;
	return verify(&key, &token, GQ256_KNOWN_BITS) ==
	    REASON_TOKEN_SIGNATURE;
}

enum reason
gq256_verify(const struct gq256_key *key, const struct gq256_token *token)
{
	static bool tested;

	if (!tested && !gq256_self_test())
		return REASON_SYSTEM;
	tested = true;
	return verify(key, token, GQ256_BITS_MIN);
}
