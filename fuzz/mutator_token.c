#include "fuzz/mutate.h"

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	dice_begin(seed);
	return mutate_token(data, size, max);
}
