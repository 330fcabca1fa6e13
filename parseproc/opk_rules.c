/*
 * Whether an authenticated identity may be the user: our rules, the user's
 * own, and the plugins. The first that says yes ends it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipc/base64.h"
#include "parseproc/opk_auth_id.h"
#include "parseproc/opk_plugin.h"
#include "parseproc/opk_plugin_env.h"
#include "parseproc/opk_session.h"

/* The files, kept while userinfo may bring claims that fit better. */
struct rules {
	struct text auth_id, home, userinfo;
	bool home_heard;
	/* Why nothing fitted, as the best of the files' answers has it. */
	enum reason reason;
	char words[DETAIL_MAX + 1];
};

static bool
claim_matches(const void *claims, struct span name, struct span value)
{
	return claims_match(claims, name, value);
}

static struct opk_identity
identity_of(const struct opk_login *login, const struct claims *claims)
{
	static const enum opk_verified verified[] = {
		[EMAIL_VERIFIED_ABSENT] = OPK_VERIFIED_ABSENT,
		[EMAIL_VERIFIED_FALSE] = OPK_VERIFIED_FALSE,
		[EMAIL_VERIFIED_TRUE] = OPK_VERIFIED_TRUE,
	};

	return (struct opk_identity){
		.issuer = login->claims.iss,
		.sub = login->claims.sub,
		.email = claims->email,
		.email_verified = verified[claims->email_verified],
		.claim_matches = claim_matches,
		.claims = claims,
	};
}

/* What would change a no: the rows that nearly fit. */
static void
say_no_rule(struct opk_login *login, const struct opk_policy *policy,
    const struct claims *claims)
{
	struct span who = claims->email.len > 0 ? claims->email :
	    login->claims.sub;

	if (policy->reason == REASON_EMAIL_UNVERIFIED)
		opk_say(login, "line %u would fit if %.*s were verified",
		    policy->line, SPAN_WORDS(who));
	else if (policy->nearest != 0)
		opk_say(login, "no rule lets %.*s be %.*s; "
		    "nearest: line %u, for another identity",
		    SPAN_WORDS(who), SPAN_WORDS(login->user),
		    policy->nearest);
	else if (policy->nearest_issuer != 0)
		opk_say(login, "no rule lets %.*s be %.*s; "
		    "nearest: line %u, for another issuer",
		    SPAN_WORDS(who), SPAN_WORDS(login->user),
		    policy->nearest_issuer);
	else
		opk_say(login, "no rule lets %.*s be %.*s; "
		    "%zu rows, none for this user",
		    SPAN_WORDS(who), SPAN_WORDS(login->user), policy->rows);
}

/* Whether a row of the text lets the identity in. */
static bool
look_in(struct opk_session *s, struct rules *rules, enum ipc_text kind,
    const struct claims *claims)
{
	const struct text *text = kind == IPC_TEXT_AUTH_ID ?
	    &rules->auth_id : &rules->home;
	struct opk_identity identity = identity_of(&s->login, claims);
	struct opk_policy policy;

	if (s->require_email_verified &&
	    identity.email_verified == OPK_VERIFIED_ABSENT)
		identity.email_verified = OPK_VERIFIED_FALSE;
	opk_auth_id_find(&policy, text->data, text->len, s->login.user,
	    &identity);
	/* Said once, not again with userinfo's claims. */
	if (claims == &s->login.claims)
		opk_session_report(s, kind, &policy.reports);
	if (policy.reason == REASON_OK) {
		s->rule_text = kind;
		s->rule_line = policy.line;
		opk_say(&s->login, "line %u", policy.line);
		if (policy.email_unstated)
			opk_session_note(s, REASON_EMAIL_UNSTATED, kind,
			    policy.line, "the token does not say whether the "
			    "e-mail is verified");
		return true;
	}
	say_no_rule(&s->login, &policy, claims);
	if (rules->reason != REASON_EMAIL_UNVERIFIED &&
	    (rules->words[0] == '\0' || policy.nearest != 0))
		memcpy(rules->words, s->login.words, sizeof(rules->words));
	if (policy.reason == REASON_EMAIL_UNVERIFIED)
		rules->reason = policy.reason;
	return false;
}

static bool
by_auth_id(struct opk_session *s, struct rules *rules)
{
	bool found;

	opk_session_need(s, IPC_NEED_AUTH_ID, 0);
	if (!opk_session_hear(s, IPC_TEXT_AUTH_ID, AUTH_ID_FILE_MAX,
	    &rules->auth_id))
		return false;
	found = look_in(s, rules, IPC_TEXT_AUTH_ID, &s->login.claims);
	opk_session_tell(s, CHECK_AUTH_ID, found);
	return found;
}

