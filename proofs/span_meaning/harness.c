/* What the comparisons of spans say is what their bytes are, and no other. */
#include "parseproc/span.h"
#include "proofs/proof.h"

#define MAX 16

static uint8_t bytes_of_a[MAX], bytes_of_b[MAX];
static struct span a, b;
/* A constant of ours, of any length. */
static char text[MAX + 1];

/* CBMC has none. */
void *
memchr(const void *p, int c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (((const uint8_t *)p)[i] == c)
			return (uint8_t *)p + i;
	return NULL;
}

static bool
all_same(const uint8_t *p, const uint8_t *q, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != q[i])
			return false;
	return true;
}

/* A copy of s with its capitals made small. */
static struct span
small(struct span s, uint8_t *room)
{
	for (size_t i = 0; i < s.len; i++)
		room[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + 32 :
		    s.p[i];
	return (struct span){ room, s.len };
}

static bool
equal_bytes(struct span x, struct span y)
{
	return x.len == y.len && all_same(x.p, y.p, x.len);
}

static size_t
text_len(void)
{
	size_t n = 0;

	while (text[n] != '\0')
		n++;
	return n;
}

static void
equal(void)
{
	PROVE(span_equal(a, b) == equal_bytes(a, b), "equal");
	POSSIBLE(span_equal(a, b) && a.len == MAX, "the longest");
}

static void
is(void)
{
	struct span constant = { (const uint8_t *)text, text_len() };

	PROVE(span_is(a, text) == equal_bytes(a, constant), "a constant");
	PROVE(same(span_of(text), constant), "as a span");
	PROVE(same(span_chars(text, a.len),
	    (struct span){ constant.p, a.len }), "characters as a span");
	POSSIBLE(span_is(a, text) && a.len == MAX, "the longest");
}

static void
equal_nocase(void)
{
	uint8_t x[MAX], y[MAX];

	PROVE(span_equal_nocase(a, b) ==
	    equal_bytes(small(a, x), small(b, y)), "equal but for case");
	POSSIBLE(span_equal_nocase(a, b) && !span_equal(a, b), "by case");
}

static void
ends_nocase(void)
{
	uint8_t x[MAX], y[MAX];
	bool ends = span_ends_nocase(a, b);

	if (a.len < b.len)
		PROVE(!ends, "too short");
	else
		PROVE(ends == all_same(small(a, x).p + (a.len - b.len),
		    small(b, y).p, b.len), "its end");
	POSSIBLE(ends && b.len > 0 && a.len > b.len, "an end");
}

static void
before(void)
{
	size_t i = 0;

	while (i < a.len && i < b.len && a.p[i] == b.p[i])
		i++;
	PROVE(span_before(a, b) ==
	    (i < b.len && (i == a.len || a.p[i] < b.p[i])), "the order");
	POSSIBLE(span_before(a, b) && i == MAX - 1, "the last byte");
}

static void
begins(void)
{
	size_t n = text_len();

	PROVE(span_begins(a, text) == (a.len >= n &&
	    all_same(a.p, (const uint8_t *)text, n)), "its beginning");
	POSSIBLE(span_begins(a, text) && a.len > n && n > 0, "a beginning");
}

static void
has(void)
{
	uint8_t c = ANY(uint8_t);
	bool found = false;

	/* All callers ask for one of ASCII. */
	ASSUME(c <= INT8_MAX);
	for (size_t i = 0; i < a.len; i++)
		found = found || a.p[i] == c;
	PROVE(span_has(a, (char)c) == found, "anywhere");
	POSSIBLE(found && a.len == MAX, "somewhere");
}

static void
from(void)
{
	size_t n = ANY(size_t);

	ASSUME(n <= a.len);
	PROVE(same(span_from(a, n), (struct span){ LAST(bytes_of_a,
	    a.len - n), a.len - n }), "the rest");
}

void
harness(void)
{
	__CPROVER_havoc_object(bytes_of_a);
	__CPROVER_havoc_object(bytes_of_b);
	__CPROVER_havoc_object(text);
	text[MAX] = '\0';
	a.len = ANY(size_t) % (MAX + 1);
	b.len = ANY(size_t) % (MAX + 1);
	a.p = LAST(bytes_of_a, a.len);
	b.p = LAST(bytes_of_b, b.len);
	EACH();
}
