#include "fuzz/mutate.h"

/* What is no line at all matters, too. */
size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	dice_begin(seed);
	return dice(4) == 0 ? mutate_bytes(data, size, max) :
	    mutate_lines(data, size, max);
}
