/*
 * The checks up to the provider's signature, in order: each asks about what
 * is this login's, and is passed only if the answer was good; what an
 * unsigned token claims can never be a reason to accept it. What they ask
 * has proofs of its own, and here answers anything that it may.
 */
#include <stdarg.h>
#include <string.h>

#include "parseproc/base64url.h"
#include "parseproc/gq256_kid.h"
#include "parseproc/hint.h"
#include "parseproc/opk_login.h"
#include "proofs/proof.h"

static struct opk_login login;
static enum reason read_said, token_said, found_said;
static const char *type_said;
static bool time_said;
static enum ssh_cert_principal principal_said;

int
vsnprintf(char *to, size_t n, const char *fmt, va_list ap)
{
	(void)ap;
	PROVE(__CPROVER_w_ok(to, n) && fmt != NULL, "room for words");
	to[n - 1] = '\0';
	return ANY(int);
}

const char *
ssh_cert_type(const uint8_t *name, size_t len)
{
	PROVE(same((struct span){ name, len }, login.key_type), "its type");
	type_said = ANY(bool) ? "one" : ANY(bool) ? "other" : NULL;
	return type_said;
}

enum reason
ssh_cert_read(const uint8_t *blob, size_t len, struct ssh_cert *cert)
{
	struct span bytes = { blob, len };

	PROVE(same(bytes, login.blob) && cert == &login.cert, "the key");
	*cert = (struct ssh_cert){ 0 };
	if ((read_said = any_reason()) == REASON_OK)
		*cert = (struct ssh_cert){
			.type = "one",
			.token = any_piece(bytes), .principals = any_piece(bytes),
			.valid_after = ANY(uint64_t),
			.valid_before = ANY(uint64_t) };
	return read_said;
}

bool
ssh_cert_valid_at(const struct ssh_cert *cert, uint64_t now)
{
	PROVE(cert == &login.cert && now == login.now, "its time");
	time_said = ANY(unsigned) % 2 == 1;
	return time_said;
}

enum ssh_cert_principal
ssh_cert_principal(const struct ssh_cert *cert, struct span name)
{
	PROVE(cert == &login.cert && same(name, login.user), "the user");
	principal_said = (enum ssh_cert_principal)(ANY(unsigned) % 4);
	return principal_said;
}

enum reason
pk_token_read(const uint8_t *text, size_t len, uint8_t *room, size_t size,
    struct pk_token *token)
{
	PROVE(same((struct span){ text, len }, login.cert.token), "its token");
	PROVE(__CPROVER_w_ok(room, size) && size >= PK_TOKEN_ROOM(len),
	    "room for it");
	*token = (struct pk_token){ 0 };
	token_said = any_reason();
	token->has_fresh = token_said == REASON_OK && ANY(bool);
	return token_said;
}

enum reason
op_signature_find(const struct pk_token *token, const struct issuer *issuers,
    size_t nissuers, struct op_fit *fit)
{
	size_t i = ANY(size_t), j = ANY(size_t);

	PROVE(token == &login.token && issuers == login.issuers &&
	    nissuers == login.nissuers, "ours");
	*fit = (struct op_fit){ 0 };
	if ((found_said = any_reason()) == REASON_OK) {
		ASSUME(i < nissuers && j < issuers[i].set.nkeys);
		*fit = (struct op_fit){ .issuer = i,
			.key = &issuers[i].set.keys[j] };
	}
	return found_said;
}

const char *
jws_alg_name(enum jws_alg alg)
{
	(void)alg;
	return "";
}

enum reason
gq256_kid(const uint8_t *header, size_t n, struct span *kid)
{
	PROVE(same((struct span){ header, n }, login.token.segment[0].header) ||
	    same((struct span){ header, n }, login.token.segment[1].header),
	    "its header");
	*kid = any_piece((struct span){ header, n });
	return ANY(bool) ? REASON_OK : REASON_GQ_HEADER;
}

