#include "parseproc/token_header.h"

#include <string.h>

/* Openpubkey's random value: 32 bytes in hex. */
#define RZ_LEN 64

/*
 * Each would name a key (RFC 7515 section 4.1.2 to 4.1.6) or change what the
 * signature covers (section 4.1.11, RFC 7797). A thumbprint, x5t, does
 * neither; Entra sends it.
 */
static const char *const forbidden[] = {
	"crit", "b64", "jwk", "jku", "x5c", "x5u",
};

static bool
has_forbidden(const struct json *doc)
{
	for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++)
		if (json_member(doc, JSON_ROOT, forbidden[i]) != JSON_NONE)
			return true;
	return false;
}

static bool
member_is(const struct json *doc, json_value object, const char *name,
    const char *text)
{
	return json_string_is(doc, json_member(doc, object, name),
	    (const uint8_t *)text, strlen(text));
}

/* Whether alg, a string, is the name, or the other name of the same. */
static enum reason
check_alg(const struct json *doc, const char *alg)
{
	json_value v = json_member(doc, JSON_ROOT, "alg");

	if (json_kind(doc, v) != JSON_STRING)
		return REASON_TOKEN_HEADER;
	if (member_is(doc, JSON_ROOT, "alg", alg))
		return REASON_OK;
	/* RFC 9864 section 2.2. */
	if (strcmp(alg, "EdDSA") == 0 &&
	    member_is(doc, JSON_ROOT, "alg", "Ed25519"))
		return REASON_OK;
	return REASON_TOKEN_ALG;
}

static enum reason
check_kid(const struct json *doc, const struct header_key *key)
{
	json_value kid = json_member(doc, JSON_ROOT, "kid");

	if (kid == JSON_NONE)
		return REASON_OK;
	if (json_kind(doc, kid) != JSON_STRING)
		return REASON_TOKEN_HEADER;
	return key->has_kid && json_string_is(doc, kid, key->kid.p,
	    key->kid.len) ? REASON_OK : REASON_TOKEN_KID;
}

/* What both headers have in common. */
static enum reason
read_header(struct json *doc, const uint8_t *text, size_t len,
    const char *alg)
{
	enum json_verdict verdict = JSON_SIZE;

	if (len <= TOKEN_HEADER_MAX)
		verdict = json_read(doc, text, len);
	if (verdict == JSON_MEMORY)
		return REASON_MEMORY;
	if (verdict != JSON_OK || json_kind(doc, JSON_ROOT) != JSON_OBJECT)
		return REASON_TOKEN_JSON;
	if (has_forbidden(doc))
		return REASON_TOKEN_HEADER;
	return check_alg(doc, alg);
}

/* typ of an ID token. */
static enum reason
check_typ(const struct json *doc, bool *key_bound)
{
	json_value typ = json_member(doc, JSON_ROOT, "typ");

	*key_bound = member_is(doc, JSON_ROOT, "typ", "dpop+id_token");
	if (typ == JSON_NONE || *key_bound ||
	    member_is(doc, JSON_ROOT, "typ", "JWT"))
		return REASON_OK;
	return json_kind(doc, typ) == JSON_STRING ? REASON_TOKEN_TYPE :
	    REASON_TOKEN_HEADER;
}

enum reason
op_header_read(const uint8_t *text, size_t len, const struct header_key *key,
    bool *key_bound)
{
	struct json doc = { 0 };
	enum reason reason = read_header(&doc, text, len, key->alg);

	*key_bound = false;
	if (reason == REASON_OK)
		reason = check_kid(&doc, key);
	if (reason == REASON_OK)
		reason = check_typ(&doc, key_bound);
	json_free(&doc);
	return reason;
}

static bool
is_hex(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!((p[i] >= '0' && p[i] <= '9') ||
		    (p[i] >= 'a' && p[i] <= 'f') ||
		    (p[i] >= 'A' && p[i] <= 'F')))
			return false;
	return true;
}

static enum reason
check_rz(const struct json *doc)
{
	json_value rz = json_member(doc, JSON_ROOT, "rz");
	size_t len;
	/* With an escape in it, it has a backslash and is refused. */
	const uint8_t *p = json_text(doc, rz, &len);

	return json_kind(doc, rz) == JSON_STRING && len == RZ_LEN &&
	    is_hex(p, len) ? REASON_OK : REASON_TOKEN_HEADER;
}

/* upk's own alg is the header's, to the letter. */
static enum reason
check_upk(struct cic_header *header)
{
	const struct json *doc = &header->doc;
	json_value alg;
	size_t len;
	const uint8_t *p;

	header->upk = json_member(doc, JSON_ROOT, "upk");
	/* What is no object has no members. */
	alg = json_member(doc, header->upk, "alg");
	if (json_kind(doc, alg) != JSON_STRING)
		return REASON_TOKEN_HEADER;
	/* The header's is one of ours by now, and none of ours is escaped. */
	p = json_text(doc, alg, &len);
	if (!json_string_is(doc, json_member(doc, JSON_ROOT, "alg"), p, len))
		return REASON_TOKEN_ALG;
	header->upk_text.p = json_text(doc, header->upk,
	    &header->upk_text.len);
	return REASON_OK;
}

enum reason
cic_header_read(const uint8_t *text, size_t len, const char *alg,
    struct cic_header *header)
{
	enum reason reason;

	memset(header, 0, sizeof(*header));
	reason = read_header(&header->doc, text, len, alg);
	if (reason == REASON_OK && !member_is(&header->doc, JSON_ROOT, "typ",
	    "CIC"))
		reason = REASON_TOKEN_TYPE;
	if (reason == REASON_OK)
		reason = check_rz(&header->doc);
	if (reason == REASON_OK)
		reason = check_upk(header);
	if (reason != REASON_OK)
		cic_header_free(header);
	return reason;
}

void
cic_header_free(struct cic_header *header)
{
	json_free(&header->doc);
	memset(header, 0, sizeof(*header));
}
