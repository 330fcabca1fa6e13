/*
 * The checks before the provider's signature, and that one itself: bounds,
 * the wire reader, base64url and BoringSSL's answer. No JSON reader is
 * called from here.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parseproc/base64url.h"
#include "parseproc/gq256_kid.h"
#include "parseproc/hint.h"
#include "parseproc/opk_login.h"

void
opk_say(struct opk_login *login, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(login->words, sizeof(login->words), fmt, ap);
	va_end(ap);
}

enum reason
opk_check_certificate(struct opk_login *login)
{
	const char *type = ssh_cert_type(login->key_type.p,
	    login->key_type.len);
	enum reason reason;

	opk_say(login, "%s", "");
	if (type == NULL)
		return REASON_CERT_TYPE;
	reason = ssh_cert_read(login->blob.p, login->blob.len, &login->cert);
	if (reason != REASON_OK)
		return reason;
	opk_say(login, "%s of %zu bytes", login->cert.type, login->blob.len);
	return strcmp(login->cert.type, type) == 0 ? REASON_OK :
	    REASON_CERT_TYPE;
}

enum reason
opk_check_cert_time(struct opk_login *login)
{
	const struct ssh_cert *cert = &login->cert;

	if (cert->valid_before == UINT64_MAX)
		opk_say(login, "from %llu on",
		    (unsigned long long)cert->valid_after);
	else
		opk_say(login, "from %llu to %llu; now %llu",
		    (unsigned long long)cert->valid_after,
		    (unsigned long long)cert->valid_before,
		    (unsigned long long)login->now);
	return ssh_cert_valid_at(cert, login->now) ? REASON_OK :
	    REASON_CERT_TIME;
}

enum reason
opk_check_principals(struct opk_login *login)
{
	login->principal = ssh_cert_principal(&login->cert, login->user);
	switch (login->principal) {
	case SSH_CERT_NONE:
		opk_say(login, "none: any user, for OpenSSH before 10.3; "
		    "newer ones refuse it: update the client");
		return REASON_OK;
	case SSH_CERT_WILDCARD:
		opk_say(login, SSH_CERT_WILDCARD_PRINCIPAL);
		return REASON_OK;
	case SSH_CERT_LOGIN_NAME:
		opk_say(login, "the login name");
		return REASON_OK;
	default:
		opk_say(login, "%zu, neither " SSH_CERT_WILDCARD_PRINCIPAL
		    " nor the login name", login->cert.nprincipals);
		return REASON_CERT_PRINCIPALS;
	}
}

enum reason
opk_check_token(struct opk_login *login)
{
	struct span text = login->cert.token;
	size_t size = PK_TOKEN_ROOM(text.len);
	enum reason reason;

	opk_say(login, "%zu bytes", text.len);
	if ((login->room = malloc(size)) == NULL)
		return REASON_MEMORY;
	reason = pk_token_read(text.p, text.len, login->room, size,
	    &login->token);
	if (reason == REASON_OK && login->token.has_fresh)
		opk_say(login, "%zu bytes, with a refreshed ID token",
		    text.len);
	return reason;
}

enum reason
opk_check_signature(struct opk_login *login)
{
	enum reason reason = op_signature_find(&login->token, login->issuers,
	    login->nissuers, &login->fit);
	const struct jwk *key = login->fit.key;

	if (reason != REASON_OK)
		return reason;
	opk_say(login, "a key of %.*s: %s, kid %.*s",
	    SPAN_WORDS(login->issuers[login->fit.issuer].name),
	    login->issuers[login->fit.issuer].gq ? "GQ256" :
	    jws_alg_name(key->alg), SPAN_WORDS(key->kid));
	return REASON_OK;
}

/* The key id that a header claims, in a GQ256 header one level down. */
static bool
claimed_kid(struct span header, struct hint *kid)
{
	uint8_t original[GQ256_KID_MAX];
	struct span text;
	size_t len;

	if (gq256_kid(header.p, header.len, &text) != REASON_OK)
		return hint_find(header, "kid", kid);
	if (base64url_decode(text.p, text.len, original, sizeof(original),
	    &len) != ERR_OK)
		return false;
	return hint_find((struct span){ original, len }, "kid", kid);
}

static bool
has_kid(const struct issuer *issuer, const struct hint *kid)
{
	const struct span wanted = { kid->text, kid->len };

	for (size_t i = 0; i < issuer->set.nkeys; i++)
		if (issuer->set.keys[i].has_kid &&
		    span_equal(issuer->set.keys[i].kid, wanted))
			return true;
	return false;
}

/* Of the two headers one is the user's, which seldom has a key id. */
static bool
token_kid(const struct pk_token *token, struct hint *kid)
{
	for (unsigned i = 0; i < PK_TOKEN_SEGMENTS; i++)
		if (claimed_kid(token->segment[i].header, kid))
			return true;
	return false;
}

static void
hint_at(struct opk_login *login, size_t i, bool fresh, struct opk_hint *hint)
{
	const struct issuer *issuer = &login->issuers[i];
	struct hint kid;
	bool claimed = token_kid(&login->token, &kid);

	hint->issuer = i;
	if (issuer->set.nkeys == 0) {
		hint->reason = REASON_PROVIDER_KEYS;
		opk_say(login, "no keys of %.*s are at hand",
		    SPAN_WORDS(issuer->name));
	} else if (claimed && !has_kid(issuer, &kid)) {
		hint->reason = REASON_KEY_UNKNOWN;
		opk_say(login, "%.*s has no key %.*s",
		    SPAN_WORDS(issuer->name), (int)kid.len,
		    (const char *)kid.text);
	} else
		opk_say(login, "no key of %.*s, which it claims, fits",
		    SPAN_WORDS(issuer->name));
	if (!fresh || hint->reason != REASON_TOKEN_SIGNATURE)
		hint->lack = OPK_LACK_KEYS;
}

void
opk_signature_hint(struct opk_login *login, const bool *fresh,
    struct opk_hint *hint)
{
	/* Both segments share the payload. */
	struct span payload = login->token.segment[0].payload;
	struct hint iss;

	*hint = (struct opk_hint){ OPK_LACK_NOTHING, 0,
		REASON_TOKEN_SIGNATURE };
	if (!hint_find(payload, "iss", &iss)) {
		opk_say(login, "no key of any provider fits");
		return;
	}
	for (size_t i = 0; i < login->nissuers; i++)
		if (span_equal(login->issuers[i].name,
		    (struct span){ iss.text, iss.len })) {
			hint_at(login, i, fresh[i], hint);
			return;
		}
	hint->reason = REASON_ISSUER_UNKNOWN;
	opk_say(login, "it claims issuer %.*s", (int)iss.len,
	    (const char *)iss.text);
}
