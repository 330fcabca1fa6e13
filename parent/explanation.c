#include "parent/explanation.h"

#include <stdio.h>
#include <string.h>

static const char *const check_words[CHECK_COUNT] = {
#define C(name, words) [CHECK_##name] = words,
	CHECK_TABLE(C)
#undef C
};

static const char *const state_words[] = {
	[VERIFY_NOT_REACHED] = "not reached",
	[VERIFY_PASSED] = "passed",
	[VERIFY_FAILED] = "failed",
};

static const char *
verdict_word(const struct explanation *e)
{
	if (e->allowed)
		return "allowed";
	return reason_class(e->verify->login.decision.reason) == REASON_DENY ?
	    "denied" : "undecided";
}

/* The judge's words if it had any, else what the reason always means. */
static const char *
why(const struct explanation *e)
{
	const struct decision *d = &e->verify->login.decision;

	if (e->allowed || d->detail[0] != '\0')
		return d->detail;
	return reason_meaning(d->reason);
}

/* What would change a no, where one thing usually does. */
static const struct {
	enum reason reason;
	const char *words;
} remedies[] = {
	{ REASON_CERT_TYPE, "offer the certificate that opkssh login made" },
	{ REASON_CERT_TIME, "log in at the provider again" },
	{ REASON_CERT_PRINCIPALS,
	  "a newer client, which asks for opkssh-wildcard" },
	{ REASON_TOKEN_SIGNATURE, "log in at the provider again" },
	{ REASON_ISSUER_UNKNOWN,
	  "a row for this issuer in providers, the same byte for byte" },
	{ REASON_KEY_UNKNOWN,
	  "sallyport refresh, if the provider has a new key" },
	{ REASON_PROVIDER_KEYS,
	  "sallyport refresh, which says why the provider cannot be asked" },
	{ REASON_AUDIENCE, "a row in providers with the client's own id" },
	{ REASON_TOKEN_EXPIRED, "log in at the provider again" },
	{ REASON_TOKEN_FUTURE,
	  "the right time, on this machine or at the provider" },
	{ REASON_NO_RULE, "a row for this identity in auth_id" },
	{ REASON_EMAIL_UNVERIFIED,
	  "a verified e-mail, or a rule that matches sub" },
	{ REASON_GROUPS_OVERAGE,
	  "a rule on another claim, or fewer groups in the token" },
	{ REASON_DENIED_USER, "deny_users in config.yml" },
	{ REASON_DENIED_EMAIL, "deny_emails in config.yml" },
};

static const char *
remedy(const struct explanation *e)
{
	for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++)
		if (remedies[i].reason == e->verify->login.decision.reason)
			return remedies[i].words;
	return "";
}

static void
print_escaped(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c < 0x20 || c > 0x7e)
			(void)printf("\\x%02x", c);
		else
			(void)putchar(c);
	}
}

static void
print_row(const char *state, const char *check, const char *detail)
{
	(void)printf("%-12s %-22s ", state, check);
	print_escaped(detail, strlen(detail));
	(void)putchar('\n');
}

void
explanation_print(const struct explanation *e)
{
	const struct decision *d = &e->verify->login.decision;

	for (int i = 0; i < CHECK_COUNT; i++)
		print_row(state_words[e->verify->checks[i].state],
		    check_words[i], e->verify->checks[i].detail);
	(void)printf("\nThe offered key says (unverified):\n");
	for (size_t i = 0; i < e->nclaims; i++) {
		(void)printf("  %-22s ", e->claims[i].name);
		print_escaped(e->claims[i].value, e->claims[i].len);
		(void)putchar('\n');
	}
	if (e->unreadable)
		(void)printf("  nothing more that can be read\n");
	(void)printf("\n%s: %s", verdict_word(e), reason_word(d->reason));
	if (why(e)[0] != '\0')
		(void)printf(": ");
	print_escaped(why(e), strlen(why(e)));
	(void)putchar('\n');
	if (remedy(e)[0] != '\0')
		(void)printf("what would change it: %s\n", remedy(e));
	if (d->file != NULL)
		(void)printf("file: %s, line %u\n", d->file, d->line);
	if (d->fetch != REASON_OK) {
		(void)printf("provider: %s: ", reason_word(d->fetch));
		print_escaped(d->fetch_detail, strlen(d->fetch_detail));
		(void)putchar('\n');
	}
}

/* RFC 8259 section 7; bytes that are not ASCII as the log has them, \xNN. */
static void
print_string(const char *p, size_t n)
{
	(void)putchar('"');
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c == '"' || c == '\\')
			(void)printf("\\%c", c);
		else if (c < 0x20)
			(void)printf("\\u%04x", c);
		else if (c > 0x7e)
			(void)printf("\\\\x%02x", c);
		else
			(void)putchar(c);
	}
	(void)putchar('"');
}

static void
print_member(const char *name, const char *value, const char *end)
{
	(void)printf("\"%s\":", name);
	print_string(value, strlen(value));
	(void)fputs(end, stdout);
}

void
explanation_print_json(const struct explanation *e)
{
	const struct decision *d = &e->verify->login.decision;

	(void)putchar('{');
	print_member("verdict", verdict_word(e), ",");
	print_member("reason", reason_word(d->reason), ",");
	print_member("detail", why(e), ",");
	print_member("remedy", remedy(e), ",");
	print_member("file", d->file != NULL ? d->file : "", ",");
	(void)printf("\"line\":%u,", d->line);
	print_member("fetch", d->fetch != REASON_OK ? reason_word(d->fetch) :
	    "", ",\"checks\":[");
	for (int i = 0; i < CHECK_COUNT; i++) {
		const struct verify_check *check = &e->verify->checks[i];

		(void)fputs(i > 0 ? ",{" : "{", stdout);
		print_member("check", check_words[i], ",");
		print_member("state", state_words[check->state], ",");
		print_member("detail", check->detail, "}");
	}
	(void)fputs("],\"claims\":{", stdout);
	for (size_t i = 0; i < e->nclaims; i++) {
		(void)fputs(i > 0 ? "," : "", stdout);
		print_string(e->claims[i].name, strlen(e->claims[i].name));
		(void)putchar(':');
		print_string(e->claims[i].value, e->claims[i].len);
	}
	(void)puts("}}");
}
