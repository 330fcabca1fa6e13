/*
 * A provider's key set reduced to what verifying needs: what the keys role
 * hands to the parent's cache, and the judge reads without any JSON.
 *
 * A version (u8) and the number of keys (u32); for each key its type, its
 * algorithm and whether it has a kid (u8 each), kid, and then n and e or the
 * point (strings of ipc/wire.h). Nothing follows the last key.
 */
#ifndef PARSEPROC_KEY_SET_H
#define PARSEPROC_KEY_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "ipc/err.h"
#include "ipc/wire.h"
#include "parseproc/jwk.h"
#include "parseproc/span.h"

struct key_set {
	struct jwk keys[JWKS_KEYS_MAX]; /* borrowed */
	size_t nkeys;
};

/*
 * Appends n keys, at most JWKS_KEYS_MAX, as jwks_read() left them. ERR_OK, or
 * ERR_TOO_BIG, and what was appended is undefined; KEY_SET_MAX has room for
 * every set.
 */
enum err key_set_write(const struct jwk *keys, size_t n,
    struct wire_writer *w) MUST_CHECK;

/*
 * Reads a set, which borrows from bytes. They may come from a damaged or
 * planted cache file, so every bound of a key is checked again: types and
 * algorithms that fit, kids, RSA numbers (jwk_rsa_sound()), lengths of
 * points; at least one key, and no two with one kid. Whether a point is on
 * its curve shows where it is used. False, and *set is empty, if anything is
 * amiss.
 */
bool key_set_read(struct span bytes, struct key_set *set) MUST_CHECK;

#endif
