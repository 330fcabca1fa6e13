/* The signature key is the plain key of those fields, each byte of it. */
#include "proofs/contracts/ssh_cert.h"

void
harness(void)
{
	struct ssh_cert cert = { .signature_key = any_span(SSH_CERT_MAX) };
	struct span fields = any_span(SSH_CERT_MAX);
	enum jwk_type type = (enum jwk_type)(ANY(unsigned) % JWK_TYPES);

	cert.key_type = ssh_user_key_name(type);
	ASSUME(cert.key_type != NULL);
	place = ANY(size_t);
	POSSIBLE(is_self_signed(&cert, fields) && type == JWK_RSA &&
	    fields.len > 1000, "RSA");
}
