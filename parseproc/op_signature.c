#include "parseproc/op_signature.h"

#include <string.h>

#include "parseproc/gq256.h"
#include "parseproc/gq256_kid.h"
#include "parseproc/jws.h"

enum reason
op_signature_of(const struct issuer *issuer, const struct pk_jws *jws,
    const struct jwk **key)
{
	*key = NULL;
	for (size_t i = 0; i < issuer->set.nkeys; i++) {
		const struct jwk *candidate = &issuer->set.keys[i];
		enum reason reason;

		if (jwk_signature_len(candidate) != jws->signature.len)
			continue;
		reason = jws_verify(candidate, jws->input, jws->signature);
		if (reason == REASON_OK)
			*key = candidate;
		if (reason != REASON_TOKEN_SIGNATURE)
			return reason;
	}
	return REASON_TOKEN_SIGNATURE;
}

/* The same by GQ256, whose RSA key must be one for RS256. */
static enum reason
gq_signature_of(const struct issuer *issuer, const struct pk_jws *jws,
    const struct jwk **key, struct span *original)
{
	struct gq256_token gq = { .header64 = jws->protected_text,
		.payload64 = jws->payload_text, .signature = jws->signature };

	*key = NULL;
	*original = (struct span){ NULL, 0 };
	if (gq256_kid(jws->header.p, jws->header.len, &gq.original64) !=
	    REASON_OK)
		return REASON_TOKEN_SIGNATURE;
	for (size_t i = 0; i < issuer->set.nkeys; i++) {
		const struct jwk *candidate = &issuer->set.keys[i];
		const struct gq256_key rsa = { candidate->n, candidate->e };
		enum reason reason;

		if (candidate->alg != JWS_RS256 ||
		    GQ256_SIGNATURE_LEN(rsa.n.len) != gq.signature.len)
			continue;
		reason = gq256_verify(&rsa, &gq);
		if (reason == REASON_OK) {
			*key = candidate;
			*original = gq.original64;
		}
		if (reason != REASON_TOKEN_SIGNATURE)
			return reason;
	}
	return REASON_TOKEN_SIGNATURE;
}

/* Whose key fits the one segment. */
static enum reason
find_issuer(const struct pk_jws *jws, const struct issuer *issuers,
    size_t nissuers, struct op_fit *fit)
{
	for (size_t i = 0; i < nissuers; i++) {
		enum reason reason = issuers[i].gq ?
		    gq_signature_of(&issuers[i], jws, &fit->key,
		    &fit->original) :
		    op_signature_of(&issuers[i], jws, &fit->key);

		if (reason == REASON_OK)
			fit->issuer = i;
		if (reason != REASON_TOKEN_SIGNATURE)
			return reason;
	}
	return REASON_TOKEN_SIGNATURE;
}

enum reason
op_signature_find(const struct pk_token *token, const struct issuer *issuers,
    size_t nissuers, struct op_fit *fit)
{
	unsigned found = 0;

	memset(fit, 0, sizeof(*fit));
	for (unsigned i = 0; i < PK_TOKEN_SEGMENTS; i++) {
		struct op_fit its = { .segment = i };
		enum reason reason = find_issuer(&token->segment[i], issuers,
		    nissuers, &its);

		if (reason == REASON_OK) {
			*fit = its;
			found++;
		} else if (reason != REASON_TOKEN_SIGNATURE) {
			memset(fit, 0, sizeof(*fit));
			return reason;
		}
	}
	if (found == 1)
		return REASON_OK;
	memset(fit, 0, sizeof(*fit));
	return REASON_TOKEN_SIGNATURE;
}
