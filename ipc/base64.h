/*
 * Base64, RFC 4648 section 4, in its canonical form only: every byte string
 * has exactly one text, and every other text is refused. So nobody can write
 * the same key in two ways.
 */
#ifndef IPC_BASE64_H
#define IPC_BASE64_H

#include <stddef.h>
#include <stdint.h>

#include "ipc/err.h"

/*
 * How many bytes n characters hold at most: what to allocate before
 * decoding. At most two more than they really hold.
 */
size_t base64_decoded_max(size_t n);

/*
 * Decodes n hostile characters into out, which has room for size bytes.
 * Returns ERR_OK and the number of bytes in *len; ERR_TOO_BIG if size is
 * less than base64_decoded_max(n); ERR_ALPHABET if the text is anything but
 * the one canonical encoding: white space, missing or surplus padding, bits
 * that are not zero in front of the padding (section 3.5), a character
 * outside the alphabet. *len is 0 unless ERR_OK.
 */
enum err base64_decode(const uint8_t *in, size_t n, uint8_t *out, size_t size,
    size_t *len) MUST_CHECK;

/* How many characters n bytes take. n is ours and at most SIZE_MAX / 2. */
size_t base64_encoded_len(size_t n);

/*
 * Encodes n bytes into out, which has room for base64_encoded_len(n)
 * characters; no NUL is written. in may be hostile.
 */
void base64_encode(const uint8_t *in, size_t n, char *out);

#endif
