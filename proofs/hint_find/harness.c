/* The scan for a name: what it copies fits, and is of its alphabet. */
#include "parseproc/hint.h"
#include "proofs/proof.h"

#define BYTES_MAX 14

/* As hint.h has it, again. */
static bool
of_hint(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    (c >= '-' && c <= ':') || c == '_' || c == '~' || c == '+' ||
	    c == '=' || c == '@';
}

void
harness(void)
{
	uint8_t text[BYTES_MAX];
	struct span bytes = { NULL, ANY(size_t) };
	size_t place = ANY(size_t);
	struct hint hint;
	bool found;

	ASSUME(bytes.len <= BYTES_MAX);
	bytes.p = LAST(text, bytes.len);
	found = hint_find(bytes, "kid", &hint);
	PROVE(found == (hint.len > 0) && hint.len <= HINT_MAX,
	    "one to HINT_MAX characters, or none");
	PROVE(place >= hint.len || of_hint(hint.text[place]),
	    "nothing but the alphabet");
	POSSIBLE(found && hint.len == HINT_MAX, "the longest");
	POSSIBLE(found && hint.len == 1 && bytes.p[6] == ' ' &&
	    bytes.p[8] == '\\', "one behind white space, escaped");
	POSSIBLE(!found && bytes.len == BYTES_MAX, "none");
}
