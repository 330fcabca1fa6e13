#include "parseproc/jwk_read.h"

#include <string.h>

#include "parseproc/base64url.h"
#include "parseproc/ec_point.h"

/* A modulus of 8192 bits is 1366 characters, an escaped kid six times itself. */
#define MEMBER_MAX (6 * JWK_KID_MAX)

/* A member's text, escapes resolved. */
struct text {
	uint8_t bytes[MEMBER_MAX];
	size_t len;
};

/* Space for decoded members, handed out from the front. */
struct room {
	uint8_t *p;
	size_t left;
};

enum presence { ABSENT, PRESENT, MALFORMED };

/* A string member. */
static enum presence
get_text(const struct json *doc, json_value v, const char *name,
    struct text *text)
{
	json_value member = json_member(doc, v, name);

	text->len = 0;
	if (json_kind(doc, member) == JSON_ABSENT)
		return ABSENT;
	if (json_string(doc, member, text->bytes, sizeof(text->bytes),
	    &text->len) != ERR_OK)
		return MALFORMED;
	return PRESENT;
}

static struct span
text_span(const struct text *text)
{
	return (struct span){ text->bytes, text->len };
}

/* A required member of base64url, decoded into the room. */
static bool
get_bytes(const struct json *doc, json_value v, const char *name,
    struct room *room, struct span *bytes)
{
	struct text text;
	size_t n;

	*bytes = (struct span){ NULL, 0 };
	if (get_text(doc, v, name, &text) != PRESENT ||
	    base64url_decode(text.bytes, text.len, room->p, room->left, &n) !=
	    ERR_OK)
		return false;
	*bytes = (struct span){ room->p, n };
	room->p += n;
	room->left -= n;
	return true;
}

/*
 * RFC 7518 section 2 wants numbers without leading zeros. Java's put one
 * before a first byte of 0x80 and more, and providers have published it.
 */
static struct span
without_sign(struct span number)
{
	if (number.len > 1 && number.p[0] == 0 && number.p[1] >= 0x80)
		return (struct span){ number.p + 1, number.len - 1 };
	return number;
}

static enum reason
get_rsa(const struct json *doc, json_value v, struct room *room,
    struct jwk *key)
{
	if (!get_bytes(doc, v, "n", room, &key->n) ||
	    !get_bytes(doc, v, "e", room, &key->e))
		return REASON_JWK_FORM;
	key->n = without_sign(key->n);
	if (key->n.len == 0 || key->n.p[0] == 0 || key->e.len == 0 ||
	    key->e.p[0] == 0)
		return REASON_JWK_FORM;
	return jwk_rsa_sound(key->n, key->e) ? REASON_OK : REASON_JWK_RSA;
}

/* x and y, each as long as the field (RFC 7518 section 6.2.1.2). */
static enum reason
get_ec(const struct json *doc, json_value v, struct room *room,
    struct jwk *key)
{
	size_t len = key->type == JWK_P256 ? JWK_P256_LEN : JWK_P384_LEN;
	uint8_t *point = room->p;
	struct span x, y;
	enum reason reason;

	/* x and y come to stand right behind it, as in a point. */
	*point = 0x04;
	room->p++;
	room->left--;
	if (!get_bytes(doc, v, "x", room, &x) ||
	    !get_bytes(doc, v, "y", room, &y) || x.len != y.len ||
	    1 + x.len + y.len != len)
		return REASON_JWK_FORM;
	key->point = (struct span){ point, len };
	reason = ec_point_check(key->type == JWK_P256 ? EC_P256 : EC_P384,
	    point, len);
	return reason == REASON_KEY_CURVE ? REASON_JWK_CURVE : reason;
}

static enum reason
get_okp(const struct json *doc, json_value v, struct room *room,
    struct jwk *key)
{
	if (!get_bytes(doc, v, "x", room, &key->point) ||
	    key->point.len != JWK_ED25519_LEN)
		return REASON_JWK_FORM;
	return REASON_OK;
}

static const struct kind {
	const char *kty, *crv; /* crv: NULL if it has none */
	enum jwk_type type;
	enum jws_alg alg; /* what it is for if it does not say */
	enum reason (*get)(const struct json *doc, json_value v,
	    struct room *room, struct jwk *key);
} kinds[] = {
	{ "RSA", NULL, JWK_RSA, JWS_RS256, get_rsa },
	{ "EC", "P-256", JWK_P256, JWS_ES256, get_ec },
	{ "EC", "P-384", JWK_P384, JWS_ES384, get_ec },
	{ "OKP", "Ed25519", JWK_ED25519, JWS_EDDSA, get_okp },
};

