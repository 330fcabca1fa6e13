/*
 * Resolving escapes: where the grammar passes one character of a string,
 * escaped or not, the reader takes the very same bytes for one, whatever
 * stands behind them.
 */
#include "parseproc/utf8.h"
#include "proofs/proof.h"

/* Here, because the grammar's own steps are static. */
#include "parseproc/json_grammar.c"

/* The longest escape, and a byte on either side. */
#define TEXT_MAX 14

/* As string() steps over one character. */
static bool
passes(struct scan *s)
{
	size_t n;

	if (peek(s) == '\\') {
		s->pos++;
		return escape(s);
	}
	if (peek(s) == '"' || peek(s) < 0x20)
		return false;
	n = utf8_char_len(s->text + s->pos, s->len - s->pos);
	s->pos += n;
	return n > 0;
}

void
harness(void)
{
	uint8_t text[TEXT_MAX];
	struct scan scan = { .len = ANY(size_t), .pos = ANY(size_t) };
	size_t start, pos, end = ANY(size_t);
	uint8_t out[UTF8_CHAR_MAX];
	uint32_t c;

	ASSUME(scan.len <= TEXT_MAX && scan.pos < scan.len);
	scan.text = LAST(text, scan.len);
	start = pos = scan.pos;
	if (!passes(&scan))
		return;
	PROVE(scan.pos > start && scan.pos <= scan.len, "within the text");
	/* The string's quote is behind it, at once or later. */
	ASSUME(end >= scan.pos && end <= scan.len);
	c = json_next_char(scan.text, end, &pos);
	PROVE(pos == scan.pos, "the same bytes");
	PROVE(c < 0xd800 || (c >= 0xe000 && c < 0x110000), "a scalar value");
	PROVE(utf8_put(c, out) <= pos - start, "no longer than it was");
	POSSIBLE(pos - start == 12 && c == 0x10ffff, "two surrogates");
	POSSIBLE(scan.text[start] != '\\' && c > 0xffff, "UTF-8");
	POSSIBLE(pos - start == 2 && c == '\n', "a short escape");
}
