/*
 * The protected headers of a PK token (RFC 7515 section 4), read after they
 * have been authenticated, never before: the provider's by its signature,
 * the client instance's by the certified key's signature and the commitment,
 * the original one inside a GQ256 token by GQ256.
 *
 * A header chooses nothing. The key that fitted says which algorithm it was;
 * the header must agree, and whatever would point to another key or change
 * what is signed is refused by its mere presence.
 */
#ifndef PARSEPROC_TOKEN_HEADER_H
#define PARSEPROC_TOKEN_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/err.h"
#include "ipc/reason.h"
#include "parseproc/json.h"
#include "parseproc/span.h"

/* Real ones have 60 to 400 bytes, of which a user's RSA key is most. */
#define TOKEN_HEADER_MAX (16 * 1024)

/* The key that the segment was verified with. */
struct header_key {
	const char *alg; /* its algorithm's JOSE name, "EdDSA" for Ed25519 */
	bool has_kid;
	struct span kid;
};

/*
 * The provider's header. REASON_OK, with *key_bound telling a dpop+id_token
 * from an ordinary ID token. Otherwise
 *
 *	TOKEN_JSON    not a JSON object as json.h reads it, or too large
 *	TOKEN_HEADER  has crit, b64, jwk, jku, x5c or x5u, or a member that
 *	              is needed is missing or of the wrong kind
 *	TOKEN_TYPE    typ is there and neither "JWT" nor "dpop+id_token": an
 *	              access token (at+jwt), or a client's claims
 *	TOKEN_ALG     alg is not the key's
 *	TOKEN_KID     kid is there and not the key's
 *	MEMORY
 */
enum reason op_header_read(const uint8_t *text, size_t len,
    const struct header_key *key, bool *key_bound) MUST_CHECK;

/* The client instance's claims. All zero is none. */
struct cic_header {
	struct json doc; /* owned; borrows the text */
	json_value upk;  /* the user's public key: an object of doc */
	struct span upk_text; /* the same as it is written */
};

/*
 * The client instance's header, to be given to cic_header_free() whatever
 * the answer; text must outlive it. REASON_OK if alg is the key's (alg, its
 * JOSE name), typ is "CIC", rz is 64 hex digits and upk an object with the
 * same alg; whether upk is the certified key is still to be checked. The
 * reasons are op_header_read()'s, and *header is all zero with them.
 */
enum reason cic_header_read(const uint8_t *text, size_t len, const char *alg,
    struct cic_header *header) MUST_CHECK;

void cic_header_free(struct cic_header *header);

#endif
