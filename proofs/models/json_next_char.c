/*
 * json_next_char() as the proof of that name has it of a string that the
 * grammar has passed: it takes 1 to 12 bytes of it for a character that is no
 * longer in UTF-8.
 */
#include "parseproc/json_grammar.h"
#include "proofs/proof.h"

uint32_t
json_next_char(const uint8_t *s, size_t len, size_t *pos)
{
	size_t step = ANY(size_t);
	uint32_t c = ANY(uint32_t);

	__CPROVER_precondition(*pos < len, "json_next_char: a character");
	__CPROVER_precondition(__CPROVER_r_ok(s, len), "json_next_char: s");
	ASSUME(step >= 1 && step <= 12 && step <= len - *pos);
	ASSUME(c < 0xd800 || (c >= 0xe000 && c < 0x110000));
	ASSUME(step >= (c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4));
	*pos += step;
	return c;
}
