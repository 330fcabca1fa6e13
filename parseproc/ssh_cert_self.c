#include "parseproc/ssh_cert_self.h"

#include <string.h>

#include "ipc/wire.h"
#include "parseproc/jws.h"
#include "parseproc/ssh_mpint.h"

/* One coordinate of P-256; a JWS signature is two of them. */
#define P256_BYTES 32

static const struct format {
	const char *name;
	enum jwk_type type; /* of the key that makes it */
	enum jws_alg alg;
} formats[] = {
	{ "ecdsa-sha2-nistp256", JWK_P256, JWS_ES256 },
	{ "ssh-ed25519", JWK_ED25519, JWS_EDDSA },
	{ "rsa-sha2-256", JWK_RSA, JWS_RS256 },
	{ "rsa-sha2-512", JWK_RSA, JWS_RS512 },
};

#define NFORMATS (sizeof(formats) / sizeof(formats[0]))

static const struct format *
find_format(struct span name, enum jwk_type type)
{
	for (size_t i = 0; i < NFORMATS; i++)
		if (formats[i].type == type && span_is(name, formats[i].name))
			return &formats[i];
	return NULL;
}

/* Puts r and s, two mpints and nothing behind them, as JWS writes them. */
static bool
ecdsa_as_jws(struct span bytes, uint8_t out[2 * P256_BYTES])
{
	struct wire_reader in = { bytes.p, bytes.len };
	struct span r, s;

	if (!ssh_mpint_get(&in, &r) || !ssh_mpint_get(&in, &s) ||
	    in.left != 0 || r.len > P256_BYTES || s.len > P256_BYTES)
		return false;
	memset(out, 0, 2 * P256_BYTES);
	memcpy(out + P256_BYTES - r.len, r.p, r.len);
	memcpy(out + 2 * P256_BYTES - s.len, s.p, s.len);
	return true;
}

enum reason
ssh_cert_self_verify(const struct ssh_cert *cert)
{
	struct wire_reader in = { cert->signature.p, cert->signature.len };
	uint8_t raw[2 * P256_BYTES];
	struct jwk key = cert->key;
	const struct format *format;
	struct span name, bytes;
	enum reason reason;

	if (wire_get_string(&in, &name.p, &name.len) != ERR_OK ||
	    wire_get_string(&in, &bytes.p, &bytes.len) != ERR_OK ||
	    in.left != 0)
		return REASON_CERT_SIGNATURE;
	if ((format = find_format(name, key.type)) == NULL)
		return REASON_CERT_SIGNATURE;
	if (format->type == JWK_P256) {
		if (!ecdsa_as_jws(bytes, raw))
			return REASON_CERT_SIGNATURE;
		bytes = (struct span){ raw, sizeof(raw) };
	}
	key.alg = format->alg;
	reason = jws_verify(&key, cert->signed_part, bytes);
	if (reason == REASON_TOKEN_SIGNATURE)
		reason = REASON_CERT_SIGNATURE;
	return reason;
}
