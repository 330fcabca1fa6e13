#include "parseproc/claims.h"

#include <stdlib.h>
#include <string.h>

/* Copies a string of the document; there is room for all of them. */
static struct span
copy_string(struct claims *claims, json_value v)
{
	size_t max = json_string_max(&claims->doc, v), len;
	uint8_t *p = claims->strings + claims->used;

	if (json_string(&claims->doc, v, p, max, &len) != ERR_OK)
		return (struct span){ NULL, 0 };
	claims->used += len;
	return (struct span){ p, len };
}

/* A claim that must be a string with something in it. */
static bool
read_required(struct claims *claims, const char *name, struct span *out)
{
	*out = copy_string(claims, json_member(&claims->doc, JSON_ROOT,
	    name));
	return out->len > 0;
}

/* A claim that may be absent or null; false if it is another kind. */
static bool
read_optional(struct claims *claims, const char *name, struct span *out)
{
	json_value v = json_member(&claims->doc, JSON_ROOT, name);
	enum json_kind kind = json_kind(&claims->doc, v);

	*out = (struct span){ NULL, 0 };
	if (kind == JSON_STRING)
		*out = copy_string(claims, v);
	return kind == JSON_STRING || kind == JSON_ABSENT ||
	    kind == JSON_NULL;
}

/*
 * What is not clearly yes is no, so that a provider's slip shuts e-mail rules
 * and not the whole login.
 */
static enum email_verified
read_email_verified(const struct json *doc)
{
	json_value v = json_member(doc, JSON_ROOT, "email_verified");

	switch (json_kind(doc, v)) {
	case JSON_ABSENT:
		return EMAIL_VERIFIED_ABSENT;
	case JSON_TRUE:
		return EMAIL_VERIFIED_TRUE;
	case JSON_STRING:
		/* Amazon Cognito writes it so. */
		if (json_string_is(doc, v, (const uint8_t *)"true", 4))
			return EMAIL_VERIFIED_TRUE;
		return EMAIL_VERIFIED_FALSE;
	default:
		return EMAIL_VERIFIED_FALSE;
	}
}

/*
 * A time: digits and nothing else, so no sign, point or exponent, and no
 * value that some other reader would round or clamp.
 */
static bool
read_time(const struct json *doc, json_value v, uint64_t *out)
{
	const uint8_t *p;
	size_t len;
	uint64_t sum = 0;

	*out = 0;
	if (json_number(doc, v, &p, &len) != ERR_OK)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		sum = sum * 10 + (uint64_t)(p[i] - '0');
		if (sum > CLAIMS_TIME_MAX)
			return false;
	}
	*out = sum;
	return true;
}

static bool
read_times(struct claims *claims)
{
	const struct json *doc = &claims->doc;
	json_value nbf = json_member(doc, JSON_ROOT, "nbf");

	return read_time(doc, json_member(doc, JSON_ROOT, "iat"),
	    &claims->iat) &&
	    read_time(doc, json_member(doc, JSON_ROOT, "exp"), &claims->exp) &&
	    (nbf == JSON_NONE || read_time(doc, nbf, &claims->nbf));
}

/* aud: one string, or some of them and nothing else. */
static bool
read_audience(struct claims *claims)
{
	const struct json *doc = &claims->doc;
	json_value aud = json_member(doc, JSON_ROOT, "aud");
	json_value e = json_first(doc, aud);

	if (json_kind(doc, aud) == JSON_STRING) {
		claims->aud = copy_string(claims, aud);
		claims->audiences[claims->naudiences++] = claims->aud;
		return claims->aud.len > 0;
	}
	for (; e != JSON_NONE; e = json_next(doc, aud, e)) {
		struct span one = copy_string(claims, e);

		if (one.len == 0 || claims->naudiences ==
		    CLAIMS_AUDIENCES_MAX)
			return false;
		claims->audiences[claims->naudiences++] = one;
	}
	return claims->naudiences > 0;
}

/*
 * Entra leaves groups out where there are more than 200 and says where they
 * could be asked for (OpenID Connect Core section 5.6.2), or only that there
 * are some ("hasgroups").
 */
