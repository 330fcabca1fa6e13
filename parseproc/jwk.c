#include "parseproc/jwk.h"

#include "parseproc/ssh_mpint.h"

/* Each algorithm's names, "" being none, and the keys that it is for. */
static const struct {
	const char *name, *other_name;
	enum jwk_type type;
} algs[JWS_ALGS] = {
	[JWS_RS256] = { "RS256", "", JWK_RSA },
	[JWS_RS384] = { "RS384", "", JWK_RSA },
	[JWS_RS512] = { "RS512", "", JWK_RSA },
	[JWS_PS256] = { "PS256", "", JWK_RSA },
	[JWS_ES256] = { "ES256", "", JWK_P256 },
	[JWS_ES384] = { "ES384", "", JWK_P384 },
	[JWS_EDDSA] = { "EdDSA", "Ed25519", JWK_ED25519 },
};

static bool
is_odd(struct span number)
{
	return number.len > 0 && (number.p[number.len - 1] & 1) != 0;
}

bool
jwk_rsa_sound(struct span n, struct span e)
{
	size_t nbits = ssh_mpint_bits(n), ebits = ssh_mpint_bits(e);

	/* Odd and more than one bit: at least 3. */
	return is_odd(n) && nbits >= JWK_RSA_BITS_MIN &&
	    nbits <= JWK_RSA_BITS_MAX && is_odd(e) && ebits >= 2 &&
	    ebits <= JWK_EXPONENT_BITS_MAX;
}

bool
jwk_alg_fits(enum jwk_type type, enum jws_alg alg)
{
	return algs[alg].type == type;
}

bool
jwk_same_key(const struct jwk *a, const struct jwk *b)
{
	return a->type == b->type && span_equal(a->n, b->n) &&
	    span_equal(a->e, b->e) && span_equal(a->point, b->point);
}

size_t
jwk_signature_len(const struct jwk *key)
{
	switch (key->type) {
	case JWK_RSA:
		return key->n.len;
	case JWK_P256:
	case JWK_ED25519:
		return 64;
	case JWK_P384:
		return 96;
	default:
		return 0;
	}
}

const char *
jws_alg_name(enum jws_alg alg)
{
	return (unsigned)alg < JWS_ALGS ? algs[alg].name : "";
}

bool
jws_alg_is(enum jws_alg alg, struct span word)
{
	if ((unsigned)alg >= JWS_ALGS || word.len == 0)
		return false;
	return span_is(word, algs[alg].name) ||
	    span_is(word, algs[alg].other_name);
}
