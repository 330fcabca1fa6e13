/* A plain key's blob, whoever wrote it, is read within its bytes. */
#include <string.h>

#include "parseproc/ec_point.h"
#include "parseproc/ssh_blob.h"
#include "proofs/proof.h"

/* It calls BoringSSL; its bytes must be readable. */
enum reason
ec_point_check(enum ec_curve curve, const uint8_t *point, size_t len)
{
	PROVE((unsigned)curve < EC_CURVES, "a curve");
	PROVE(len == 0 || __CPROVER_r_ok(point, len), "a point's bytes");
	return ANY(bool) ? REASON_OK : REASON_KEY_BLOB;
}

void
harness(void)
{
	size_t name_len = ANY(size_t), len = ANY(size_t);
	const char *type;
	enum reason reason;

	ASSUME(name_len <= ANY_LEN && len <= ANY_LEN);
	type = ssh_blob_type(any_bytes(name_len), name_len);
	if (type == NULL)
		return;
	PROVE(strlen(type) == name_len, "a constant of ours");
	reason = ssh_blob_check(type, any_bytes(len), len);
	PROVE(reason != REASON_OK || len > 4 + name_len, "something in it");
	POSSIBLE(reason == REASON_OK && name_len == 7 && len > 1000, "RSA");
	POSSIBLE(reason == REASON_OK && name_len == 34 && len > 200,
	    "sk-ecdsa");
	POSSIBLE(reason == REASON_OK && name_len == 11, "Ed25519");
}
