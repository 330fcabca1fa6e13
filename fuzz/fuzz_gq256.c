/*
 * GQ256, against a second verification that is written straight from the
 * standard, with one plain exponentiation for each power: both must say the
 * same of every input. The input is six strings of ipc/wire.h: the header,
 * payload and original header in base64url, the signature, n and e. The
 * header is also scanned for its kid as if it were decoded.
 */
#include <openssl/bn.h>
#include <openssl/sha.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ipc/wire.h"
#include "parseproc/gq256.h"
#include "parseproc/gq256_kid.h"
#include "parseproc/sha3.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static void
scan(struct span header)
{
	struct span kid;

	if (gq256_kid(header.p, header.len, &kid) != REASON_OK) {
		require(kid.p == NULL && kid.len == 0);
		return;
	}
	require(kid.len > 0 && kid.len <= GQ256_KID_MAX);
	require(kid.p >= header.p + 7);
	require(kid.p + kid.len < header.p + header.len);
	require(memcmp(kid.p - 7, "\"kid\":\"", 7) == 0);
	require(kid.p[kid.len] == '"');
	for (size_t i = 0; i < kid.len; i++)
		require(memchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst"
		    "uvwxyz0123456789-_", kid.p[i], 64) != NULL);
}

/* EMSA-PKCS1-v1_5 once more. */
static BIGNUM *
encode(const struct gq256_token *token, size_t n)
{
	static const uint8_t info[] = { 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09,
		0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
		0x00, 0x04, 0x20 };
	uint8_t em[1 + GQ256_BITS_MAX / 8];
	SHA256_CTX sha;

	memset(em, 0xff, n);
	em[0] = 0;
	em[1] = 1;
	em[n - 52] = 0;
	memcpy(em + n - 51, info, sizeof(info));
	SHA256_Init(&sha);
	SHA256_Update(&sha, token->original64.p, token->original64.len);
	SHA256_Update(&sha, ".", 1);
	SHA256_Update(&sha, token->payload64.p, token->payload64.len);
	SHA256_Final(em + n - 32, &sha);
	return BN_bin2bn(em, n, NULL);
}

/* Whether R is the hash of all W and one form of the message. */
static bool
hash_fits(const struct gq256_token *token, const uint8_t *w, size_t n,
    struct span first)
{
	uint8_t r[GQ256_R_LEN];
	struct shake256 s;

	shake256_begin(&s);
	shake256_add(&s, w, GQ256_ROUNDS * n);
	shake256_add(&s, first.p, first.len);
	shake256_add(&s, (const uint8_t *)".", 1);
	shake256_add(&s, token->payload64.p, token->payload64.len);
	shake256_end(&s, r, sizeof(r));
	return memcmp(r, token->signature.p, sizeof(r)) == 0;
}

/* Each W, by BoringSSL's own exponentiation. False if an S is out of range. */
static bool
make_w(const struct gq256_token *token, const BIGNUM *n, const BIGNUM *e,
    size_t n_len, uint8_t *w)
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *g = encode(token, n_len), *s = BN_new(), *r = BN_new();
	bool good = true;

	for (size_t i = 0; i < GQ256_ROUNDS && good; i++) {
		const uint8_t *p = token->signature.p;

		require(BN_bin2bn(p + GQ256_R_LEN + i * n_len, n_len, s) !=
		    NULL && BN_bin2bn(p + 2 * i, 2, r) != NULL);
		good = !BN_is_zero(s) && BN_cmp(s, n) < 0;
		require(!good || (BN_mod_exp(s, s, e, n, ctx) &&
		    BN_mod_exp(r, g, r, n, ctx) &&
		    BN_mod_mul(s, s, r, n, ctx) &&
		    BN_bn2bin_padded(w + i * n_len, n_len, s)));
	}
	BN_free(r);
	BN_free(s);
	BN_free(g);
	BN_CTX_free(ctx);
	return good;
}

static enum reason
verify_plainly(const struct gq256_key *key, const struct gq256_token *token)
{
	enum reason reason = REASON_TOKEN_SIGNATURE;
	BIGNUM *n = BN_bin2bn(key->n.p, key->n.len, NULL);
	BIGNUM *e = BN_bin2bn(key->e.p, key->e.len, NULL);
	uint8_t *w = malloc(GQ256_ROUNDS * (key->n.len + 1));

	require(n != NULL && e != NULL && w != NULL);
	if (BN_is_word(e, 65537) && key->e.len == 3 &&
	    BN_num_bytes(n) == key->n.len && BN_is_odd(n) &&
	    BN_num_bits(n) >= GQ256_BITS_MIN &&
	    BN_num_bits(n) <= GQ256_BITS_MAX) {
		reason = REASON_TOKEN_SIGNATURE;
		if (token->signature.len == GQ256_SIGNATURE_LEN(key->n.len) &&
		    make_w(token, n, e, key->n.len, w) &&
		    (hash_fits(token, w, key->n.len, token->original64) ||
		    hash_fits(token, w, key->n.len, token->header64)))
			reason = REASON_OK;
	}
	free(w);
	BN_free(e);
	BN_free(n);
	return reason;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_reader r = { data, size };
	struct gq256_key key;
	struct gq256_token token;
	struct span *fields[] = { &token.header64, &token.payload64,
		&token.original64, &token.signature, &key.n, &key.e };

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (wire_get_string(&r, &fields[i]->p, &fields[i]->len) !=
		    ERR_OK)
			*fields[i] = (struct span){ NULL, 0 };
	scan(token.header64);
	/* No larger, or there are ten inputs a second. */
	if (key.n.len <= 512)
		require(gq256_verify(&key, &token) == verify_plainly(&key,
		    &token));
	return 0;
}
