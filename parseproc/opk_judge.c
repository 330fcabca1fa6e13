#include "parseproc/opk_judge.h"

#include <stdlib.h>
#include <string.h>

#include "parseproc/jws.h"
#include "parseproc/opk_session.h"

bool
opk_judge_warm_up(void)
{
	for (int alg = 0; alg < JWS_ALGS; alg++)
		if (!jws_prepare((enum jws_alg)alg))
			return false;
	return true;
}

/* --- saying --- */

void
opk_session_send(struct opk_session *s, const struct ipc_message *m)
{
	if (s->err == ERR_OK)
		s->err = ipc_write(s->ch, m);
}

void
opk_session_need(struct opk_session *s, enum ipc_need what, size_t issuer)
{
	struct ipc_message m = { .type = IPC_NEED };

	m.as.NEED.what = (uint8_t)what;
	m.as.NEED.provider = (uint8_t)issuer;
	opk_session_send(s, &m);
}

void
opk_session_tell(struct opk_session *s, enum check check, bool passed)
{
	struct ipc_message m = { .type = IPC_CHECK };

	if (!s->tell)
		return;
	m.as.CHECK.check = (uint8_t)check;
	m.as.CHECK.passed = passed;
	m.as.CHECK.detail = text_field(span_of(s->login.words));
	opk_session_send(s, &m);
}

void
opk_session_note(struct opk_session *s, enum reason reason,
    enum ipc_text text, uint32_t line, const char *what)
{
	struct ipc_message m = { .type = IPC_NOTE };

	m.as.NOTE.reason = (uint8_t)reason;
	m.as.NOTE.text = (uint8_t)text;
	m.as.NOTE.line = line;
	m.as.NOTE.what = text_field(span_of(what));
	opk_session_send(s, &m);
}

void
opk_session_report(struct opk_session *s, enum ipc_text text,
    const struct opk_reports *reports)
{
	for (size_t i = 0; i < reports->count && i < OPK_REPORTS_MAX; i++)
		opk_session_note(s, reports->rows[i].reason, text,
		    reports->rows[i].line, reports->rows[i].what);
	if (reports->count > OPK_REPORTS_MAX)
		opk_session_note(s, reports->rows[0].reason, text, 0,
		    "and more rows like these");
}

static void
say_config_error(struct opk_session *s, enum ipc_text which,
    const struct config_error *error)
{
	struct ipc_message m = config_error_message(which, error);

	opk_session_send(s, &m);
}

static void
say_settings(struct opk_session *s)
{
	const struct sallyport_config *settings = &s->settings;
	const struct opk_config *config = &s->login.config;
	struct ipc_message m = { .type = IPC_SETTINGS };

	m.as.SETTINGS.stale_max_s = settings->stale_max_s;
	m.as.SETTINGS.preload_max_s = settings->preload_max_s;
	m.as.SETTINGS.home_policy = settings->home_policy;
	m.as.SETTINGS.expiry_time = settings->expiry_time;
	m.as.SETTINGS.deadline_s = settings->deadline_s;
	m.as.SETTINGS.deny_status = (uint8_t)settings->deny_status;
	m.as.SETTINGS.ca_file = text_field(span_of(config->ca_file));
	m.as.SETTINGS.ca_dirs = text_field(span_of(config->ca_dir));
	m.as.SETTINGS.log_json = settings->log_json;
	m.as.SETTINGS.providers = (uint8_t)s->login.nissuers;
	opk_session_send(s, &m);
}

static void
say_providers(struct opk_session *s)
{
	struct ipc_message m = { .type = IPC_PROVIDER };

	for (size_t i = 0; i < s->login.nissuers; i++) {
		m.as.PROVIDER.issuer = text_field(s->login.issuers[i].name);
		opk_session_send(s, &m);
	}
}

/* As much of an identity as fits; it is for the log only. */
static struct ipc_span
cut(struct span s, size_t max)
{
	return (struct ipc_span){ s.p, s.len < max ? s.len : max };
}

