/*
 * Whether bytes are a JSON text: the grammar of RFC 8259, to the letter, and
 * three rules more that the RFC leaves open: a bound on depth, no byte order
 * mark (section 8.1 allows refusing it), no escaped surrogate without its
 * other half (section 8.2), because no UTF-8 can express one.
 *
 * No memory, no recursion, one pass. This comes before any tokenizer: what
 * passes here cannot surprise one.
 */
#ifndef PARSEPROC_JSON_GRAMMAR_H
#define PARSEPROC_JSON_GRAMMAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Objects and arrays within each other. A JWKS or a discovery document has
 * 3 levels, a token's claims rarely 5 (Keycloak's resource_access is 4).
 */
#define JSON_DEPTH_MAX 16

enum json_verdict {
	JSON_OK,
	JSON_INVALID,   /* not a JSON text, or not in UTF-8 */
	JSON_DEPTH,     /* deeper than JSON_DEPTH_MAX */
	JSON_SIZE,      /* longer or with more values than we read */
	JSON_DUPLICATE, /* an object names a member twice */
	JSON_MEMORY,
};

/*
 * Reads len hostile bytes. Returns JSON_OK, JSON_INVALID or JSON_DEPTH, and
 * with JSON_OK in *nvalues how many values there are, the names of members
 * counted too.
 */
enum json_verdict json_grammar(const uint8_t *text, size_t len,
    size_t *nvalues);

/*
 * The next character of a string, escapes resolved (section 7). s: the bytes
 * between the quotes of a string that json_grammar() has passed; *pos < len
 * is moved behind the character. Never returns a surrogate.
 */
uint32_t json_next_char(const uint8_t *s, size_t len, size_t *pos);

#endif
