/*
 * How long a login with a token works: the third column of a provider's row,
 * against the token's own times (RFC 7519 section 4.1.4 to 4.1.6). The time
 * of day is an argument; nothing here asks a clock. All times are seconds
 * since 1970 and at most CLAIMS_TIME_MAX, so no sum overflows.
 */
#ifndef PARSEPROC_EXPIRY_H
#define PARSEPROC_EXPIRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/err.h"
#include "ipc/reason.h"
#include "parseproc/claims.h"
#include "parseproc/span.h"

/* How far a provider's clock may be ahead of ours. */
#define EXPIRY_SKEW_S 60

/*
 * E(NAME, word in the file, seconds from iat or 0: not by age). Documents
 * spell oidc-refreshed one way and opkssh's code the other: both are read.
 */
#define EXPIRY_TABLE(E)                                                       \
	E(12H, "12h", 12 * 3600)                                              \
	E(24H, "24h", 24 * 3600)                                              \
	E(48H, "48h", 48 * 3600)                                              \
	E(1WEEK, "1week", 7 * 24 * 3600)                                      \
	E(OIDC, "oidc", 0)                                                    \
	E(OIDC_REFRESHED, "oidc-refreshed", 0)                                \
	E(NEVER, "never", 0)

enum expiry {
#define E(name, word, age) EXPIRY_##name,
	EXPIRY_TABLE(E)
#undef E
	EXPIRY_COUNT
};

/* Whether the word is one of the table; *expiry is defined either way. */
bool expiry_read(struct span word, enum expiry *expiry) MUST_CHECK;

/* The policy's word in the file, a constant that ends in NUL. */
const char *expiry_word(enum expiry expiry);

/*
 * Whether an authenticated token may be used at now. REASON_OK and in *ends
 * the first second at which it may not, 0 for never. TOKEN_FUTURE if iat or
 * nbf is more than EXPIRY_SKEW_S ahead, whatever the policy. TOKEN_EXPIRED
 * otherwise, also for an unknown policy; with OIDC_REFRESHED a refreshed
 * token may then help. *ends is 0 unless REASON_OK.
 */
enum reason expiry_check(enum expiry expiry, const struct claims *claims,
    uint64_t now, uint64_t *ends) MUST_CHECK;

/* The keys of two key-bound tokens: RFC 7638 thumbprints. */
struct expiry_keys {
	struct span first, fresh; /* len 0: not key-bound */
};

/*
 * Whether fresh, whose signature and header have been verified exactly as the
 * first's, prolongs it at now: REASON_OK and in *ends its exp. Otherwise
 * *ends is 0 and
 *
 *	REFRESHED_OTHER  issuer, subject, audience or thumbprint differ, or
 *	                 only one of them is bound to a key
 *	REFRESHED_OLDER  issued before the first
 *	TOKEN_FUTURE, TOKEN_EXPIRED  as expiry_check(), of either token
 */
enum reason expiry_refreshed(const struct claims *first,
    const struct claims *fresh, const struct expiry_keys *keys, uint64_t now,
    uint64_t *ends) MUST_CHECK;

#endif