static bool
by_home(struct opk_session *s, struct rules *rules)
{
	bool found;

	if (!s->settings.home_policy || s->err != ERR_OK)
		return false;
	opk_session_need(s, IPC_NEED_HOME_AUTH_ID, 0);
	if (!opk_session_hear(s, IPC_TEXT_HOME_AUTH_ID, CONFIG_FILE_MAX,
	    &rules->home))
		return false;
	rules->home_heard = true;
	found = look_in(s, rules, IPC_TEXT_HOME_AUTH_ID, &s->login.claims);
	opk_session_tell(s, CHECK_HOME_AUTH_ID, found);
	return found;
}

static void
ask_userinfo(struct opk_session *s)
{
	struct span token = s->login.cert.access_token;
	struct ipc_message m = { .type = IPC_USERINFO_QUERY };

	m.as.USERINFO_QUERY.provider = (uint8_t)s->login.fit.issuer;
	m.as.USERINFO_QUERY.token_at = (uint32_t)(token.p - s->blob.data);
	m.as.USERINFO_QUERY.token_len = (uint32_t)token.len;
	opk_session_send(s, &m);
}

/* What userinfo leaves unsaid the token may have denied. */
static void
keep_unverified(const struct claims *token, struct claims *userinfo)
{
	if (userinfo->email_verified == EMAIL_VERIFIED_ABSENT &&
	    token->email_verified == EMAIL_VERIFIED_FALSE)
		userinfo->email_verified = EMAIL_VERIFIED_FALSE;
}

/* What userinfo says must be about the same user, and not denied. */
static enum reason
read_userinfo(struct opk_session *s, struct rules *rules,
    struct claims *claims)
{
	enum reason reason = claims_read(CLAIMS_USERINFO, rules->userinfo.data,
	    rules->userinfo.len, claims);

	if (reason == REASON_OK && !span_equal(claims->sub,
	    s->login.claims.sub))
		reason = REASON_TOKEN_CLAIM;
	if (reason == REASON_OK && opk_config_denies_email(&s->login.config,
	    claims->email))
		return REASON_DENIED_EMAIL;
	if (reason != REASON_OK && reason != REASON_MEMORY) {
		opk_say(&s->login, "the answer is not about this user");
		opk_session_note(s, REASON_USERINFO, IPC_TEXT_USERINFO, 0,
		    "the answer is not claims about this user");
		reason = REASON_USERINFO;
	}
	return reason;
}

/* False, and s->reason is OK if others may still say yes. */
static bool
by_userinfo(struct opk_session *s, struct rules *rules)
{
	struct claims claims;
	bool found = false;
	enum reason reason;

	if (s->login.cert.access_token.len == 0 || s->err != ERR_OK)
		return false;
	ask_userinfo(s);
	if (!opk_session_hear(s, IPC_TEXT_USERINFO, USERINFO_MAX,
	    &rules->userinfo) || rules->userinfo.len == 0)
		return false;
	memset(&claims, 0, sizeof(claims));
	reason = read_userinfo(s, rules, &claims);
	keep_unverified(&s->login.claims, &claims);
	if (reason == REASON_OK)
		found = look_in(s, rules, IPC_TEXT_AUTH_ID, &claims) ||
		    (rules->home_heard &&
		    look_in(s, rules, IPC_TEXT_HOME_AUTH_ID, &claims));
	else if (reason == REASON_DENIED_EMAIL || reason == REASON_MEMORY)
		s->reason = reason;
	opk_session_tell(s, CHECK_USERINFO, found);
	claims_free(&claims);
	/* Nor is it for the plugins: with a stolen token it is another's. */
	if (reason != REASON_OK)
		text_drop(&rules->userinfo);
	return found;
}

/* --- plugins --- */

#define EXTRA_WORDS_COUNT_MAX 64

/* The words behind %t, which come with a NUL behind each. */
static size_t
split_words(struct span words, struct span *out, size_t max)
{
	size_t n = 0;

	for (size_t at = 0; at < words.len && n < max; n++) {
		const uint8_t *end = memchr(words.p + at, '\0',
		    words.len - at);
		size_t len = end != NULL ?
		    (size_t)(end - words.p) - at : words.len - at;

		out[n] = (struct span){ words.p + at, len };
		at += len + 1;
	}
	return n;
}

static void
send_environment(struct opk_session *s, const char *env, size_t len)
{
	struct ipc_message m = { .type = IPC_PLUGIN_ENV };

	for (size_t sent = 0; sent < len;) {
		size_t n = len - sent < IPC_CHUNK_MAX ? len - sent :
		    IPC_CHUNK_MAX;

		m.as.PLUGIN_ENV.data = (struct ipc_span){ env + sent, n };
		opk_session_send(s, &m);
		sent += n;
	}
}

/* Runs one plugin; true if it allowed. */
static bool
ask_plugin(struct opk_session *s, unsigned i, const struct opk_plugin *plugin,
    const char *env, size_t len)
{
	struct ipc_message m = { .type = IPC_PLUGIN_RUN };

	send_environment(s, env, len);
	m.as.PLUGIN_RUN.plugin = (uint8_t)i;
	m.as.PLUGIN_RUN.words = (struct ipc_span){ plugin->words,
		plugin->words_len };
	m.as.PLUGIN_RUN.env_total = (uint32_t)len;
	opk_session_send(s, &m);
	if (s->err == ERR_OK)
		s->err = ipc_read(s->ch, IPC_SET(PLUGIN_RESULT), &m);
	return s->err == ERR_OK && m.as.PLUGIN_RESULT.allowed == 1;
}

