/* Compact PK tokens: parseproc/pk_token.h. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/mutate.h"
#include "fuzz/test_keys.h"
#include "parseproc/base64url.h"
#include "parseproc/pk_token.h"
#include "parseproc/sha3.h"

/* Five parts and three behind them; a few more for what is no token. */
#define PARTS_MAX 12

struct parts {
	size_t n;
	size_t at[PARTS_MAX], len[PARTS_MAX];
};

static void
split(const uint8_t *p, size_t len, struct parts *parts)
{
	size_t start = 0;

	parts->n = 0;
	for (size_t i = 0; i <= len && parts->n < PARTS_MAX; i++) {
		if (i < len && p[i] != ':' && p[i] != '.')
			continue;
		parts->at[parts->n] = start;
		parts->len[parts->n++] = i - start;
		start = i + 1;
	}
}

static size_t
mutate_text_of_json(uint8_t *p, size_t len, size_t max)
{
	return mutate_base64url(mutate_json, p, len, max);
}

static size_t
mutate_text_of_bytes(uint8_t *p, size_t len, size_t max)
{
	return mutate_base64url(mutate_bytes, p, len, max);
}

/* Payload and headers are JSON; the third and fifth part are signatures. */
size_t
mutate_token(uint8_t *p, size_t len, size_t max)
{
	struct parts parts;
	size_t one;

	split(p, len, &parts);
	one = dice((unsigned)parts.n);
	if (dice(16) == 0)
		return mutate_bytes(p, len, max);
	return mutate_part(one == 2 || one == 4 || one == 7 ?
	    mutate_text_of_bytes : mutate_text_of_json, p, len, max,
	    parts.at[one], parts.len[one]);
}

/* --- signing --- */

static uint8_t token_room[PK_TOKEN_ROOM(PK_TOKEN_MAX)];

/* Which segment has the user's key in its header; the second if none has. */
static unsigned
users_segment(const struct pk_token *token)
{
	struct span header = token->segment[0].header;

	return memmem(header.p, header.len, "\"upk\"", 5) != NULL ? 0 : 1;
}

static uint8_t commitment[COMMITMENT_LEN];

static size_t
commit(uint8_t *payload, size_t len, size_t max)
{
	static const char name[] = "\"nonce\":\"";
	uint8_t *at = memmem(payload, len, name, sizeof(name) - 1);

	(void)max;
	if (at != NULL && (size_t)(payload + len - at) > sizeof(name) - 1 +
	    COMMITMENT_LEN)
		memcpy(at + sizeof(name) - 1, commitment, COMMITMENT_LEN);
	return len;
}

static size_t
commit_in_text(uint8_t *p, size_t len, size_t max)
{
	return mutate_base64url(commit, p, len, max);
}

/* What is put in a signature's place: base64url of it. */
static char signature_text[(TEST_KEY_SIGNATURE_LEN * 4 + 2) / 3];

static size_t
put_signature(uint8_t *p, size_t len, size_t max)
{
	if (max < sizeof(signature_text))
		return len;
	memcpy(p, signature_text, sizeof(signature_text));
	return sizeof(signature_text);
}

static size_t
sign_part(uint8_t *p, size_t len, size_t max, enum test_key key,
    struct span input, size_t part)
{
	uint8_t signature[TEST_KEY_SIGNATURE_LEN];
	struct parts parts;

	test_key_sign(key, input.p, input.len, signature);
	base64url_encode(signature, sizeof(signature), signature_text);
	split(p, len, &parts);
	return mutate_part(put_signature, p, len, max, parts.at[part],
	    parts.len[part]);
}

/* The nonce fits the user's header, and both have signed. */
static size_t
sign(uint8_t *p, size_t len, size_t max)
{
	struct pk_token token;
	struct parts parts;
	uint8_t hash[SHA3_256_LEN];
	unsigned user;

	if (pk_token_read(p, len, token_room, sizeof(token_room), &token) !=
	    REASON_OK)
		return len;
	user = users_segment(&token);
	sha3_256(token.segment[user].header.p, token.segment[user].header.len,
	    hash);
	base64url_encode(hash, sizeof(hash), (char *)commitment);
	split(p, len, &parts);
	len = mutate_part(commit_in_text, p, len, max, parts.at[0],
	    parts.len[0]);
	if (pk_token_read(p, len, token_room, sizeof(token_room), &token) !=
	    REASON_OK)
		return len;
	for (unsigned i = 0; i < PK_TOKEN_SEGMENTS; i++)
		len = sign_part(p, len, max, i == user ? TEST_KEY_USER :
		    TEST_KEY_PROVIDER, token.segment[i].input, 2 + 2 * i);
	if (token.has_fresh) {
		/* Its text has moved with the signatures. */
		split(p, len, &parts);
		len = sign_part(p, len, max, TEST_KEY_PROVIDER, (struct span){
		    p + parts.at[5], parts.len[5] + 1 + parts.len[6] }, 7);
	}
	return len;
}

size_t
mutate_signed_token(uint8_t *p, size_t len, size_t max)
{
	return sign(p, mutate_token(p, len, max), max);
}
