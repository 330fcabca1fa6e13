/*
 * The claims of an ID token (OpenID Connect Core 1.0 section 2, RFC 7519) or
 * of a userinfo answer (section 5.3.2), read strictly. Only bytes that a
 * configured provider signed, or sent over TLS, may come here: they are
 * still read as if hostile, since a provider's users choose much of them.
 *
 * Names are compared exactly, their escapes resolved: "SUB" is not "sub".
 */
#ifndef PARSEPROC_CLAIMS_H
#define PARSEPROC_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/err.h"
#include "ipc/reason.h"
#include "parseproc/json.h"
#include "parseproc/span.h"

/* A token comes in a certificate, which is no larger; userinfo likewise. */
#define CLAIMS_TEXT_MAX (64 * 1024)
/* One client asks for one audience; a handful are seen. */
#define CLAIMS_AUDIENCES_MAX 64
/*
 * 31 December 9999, the last day that expiry-time= can name. A provider that
 * counts in milliseconds is beyond it.
 */
#define CLAIMS_TIME_MAX UINT64_C(253402300799)

enum claims_kind {
	CLAIMS_ID_TOKEN,
	CLAIMS_USERINFO, /* sub is required; iss, aud and times are not read */
};

enum email_verified {
	EMAIL_VERIFIED_ABSENT,
	EMAIL_VERIFIED_FALSE, /* and whatever is not clearly true */
	EMAIL_VERIFIED_TRUE,  /* true or "true" */
};

/*
 * What was read. All zero is none. The strings are UTF-8 with their escapes
 * resolved and may hold any character, NUL and line breaks too; p is NULL if
 * the claim is absent.
 */
struct claims {
	struct json doc;  /* of all claims; owned, borrows the text */
	uint8_t *strings; /* owned: what the spans point into */
	size_t used;      /* of strings */
	struct span iss, sub; /* never empty in an ID token */
	struct span email;
	enum email_verified email_verified;
	struct span nonce;
	struct span aud; /* if it is one string; p NULL if it is an array */
	struct span audiences[CLAIMS_AUDIENCES_MAX]; /* of either, none empty */
	size_t naudiences;
	struct span cnf_jwk; /* RFC 7800 section 3.2: the object's JSON text */
	uint64_t iat, exp; /* seconds, <= CLAIMS_TIME_MAX */
	uint64_t nbf;      /* 0 if absent, which is always past */
	bool groups_overage; /* Entra: groups there are, but not in here */
};

/*
 * Reads len bytes, which must outlive *claims: to be given to claims_free()
 * whatever the answer. REASON_OK, or with *claims all zero
 *
 *	TOKEN_JSON   not a JSON object as json.h reads it, or too large
 *	TOKEN_CLAIM  iss, sub or aud is missing, empty or of the wrong kind
 *	             (aud: a string or an array of strings); email or nonce is
 *	             neither a string nor null
 *	TOKEN_TIME   iat or exp is missing, or one of iat, exp, nbf is not an
 *	             integer from 0 to CLAIMS_TIME_MAX written in digits only
 *	MEMORY
 */
enum reason claims_read(enum claims_kind kind, const uint8_t *text,
    size_t len, struct claims *claims) MUST_CHECK;

void claims_free(struct claims *claims);

/* Whether aud is, or has an element that is, exactly this client id. */
bool claims_for_audience(const struct claims *claims, struct span client_id);

/* Whether both have the same audiences, in whatever order. */
bool claims_same_audience(const struct claims *a, const struct claims *b);

/*
 * A policy's oidc:NAME:VALUE: whether the claim of that name is VALUE or is
 * an array with an element that is. A string is compared as text, a number,
 * true or false by its JSON text; null, objects and arrays in the array never
 * match. name and value are a file's bytes.
 */
bool claims_match(const struct claims *claims, struct span name,
    struct span value);

#endif
