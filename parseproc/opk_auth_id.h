/*
 * auth_id: which identity may be which user. Rows of principal, attribute
 * and issuer; one that fits is enough, and a bad one is reported and skipped.
 *
 * The second column says whom a row means, and is read in several ways:
 *
 *	alice@example.com        claim email ignoring ASCII case, or sub
 *	oidc:CLAIM:VALUE         claim CLAIM is VALUE, or a list with it
 *	oidc:"A:B":VALUE         the same for a claim with colons; the quotes
 *	                         may be protected from the shell's rules or not
 *	oidc-match-end:email:@x  email ends so, ignoring ASCII case
 *	repo:a/b:*               path.Match's pattern for sub (glob.h)
 *
 * The claims have been authenticated; who may write the file has been
 * checked, but a home directory's is its owner's.
 */
#ifndef PARSEPROC_OPK_AUTH_ID_H
#define PARSEPROC_OPK_AUTH_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/reason.h"
#include "parseproc/opk_lines.h"
#include "parseproc/span.h"

/* What the claim email_verified says. */
enum opk_verified {
	OPK_VERIFIED_ABSENT,
	OPK_VERIFIED_FALSE, /* false, "false", and whatever is not true */
	OPK_VERIFIED_TRUE,  /* true or "true" */
};

/* Who logs in: the decoded claims of a token, or of userinfo. */
struct opk_identity {
	struct span issuer;
	struct span sub;
	struct span email; /* empty if there is none */
	enum opk_verified email_verified;
	/*
	 * Whether the claim of that name is a string equal to value, a list
	 * with such a string, or a number or boolean written so. Both spans
	 * are the file's.
	 */
	bool (*claim_matches)(const void *claims, struct span name,
	    struct span value);
	const void *claims;
};

/* The second column, taken apart. */
struct opk_attribute {
	enum {
		OPK_PERSON,    /* value: an e-mail or a sub */
		OPK_CLAIM,     /* value: of the claim name */
		OPK_EMAIL_END, /* value: how the e-mail ends */
		OPK_REPO,      /* value: pattern for sub */
	} kind;
	struct span name;
	struct span value; /* never empty */
};

/* What came out. All zero: nothing was read. */
struct opk_policy {
	/*
	 * OK: the row at line lets the identity be the user. Otherwise
	 * EMAIL_UNVERIFIED if the row at line would if the e-mail were
	 * verified, or NO_RULE.
	 */
	enum reason reason;
	uint32_t line; /* 0 for NO_RULE */
	/* With OK: only the e-mail fits, and nobody says it is verified. */
	bool email_unstated;
	/*
	 * To explain NO_RULE: the first row for this user and issuer, and
	 * the first for this user and another issuer; 0 if there is none.
	 */
	uint32_t nearest;
	uint32_t nearest_issuer;
	size_t rows; /* sound rows that were read */
	struct opk_reports reports;
};

/*
 * Reads len bytes until a row lets the identity log in as user: what a login
 * asks. Takes no memory, and time in proportion to len. Bad rows behind the
 * one that fits are not reported.
 */
void opk_auth_id_find(struct opk_policy *policy, const uint8_t *text,
    size_t len, struct span user, const struct opk_identity *identity);

/*
 * Reads all of it and reports every bad row: what an administrator asks.
 * policy->reason is NO_RULE.
 */
void opk_auth_id_check(struct opk_policy *policy, const uint8_t *text,
    size_t len);

/*
 * Takes the second column apart: NULL, or a phrase that says what is wrong
 * with it. word is raw; buf has room for word.len bytes, and *attribute may
 * point into both.
 */
const char *opk_attribute_read(struct span word, uint8_t *buf,
    struct opk_attribute *attribute);

#endif
