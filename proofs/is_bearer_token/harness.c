/* An access token has nothing in it that could end a header's line. */
#include "proofs/contracts/ssh_cert.h"

void
harness(void)
{
	struct span token = any_span(SSH_CERT_MAX);

	place = ANY(size_t);
	POSSIBLE(is_bearer_token(token) && token.len > 1000, "long");
}
