/* UTF-8: what is one character is exactly what we would write. */
#include "parseproc/utf8.h"
#include "proofs/proof.h"

static const uint8_t *bytes;
static size_t n;

static bool
is_scalar(uint32_t c)
{
	return c < 0xd800 || (c >= 0xe000 && c < 0x110000);
}

/* What is read is what is written for a scalar value: no other forms. */
static void
char_len(void)
{
	size_t len = utf8_char_len(bytes, n);
	uint8_t again[UTF8_CHAR_MAX];

	PROVE(len <= n && len <= UTF8_CHAR_MAX, "within the bytes");
	if (len == 0)
		return;
	PROVE(is_scalar(utf8_get(bytes, len)), "a scalar value");
	PROVE(utf8_put(utf8_get(bytes, len), again) == len,
	    "in its shortest form");
	for (size_t i = 0; i < UTF8_CHAR_MAX; i++)
		PROVE(i >= len || again[i] == bytes[i], "the same bytes");
	POSSIBLE(len == 4 && n > 100000, "four bytes of many");
	POSSIBLE(len == 1 && bytes[0] == 0, "NUL");
}

/* What is written is read: none is missing. */
static void
put(void)
{
	uint32_t c = ANY(uint32_t);
	uint8_t out[UTF8_CHAR_MAX];
	size_t len;

	ASSUME(is_scalar(c));
	len = utf8_put(c, out);
	PROVE(len <= UTF8_CHAR_MAX && utf8_char_len(out, len) == len &&
	    utf8_get(out, len) == c, "reads back");
	POSSIBLE(c == 0x10ffff, "the last one");
}

static void
valid(void)
{
	bool ok = utf8_valid(bytes, n);

	PROVE(n > 0 || ok, "nothing is well-formed");
	PROVE(!ok || n == 0 || utf8_char_len(bytes, n) > 0,
	    "it begins with a character");
	POSSIBLE(ok && n > 100000, "a long text");
	POSSIBLE(!ok && n > 100000, "a long one that is none");
}

static void
to_ascii(void)
{
	size_t max = ANY(size_t), place = ANY(size_t), used;
	char *out;

	ASSUME(max <= ANY_LEN && place < max);
	out = (char *)any_bytes(max);
	used = utf8_to_ascii(bytes, n, out, max);
	PROVE(used <= max && used <= n, "no more than there is room for");
	POSSIBLE(used > 100000, "a long text");
}

void
harness(void)
{
	n = ANY(size_t);
	ASSUME(n <= ANY_LEN);
	bytes = any_bytes(n);
	EACH();
}