static void
say_verdict(struct opk_session *s)
{
	static const uint8_t principals[] = {
		[SSH_CERT_REFUSED] = IPC_PRINCIPAL_NONE,
		[SSH_CERT_NONE] = IPC_PRINCIPAL_NONE,
		[SSH_CERT_WILDCARD] = IPC_PRINCIPAL_WILDCARD,
		[SSH_CERT_LOGIN_NAME] = IPC_PRINCIPAL_LOGIN_NAME,
	};
	const struct opk_login *login = &s->login;
	struct ipc_message m = { .type = IPC_LOGIN_VERDICT };

	m.as.LOGIN_VERDICT.reason = (uint8_t)s->reason;
	m.as.LOGIN_VERDICT.text = (uint8_t)s->rule_text;
	m.as.LOGIN_VERDICT.line = s->rule_line;
	if (s->reason == REASON_OK) {
		struct span key = login->cert.signature_key;

		m.as.LOGIN_VERDICT.principal = principals[login->principal];
		m.as.LOGIN_VERDICT.key_at = (uint32_t)(key.p - login->blob.p);
		m.as.LOGIN_VERDICT.key_len = (uint32_t)key.len;
		m.as.LOGIN_VERDICT.ends = login->ends;
	}
	/* Nothing of it unless the provider's key fits. */
	m.as.LOGIN_VERDICT.issuer = cut(login->claims.iss, ISSUER_MAX);
	m.as.LOGIN_VERDICT.sub = cut(login->claims.sub, IDENTITY_MAX);
	m.as.LOGIN_VERDICT.email = cut(login->claims.email, IDENTITY_MAX);
	if (login->fit.key != NULL)
		m.as.LOGIN_VERDICT.kid = cut(login->fit.key->kid,
		    IDENTITY_MAX);
	m.as.LOGIN_VERDICT.detail = text_field(span_of(login->words));
	opk_session_send(s, &m);
}

/* --- hearing --- */

bool
opk_session_hear(struct opk_session *s, enum ipc_text kind, size_t max,
    struct text *text)
{
	if (s->err == ERR_OK)
		s->err = text_hear(s->ch, kind, max, text);
	return s->err == ERR_OK;
}

/* Our files, which the next turns interpret, as they come. */
struct files {
	struct text sallyport, providers, config;
};

static void
hear_question(struct opk_session *s, struct files *files)
{
	struct ipc_message m;

	if (!opk_session_hear(s, IPC_TEXT_SALLYPORT_YAML, CONFIG_FILE_MAX,
	    &files->sallyport) ||
	    !opk_session_hear(s, IPC_TEXT_PROVIDERS, CONFIG_FILE_MAX,
	    &files->providers) ||
	    !opk_session_hear(s, IPC_TEXT_OPK_CONFIG, CONFIG_FILE_MAX,
	    &files->config))
		return;
	if ((s->err = ipc_read(s->ch, IPC_SET(VERIFY_ASK), &m)) != ERR_OK)
		return;
	s->settings_only = m.as.VERIFY_ASK.settings_only == 1;
	s->tell = m.as.VERIFY_ASK.tell == 1;
	s->plugins = m.as.VERIFY_ASK.plugins;
	s->require_email_verified =
	    m.as.VERIFY_ASK.require_email_verified == 1;
	s->login.now = m.as.VERIFY_ASK.now;
	memcpy(s->user, m.as.VERIFY_ASK.user.p, m.as.VERIFY_ASK.user.len);
	memcpy(s->key_type, m.as.VERIFY_ASK.key_type.p,
	    m.as.VERIFY_ASK.key_type.len);
	if (s->settings_only ||
	    !opk_session_hear(s, IPC_TEXT_OFFERED_KEY, OFFERED_KEY_MAX,
	    &s->blob) ||
	    !opk_session_hear(s, IPC_TEXT_EXTRA_WORDS, EXTRA_WORDS_MAX,
	    &s->extra_words))
		return;
	s->login.user = span_of(s->user);
	s->login.key_type = span_of(s->key_type);
	s->login.blob = text_span(&s->blob);
}

