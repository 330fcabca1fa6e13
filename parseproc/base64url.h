/*
 * Base64url without padding, RFC 4648 section 5 as RFC 7515 section 2 uses
 * it, in its canonical form only: every byte string has exactly one text,
 * and every other text is refused. Stands on the way to signatures that are
 * not yet checked: no memory, no other module.
 */
#ifndef PARSEPROC_BASE64URL_H
#define PARSEPROC_BASE64URL_H

#include <stddef.h>
#include <stdint.h>

#include "ipc/err.h"

/* Exactly how many bytes n characters hold, if they are well formed. */
size_t base64url_decoded_len(size_t n);

/*
 * Decodes n hostile characters into out, which has room for size bytes.
 * Returns ERR_OK and the number of bytes, base64url_decoded_len(n), in *len;
 * ERR_TOO_BIG if size is less than that; ERR_ALPHABET if the text is anything
 * but the one canonical encoding: padding, white space, a lone last
 * character, bits to spare that are not zero, a character outside the
 * alphabet. *len is 0 unless ERR_OK; what is in out then is undefined. out
 * may not overlap in.
 */
enum err base64url_decode(const uint8_t *in, size_t n, uint8_t *out,
    size_t size, size_t *len) MUST_CHECK;

/* How many characters n bytes take. n is ours and at most SIZE_MAX / 2. */
size_t base64url_encoded_len(size_t n);

/*
 * Encodes n bytes into out, which has room for base64url_encoded_len(n)
 * characters; no NUL is written. in may be hostile.
 */
void base64url_encode(const uint8_t *in, size_t n, char *out);

#endif