static bool
read_groups_overage(const struct json *doc)
{
	json_value names = json_member(doc, JSON_ROOT, "_claim_names");
	json_value sources = json_member(doc, JSON_ROOT, "_claim_sources");
	json_value has = json_member(doc, JSON_ROOT, "hasgroups");

	if (json_member(doc, JSON_ROOT, "groups") != JSON_NONE)
		return false;
	return json_member(doc, names, "groups") != JSON_NONE ||
	    json_member(doc, sources, "groups") != JSON_NONE ||
	    json_kind(doc, has) == JSON_TRUE ||
	    json_string_is(doc, has, (const uint8_t *)"true", 4);
}

/* The key that a key-bound token names; absent unless it is an object. */
static struct span
read_cnf_jwk(const struct json *doc)
{
	json_value cnf = json_member(doc, JSON_ROOT, "cnf");
	json_value jwk = json_member(doc, cnf, "jwk");
	struct span text = { NULL, 0 };

	if (json_kind(doc, jwk) == JSON_OBJECT)
		text.p = json_text(doc, jwk, &text.len);
	return text;
}

static enum reason
read_all(enum claims_kind kind, struct claims *claims)
{
	if (!read_required(claims, "sub", &claims->sub) ||
	    !read_optional(claims, "email", &claims->email))
		return REASON_TOKEN_CLAIM;
	claims->email_verified = read_email_verified(&claims->doc);
	claims->groups_overage = read_groups_overage(&claims->doc);
	if (kind == CLAIMS_USERINFO)
		return REASON_OK;
	if (!read_required(claims, "iss", &claims->iss) ||
	    !read_audience(claims) ||
	    !read_optional(claims, "nonce", &claims->nonce))
		return REASON_TOKEN_CLAIM;
	claims->cnf_jwk = read_cnf_jwk(&claims->doc);
	return read_times(claims) ? REASON_OK : REASON_TOKEN_TIME;
}

enum reason
claims_read(enum claims_kind kind, const uint8_t *text, size_t len,
    struct claims *claims)
{
	enum reason reason = REASON_MEMORY;
	enum json_verdict verdict = JSON_SIZE;

	memset(claims, 0, sizeof(*claims));
	if (len <= CLAIMS_TEXT_MAX)
		verdict = json_read(&claims->doc, text, len);
	if (verdict == JSON_MEMORY)
		goto out;
	if (verdict != JSON_OK ||
	    json_kind(&claims->doc, JSON_ROOT) != JSON_OBJECT) {
		reason = REASON_TOKEN_JSON;
		goto out;
	}
	/* No string is longer than its text, so all fit. */
	if ((claims->strings = malloc(len)) == NULL)
		goto out;
	reason = read_all(kind, claims);
out:
	if (reason != REASON_OK)
		claims_free(claims);
	return reason;
}

void
claims_free(struct claims *claims)
{
	/* In this order, in which the arena can give both back. */
	free(claims->strings);
	json_free(&claims->doc);
	memset(claims, 0, sizeof(*claims));
}

/* Whether a value, not looked into, is the text. */
static bool
value_is(const struct json *doc, json_value v, struct span text)
{
	struct span own;

	switch (json_kind(doc, v)) {
	case JSON_STRING:
		return json_string_is(doc, v, text.p, text.len);
	case JSON_NUMBER:
	case JSON_TRUE:
	case JSON_FALSE:
		own.p = json_text(doc, v, &own.len);
		return span_equal(own, text);
	default:
		return false;
	}
}

bool
claims_match(const struct claims *claims, struct span name, struct span value)
{
	const struct json *doc = &claims->doc;
	json_value v = json_member_named(doc, JSON_ROOT, name.p, name.len);

	for (json_value e = json_first(doc, v); e != JSON_NONE;
	    e = json_next(doc, v, e))
		if (value_is(doc, e, value))
			return true;
	return value_is(doc, v, value);
}

bool
claims_for_audience(const struct claims *claims, struct span client_id)
{
	for (size_t i = 0; i < claims->naudiences; i++)
		if (span_equal(claims->audiences[i], client_id))
			return true;
	return false;
}

/* Whether every audience of a is one of b. */
static bool
audiences_within(const struct claims *a, const struct claims *b)
{
	for (size_t i = 0; i < a->naudiences; i++)
		if (!claims_for_audience(b, a->audiences[i]))
			return false;
	return true;
}

bool
claims_same_audience(const struct claims *a, const struct claims *b)
{
	return audiences_within(a, b) && audiences_within(b, a);
}