/* Each issuer once, in the order of the file. */
static void
collect_issuers(struct opk_login *login)
{
	for (size_t i = 0; i < login->providers.count; i++) {
		const struct opk_provider *row = &login->providers.rows[i];
		size_t n = 0;

		while (n < login->nissuers &&
		    !span_is(login->issuers[n].name, row->issuer))
			n++;
		if (n < login->nissuers)
			continue;
		login->issuers[n].name = span_of(row->issuer);
		login->issuers[n].gq = row->gq;
		login->nissuers++;
	}
}

/* False if a file is unusable, and that has been said. */
static bool
read_files(struct opk_session *s, const struct files *files)
{
	struct opk_login *login = &s->login;
	struct config_error error = { .reason = REASON_OK };

	if (sallyport_config_read(files->sallyport.data,
	    files->sallyport.len, &s->settings, &error) != REASON_OK) {
		say_config_error(s, IPC_TEXT_SALLYPORT_YAML, &error);
		return false;
	}
	if (opk_config_read(files->config.data, files->config.len,
	    &login->config, &error) != REASON_OK) {
		say_config_error(s, IPC_TEXT_OPK_CONFIG, &error);
		return false;
	}
	opk_providers_read(&login->providers, files->providers.data,
	    files->providers.len);
	collect_issuers(login);
	say_settings(s);
	opk_session_report(s, IPC_TEXT_PROVIDERS, &login->providers.reports);
	for (size_t i = 0; i < login->config.nignored &&
	    i < OPK_IGNORED_MAX; i++)
		opk_session_note(s, REASON_CONFIG_IGNORED,
		    IPC_TEXT_OPK_CONFIG, login->config.ignored[i].line,
		    login->config.ignored[i].name);
	return true;
}

/* One provider's keys; none if the cache was empty or is damaged. */
static void
hear_key_set(struct opk_session *s, size_t i)
{
	struct issuer *issuer = &s->login.issuers[i];
	struct ipc_message m;

	if (s->err == ERR_OK)
		s->err = ipc_read(s->ch, IPC_SET(KEY_SET), &m);
	if (s->err != ERR_OK)
		return;
	if (m.as.KEY_SET.provider != i) {
		s->err = ERR_TURN;
		return;
	}
	s->fresh[i] = m.as.KEY_SET.state == IPC_KEYS_FRESH;
	text_drop(&s->key_sets[i]);
	/* Large, and clean when we begin. */
	if (issuer->set.nkeys > 0)
		memset(&issuer->set, 0, sizeof(issuer->set));
	if (m.as.KEY_SET.state == IPC_KEYS_NONE)
		return;
	if (opk_session_hear(s, IPC_TEXT_KEY_SET, KEY_SET_MAX,
	    &s->key_sets[i]) && !key_set_read(text_span(&s->key_sets[i]),
	    &issuer->set))
		s->fresh[i] = false;
}

static void
hear_key_sets(struct opk_session *s)
{
	say_providers(s);
	opk_session_need(s, IPC_NEED_KEY_SETS, 0);
	for (size_t i = 0; i < s->login.nissuers; i++)
		hear_key_set(s, i);
}

/* Newer keys of one provider, if there are any; one request a login. */
static void
hear_newer_keys(struct opk_session *s, size_t issuer)
{
	s->refreshed = true;
	opk_session_need(s, IPC_NEED_REFRESH, issuer);
	hear_key_set(s, issuer);
}

/* --- the checks --- */

struct step {
	enum check check;
	opk_check *run;
};

static const struct step before_signature[] = {
	{ CHECK_CERTIFICATE, opk_check_certificate },
	{ CHECK_CERT_TIME, opk_check_cert_time },
	{ CHECK_PRINCIPALS, opk_check_principals },
	{ CHECK_TOKEN, opk_check_token },
};

static const struct step whose_token[] = {
	{ CHECK_HEADER, opk_check_header },
	{ CHECK_PAYLOAD, opk_check_payload },
	{ CHECK_PROVIDER, opk_check_provider },
};

static const struct step how_old[] = {
	{ CHECK_EXPIRY, opk_check_expiry },
};

