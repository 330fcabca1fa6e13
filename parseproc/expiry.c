#include "parseproc/expiry.h"

static const struct {
	const char *word;
	uint64_t age;
} policies[EXPIRY_COUNT] = {
#define E(name, word, age) [EXPIRY_##name] = { word, age },
	EXPIRY_TABLE(E)
#undef E
};

bool
expiry_read(struct span word, enum expiry *expiry)
{
	/* Unless it is found: the shortest, should nobody listen. */
	*expiry = EXPIRY_12H;
	for (int i = 0; i < EXPIRY_COUNT; i++) {
		if (span_is(word, policies[i].word)) {
			*expiry = (enum expiry)i;
			return true;
		}
	}
	if (!span_is(word, "oidc_refreshed"))
		return false;
	*expiry = EXPIRY_OIDC_REFRESHED;
	return true;
}

const char *
expiry_word(enum expiry expiry)
{
	return (unsigned)expiry < EXPIRY_COUNT ? policies[expiry].word : "?";
}

/* A clock that is a minute off is usual; a year is not, nor is a lie. */
static bool
in_future(uint64_t t, uint64_t now)
{
	return t > now && t - now > EXPIRY_SKEW_S;
}

/* When the token ends by the policy; 0: at once, and never is told apart. */
static uint64_t
end_of(enum expiry expiry, const struct claims *claims)
{
	if ((unsigned)expiry >= EXPIRY_COUNT)
		return 0;
	if (policies[expiry].age > 0)
		return claims->iat + policies[expiry].age;
	return claims->exp;
}

enum reason
expiry_check(enum expiry expiry, const struct claims *claims, uint64_t now,
    uint64_t *ends)
{
	uint64_t end = end_of(expiry, claims);

	*ends = 0;
	if (in_future(claims->iat, now) || in_future(claims->nbf, now))
		return REASON_TOKEN_FUTURE;
	if (expiry == EXPIRY_NEVER)
		return REASON_OK;
	/* RFC 7519 section 4.1.4: not on or after; sshd counts likewise. */
	if (now >= end)
		return REASON_TOKEN_EXPIRED;
	*ends = end;
	return REASON_OK;
}

enum reason
expiry_refreshed(const struct claims *first, const struct claims *fresh,
    const struct expiry_keys *keys, uint64_t now, uint64_t *ends)
{
	*ends = 0;
	if (!span_equal(first->iss, fresh->iss) ||
	    !span_equal(first->sub, fresh->sub) ||
	    !claims_same_audience(first, fresh) ||
	    !span_equal(keys->first, keys->fresh))
		return REASON_REFRESHED_OTHER;
	if (fresh->iat < first->iat)
		return REASON_REFRESHED_OLDER;
	/* If the first's iat were ahead, the other's would be too. */
	if (in_future(first->nbf, now))
		return REASON_TOKEN_FUTURE;
	return expiry_check(EXPIRY_OIDC, fresh, now, ends);
}
