/*
 * A compact PK token (OpenPubkey): five parts of base64url between colons,
 *
 *     payload : protected : signature : protected : signature
 *
 * each (protected, payload, signature) an ordinary JWS (RFC 7515) over
 * protected "." payload; and possibly, behind a dot, a refreshed ID token as
 * a compact JWS. Split and decoded before any signature has been checked:
 * bounds, two separators and base64url, no JSON, no allocation.
 */
#ifndef PARSEPROC_PK_TOKEN_H
#define PARSEPROC_PK_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/err.h"
#include "ipc/reason.h"
#include "parseproc/span.h"

/* It arrives in a certificate. */
#define PK_TOKEN_MAX (64 * 1024)
/* What pk_token_read() needs for a token of n bytes, at most. */
#define PK_TOKEN_ROOM(n) (3 * (n))

/* One JWS: as it stands in the token, and decoded. */
struct pk_jws {
	struct span protected_text, payload_text, signature_text;
	struct span input; /* protected "." payload: what is signed */
	struct span header, payload, signature; /* decoded */
};

/* A cosigner would be a third. */
#define PK_TOKEN_SEGMENTS 2

struct pk_token {
	/* Who signed which shows when they are verified. They share the
	 * payload. */
	struct pk_jws segment[PK_TOKEN_SEGMENTS];
	bool has_fresh;
	struct pk_jws fresh; /* the refreshed ID token, if there is one */
};

/*
 * Splits len hostile bytes. *token borrows from them and from room, which
 * has space for size bytes, at least PK_TOKEN_ROOM(len) (else MEMORY), and
 * does not overlap. REASON_OK; TOKEN_FORM if there are not exactly five parts
 * (and three behind them), if one is empty, or if the token is longer than
 * PK_TOKEN_MAX; TOKEN_BASE64. *token is all zero unless REASON_OK.
 */
enum reason pk_token_read(const uint8_t *text, size_t len, uint8_t *room,
    size_t size, struct pk_token *token) MUST_CHECK;

#endif
