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
	PROVE(key->n.p == cert.key.n.p && key->e.p == cert.key.e.p &&
	    key->point.p == cert.key.point.p, "the certified key");
	PROVE(input.p == cert.signed_part.p &&
	    input.len == cert.signed_part.len, "the signed part");
	PROVE(signature.len == 0 ||
	    __CPROVER_r_ok(signature.p, signature.len), "bytes");
	PROVE(key->type != JWK_P256 || signature.len == 64, "two numbers");
	said = ANY(bool) ? REASON_OK : ANY(bool) ? REASON_MEMORY :
	    REASON_TOKEN_SIGNATURE;
	return said;
}

void
harness(void)
{
	size_t len = ANY(size_t);
	enum reason reason;

	ASSUME(len <= SSH_CERT_MAX);
	cert.signature = (struct span){ any_bytes(len), len };
	cert.signed_part = (struct span){ malloc(1), ANY(size_t) };
	cert.key.type = (enum jwk_type)(ANY(unsigned) % JWK_TYPES);
	cert.key.n.p = malloc(1);
	cert.key.e.p = malloc(1);
	cert.key.point.p = malloc(1);
	reason = ssh_cert_self_verify(&cert);
	if (!asked)
		PROVE(reason == REASON_CERT_SIGNATURE, "no signature");
	else if (said == REASON_TOKEN_SIGNATURE)
		PROVE(reason == REASON_CERT_SIGNATURE, "a wrong one");
	else
		PROVE(reason == said, "what verifying said");
	POSSIBLE(reason == REASON_OK && cert.key.type == JWK_P256, "P-256");
	POSSIBLE(reason == REASON_OK && cert.key.type == JWK_RSA &&
	    len > 1000, "RSA");
}
