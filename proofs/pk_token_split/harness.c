/* Cutting a token into its parts. */
#include "proofs/contracts/pk_token.h"

void
harness(void)
{
	struct span text = { NULL, ANY(size_t) }, parts[5];

	ASSUME(text.len <= PK_TOKEN_MAX);
	text.p = any_bytes(text.len);
	ASSUME(text.p != NULL);
	POSSIBLE(split(text, ANY(uint8_t), parts, ANY(bool) ? 3 : 5), "parts");
}
