/*
 * A certificate's own signature: read within its bytes, and good only if
 * verifying said so of the certified key and the signed part.
 */
#include "parseproc/jws.h"
#include "parseproc/ssh_cert_self.h"
#include "proofs/proof.h"

static struct ssh_cert cert;
static enum reason said;
static bool asked;

enum reason
jws_verify(const struct jwk *key, struct span input, struct span signature)
{
	asked = true;
	PROVE(key->type == cert.key.type && jwk_alg_fits(key->type, key->alg),
	    "an algorithm of the key's");
	PROVE(same(key->n, cert.key.n) && same(key->e, cert.key.e) &&
	    same(key->point, cert.key.point), "the certified key");
	PROVE(same(input, cert.signed_part), "the signed part");
	if (key->type == JWK_P256)
		PROVE(signature.len == 64 &&
		    __CPROVER_r_ok(signature.p, 64), "two numbers");
	else
		PROVE(within(signature.p, signature.len, cert.signature.p,
		    cert.signature.len), "the signature's bytes");
	said = ANY(bool) ? REASON_OK : ANY(bool) ? REASON_MEMORY :
	    ANY(bool) ? REASON_SYSTEM : REASON_TOKEN_SIGNATURE;
	return said;
}

void
harness(void)
{
	enum reason reason;

	cert.signature = any_span(SSH_CERT_MAX);
	cert.signed_part = any_span(SSH_CERT_MAX);
	cert.key.type = (enum jwk_type)(ANY(unsigned) % JWK_TYPES);
	cert.key.n = any_span(JWK_RSA_BITS_MAX / 8);
	cert.key.e = any_span(JWK_EXPONENT_BITS_MAX);
	cert.key.point = any_span(JWK_P384_LEN);
	reason = ssh_cert_self_verify(&cert);
	if (!asked)
		PROVE(reason == REASON_CERT_SIGNATURE, "no signature");
	else if (said == REASON_TOKEN_SIGNATURE)
		PROVE(reason == REASON_CERT_SIGNATURE, "a wrong one");
	else
		PROVE(reason == said, "what verifying said");
	POSSIBLE(reason == REASON_OK && cert.key.type == JWK_P256, "P-256");
	POSSIBLE(reason == REASON_OK && cert.key.type == JWK_RSA &&
	    cert.signature.len > 1000, "RSA");
}
