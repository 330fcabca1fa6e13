#include "parseproc/jwks.h"

#include <stdlib.h>
#include <string.h>

#include "parseproc/json.h"

static void
drop(struct jwks *jwks, enum reason reason, uint32_t index)
{
	jwks->drops[jwks->ndrops++] = (struct jwks_drop){ reason, index };
}

/* Which element of the set each kept key was. */
typedef uint32_t places[JWKS_KEYS_MAX];

/* All keys of the array; the caller has counted them and made rooms. */
static enum reason
read_keys(const struct json *doc, json_value array, struct jwks *jwks,
    places place)
{
	uint8_t *room = jwks->rooms;
	json_value e = json_first(doc, array);

	for (uint32_t i = 0; e != JSON_NONE; i++) {
		enum reason reason = jwk_read(doc, e, room,
		    &jwks->keys[jwks->nkeys]);

		if (reason == REASON_MEMORY)
			return reason;
		if (reason == REASON_OK) {
			place[jwks->nkeys++] = i;
			room += JWK_ROOM;
		} else {
			drop(jwks, reason, i);
		}
		e = json_next(doc, array, e);
	}
	return REASON_OK;
}

static bool
is_ambiguous(const struct jwks *jwks, size_t i)
{
	const struct jwk *key = &jwks->keys[i];

	for (size_t k = 0; k < jwks->nkeys; k++)
		if (k != i && key->has_kid && jwks->keys[k].has_kid &&
		    span_equal(jwks->keys[k].kid, key->kid))
			return true;
	return false;
}

/* Leaves out all keys that share a kid; at most JWKS_KEYS_MAX squared. */
static void
drop_ambiguous(struct jwks *jwks, const places place)
{
	bool ambiguous[JWKS_KEYS_MAX];
	size_t kept = 0;

	for (size_t i = 0; i < jwks->nkeys; i++)
		ambiguous[i] = is_ambiguous(jwks, i);
	for (size_t i = 0; i < jwks->nkeys; i++) {
		if (ambiguous[i])
			drop(jwks, REASON_JWK_KID, place[i]);
		else
			jwks->keys[kept++] = jwks->keys[i];
	}
	jwks->nkeys = kept;
}

static enum reason
read_set(const struct json *doc, struct jwks *jwks)
{
	json_value array = json_member(doc, JSON_ROOT, "keys"), e;
	places place;
	size_t n = 0;

	if (json_kind(doc, array) != JSON_ARRAY)
		return REASON_JWKS_FORM;
	for (e = json_first(doc, array); e != JSON_NONE;
	    e = json_next(doc, array, e))
		if (++n > JWKS_KEYS_MAX)
			return REASON_JWKS_MANY;
	if (n == 0)
		return REASON_JWKS_EMPTY;
	if ((jwks->rooms = malloc(n * JWK_ROOM)) == NULL)
		return REASON_MEMORY;
	if (read_keys(doc, array, jwks, place) != REASON_OK)
		return REASON_MEMORY;
	drop_ambiguous(jwks, place);
	return jwks->nkeys > 0 ? REASON_OK : REASON_JWKS_EMPTY;
}

enum reason
jwks_read(const uint8_t *text, size_t len, struct jwks *jwks)
{
	struct json doc = { 0 };
	enum reason reason;

	memset(jwks, 0, sizeof(*jwks));
	switch (json_read(&doc, text, len)) {
	case JSON_OK:
		reason = read_set(&doc, jwks);
		break;
	case JSON_MEMORY:
		reason = REASON_MEMORY;
		break;
	default:
		reason = REASON_JWKS_JSON;
		break;
	}
	json_free(&doc);
	if (reason != REASON_OK)
		jwks_free(jwks);
	return reason;
}

void
jwks_free(struct jwks *jwks)
{
	free(jwks->rooms);
	jwks->rooms = NULL;
	jwks->nkeys = 0;
	memset(jwks->keys, 0, sizeof(jwks->keys));
}
