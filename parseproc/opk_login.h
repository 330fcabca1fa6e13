/*
 * One login by certificate: what is known of it, and the checks that it has
 * to pass, each a function of its own, in the order of ipc/check.h. A check
 * is called only when those before it have passed; opk_judge.c does that.
 */
#ifndef PARSEPROC_OPK_LOGIN_H
#define PARSEPROC_OPK_LOGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/check.h"
#include "ipc/err.h"
#include "ipc/limits.h"
#include "ipc/reason.h"
#include "parseproc/claims.h"
#include "parseproc/op_signature.h"
#include "parseproc/opk_config.h"
#include "parseproc/opk_providers.h"
#include "parseproc/pk_token.h"
#include "parseproc/ssh_cert.h"
#include "parseproc/token_header.h"

struct opk_login {
	/* what is asked, and what our files say */
	struct span user; /* the parent has checked its form */
	struct span key_type; /* sshd's %t */
	struct span blob; /* the offered key: a stranger's, and so is the next */
	uint64_t now;     /* Unix time, seconds */
	struct opk_providers providers;
	struct opk_config config;
	struct issuer issuers[PROVIDERS_MAX]; /* of the rows, each once */
	size_t nissuers;
	/* what was found, check by check */
	struct ssh_cert cert;
	enum ssh_cert_principal principal;
	uint8_t *room; /* owned: the token's bytes, decoded */
	struct pk_token token;
	struct op_fit fit;
	bool key_bound;
	struct claims claims;
	const struct opk_provider *row;
	uint64_t ends; /* the first second at which it may not log in; 0: never */
	struct cic_header user_claims;
	/* of the last check: what mattered, for whoever asks why */
	char words[DETAIL_MAX + 1];
};

/* Sets login->words, cut to its size. */
void opk_say(struct opk_login *login, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* For "%.*s": a span's length and its characters. */
#define SPAN_WORDS(s) (int)(s).len, (s).len > 0 ? (const char *)(s).p : ""

/* One check. Returns REASON_OK or why not, and has set login->words. */
typedef enum reason opk_check(struct opk_login *login);

/* --- opk_certificate.c: nobody has vouched for anything yet --- */

opk_check opk_check_certificate, opk_check_cert_time, opk_check_principals,
    opk_check_token, opk_check_signature;

/* What an unsigned token says of itself, for the log and for the decision to
 * fetch newer keys. */
enum opk_lack {
	OPK_LACK_NOTHING, /* it is just not signed by whom it says */
	OPK_LACK_KEYS,    /* newer keys of the issuer may change that */
};

struct opk_hint {
	enum opk_lack lack;
	size_t issuer;      /* OPK_LACK_KEYS: whose */
	enum reason reason; /* if nothing newer is to be had */
};

/*
 * Why opk_check_signature() found no signer, as far as a scan of the hostile
 * token's bytes tells: login->words. fresh: for each issuer, whether its
 * keys are as new as can be.
 */
void opk_signature_hint(struct opk_login *login, const bool *fresh,
    struct opk_hint *hint);

/* --- opk_token.c: a provider of ours has signed the token --- */

opk_check opk_check_header, opk_check_payload, opk_check_provider,
    opk_check_expiry, opk_check_deny_lists, opk_check_user_signature,
    opk_check_commitment, opk_check_user_key, opk_check_cert_signature;

/*
 * The issuer that the token's payload names, when a key fits and the payload
 * has been read: false if it is none of ours, or of the other kind (GQ256).
 * It need not be the one whose key fits.
 */
bool opk_named_issuer(const struct opk_login *login, size_t *issuer)
    MUST_CHECK;

/* Forgets what the checks of opk_token.c found, to begin them again. */
void opk_token_forget(struct opk_login *login);

#endif
