#include "parseproc/json_grammar.h"

#include <string.h>

#include "parseproc/utf8.h"

/* What may come next. */
enum expect {
	VALUE,
	VALUE_OR_END, /* behind '[' */
	NAME,
	NAME_OR_END, /* behind '{' */
	COMMA_OR_END,
	NOTHING, /* the outermost value is complete */
};

struct scan {
	const uint8_t *text;
	size_t len;
	size_t pos;    /* <= len */
	size_t values; /* <= pos */
	size_t depth;  /* <= JSON_DEPTH_MAX */
	uint8_t close[JSON_DEPTH_MAX]; /* '}' or ']' that each level awaits */
};

/* The byte at s->pos, or -1 at the end. */
static int
peek(const struct scan *s)
{
	return s->pos < s->len ? s->text[s->pos] : -1;
}

/* Section 2: the four bytes that are white space. */
static void
skip_space(struct scan *s)
{
	while (s->pos < s->len && (s->text[s->pos] == ' ' ||
	    s->text[s->pos] == '\t' || s->text[s->pos] == '\n' ||
	    s->text[s->pos] == '\r'))
		s->pos++;
}

static bool
is_digit(int c)
{
	return c >= '0' && c <= '9';
}

/* One or more digits. */
static bool
digits(struct scan *s)
{
	if (!is_digit(peek(s)))
		return false;
	while (is_digit(peek(s)))
		s->pos++;
	return true;
}

/* Section 6. A number ends where it can go on no longer. */
static bool
number(struct scan *s)
{
	if (peek(s) == '-')
		s->pos++;
	if (peek(s) == '0')
		s->pos++; /* no leading zeros: no digit may follow */
	else if (!digits(s))
		return false;
	if (peek(s) == '.') {
		s->pos++;
		if (!digits(s))
			return false;
	}
	if (peek(s) == 'e' || peek(s) == 'E') {
		s->pos++;
		if (peek(s) == '+' || peek(s) == '-')
			s->pos++;
		if (!digits(s))
			return false;
	}
	return true;
}

/* Section 3: the three literal names. */
static bool
literal(struct scan *s, const char *name)
{
	size_t n = strlen(name);

	if (s->len - s->pos < n || memcmp(s->text + s->pos, name, n) != 0)
		return false;
	s->pos += n;
	return true;
}

/* The value of a hexadecimal digit, or 16. */
static uint32_t
hex_value(int c)
{
	if (is_digit(c))
		return (uint32_t)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (uint32_t)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (uint32_t)(c - 'A') + 10;
	return 16;
}

/* Four hexadecimal digits. */
static bool
hex4(struct scan *s, uint32_t *v)
{
	*v = 0;
	for (int i = 0; i < 4; i++) {
		uint32_t digit = hex_value(peek(s));

		if (digit == 16)
			return false;
		*v = *v << 4 | digit;
		s->pos++;
	}
	return true;
}

static bool
high_surrogate(uint32_t v)
{
	return v >= 0xd800 && v <= 0xdbff;
}

static bool
low_surrogate(uint32_t v)
{
	return v >= 0xdc00 && v <= 0xdfff;
}

/* What follows a backslash, section 7. */
static bool
escape(struct scan *s)
{
	uint32_t v;
	int c = peek(s);

	/* strchr() would find the terminating NUL as well. */
	if (c > 0 && strchr("\"\\/bfnrt", c) != NULL) {
		s->pos++;
		return true;
	}
	if (c != 'u')
		return false;
	s->pos++;
	if (!hex4(s, &v) || low_surrogate(v))
		return false;
	if (!high_surrogate(v))
		return true;
	return literal(s, "\\u") && hex4(s, &v) && low_surrogate(v);
}

/* A string, its opening quote still ahead. */
static bool
string(struct scan *s)
{
	if (peek(s) != '"')
		return false;
	s->pos++;
	for (;;) {
		int c = peek(s);
		size_t n;

		if (c == '"') {
			s->pos++;
			return true;
		}
		if (c == '\\') {
			s->pos++;
			if (!escape(s))
				return false;
			continue;
		}
		if (c < 0x20) /* control bytes, and the end */
			return false;
		n = utf8_char_len(s->text + s->pos, s->len - s->pos);
		if (n == 0)
			return false;
		s->pos += n;
	}
}

