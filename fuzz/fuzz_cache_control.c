/*
 * Cache-Control, as a server may write it: any number of lines. Beyond not
 * crashing: the answer is in its bounds, and another line, which might say
 * less, never makes it more once there was a max-age.
 */
#include <string.h>

#include "fuzz/fuzz.h"
#include "ipc/limits.h"
#include "netproc/cache_control.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cache_control cc = { 0 };
	const char *p = (const char *)data;

	while (size > 0) {
		const char *end = memchr(p, '\n', size);
		size_t n = end != NULL ? (size_t)(end - p) + 1 : size;
		struct cache_control before = cc;

		cache_control_add(&cc, p, n);
		require(cache_control_max_age(&cc) <= MAX_AGE_MAX_S);
		require(cc.never || !before.never);
		require(!before.said || cc.max_age_s <= before.max_age_s);
		p += n;
		size -= n;
	}
	return 0;
}
