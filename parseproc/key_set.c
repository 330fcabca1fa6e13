#include "parseproc/key_set.h"

#include <assert.h>
#include <string.h>

#include "ipc/limits.h"

/*
 * The numbers of types and algorithms are those of jwk.h: who changes them
 * there changes the version here.
 */
#define VERSION 1
#define HEAD_LEN (1 + 4)
/* Three bytes, then kid, n, e, each with its length: the longest there is. */
#define KEY_LEN_MAX                                                           \
	(3 + 4 + JWK_KID_MAX + 4 + JWK_RSA_BITS_MAX / 8 + 4 +                 \
	    (JWK_EXPONENT_BITS_MAX + 7) / 8)

static_assert(HEAD_LEN + JWKS_KEYS_MAX * KEY_LEN_MAX <= KEY_SET_MAX,
    "every set that can be read can be cached");

static bool
put_span(struct wire_writer *w, struct span s)
{
	return wire_put_string(w, s.p, s.len) == ERR_OK;
}

static bool
put_key(struct wire_writer *w, const struct jwk *key)
{
	if (wire_put_u8(w, (uint8_t)key->type) != ERR_OK ||
	    wire_put_u8(w, (uint8_t)key->alg) != ERR_OK ||
	    wire_put_u8(w, key->has_kid) != ERR_OK || !put_span(w, key->kid))
		return false;
	if (key->type == JWK_RSA)
		return put_span(w, key->n) && put_span(w, key->e);
	return put_span(w, key->point);
}

enum err
key_set_write(const struct jwk *keys, size_t n, struct wire_writer *w)
{
	if (n > JWKS_KEYS_MAX || wire_put_u8(w, VERSION) != ERR_OK ||
	    wire_put_u32(w, (uint32_t)n) != ERR_OK)
		return ERR_TOO_BIG;
	for (size_t i = 0; i < n; i++)
		if (!put_key(w, &keys[i]))
			return ERR_TOO_BIG;
	return ERR_OK;
}

static bool
get_span(struct wire_reader *r, struct span *s)
{
	return wire_get_string(r, &s->p, &s->len) == ERR_OK;
}

static bool
get_head(struct wire_reader *r, struct jwk *key)
{
	uint8_t type, alg, has_kid;

	if (wire_get_u8(r, &type) != ERR_OK ||
	    wire_get_u8(r, &alg) != ERR_OK ||
	    wire_get_u8(r, &has_kid) != ERR_OK || !get_span(r, &key->kid) ||
	    type >= JWK_TYPES || alg >= JWS_ALGS || has_kid > 1)
		return false;
	key->type = (enum jwk_type)type;
	key->alg = (enum jws_alg)alg;
	key->has_kid = has_kid == 1;
	return jwk_alg_fits(key->type, key->alg) &&
	    key->kid.len <= (key->has_kid ? JWK_KID_MAX : 0);
}

/* Numbers without leading zeros, as jwk_rsa_sound() wants them. */
static bool
get_rsa(struct wire_reader *r, struct jwk *key)
{
	return get_span(r, &key->n) && get_span(r, &key->e) &&
	    key->n.len > 0 && key->n.p[0] != 0 && key->e.len > 0 &&
	    key->e.p[0] != 0 && jwk_rsa_sound(key->n, key->e);
}

static bool
get_point(struct wire_reader *r, struct jwk *key)
{
	static const size_t lens[JWK_TYPES] = {
		[JWK_P256] = JWK_P256_LEN,
		[JWK_P384] = JWK_P384_LEN,
		[JWK_ED25519] = JWK_ED25519_LEN,
	};

	if (!get_span(r, &key->point) || key->point.len != lens[key->type])
		return false;
	/* Of the NIST curves' forms we use the uncompressed one only. */
	return key->type == JWK_ED25519 || key->point.p[0] == 0x04;
}

static bool
kid_is_new(const struct key_set *set, const struct jwk *key)
{
	for (size_t i = 0; key->has_kid && i < set->nkeys; i++)
		if (set->keys[i].has_kid &&
		    span_equal(set->keys[i].kid, key->kid))
			return false;
	return true;
}

static bool
get_keys(struct wire_reader *r, size_t n, struct key_set *set)
{
	while (set->nkeys < n) {
		struct jwk *key = &set->keys[set->nkeys];

		if (!get_head(r, key) || !(key->type == JWK_RSA ?
		    get_rsa(r, key) : get_point(r, key)) ||
		    !kid_is_new(set, key))
			return false;
		set->nkeys++;
	}
	return r->left == 0;
}

bool
key_set_read(struct span bytes, struct key_set *set)
{
	struct wire_reader r = { bytes.p, bytes.len };
	uint8_t version;
	uint32_t n;

	memset(set, 0, sizeof(*set));
	if (wire_get_u8(&r, &version) == ERR_OK && version == VERSION &&
	    wire_get_u32(&r, &n) == ERR_OK && n >= 1 && n <= JWKS_KEYS_MAX &&
	    get_keys(&r, n, set))
		return true;
	memset(set, 0, sizeof(*set));
	return false;
}
