/* A user's key, whoever wrote it, is read within its bytes. */
#include "proofs/contracts/ssh_user_key.h"

void
harness(void)
{
	struct wire_reader r = { NULL, ANY(size_t) };
	enum jwk_type type = (enum jwk_type)(ANY(unsigned) % JWK_TYPES);
	struct jwk key;
	bool ok;

	r.p = any_bytes(r.left);
	ok = ssh_user_key_fields(type, &r, &key);
	PROVE(ok || (key.n.len == 0 && key.point.len == 0), "none");
	PROVE(!ok || ssh_user_key_name(type) != NULL, "it has a name");
	POSSIBLE(ok && key.type == JWK_RSA && key.n.len == 1024, "RSA");
	POSSIBLE(ok && key.type == JWK_P256, "P-256");
	POSSIBLE(ok && key.type == JWK_ED25519, "Ed25519");
}
