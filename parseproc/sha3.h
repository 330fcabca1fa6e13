/*
 * SHA3-256 and SHAKE256, FIPS 202, which BoringSSL does not export and GNU
 * nettle does; and the commitment of a PK token, which is made of the first.
 *
 * Takes hostile bytes of any length, makes no allocation and no system call,
 * and needs no warm-up.
 */
#ifndef PARSEPROC_SHA3_H
#define PARSEPROC_SHA3_H

#include <nettle/sha3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHA3_256_LEN 32
/* B64U of 32 bytes: 43 characters, no padding. */
#define COMMITMENT_LEN 43

/* SHA3-256 of n bytes; p may be NULL if n is 0. */
void sha3_256(const uint8_t *p, size_t n, uint8_t out[SHA3_256_LEN]);

/* SHAKE256 over bytes that come in pieces: begin, add any number, end. */
struct shake256 {
	struct sha3_256_ctx state;
};

void shake256_begin(struct shake256 *s);
void shake256_add(struct shake256 *s, const uint8_t *p, size_t n);
/* Writes n bytes of output; *s must begin again before its next use. */
void shake256_end(struct shake256 *s, uint8_t *out, size_t n);

/*
 * Whether the n bytes of claimed, a claim of an authenticated token, are the
 * commitment to a client instance's header: base64url without padding of
 * SHA3-256 of the header's raw, decoded bytes. Compared as text, so that
 * there is one spelling only. The header is hostile: what this compares is
 * what makes it trustworthy.
 */
bool commitment_matches(const uint8_t *header, size_t header_len,
    const uint8_t *claimed, size_t n);

#endif
