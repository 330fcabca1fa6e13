/* The comparisons of spans read both within their bytes. */
#include "proofs/proof.h"

/* Here, so that the contracts in its loops know the words above. */
#include "parseproc/span.c"

static struct span a, b;

static void
equal(void)
{
	bool same = span_equal(a, b);

	PROVE(!same || a.len == b.len, "of one length");
	PROVE(same || a.len != b.len || a.len > 0, "all empty ones are equal");
	PROVE(span_is(a, "name") ? a.len == 4 : true, "a constant's length");
	POSSIBLE(same && a.len > 100000, "long ones");
}

static void
before(void)
{
	bool less = span_before(a, b);

	PROVE(!less || b.len > 0, "nothing is before nothing");
	PROVE(a.len > 0 || less == (b.len > 0), "nothing is before the rest");
	POSSIBLE(less && a.len > b.len && b.len > 100000, "by its bytes");
}

static void
equal_nocase(void)
{
	size_t n = ANY(size_t);
	bool same = span_equal_nocase(a, b);

	PROVE(!same || a.len == b.len, "of one length");
	PROVE(!span_ends_nocase(a, b) || b.len <= a.len, "an end");
	ASSUME(n <= a.len);
	PROVE(span_from(a, n).len == a.len - n, "the rest");
	POSSIBLE(same && a.len > 100000, "long ones");
}

static void
begins(void)
{
	PROVE(!span_begins(a, "constant") || a.len >= 8, "long enough");
	POSSIBLE(span_begins(a, "constant") && a.len > 100000, "a long one");
}

static void
has(void)
{
	PROVE(!span_has(a, 'x') || a.len > 0, "somewhere");
	POSSIBLE(!span_has(a, 'x') && a.len > 100000, "nowhere");
}

void
harness(void)
{
	a.len = ANY(size_t);
	b.len = ANY(size_t);
	ASSUME(a.len <= ANY_LEN && b.len <= ANY_LEN);
	a.p = any_bytes(a.len);
	b.p = any_bytes(b.len);
	EACH();
}
