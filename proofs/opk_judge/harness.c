/*
 * The course of a login by certificate, whatever the parent says and whatever
 * each check answers: a check is asked only when all those before it have
 * passed, again from the provider's signature on when a key has changed, and
 * the policy only when all have passed; nobody is let in but by the policy.
 * What is asked has proofs and tests of its own, and here answers anything
 * that it may.
 */
#include <string.h>

#include "parseproc/opk_judge.h"
#include "parseproc/opk_session.h"
#include "proofs/proof.h"

/* opk_judge_run()'s; there is no text 0, which CBMC minds. */
struct opk_session s = { .rule_text = IPC_TEXT_LAST };
/* How many checks have passed one after the other, in ipc/check.h's order. */
static unsigned passed;
/* Whether anything is known of the token; if so, whether by keys of now. */
static bool known, vouched;
/* What the parent said last: whose keys, how good; and whose were fresh. */
static size_t whose;
static bool fresh[PROVIDERS_MAX];
static unsigned refreshes, rules, verdicts;
static enum reason rules_said;

static enum err
any_err(void)
{
	return ANY(bool) ? ERR_OK : ERR_TURN;
}

/* Bytes that nobody reads here. */
static struct span
bytes(size_t max)
{
	static uint8_t some;
	struct span span = { &some, ANY(size_t) };

	ASSUME(span.len <= max);
	return span;
}

/* --- the checks, and the policy --- */

static enum reason
answer(const struct opk_login *login, enum check check)
{
	enum reason reason = any_reason();

	/* What sends check_token() for keys of whom the token names. */
	ASSUME(reason != REASON_ISSUER_MISMATCH || check == CHECK_PROVIDER);
	PROVE(login == &s.login, "of this login");
	PROVE(passed >= (unsigned)check, "all before it have passed");
	passed = (unsigned)check + (reason == REASON_OK);
	return reason;
}

