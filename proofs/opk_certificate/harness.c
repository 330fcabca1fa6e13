/*
 * The checks before the provider's signature, and that one, in the judge's
 * order: each is passed only if what it asks said so, and what an unsigned
 * token claims can never be a reason to let it pass. What they ask has
 * proofs of its own, and here answers anything that it may.
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

int
vsnprintf(char *to, size_t n, const char *fmt, va_list ap)
{
	(void)ap;
	PROVE(__CPROVER_w_ok(to, n) && fmt != NULL, "room for words");
	to[n - 1] = '\0';
	return ANY(int);
}

/* Of a span, any piece. */
static struct span
piece(struct span whole)
{
	size_t from = ANY(size_t), len = ANY(size_t);

	ASSUME(from <= whole.len && len <= whole.len - from);
	return span_from((struct span){ whole.p, from + len }, from);
}

static enum reason
any_reason(void)
{
	return (enum reason)(ANY(unsigned) % REASON_COUNT);
}

const char *
ssh_cert_type(const uint8_t *name, size_t len)
{
	PROVE(len == 0 || __CPROVER_r_ok(name, len), "a name's bytes");
	return ANY(bool) ? "one" : ANY(bool) ? "other" : NULL;
}

enum reason
ssh_cert_read(const uint8_t *blob, size_t len, struct ssh_cert *cert)
{
	struct span bytes = { blob, len };

	*cert = (struct ssh_cert){ 0 };
	if ((read_said = any_reason()) == REASON_OK)
		*cert = (struct ssh_cert){
			.type = "one",
			.token = piece(bytes), .principals = piece(bytes),
			.valid_after = ANY(uint64_t),
			.valid_before = ANY(uint64_t) };
	return read_said;
}

bool
ssh_cert_valid_at(const struct ssh_cert *cert, uint64_t now)
{
	return cert->valid_after <= now && now < cert->valid_before;
}

enum ssh_cert_principal
ssh_cert_principal(const struct ssh_cert *cert, struct span name)
{
	(void)cert, (void)name;
	return (enum ssh_cert_principal)(ANY(unsigned) % 4);
}

enum reason
pk_token_read(const uint8_t *text, size_t len, uint8_t *room, size_t size,
    struct pk_token *token)
{
	PROVE(len == 0 || __CPROVER_r_ok(text, len), "a token's bytes");
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
	PROVE(n == 0 || __CPROVER_r_ok(header, n), "a header's bytes");
	*kid = piece((struct span){ header, n });
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

static struct span
any_span(size_t max)
{
	struct span s = { NULL, ANY(size_t) };

	ASSUME(s.len <= max);
	s.p = any_bytes(s.len);
	return s;
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
	if (opk_check_cert_time(&login) != REASON_OK)
		return;
	PROVE(login.cert.valid_after <= login.now &&
	    login.now < login.cert.valid_before, "in its time");
	if (opk_check_principals(&login) != REASON_OK)
		return;
	PROVE(login.principal != SSH_CERT_REFUSED, "a principal that fits");
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

#define PROVE_OF(each) PROVE_OF_(each)
#define PROVE_OF_(each) prove_##each()

void
harness(void)
{
	set_up();
	PROVE_OF(EACH);
}
