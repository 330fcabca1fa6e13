#include "parseproc/span.h"

#include <string.h>

bool
span_equal(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

bool
span_is(struct span s, const char *text)
{
	return span_equal(s,
	    (struct span){ (const uint8_t *)text, strlen(text) });
}

bool
span_before(struct span a, struct span b)
{
	size_t both = a.len < b.len ? a.len : b.len;
	int order = both == 0 ? 0 : memcmp(a.p, b.p, both);

	return order < 0 || (order == 0 && a.len < b.len);
}
