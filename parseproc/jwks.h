/*
 * A JWK Set, RFC 7517 section 5, as a provider publishes it. Each key is
 * taken (jwk_read.h) or left out with a reason; one bad key never spoils the
 * others.
 */
#ifndef PARSEPROC_JWKS_H
#define PARSEPROC_JWKS_H

#include <stddef.h>
#include <stdint.h>

#include "ipc/err.h"
#include "ipc/reason.h"
#include "parseproc/jwk_read.h"

struct jwks_drop {
	enum reason reason; /* JWK_... */
	uint32_t index;     /* which of the set's keys, from 0 */
};

struct jwks {
	struct jwk keys[JWKS_KEYS_MAX]; /* in the set's order */
	size_t nkeys;
	struct jwks_drop drops[JWKS_KEYS_MAX];
	size_t ndrops;
	uint8_t *rooms; /* the keys' bytes; owned */
};

/*
 * Reads a set of len hostile bytes, which may go afterwards. REASON_OK: there
 * is at least one key, and *jwks is to be freed with jwks_free(). Otherwise
 * JWKS_JSON; JWKS_FORM: no object with an array "keys"; JWKS_MANY: more than
 * JWKS_KEYS_MAX elements, usable or not; JWKS_EMPTY; MEMORY, and there are no
 * keys, but the drops stay to be logged and there is nothing to free.
 *
 * Usable keys that share a kid are all left out (JWK_KID): which of them was
 * meant nobody can say.
 */
enum reason jwks_read(const uint8_t *text, size_t len, struct jwks *jwks)
    MUST_CHECK;

void jwks_free(struct jwks *jwks);

#endif