/* Behind a complete value: what its surroundings wait for. */
static enum expect
after_value(const struct scan *s)
{
	return s->depth > 0 ? COMMA_OR_END : NOTHING;
}

/* Opens an object or array. */
static enum json_verdict
open_level(struct scan *s, enum expect *expect)
{
	bool object = peek(s) == '{';

	if (s->depth == JSON_DEPTH_MAX)
		return JSON_DEPTH;
	s->close[s->depth++] = object ? '}' : ']';
	s->pos++;
	*expect = object ? NAME_OR_END : VALUE_OR_END;
	return JSON_OK;
}

/* Any value; of objects and arrays the beginning. */
static enum json_verdict
value(struct scan *s, enum expect *expect)
{
	bool ok;
	int c = peek(s);

	s->values++;
	if (c == '{' || c == '[')
		return open_level(s, expect);
	if (c == '"')
		ok = string(s);
	else if (c == 't')
		ok = literal(s, "true");
	else if (c == 'f')
		ok = literal(s, "false");
	else if (c == 'n')
		ok = literal(s, "null");
	else
		ok = number(s);
	*expect = after_value(s);
	return ok ? JSON_OK : JSON_INVALID;
}

/* A member's name and its colon, section 4. */
static bool
name(struct scan *s)
{
	s->values++;
	if (!string(s))
		return false;
	skip_space(s);
	if (peek(s) != ':')
		return false;
	s->pos++;
	return true;
}

/* A comma, or the end of the innermost object or array. */
static bool
comma_or_end(struct scan *s, enum expect *expect)
{
	uint8_t end = s->close[s->depth - 1];
	int c = peek(s);

	if (c == ',') {
		*expect = end == '}' ? NAME : VALUE;
	} else if (c == end) {
		s->depth--;
		*expect = after_value(s);
	} else {
		return false;
	}
	s->pos++;
	return true;
}

/* One step of the grammar; white space has been skipped. */
static enum json_verdict
step(struct scan *s, enum expect *expect)
{
	bool ok = false;

	if (*expect == COMMA_OR_END ||
	    (*expect == VALUE_OR_END && peek(s) == ']') ||
	    (*expect == NAME_OR_END && peek(s) == '}')) {
		ok = comma_or_end(s, expect);
	} else if (*expect == NAME || *expect == NAME_OR_END) {
		ok = name(s);
		*expect = VALUE;
	} else if (*expect == VALUE || *expect == VALUE_OR_END) {
		return value(s, expect);
	}
	return ok ? JSON_OK : JSON_INVALID;
}

enum json_verdict
json_grammar(const uint8_t *text, size_t len, size_t *nvalues)
{
	struct scan s = { .text = text, .len = len };
	enum expect expect = VALUE;
	enum json_verdict verdict = JSON_OK;

	*nvalues = 0;
	/* Every step but the last moves s.pos. */
	for (;;) {
		skip_space(&s);
		if (expect == NOTHING && s.pos == s.len)
			break;
		verdict = step(&s, &expect);
		if (verdict != JSON_OK)
			return verdict;
	}
	*nvalues = s.values;
	return JSON_OK;
}

/* The character that a one-letter escape stands for. */
static uint32_t
short_escape(uint8_t c)
{
	switch (c) {
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		return c; /* quote, backslash, slash */
	}
}

/* A character that is not escaped; the grammar has checked its form. */
static uint32_t
plain_char(const uint8_t *s, size_t len, size_t *pos)
{
	const uint8_t *p = s + *pos;
	size_t n = utf8_char_len(p, len - *pos);

	if (n == 0)
		n = 1;
	*pos += n;
	return utf8_get(p, n);
}

uint32_t
json_next_char(const uint8_t *s, size_t len, size_t *pos)
{
	struct scan scan = { .text = s, .len = len, .pos = *pos };
	uint32_t c, low;

	if (peek(&scan) != '\\')
		return plain_char(s, len, pos);
	scan.pos++;
	if (peek(&scan) != 'u') {
		c = short_escape((uint8_t)peek(&scan));
		scan.pos++;
	} else {
		scan.pos++;
		(void)hex4(&scan, &c);
		if (high_surrogate(c)) {
			scan.pos += 2; /* the second \u */
			(void)hex4(&scan, &low);
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		}
	}
	*pos = scan.pos;
	return c;
}