/* sshd's %k, written again. */
static char *
offered_base64(const struct opk_session *s)
{
	char *text = malloc(base64_encoded_len(s->blob.len) + 1);

	if (text != NULL)
		base64_encode(s->blob.data, s->blob.len, text);
	return text;
}

/* A compact JWS: header "." payload "." signature. */
static uint8_t *
compact(const struct pk_jws *jws, struct span *text)
{
	size_t n = jws->protected_text.len + jws->payload_text.len +
	    jws->signature_text.len + 2;
	uint8_t *p = malloc(n);
	size_t at = jws->input.len;

	*text = (struct span){ p, n };
	if (p == NULL)
		return NULL;
	memcpy(p, jws->input.p, at);
	p[at++] = '.';
	memcpy(p + at, jws->signature_text.p, jws->signature_text.len);
	return p;
}

/* Asks the plugins in order; true if one allowed. */
static bool
ask_plugins(struct opk_session *s, struct opk_plugin_login *told,
    const struct text *files, char *env)
{
	static struct opk_plugin plugin;

	for (unsigned i = 0; i < s->plugins && s->err == ERR_OK; i++) {
		struct config_error error;
		struct opk_plugin_env written;

		if (opk_plugin_read(files[i].data, files[i].len, &plugin,
		    &error) != REASON_OK) {
			opk_session_note(s, REASON_PLUGIN_FILE,
			    IPC_TEXT_PLUGIN, error.line, error.what);
			continue;
		}
		told->config = text_span(&files[i]);
		if (opk_plugin_env_write(told, &s->login.claims.doc, env,
		    PLUGIN_ENV_MAX, &written) != REASON_OK) {
			opk_session_note(s, REASON_PLUGIN_VALUE,
			    IPC_TEXT_PLUGIN, 0, written.what);
			return false;
		}
		if (ask_plugin(s, i, &plugin, env, written.len)) {
			s->rule_text = IPC_TEXT_PLUGIN;
			s->rule_line = 0;
			opk_say(&s->login, "%s", plugin.name);
			return true;
		}
	}
	opk_say(&s->login, "none of %u allowed", s->plugins);
	return false;
}

static bool
tell_and_ask(struct opk_session *s, const struct rules *rules,
    const struct text *files)
{
	const struct pk_jws *op = &s->login.token.segment[
	    s->login.fit.segment];
	struct span extra[EXTRA_WORDS_COUNT_MAX], id_token;
	char *key = offered_base64(s);
	uint8_t *jws = compact(op, &id_token);
	char *env = malloc(PLUGIN_ENV_MAX);
	struct opk_plugin_login told = {
		.user = s->login.user,
		.type = s->login.key_type,
		.payload = op->payload,
		.upk = s->login.user_claims.upk_text,
		.id_token = id_token,
		.pk_token = s->login.cert.token,
		.userinfo = text_span(&rules->userinfo),
		.extra = extra,
	};
	bool allowed = false;

	if (key != NULL && jws != NULL && env != NULL) {
		told.key = span_chars(key, base64_encoded_len(s->blob.len));
		told.nextra = split_words(text_span(&s->extra_words), extra,
		    EXTRA_WORDS_COUNT_MAX);
		allowed = ask_plugins(s, &told, files, env);
	} else
		s->reason = REASON_MEMORY;
	free(env);
	free(jws);
	free(key);
	return allowed;
}

static bool
by_plugins(struct opk_session *s, const struct rules *rules)
{
	static struct text files[PLUGINS_MAX];
	bool allowed;

	if (s->plugins == 0 || s->err != ERR_OK)
		return false;
	opk_session_need(s, IPC_NEED_PLUGINS, 0);
	for (unsigned i = 0; i < s->plugins; i++)
		if (!opk_session_hear(s, IPC_TEXT_PLUGIN, CONFIG_FILE_MAX,
		    &files[i]))
			return false;
	allowed = tell_and_ask(s, rules, files);
	opk_session_tell(s, CHECK_PLUGINS, allowed);
	return allowed;
}

void
opk_rules_apply(struct opk_session *s)
{
	struct rules rules = { .reason = REASON_NO_RULE };

	s->reason = REASON_OK;
	if (by_auth_id(s, &rules) || by_home(s, &rules) ||
	    by_userinfo(s, &rules))
		return;
	/* What userinfo denied no plugin can allow. */
	if (s->reason != REASON_OK || by_plugins(s, &rules))
		return;
	if (s->reason != REASON_OK)
		return;
	s->reason = rules.reason;
	if (s->reason == REASON_NO_RULE && s->login.claims.groups_overage)
		s->reason = REASON_GROUPS_OVERAGE;
	memcpy(s->login.words, rules.words, sizeof(rules.words));
}
