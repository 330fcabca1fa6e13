/*
 * Claims and protected headers. Beyond not crashing: what is taken is within
 * its bounds, text is UTF-8, and every audience is one by each way of asking.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "parseproc/claims.h"
#include "parseproc/expiry.h"
#include "parseproc/token_header.h"
#include "parseproc/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static void
look_at(const struct claims *c)
{
	static const struct span aud = { (const uint8_t *)"aud", 3 };
	const struct expiry_keys keys = { { NULL, 0 }, { NULL, 0 } };
	uint64_t ends;

	require(c->iss.len > 0 && c->sub.len > 0 && c->naudiences > 0);
	require(c->naudiences <= CLAIMS_AUDIENCES_MAX);
	require(c->iat <= CLAIMS_TIME_MAX && c->exp <= CLAIMS_TIME_MAX &&
	    c->nbf <= CLAIMS_TIME_MAX);
	require(utf8_valid(c->iss.p, c->iss.len) &&
	    utf8_valid(c->nonce.p, c->nonce.len));
	for (size_t i = 0; i < c->naudiences; i++)
		require(claims_for_audience(c, c->audiences[i]) &&
		    claims_match(c, aud, c->audiences[i]));
	require(claims_same_audience(c, c));
	/* A token refreshes itself exactly as long as it lives. */
	require((expiry_check(EXPIRY_OIDC, c, c->iat, &ends) == REASON_OK) ==
	    (expiry_refreshed(c, c, &keys, c->iat, &ends) == REASON_OK));
	for (int e = 0; e < EXPIRY_COUNT; e++)
		require(expiry_check((enum expiry)e, c, c->exp, &ends) ==
		    REASON_OK || ends == 0);
}

static void
read_headers(const uint8_t *data, size_t size)
{
	static const struct header_key key = { "RS256", true,
		{ (const uint8_t *)"k1", 2 } };
	struct cic_header cic;
	bool key_bound;

	(void)!op_header_read(data, size, &key, &key_bound);
	if (cic_header_read(data, size, "ES256", &cic) == REASON_OK)
		require(cic.upk_text.len >= 2 && cic.upk_text.p[0] == '{' &&
		    cic.upk_text.p[cic.upk_text.len - 1] == '}');
	else
		require(cic.upk_text.p == NULL && cic.doc.count == 0);
	cic_header_free(&cic);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct claims claims, userinfo;

	if (claims_read(CLAIMS_ID_TOKEN, data, size, &claims) == REASON_OK) {
		look_at(&claims);
		/* An ID token has all that userinfo needs. */
		require(claims_read(CLAIMS_USERINFO, data, size, &userinfo) ==
		    REASON_OK);
		require(span_equal(claims.sub, userinfo.sub) &&
		    span_equal(claims.email, userinfo.email));
		claims_free(&userinfo);
	} else {
		require(claims.strings == NULL && claims.doc.count == 0);
	}
	claims_free(&claims);
	read_headers(data, size);
	return 0;
}
