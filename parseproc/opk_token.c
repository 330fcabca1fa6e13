/*
 * The checks of a token that a provider of ours has signed: only now is
 * there anything to read. Then the user's half, which counts because the
 * provider's commits to it.
 */
#include <stdlib.h>
#include <string.h>

#include "parseproc/base64url.h"
#include "parseproc/gq256_kid.h"
#include "parseproc/jwk_read.h"
#include "parseproc/jwk_write.h"
#include "parseproc/jws.h"
#include "parseproc/opk_login.h"
#include "parseproc/sha3.h"
#include "parseproc/ssh_cert_self.h"

static const struct issuer *
issuer_of(const struct opk_login *login)
{
	return &login->issuers[login->fit.issuer];
}

static const struct pk_jws *
provider_part(const struct opk_login *login)
{
	return &login->token.segment[login->fit.segment];
}

static const struct pk_jws *
user_part(const struct opk_login *login)
{
	return &login->token.segment[1 - login->fit.segment];
}

static enum reason
read_header(struct span header, const struct jwk *key, bool *key_bound)
{
	const struct header_key fits = { jws_alg_name(key->alg), key->has_kid,
		key->kid };

	return op_header_read(header.p, header.len, &fits, key_bound);
}

/* GQ256: the header that counts is the one which the provider signed. */
static enum reason
read_original_header(struct opk_login *login)
{
	struct span text = login->fit.original;
	uint8_t header[GQ256_KID_MAX];
	size_t len;
	enum reason reason;

	if (base64url_decode(text.p, text.len, header, sizeof(header),
	    &len) != ERR_OK)
		return REASON_GQ_HEADER;
	reason = read_header((struct span){ header, len }, login->fit.key,
	    &login->key_bound);
	if (reason == REASON_OK && login->key_bound)
		return REASON_TOKEN_TYPE;
	return reason;
}

enum reason
opk_check_header(struct opk_login *login)
{
	enum reason reason = issuer_of(login)->gq ?
	    read_original_header(login) :
	    read_header(provider_part(login)->header, login->fit.key,
	    &login->key_bound);

	opk_say(login, "%s", reason != REASON_OK ? "" : login->key_bound ?
	    "a key-bound ID token" : "an ID token");
	return reason;
}

enum reason
opk_check_payload(struct opk_login *login)
{
	struct span payload = provider_part(login)->payload;
	enum reason reason = claims_read(CLAIMS_ID_TOKEN, payload.p,
	    payload.len, &login->claims);

	opk_say(login, "sub %.*s, e-mail %.*s", SPAN_WORDS(login->claims.sub),
	    SPAN_WORDS(login->claims.email));
	return reason;
}

static bool
has_key(const struct issuer *issuer, const struct jwk *key)
{
	for (size_t i = 0; i < issuer->set.nkeys; i++)
		if (issuer->set.keys[i].alg == key->alg &&
		    jwk_same_key(&issuer->set.keys[i], key))
			return true;
	return false;
}

bool
opk_named_issuer(const struct opk_login *login, size_t *issuer)
{
	for (size_t i = 0; i < login->nissuers; i++)
		if (span_equal(login->issuers[i].name, login->claims.iss)) {
			*issuer = i;
			return login->issuers[i].gq == issuer_of(login)->gq;
		}
	return false;
}

/*
 * Microsoft's tenants share their keys: the one that the token names must be
 * ours, and have the key that fits.
 */
static bool
find_issuer(struct opk_login *login)
{
	size_t i;

	if (!opk_named_issuer(login, &i) ||
	    !has_key(&login->issuers[i], login->fit.key))
		return false;
	login->fit.issuer = i;
	return true;
}

enum reason
opk_check_provider(struct opk_login *login)
{
	struct span iss = login->claims.iss;

	if (!find_issuer(login)) {
		opk_say(login, "iss is %.*s, and the key that fits is %.*s's",
		    SPAN_WORDS(iss), SPAN_WORDS(issuer_of(login)->name));
		return REASON_ISSUER_MISMATCH;
	}
	for (size_t i = 0; i < login->providers.count; i++) {
		const struct opk_provider *row = &login->providers.rows[i];

		if (!span_is(iss, row->issuer) || (!row->gq &&
		    !claims_for_audience(&login->claims,
		    span_of(row->client_id))))
			continue;
		login->row = row;
		opk_say(login, "line %u of providers: %s", row->line,
		    row->issuer);
		return REASON_OK;
	}
	opk_say(login, "aud %.*s is no client id that providers lists for "
	    "%.*s", SPAN_WORDS(login->claims.audiences[0]), SPAN_WORDS(iss));
	return REASON_AUDIENCE;
}

/* A key-bound token's key, by its thumbprint; none for an ordinary one. */
static enum reason
bound_key(const struct claims *claims, bool key_bound,
    uint8_t thumbprint[JWK_THUMBPRINT_LEN], struct span *key)
{
	struct json doc = { 0 };
	uint8_t *room = malloc(JWK_ROOM);
	struct jwk jwk;
	enum reason reason = REASON_MEMORY;

	*key = (struct span){ NULL, 0 };
	if (!key_bound) {
		free(room);
		return REASON_OK;
	}
	if (room != NULL && json_read(&doc, claims->cnf_jwk.p,
	    claims->cnf_jwk.len) == JSON_OK)
		reason = jwk_read(&doc, JSON_ROOT, room, &jwk);
	else if (room != NULL)
		reason = REASON_COMMITMENT;
	if (reason == REASON_OK) {
		jwk_thumbprint(&jwk, thumbprint);
		*key = (struct span){ thumbprint, JWK_THUMBPRINT_LEN };
	} else if (reason != REASON_MEMORY)
		reason = REASON_COMMITMENT;
	json_free(&doc);
	free(room);
	return reason;
}

