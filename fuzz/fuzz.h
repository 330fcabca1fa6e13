/* What every target has: libFuzzer's entry, and a property that must hold. */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* abort() is what a fuzzer notices; assert() may be compiled out. */
static inline void
require(bool condition)
{
	if (!condition)
		abort();
}

#endif