enum err
base64url_decode(const uint8_t *text, size_t n, uint8_t *out, size_t max,
    size_t *len)
{
	PROVE(n == 0 || __CPROVER_r_ok(text, n), "bytes to decode");
	PROVE(__CPROVER_w_ok(out, max), "room for them");
	*len = ANY(size_t);
	ASSUME(*len <= max);
	return ANY(bool) ? ERR_OK : ERR_ALPHABET;
}

bool
hint_find(struct span bytes, const char *name, struct hint *hint)
{
	PROVE(bytes.len == 0 || __CPROVER_r_ok(bytes.p, bytes.len), "bytes");
	PROVE(name != NULL, "a name");
	hint->len = ANY(size_t);
	ASSUME(hint->len <= HINT_MAX);
	return hint->len > 0;
}

static void
set_up(void)
{
	login.key_type = any_span(KEY_TYPE_MAX);
	login.blob = any_span(OFFERED_KEY_MAX);
	login.user = any_span(USER_NAME_MAX);
	login.now = ANY(uint64_t);
	login.nissuers = ANY(size_t) % (PROVIDERS_MAX + 1);
	for (size_t i = 0; i < login.nissuers; i++) {
		struct issuer *issuer = &login.issuers[i];

		issuer->name = any_span(ISSUER_MAX);
		issuer->gq = ANY(unsigned) % 2 == 1;
		issuer->set.nkeys = ANY(size_t) % (JWKS_KEYS_MAX + 1);
		for (size_t j = 0; j < issuer->set.nkeys; j++) {
			issuer->set.keys[j].has_kid = ANY(unsigned) % 2 == 1;
			issuer->set.keys[j].kid = any_span(JWK_KID_MAX);
		}
	}
}

static void
prove_hint(void)
{
	bool fresh[PROVIDERS_MAX];
	struct opk_hint hint;

	for (unsigned i = 0; i < PK_TOKEN_SEGMENTS; i++)
		login.token.segment[i] = (struct pk_jws){
			.header = any_span(PK_TOKEN_MAX),
			.payload = any_span(PK_TOKEN_MAX) };

	for (size_t i = 0; i < PROVIDERS_MAX; i++)
		fresh[i] = ANY(unsigned) % 2 == 1;
	opk_signature_hint(&login, fresh, &hint);
	PROVE(hint.reason != REASON_OK, "no reason to let it pass");
	PROVE(hint.lack == OPK_LACK_NOTHING || hint.issuer < login.nissuers,
	    "an issuer of ours");
	POSSIBLE(hint.lack == OPK_LACK_KEYS &&
	    hint.issuer == PROVIDERS_MAX - 1 &&
	    hint.reason == REASON_KEY_UNKNOWN, "newer keys");
	POSSIBLE(hint.reason == REASON_ISSUER_UNKNOWN, "a stranger");
}

static void
prove_checks(void)
{
	if (opk_check_certificate(&login) != REASON_OK)
		return;
	PROVE(read_said == REASON_OK, "read");
	PROVE(type_said != NULL && login.cert.type[1] == type_said[1],
	    "of the type that was said");
	if (opk_check_cert_time(&login) != REASON_OK)
		return;
	PROVE(time_said, "in its time");
	if (opk_check_principals(&login) != REASON_OK)
		return;
	PROVE(principal_said != SSH_CERT_REFUSED &&
	    login.principal == principal_said, "a principal that fits");
	if (opk_check_token(&login) != REASON_OK)
		return;
	PROVE(token_said == REASON_OK, "split");
	if (opk_check_signature(&login) != REASON_OK) {
		PROVE(found_said != REASON_OK, "why not");
		return;
	}
	PROVE(found_said == REASON_OK, "signed");
	POSSIBLE(login.token.has_fresh, "all of it");
}

void
harness(void)
{
	set_up();
	PROVE_OF(EACH)();
}