static const struct step whose_key[] = {
	{ CHECK_DENY_LISTS, opk_check_deny_lists },
	{ CHECK_USER_SIGNATURE, opk_check_user_signature },
	{ CHECK_COMMITMENT, opk_check_commitment },
	{ CHECK_USER_KEY, opk_check_user_key },
	{ CHECK_CERT_SIGNATURE, opk_check_cert_signature },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Whether all passed; s->reason is the last one's. */
static bool
run_checks(struct opk_session *s, const struct step *steps, size_t n)
{
	s->reason = REASON_OK;
	for (size_t i = 0; i < n && s->reason == REASON_OK; i++) {
		s->login.words[0] = '\0';
		s->reason = steps[i].run(&s->login);
		opk_session_tell(s, steps[i].check, s->reason == REASON_OK);
	}
	return s->reason == REASON_OK;
}

/* Whether a provider's key fits, if need be one that is asked for now. */
static bool
check_signature(struct opk_session *s)
{
	struct opk_hint hint;

	s->reason = opk_check_signature(&s->login);
	if (s->reason == REASON_TOKEN_SIGNATURE) {
		opk_signature_hint(&s->login, s->fresh, &hint);
		if (hint.lack == OPK_LACK_KEYS && !s->refreshed) {
			hear_newer_keys(s, hint.issuer);
			return s->err == ERR_OK && check_signature(s);
		}
		s->reason = hint.reason;
	}
	opk_session_tell(s, CHECK_SIGNATURE, s->reason == REASON_OK);
	return s->reason == REASON_OK;
}

/*
 * As far as the provider's row. Keys past their time count only if there are
 * no newer ones; and where another issuer's key fits, newer ones of the issuer
 * that the token names may have it too. Then all of it begins again.
 */
static bool
check_token(struct opk_session *s)
{
	size_t issuer;

	if (!check_signature(s))
		return false;
	if (run_checks(s, whose_token, COUNT(whose_token))) {
		issuer = s->login.fit.issuer;
		if (s->fresh[issuer] || s->refreshed)
			return true;
	} else if (s->reason != REASON_ISSUER_MISMATCH || s->refreshed ||
	    !opk_named_issuer(&s->login, &issuer))
		return false;
	hear_newer_keys(s, issuer);
	opk_token_forget(&s->login);
	return s->err == ERR_OK && check_token(s);
}

/*
 * Whether it has expired. A refreshed token is younger than the one that it is
 * attached to, and so may be its key: then, too, all of it begins again.
 */
static bool
check_age(struct opk_session *s)
{
	size_t issuer = s->login.fit.issuer;

	if (run_checks(s, how_old, COUNT(how_old)))
		return true;
	if (s->reason != REASON_TOKEN_SIGNATURE || s->refreshed ||
	    s->login.issuers[issuer].gq)
		return false;
	hear_newer_keys(s, issuer);
	opk_token_forget(&s->login);
	return s->err == ERR_OK && check_token(s) && check_age(s);
}

static void
judge(struct opk_session *s)
{
	s->reason = REASON_NO_PROVIDER;
	if (s->login.nissuers == 0)
		return;
	if (!run_checks(s, before_signature, COUNT(before_signature)))
		return;
	hear_key_sets(s);
	if (s->err != ERR_OK || !check_token(s) || !check_age(s) ||
	    !run_checks(s, whose_key, COUNT(whose_key)))
		return;
	opk_rules_apply(s);
}

enum err
opk_session_run(struct opk_session *s)
{
	struct files files = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };

	s->login.cert.type = "";
	hear_question(s, &files);
	if (s->err != ERR_OK || !read_files(s, &files))
		return s->err;
	if (s->settings_only) {
		say_providers(s);
		return s->err;
	}
	judge(s);
	say_verdict(s);
	return s->err;
}

enum err
opk_judge_run(struct ipc_channel *ch)
{
	/* Too large for a stack, and zero without a page being touched. */
	static struct opk_session s;

	s.ch = ch;
	return opk_session_run(&s);
}
