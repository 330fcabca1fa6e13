/*
 * The keys that tests/vectors/make_made.py signs with, user's and provider's:
 * P-256 with secrets that everybody knows. A certificate or token that is
 * changed can be signed again, and what made/ holds of the provider's key set
 * still fits.
 */
#ifndef FUZZ_TEST_KEYS_H
#define FUZZ_TEST_KEYS_H

#include <stddef.h>
#include <stdint.h>

enum test_key { TEST_KEY_USER, TEST_KEY_PROVIDER, TEST_KEYS };

#define TEST_KEY_POINT_LEN 65
#define TEST_KEY_SIGNATURE_LEN 64

/* The uncompressed point. */
void test_key_point(enum test_key which, uint8_t point[TEST_KEY_POINT_LEN]);

/* ES256 over n bytes: r and s, 32 bytes each. */
void test_key_sign(enum test_key which, const uint8_t *p, size_t n,
    uint8_t signature[TEST_KEY_SIGNATURE_LEN]);

#endif
