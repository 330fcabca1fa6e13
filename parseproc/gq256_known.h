/*
 * GQ256's known answer: a signature, in the newer form, of the token
 * "header" "payload" "original" by a key of 512 bits, which exists for this
 * only. tests/vectors/make_gq256.py makes one.
 */
#ifndef PARSEPROC_GQ256_KNOWN_H
#define PARSEPROC_GQ256_KNOWN_H

#include <stdint.h>

#include "parseproc/gq256.h"

/* Short, so that a login's start does not pay for it; and for nothing else. */
#define GQ256_KNOWN_BITS 512
#define GQ256_KNOWN_LEN (GQ256_KNOWN_BITS / 8)

extern const uint8_t gq256_known_n[GQ256_KNOWN_LEN];
extern const uint8_t
    gq256_known_signature[GQ256_SIGNATURE_LEN(GQ256_KNOWN_LEN)];

#endif
