#include "fuzz/mutate.h"

/* The token's own form matters as much as what is in it. */
size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	dice_begin(seed);
	return dice(2) == 0 ? mutate_bytes(data, size, max) :
	    mutate_token(data, size, max);
}
