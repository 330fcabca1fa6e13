/*
 * The one thing that must be known of a GQ256 token before it can be
 * verified: the provider's own header, which its `kid` holds. A scan for
 * fixed forms, of bytes that nobody has authenticated; the header is never
 * parsed, before or after, because older signatures do not cover it, so
 * nothing else in it may mean anything. No allocation, no other module.
 */
#ifndef PARSEPROC_GQ256_KID_H
#define PARSEPROC_GQ256_KID_H

#include <stddef.h>
#include <stdint.h>

#include "ipc/err.h"
#include "ipc/reason.h"
#include "parseproc/span.h"

/* An OP header is 110 bytes at GitHub; base64url makes 4 of 3. */
#define GQ256_KID_MAX 1024
#define GQ256_HEADER_MAX 2048

/*
 * Finds the `kid` in a decoded GQ header, which holds the base64url of the
 * provider's own header: *kid is borrowed from it. REASON_OK, or
 * REASON_GQ_HEADER and *kid empty unless the header is printable ASCII
 * without a backslash, has exactly one "alg" and it is "alg":"GQ256", exactly
 * one "kid" and it is "kid":"..." with 1 to GQ256_KID_MAX characters of
 * base64url, and has no "cic". The kid still has to be decoded canonically
 * by whoever reads it.
 */
enum reason gq256_kid(const uint8_t *header, size_t n,
    struct span *kid) MUST_CHECK;

#endif
