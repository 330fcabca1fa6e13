/*
 * OpenPubkey certificates. Beyond not crashing: what is read lies inside the
 * blob and fits together, the signature is verified or not without trouble,
 * and a plain key is what stands where one was found.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "parseproc/ssh_cert.h"
#include "parseproc/ssh_cert_self.h"
#include "parseproc/ssh_user_key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition)
{
	if (!condition)
		abort();
}

/* Whether a span lies inside the input. */
static bool
inside(struct span s, const uint8_t *data, size_t size)
{
	return s.len == 0 || (s.p >= data && s.len <= size &&
	    (size_t)(s.p - data) <= size - s.len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct ssh_cert zero;
	struct span name = { data, size < 4 ? size : 4 };
	enum reason reason;
	struct ssh_cert cert;
	struct jwk plain;

	if (ssh_user_key_read((struct span){ data, size }, &plain))
		require(ssh_user_key_name(plain.type) != NULL);
	if (ssh_cert_read(data, size, &cert) != REASON_OK) {
		require(memcmp(&cert, &zero, sizeof(cert)) == 0);
		return 0;
	}
	require(inside(cert.token, data, size) && cert.token.len > 0);
	require(inside(cert.access_token, data, size));
	require(inside(cert.principals, data, size));
	require(inside(cert.key_id, data, size));
	require(inside(cert.signature_key, data, size));
	require(inside(cert.signature, data, size));
	require(cert.signed_part.p == data && cert.signed_part.len +
	    4 + cert.signature.len == size);
	require(cert.nprincipals <= SSH_CERT_PRINCIPALS_MAX);
	require(ssh_user_key_read(cert.signature_key, &plain));
	require(jwk_same_key(&plain, &cert.key));
	require((ssh_cert_principal(&cert, name) == SSH_CERT_NONE) ==
	    (cert.nprincipals == 0));
	(void)ssh_cert_valid_at(&cert, 1);
	reason = ssh_cert_self_verify(&cert);
	require(reason == REASON_OK || reason == REASON_CERT_SIGNATURE);
	return 0;
}