#define NKINDS (sizeof(kinds) / sizeof(kinds[0]))

static enum reason
get_kind(const struct json *doc, json_value v, const struct kind **kind)
{
	struct text kty, crv;
	enum presence has_crv = get_text(doc, v, "crv", &crv);

	*kind = NULL;
	if (json_kind(doc, v) != JSON_OBJECT ||
	    get_text(doc, v, "kty", &kty) != PRESENT ||
	    has_crv == MALFORMED)
		return REASON_JWK_FORM;
	for (size_t i = 0; i < NKINDS; i++) {
		if (!span_is(text_span(&kty), kinds[i].kty))
			continue;
		if (kinds[i].crv != NULL && (has_crv == ABSENT ||
		    !span_is(text_span(&crv), kinds[i].crv)))
			continue;
		*kind = &kinds[i];
		return REASON_OK;
	}
	return REASON_JWK_TYPE;
}

/* Whether the array has the string "verify", RFC 7517 section 4.3. */
static bool
has_verify(const struct json *doc, json_value array)
{
	struct text word;
	json_value e;

	for (e = json_first(doc, array); e != JSON_NONE;
	    e = json_next(doc, array, e))
		if (json_string(doc, e, word.bytes, sizeof(word.bytes),
		    &word.len) == ERR_OK && span_is(text_span(&word), "verify"))
			return true;
	return false;
}

static enum reason
check_use(const struct json *doc, json_value v)
{
	json_value ops = json_member(doc, v, "key_ops");
	struct text use;

	switch (get_text(doc, v, "use", &use)) {
	case MALFORMED:
		return REASON_JWK_FORM;
	case PRESENT:
		if (!span_is(text_span(&use), "sig"))
			return REASON_JWK_USE;
		break;
	case ABSENT:
		break;
	}
	if (json_kind(doc, ops) == JSON_ABSENT)
		return REASON_OK;
	if (json_kind(doc, ops) != JSON_ARRAY)
		return REASON_JWK_FORM;
	return has_verify(doc, ops) ? REASON_OK : REASON_JWK_USE;
}

static enum reason
get_alg(const struct json *doc, json_value v, const struct kind *kind,
    enum jws_alg *alg)
{
	struct text name;

	*alg = kind->alg;
	switch (get_text(doc, v, "alg", &name)) {
	case MALFORMED:
		return REASON_JWK_FORM;
	case ABSENT:
		return REASON_OK;
	case PRESENT:
		break;
	}
	for (int i = 0; i < JWS_ALGS; i++) {
		enum jws_alg each = (enum jws_alg)i;

		if (jwk_alg_fits(kind->type, each) &&
		    jws_alg_is(each, text_span(&name))) {
			*alg = each;
			return REASON_OK;
		}
	}
	return REASON_JWK_ALG;
}

static enum reason
get_kid(const struct json *doc, json_value v, struct room *room,
    struct jwk *key)
{
	struct text kid;

	switch (get_text(doc, v, "kid", &kid)) {
	case MALFORMED:
		return REASON_JWK_FORM;
	case ABSENT:
		return REASON_OK;
	case PRESENT:
		break;
	}
	if (kid.len > JWK_KID_MAX)
		return REASON_JWK_FORM;
	memcpy(room->p, kid.bytes, kid.len);
	key->has_kid = true;
	key->kid = (struct span){ room->p, kid.len };
	room->p += kid.len;
	room->left -= kid.len;
	return REASON_OK;
}

enum reason
jwk_read(const struct json *doc, json_value v, uint8_t memory[JWK_ROOM],
    struct jwk *key)
{
	struct room room = { memory, JWK_ROOM };
	const struct kind *kind;
	enum reason reason;

	memset(key, 0, sizeof(*key));
	if ((reason = get_kind(doc, v, &kind)) == REASON_OK) {
		key->type = kind->type;
		if ((reason = check_use(doc, v)) == REASON_OK)
			reason = get_alg(doc, v, kind, &key->alg);
		if (reason == REASON_OK)
			reason = get_kid(doc, v, &room, key);
		if (reason == REASON_OK)
			reason = kind->get(doc, v, &room, key);
	}
	if (reason != REASON_OK)
		memset(key, 0, sizeof(*key));
	return reason;
}