/* The refreshed token, verified exactly as the first. */
static enum reason
read_fresh(struct opk_login *login, struct claims *fresh, bool *key_bound)
{
	const struct pk_jws *jws = &login->token.fresh;
	const struct jwk *key;
	enum reason reason;

	if (issuer_of(login)->gq)
		return REASON_TOKEN_SIGNATURE;
	reason = op_signature_of(issuer_of(login), jws, &key);
	if (reason == REASON_OK)
		reason = read_header(jws->header, key, key_bound);
	if (reason == REASON_OK)
		reason = claims_read(CLAIMS_ID_TOKEN, jws->payload.p,
		    jws->payload.len, fresh);
	return reason;
}

static enum reason
check_refreshed(struct opk_login *login)
{
	uint8_t first_print[JWK_THUMBPRINT_LEN];
	uint8_t fresh_print[JWK_THUMBPRINT_LEN];
	struct expiry_keys keys;
	struct claims fresh;
	bool key_bound = false;
	enum reason reason;

	memset(&fresh, 0, sizeof(fresh));
	reason = read_fresh(login, &fresh, &key_bound);
	if (reason == REASON_OK)
		reason = bound_key(&login->claims, login->key_bound,
		    first_print, &keys.first);
	if (reason == REASON_OK)
		reason = bound_key(&fresh, key_bound, fresh_print,
		    &keys.fresh);
	if (reason == REASON_OK)
		reason = expiry_refreshed(&login->claims, &fresh, &keys,
		    login->now, &login->ends);
	claims_free(&fresh);
	opk_say(login, "by the refreshed ID token: to %llu; now %llu",
	    (unsigned long long)login->ends, (unsigned long long)login->now);
	return reason;
}

enum reason
opk_check_expiry(struct opk_login *login)
{
	enum expiry policy = login->row->expiry;
	enum reason reason = expiry_check(policy, &login->claims, login->now,
	    &login->ends);

	if (reason == REASON_TOKEN_EXPIRED &&
	    policy == EXPIRY_OIDC_REFRESHED && login->token.has_fresh)
		return check_refreshed(login);
	opk_say(login, "iat %llu, exp %llu, policy %s; now %llu",
	    (unsigned long long)login->claims.iat,
	    (unsigned long long)login->claims.exp, expiry_word(policy),
	    (unsigned long long)login->now);
	return reason;
}

enum reason
opk_check_deny_lists(struct opk_login *login)
{
	opk_say(login, "config.yml");
	if (opk_config_denies_user(&login->config, login->user))
		return REASON_DENIED_USER;
	if (opk_config_denies_email(&login->config, login->claims.email))
		return REASON_DENIED_EMAIL;
	return REASON_OK;
}

enum reason
opk_check_user_signature(struct opk_login *login)
{
	const struct pk_jws *jws = user_part(login);

	opk_say(login, "%s by the certified key",
	    jws_alg_name(login->cert.key.alg));
	return jws_verify(&login->cert.key, jws->input, jws->signature);
}

static enum reason
check_bound_key(struct opk_login *login)
{
	uint8_t print[JWK_THUMBPRINT_LEN], certified[JWK_THUMBPRINT_LEN];
	struct span bound;
	enum reason reason = bound_key(&login->claims, true, print, &bound);

	opk_say(login, "cnf.jwk");
	if (reason != REASON_OK)
		return reason;
	jwk_thumbprint(&login->cert.key, certified);
	return span_equal(bound, (struct span){ certified,
	    sizeof(certified) }) ? REASON_OK : REASON_COMMITMENT;
}

enum reason
opk_check_commitment(struct opk_login *login)
{
	struct span header = user_part(login)->header;
	struct span claim = login->claims.nonce;

	if (login->key_bound)
		return check_bound_key(login);
	opk_say(login, "%s", "nonce");
	if (issuer_of(login)->gq) {
		claim = login->claims.aud;
		opk_say(login, "%s", "aud");
	}
	return commitment_matches(header.p, header.len, claim.p, claim.len) ?
	    REASON_OK : REASON_COMMITMENT;
}

enum reason
opk_check_user_key(struct opk_login *login)
{
	struct span header = user_part(login)->header;
	struct cic_header *cic = &login->user_claims;
	uint8_t *room;
	struct jwk upk;
	enum reason reason = cic_header_read(header.p, header.len,
	    jws_alg_name(login->cert.key.alg), cic);

	opk_say(login, "%s", "upk");
	if (reason != REASON_OK)
		return reason;
	if ((room = malloc(JWK_ROOM)) == NULL)
		return REASON_MEMORY;
	reason = jwk_read(&cic->doc, cic->upk, room, &upk);
	if (reason == REASON_OK && !jwk_same_key(&upk, &login->cert.key))
		reason = REASON_USER_KEY;
	else if (reason != REASON_OK && reason != REASON_MEMORY)
		reason = REASON_USER_KEY;
	free(room);
	return reason;
}

enum reason
opk_check_cert_signature(struct opk_login *login)
{
	opk_say(login, "%s", "by the certified key");
	return ssh_cert_self_verify(&login->cert);
}

void
opk_token_forget(struct opk_login *login)
{
	claims_free(&login->claims);
	cic_header_free(&login->user_claims);
	login->row = NULL;
	login->key_bound = false;
	login->ends = 0;
}