#define CHECKED(name, NAME)                                                   \
	enum reason opk_check_##name(struct opk_login *login)                 \
	{                                                                     \
		return answer(login, CHECK_##NAME);                           \
	}

CHECKED(cert_time, CERT_TIME)
CHECKED(principals, PRINCIPALS)
CHECKED(token, TOKEN)
CHECKED(expiry, EXPIRY)
CHECKED(deny_lists, DENY_LISTS)
CHECKED(user_signature, USER_SIGNATURE)
CHECKED(commitment, COMMITMENT)
CHECKED(user_key, USER_KEY)
CHECKED(cert_signature, CERT_SIGNATURE)

enum reason
opk_check_certificate(struct opk_login *login)
{
	enum reason reason = answer(login, CHECK_CERTIFICATE);

	if (reason == REASON_OK) {
		ASSUME(login->blob.len > 0);
		login->cert.signature_key = any_piece(login->blob);
	}
	return reason;
}

enum reason
opk_check_signature(struct opk_login *login)
{
	enum reason reason = answer(login, CHECK_SIGNATURE);
	size_t i = ANY(size_t), j = ANY(size_t);

	PROVE(!known, "nothing is left of what older keys vouched for");
	login->fit = (struct op_fit){ 0 };
	if (reason == REASON_OK) {
		ASSUME(i < login->nissuers &&
		    j < login->issuers[i].set.nkeys);
		login->fit.issuer = i;
		login->fit.key = &login->issuers[i].set.keys[j];
	}
	return reason;
}

enum reason
opk_check_header(struct opk_login *login)
{
	known = true;
	return answer(login, CHECK_HEADER);
}

enum reason
opk_check_payload(struct opk_login *login)
{
	login->claims.iss = bytes(ISSUER_MAX + 1);
	vouched = true;
	return answer(login, CHECK_PAYLOAD);
}

enum reason
opk_check_provider(struct opk_login *login)
{
	enum reason reason = answer(login, CHECK_PROVIDER);
	size_t i = ANY(size_t);

	/* Another that has the key, too. */
	ASSUME(i < login->nissuers && login->issuers[i].set.nkeys > 0);
	login->fit.issuer = i;
	return reason;
}

void
opk_token_forget(struct opk_login *login)
{
	PROVE(login == &s.login, "of this login");
	login->claims.iss = (struct span){ NULL, 0 };
	known = false;
}

/* It never says REASON_OK: proofs/opk_certificate. */
void
opk_signature_hint(struct opk_login *login, const bool *are_fresh,
    struct opk_hint *hint)
{
	PROVE(login == &s.login && are_fresh == s.fresh, "of this login");
	hint->reason = any_reason();
	ASSUME(hint->reason != REASON_OK);
	hint->lack = ANY(bool) ? OPK_LACK_KEYS : OPK_LACK_NOTHING;
	hint->issuer = ANY(size_t);
	ASSUME(hint->issuer < login->nissuers);
}

bool
opk_named_issuer(const struct opk_login *login, size_t *issuer)
{
	PROVE(vouched, "of a token that is signed");
	*issuer = ANY(size_t);
	ASSUME(*issuer < login->nissuers);
	return ANY(bool);
}

void
opk_rules_apply(struct opk_session *session)
{
	PROVE(session == &s, "of this login");
	PROVE(passed == CHECK_AUTH_ID, "every check has passed");
	PROVE(fresh[s.login.fit.issuer] || refreshes == 1,
	    "keys past their time only if newer ones were asked for");
	PROVE(vouched, "by a key of now");
	rules++;
	rules_said = s.reason = any_reason();
}

/* --- the parent --- */

enum err
ipc_write(struct ipc_channel *ch, const struct ipc_message *m)
{
	PROVE(ch == s.ch && s.err == ERR_OK, "a conversation that goes on");
	PROVE(verdicts == 0, "the verdict is the last");
	if (m->type == IPC_NEED && m->as.NEED.what == IPC_NEED_REFRESH) {
		PROVE(++refreshes == 1, "one request a login");
		PROVE(m->as.NEED.provider < s.login.nissuers, "of a provider");
		PROVE(passed >= CHECK_SIGNATURE, "for whom it may help");
	}
	if (m->type == IPC_LOGIN_VERDICT) {
		verdicts++;
		PROVE((m->as.LOGIN_VERDICT.reason == REASON_OK) ==
		    (rules == 1 && rules_said == REASON_OK),
		    "only the policy lets in");
		PROVE(m->as.LOGIN_VERDICT.reason != REASON_OK ||
		    (size_t)m->as.LOGIN_VERDICT.key_at +
		    m->as.LOGIN_VERDICT.key_len <= s.login.blob.len,
		    "a key within what was offered");
		PROVE(m->as.LOGIN_VERDICT.issuer.len == 0 || vouched,
		    "nothing that nobody has vouched for");
	}
	return any_err();
}

enum err
ipc_read(struct ipc_channel *ch, uint64_t expected, struct ipc_message *m)
{
	enum err err = any_err();

	PROVE(ch == s.ch && s.err == ERR_OK, "a conversation that goes on");
	if (err != ERR_OK)
		return err;
	if (expected == IPC_SET(VERIFY_ASK)) {
		struct span user = bytes(USER_NAME_MAX);
		struct span type = bytes(KEY_TYPE_MAX);

		m->as.VERIFY_ASK.user = (struct ipc_span){ user.p, user.len };
		m->as.VERIFY_ASK.key_type = (struct ipc_span){ type.p,
			type.len };
		m->as.VERIFY_ASK.settings_only = ANY(unsigned) % 2;
		m->as.VERIFY_ASK.tell = ANY(unsigned) % 2;
	} else {
		PROVE(expected == IPC_SET(KEY_SET), "keys");
		m->as.KEY_SET.provider = ANY(unsigned) % PROVIDERS_MAX;
		m->as.KEY_SET.state = ANY(unsigned) % (IPC_KEYS_LAST + 1);
		whose = m->as.KEY_SET.provider;
		fresh[whose] = m->as.KEY_SET.state == IPC_KEYS_FRESH;
	}
	return ERR_OK;
}

/*
 * A provider's text, and its keys: whose they are is asked here so that no
 * pointer that may be one of several is written through, which CBMC is slow at.
 */
static void
set_text(const struct text *text, struct text to)
{
	bool found = false;

	for (size_t i = 0; i < PROVIDERS_MAX; i++)
		if (text == &s.key_sets[i]) {
			s.key_sets[i] = to;
			found = true;
		}
	PROVE(found, "a provider's");
}

static void
set_keys(const struct key_set *set, size_t nkeys)
{
	bool found = false;

	for (size_t i = 0; i < PROVIDERS_MAX; i++)
		if (set == &s.login.issuers[i].set) {
			s.login.issuers[i].set.nkeys = nkeys;
			found = i == whose;
		}
	PROVE(found, "the provider's that was said");
	/* They are no longer those that the signature was checked with. */
	if (passed > CHECK_SIGNATURE)
		passed = CHECK_SIGNATURE;
	vouched = false;
}

enum err
text_hear(struct ipc_channel *ch, enum ipc_text kind, size_t max,
    struct text *text)
{
	struct text heard = { NULL, ANY(size_t) };

	PROVE(ch == s.ch && s.err == ERR_OK, "a conversation that goes on");
	ASSUME(heard.len <= max);
	heard.data = any_bytes(heard.len);
	if (kind == IPC_TEXT_KEY_SET)
		set_text(text, heard);
	else
		*text = heard;
	return any_err();
}

/* Into names that nobody reads here. */
void *
memcpy(void *to, const void *from, size_t n)
{
	PROVE(to == s.user ? n < sizeof(s.user) :
	    to == s.key_type && n < sizeof(s.key_type), "a name that fits");
	PROVE(from != NULL || n == 0, "a name");
	return to;
}

void
text_drop(struct text *text)
{
	set_text(text, (struct text){ NULL, 0 });
}

/* It is called for a set of keys alone, which is empty then. */
void *
memset(void *to, int c, size_t n)
{
	PROVE(c == 0 && n == sizeof(struct key_set), "a set of keys");
	set_keys(to, 0);
	return to;
}

bool
key_set_read(struct span text, struct key_set *set)
{
	size_t nkeys = ANY(size_t);

	(void)text;
	PROVE(set->nkeys == 0, "nothing is left of the last one");
	ASSUME(nkeys <= JWKS_KEYS_MAX);
	set_keys(set, nkeys);
	return nkeys > 0;
}

/* --- our files --- */

enum reason
sallyport_config_read(const uint8_t *text, size_t len,
    struct sallyport_config *config, struct config_error *error)
{
	(void)text;
	(void)len;
	(void)config;
	return error->reason = any_reason();
}

enum reason
opk_config_read(const uint8_t *text, size_t len, struct opk_config *config,
    struct config_error *error)
{
	(void)text;
	(void)len;
	config->nignored = ANY(size_t);
	return error->reason = any_reason();
}

void
opk_providers_read(struct opk_providers *providers, const uint8_t *text,
    size_t len)
{
	(void)text;
	(void)len;
	providers->count = ANY(size_t);
	ASSUME(providers->count <= PROVIDERS_MAX);
	for (size_t i = 0; i < providers->count; i++)
		providers->rows[i].gq = ANY(unsigned) % 2 == 1;
	providers->reports.count = ANY(size_t);
}

struct ipc_message
config_error_message(enum ipc_text which, const struct config_error *error)
{
	struct ipc_message m = { .type = IPC_CONFIG_ERROR };

	(void)which;
	PROVE(error->reason != REASON_OK, "an error");
	return m;
}

/* --- spans: none of what is done here depends on what is in them --- */

struct span
span_of(const char *text)
{
	return (struct span){ (const uint8_t *)text, ANY(size_t) };
}

bool
span_is(struct span a, const char *text)
{
	(void)a;
	(void)text;
	return ANY(unsigned) % 2 == 1;
}

struct span
text_span(const struct text *text)
{
	return (struct span){ text->data, text->len };
}

struct ipc_span
text_field(struct span field)
{
	return (struct ipc_span){ field.p, field.len };
}

void
harness(void)
{
	static struct ipc_channel ch;
	enum err err;

	err = opk_judge_run(&ch);
	POSSIBLE(err == ERR_OK && rules_said == REASON_OK && verdicts == 1 &&
	    refreshes == 1 && rules == 1, "in, with newer keys");
	POSSIBLE(err == ERR_OK && verdicts == 1 && rules == 0 &&
	    passed == CHECK_EXPIRY, "expired");
}
