#include "parseproc/jwk_write.h"

#include <openssl/sha.h>
#include <string.h>

#include "ipc/wire.h"
#include "parseproc/base64url.h"

/* The longest required members: a modulus, an exponent, names. */
#define REQUIRED_MAX 2048

static const struct {
	const char *kty, *crv;
} types[JWK_TYPES] = {
	[JWK_RSA] = { "RSA", NULL },
	[JWK_P256] = { "EC", "P-256" },
	[JWK_P384] = { "EC", "P-384" },
	[JWK_ED25519] = { "OKP", "Ed25519" },
};

static bool
put(struct wire_writer *w, const char *text)
{
	return wire_put_bytes(w, text, strlen(text)) == ERR_OK;
}

/* ,"name":"value" for constants; the comma only behind another member. */
static bool
put_word(struct wire_writer *w, const char *name, const char *value)
{
	return put(w, w->used > 0 && w->buf[w->used - 1] == '{' ? "\"" :
	    ",\"") && put(w, name) && put(w, "\":\"") && put(w, value) &&
	    put(w, "\"");
}

/* The same with bytes, as base64url. */
static bool
put_bytes(struct wire_writer *w, const char *name, struct span bytes)
{
	size_t n = base64url_encoded_len(bytes.len);

	if (!put_word(w, name, ""))
		return false;
	w->used--; /* its closing quote */
	if (w->size - w->used < n)
		return false;
	base64url_encode(bytes.p, bytes.len, (char *)w->buf + w->used);
	w->used += n;
	return put(w, "\"");
}

/* Two coordinates, or the whole of an Ed25519 key. */
static bool
put_point(struct wire_writer *w, const struct jwk *key)
{
	size_t half = (key->point.len - 1) / 2;
	struct span x = { key->point.p + 1, half };
	struct span y = { key->point.p + 1 + half, half };

	if (key->type == JWK_ED25519)
		return put_bytes(w, "x", key->point);
	return put_bytes(w, "x", x) && put_bytes(w, "y", y);
}

/* The required members, in the order of their names. */
static bool
put_key(struct wire_writer *w, const struct jwk *key)
{
	const char *kty = types[key->type].kty, *crv = types[key->type].crv;

	if (!put(w, "{"))
		return false;
	if (crv != NULL && !put_word(w, "crv", crv))
		return false;
	if (key->type == JWK_RSA && !put_bytes(w, "e", key->e))
		return false;
	if (!put_word(w, "kty", kty))
		return false;
	if (key->type == JWK_RSA ? !put_bytes(w, "n", key->n) :
	    !put_point(w, key))
		return false;
	return put(w, "}");
}

void
jwk_thumbprint(const struct jwk *key, uint8_t thumbprint[JWK_THUMBPRINT_LEN])
{
	uint8_t text[REQUIRED_MAX];
	struct wire_writer w = { text, sizeof(text), 0 };

	/* There is room for every key within its bounds. */
	(void)put_key(&w, key);
	(void)SHA256(text, w.used, thumbprint);
}
