/* A certificate is read whole and within its bytes, or nothing is kept. */
/* Nothing here needs it of check(), and it takes CBMC long. */
#define IS_PLAIN_KEY(blob, name, fields) true
#include "proofs/contracts/ssh_cert.h"

void
harness(void)
{
	struct span blob = any_span(SSH_CERT_MAX + 1);
	size_t at = ANY(size_t);
	struct ssh_cert cert;
	enum reason reason;

	ASSUME(at < sizeof(cert));
	reason = ssh_cert_read(blob.p, blob.len, &cert);
	if (reason != REASON_OK) {
		PROVE(((const uint8_t *)&cert)[at] == 0, "all zero");
		return;
	}
	PROVE(blob.len <= SSH_CERT_MAX, "its length");
	PROVE(cert.type != NULL && cert.key_type != NULL, "its type");
	PROVE(IS_USER_KEY(&cert.key, blob), "a key");
	PROVE(cert.nprincipals <= SSH_CERT_PRINCIPALS_MAX, "principals");
	PROVE(cert.token.len > 0, "a token");
	PROVE(SPAN_IN(cert.nonce, blob) && SPAN_IN(cert.key_id, blob) &&
	    SPAN_IN(cert.principals, blob) && SPAN_IN(cert.token, blob) &&
	    SPAN_IN(cert.access_token, blob) &&
	    SPAN_IN(cert.signature_key, blob) &&
	    SPAN_IN(cert.signature, blob), "in its bytes");
	PROVE(cert.signed_part.p == blob.p &&
	    cert.signed_part.len + 4 + cert.signature.len == blob.len,
	    "signed, but for the signature");
	POSSIBLE(cert.access_token.len > 1000 && cert.nprincipals > 200 &&
	    cert.token.len > 10000, "all of it");
}
