/*
 * Whose key fits a token: what op_signature_find() answers is what verifying
 * has said, of one segment and not of the other, whatever verifying says.
 */
#include "parseproc/gq256.h"
#include "parseproc/gq256_kid.h"
#include "parseproc/jws.h"
#include "parseproc/op_signature.h"
#include "proofs/proof.h"

#define ISSUERS 2

static struct issuer issuers[ISSUERS];
static struct pk_token token;
/* What verifying said of each segment: how many keys fit, which was last. */
static struct {
	unsigned times;
	const struct jwk *key;
	bool gq;
} fits[PK_TOKEN_SEGMENTS];
static bool trouble;

static enum reason
verdict(unsigned segment, const struct jwk *key, bool gq)
{
	if (ANY(bool)) {
		trouble = true;
		return ANY(bool) ? REASON_MEMORY : REASON_SYSTEM;
	}
	if (ANY(bool))
		return REASON_TOKEN_SIGNATURE;
	fits[segment].times++;
	fits[segment].key = key;
	fits[segment].gq = gq;
	return REASON_OK;
}

static const struct jwk *
key_of(struct span n, struct span e)
{
	for (size_t i = 0; i < ISSUERS; i++)
		for (size_t j = 0; j < issuers[i].set.nkeys; j++)
			if (same(issuers[i].set.keys[j].n, n) &&
			    same(issuers[i].set.keys[j].e, e))
				return &issuers[i].set.keys[j];
	return NULL;
}

enum reason
jws_verify(const struct jwk *key, struct span input, struct span signature)
{
	unsigned i = same(input, token.segment[1].input);

	PROVE(same(input, token.segment[i].input) &&
	    same(signature, token.segment[i].signature), "one segment's");
	return verdict(i, key, false);
}

enum reason
gq256_kid(const uint8_t *header, size_t n, struct span *kid)
{
	*kid = (struct span){ NULL, 0 };
	if (ANY(bool))
		return REASON_GQ_HEADER;
	*kid = (struct span){ header, n };
	return REASON_OK;
}

enum reason
gq256_verify(const struct gq256_key *rsa, const struct gq256_token *gq)
{
	unsigned i = same(gq->header64, token.segment[1].protected_text);
	const struct pk_jws *jws = &token.segment[i];
	const struct jwk *key = key_of(rsa->n, rsa->e);

	PROVE(same(gq->header64, jws->protected_text) &&
	    same(gq->payload64, jws->payload_text) &&
	    same(gq->signature, jws->signature) &&
	    same(gq->original64, jws->header), "one segment's");
	PROVE(key != NULL && key->alg == JWS_RS256, "a key for RS256");
	return verdict(i, key, true);
}

/* Bytes that nobody reads here, at a place of their own. */
static struct span
elsewhere(void)
{
	struct span s = { malloc(1), ANY(size_t) };

	ASSUME(s.p != NULL);
	return s;
}

static void
set_up(void)
{
	for (size_t i = 0; i < PK_TOKEN_SEGMENTS; i++)
		token.segment[i] = (struct pk_jws){
			.protected_text = elsewhere(),
			.payload_text = elsewhere(), .input = elsewhere(),
			.header = elsewhere(), .signature = elsewhere() };
	for (size_t i = 0; i < ISSUERS; i++) {
		struct key_set *set = &issuers[i].set;

		issuers[i].gq = ANY(unsigned) % 2 == 1;
		set->nkeys = ANY(size_t) % (JWKS_KEYS_MAX + 1);
		for (size_t j = 0; j < set->nkeys; j++) {
			set->keys[j].type = (enum jwk_type)(ANY(unsigned) %
			    JWK_TYPES);
			set->keys[j].alg = (enum jws_alg)(ANY(unsigned) %
			    JWS_ALGS);
			set->keys[j].n = elsewhere();
			set->keys[j].e = elsewhere();
			ASSUME(set->keys[j].n.len <= JWK_RSA_BITS_MAX / 8);
		}
	}
}

static void
is_theirs(const struct op_fit *fit)
{
	const struct issuer *issuer = &issuers[fit->issuer];

	PROVE(fits[fit->segment].key == fit->key, "by this key");
	PROVE(fits[fit->segment].gq == issuer->gq, "as the issuer signs");
	PROVE(fit->key >= issuer->set.keys &&
	    fit->key < issuer->set.keys + issuer->set.nkeys, "the issuer's");
	PROVE(same(fit->original, issuer->gq ?
	    token.segment[fit->segment].header : (struct span){ NULL, 0 }),
	    "GQ256's header");
}

void
harness(void)
{
	size_t n = ANY(size_t) % (ISSUERS + 1), at = ANY(size_t);
	struct op_fit fit;
	enum reason reason;

	ASSUME(at < sizeof(fit));
	set_up();
	reason = op_signature_find(&token, issuers, n, &fit);
	if (reason == REASON_OK) {
		PROVE(fit.segment < PK_TOKEN_SEGMENTS && fit.issuer < n,
		    "in bounds");
		PROVE(fits[fit.segment].times == 1 &&
		    fits[1 - fit.segment].times == 0 && !trouble,
		    "one segment is signed, the other is not");
		is_theirs(&fit);
	} else {
		PROVE(((const uint8_t *)&fit)[at] == 0, "all zero");
		PROVE(trouble == (reason != REASON_TOKEN_SIGNATURE),
		    "trouble is said");
		PROVE(trouble || fits[0].times == fits[1].times,
		    "neither, or both");
	}
	POSSIBLE(reason == REASON_OK && fit.segment == 1 && fit.issuer == 1 &&
	    issuers[1].gq, "the last, by GQ256");
	POSSIBLE(reason == REASON_TOKEN_SIGNATURE && fits[0].times == 1,
	    "both");
}
