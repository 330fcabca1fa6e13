/* The rows of providers and auth_id: each, and how they go together. */
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "admin/audit.h"
#include "admin/issuer.h"

static bool
begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static struct span
span(const char *text)
{
	return (struct span){ (const uint8_t *)text, strlen(text) };
}

/* --- providers --- */

static void
look_at_provider(struct audit *audit, const struct opk_provider *provider)
{
	bool used = false;

	for (size_t i = 0; !used && i < audit->rules.count; i++)
		used = audit->rules.rows[i].problem == NULL &&
		    strcmp(audit->rules.rows[i].issuer, provider->issuer) == 0;
	if (!used && audit->auth_id.data != NULL)
		finding_add(&audit->findings, FINDING_PROVIDER_NO_RULE,
		    OPK_PROVIDERS, provider->line, "sallyport add PRINCIPAL "
		    "IDENTITY ISSUER, or remove the row", "no rule of "
		    OPK_AUTH_ID " is about %s: only %s could let anybody in "
		    "with it", provider->issuer, audit->nplugins > 0 ?
		    "a plugin or a user's own file" : "a user's own file");
	if (provider->expiry == EXPIRY_NEVER)
		finding_add(&audit->findings, FINDING_PROVIDER_NEVER,
		    OPK_PROVIDERS, provider->line, "24h instead of never",
		    "tokens of %s count for ever: whoever leaves can log in "
		    "until the provider changes its keys", provider->issuer);
}

static void
look_at_providers(struct audit *audit)
{
	const struct opk_reports *reports = &audit->providers.reports;

	for (size_t i = 0; i < reports->count && i < OPK_REPORTS_MAX; i++)
		finding_add_phrase(&audit->findings, FINDING_PROVIDERS_ROW,
		    OPK_PROVIDERS, reports->rows[i].line,
		    "the row is skipped: it ", reports->rows[i].what);
	if (audit->providers.count == 0)
		finding_add(&audit->findings, FINDING_PROVIDERS_NONE,
		    OPK_PROVIDERS, 0, "a row: ISSUER CLIENT-ID 24h",
		    "it has no usable row, so nobody can log in");
	for (size_t i = 0; i < audit->providers.count; i++)
		look_at_provider(audit, &audit->providers.rows[i]);
}

/* --- one rule --- */

/* A whole issuer is about to be proposed: byte for byte. */
static void
look_at_issuer(struct audit *audit, const struct rule *rule)
{
	const struct opk_providers *providers = &audit->providers;
	struct findings *findings = &audit->findings;

	if (opk_find_provider(providers, rule->issuer) != NULL)
		return;
	if (begins(rule->principal, "http") || strchr(rule->issuer, '@')) {
		finding_add(findings, FINDING_RULE_COLUMNS, OPK_AUTH_ID,
		    rule->line, "the order is: user identity issuer",
		    "the columns seem to be in another order");
		return;
	}
	for (size_t i = 0; i < providers->count; i++) {
		const char *right = providers->rows[i].issuer;
		const char *near = issuer_near(rule->issuer, right);

		if (near == NULL)
			continue;
		finding_add(findings, FINDING_RULE_ISSUER_NEAR, OPK_AUTH_ID,
		    rule->line, right, "the rule counts for nobody: its "
		    "issuer %s is not quite that of %s:%u (%s)", rule->issuer,
		    OPK_PROVIDERS, providers->rows[i].line, near);
		return;
	}
	if (issuer_of_short_name(rule->issuer) != NULL)
		finding_add(findings, FINDING_RULE_ISSUER_NEAR, OPK_AUTH_ID,
		    rule->line, issuer_of_short_name(rule->issuer), "the rule "
		    "counts for nobody: short names such as %s are for the "
		    "command line only", rule->issuer);
	else
		finding_add(findings, FINDING_RULE_ISSUER, OPK_AUTH_ID,
		    rule->line, "a row for it in " OPK_PROVIDERS ", the same "
		    "byte for byte, or remove the rule", "the rule counts for "
		    "nobody: %s does not list its issuer %s", OPK_PROVIDERS,
		    rule->issuer);
}

static void
look_at_identity(struct audit *audit, const struct rule *rule)
{
	struct findings *findings = &audit->findings;
	bool email = rule->kind == OPK_EMAIL_END ||
	    begins(rule->identity, "oidc:email:") ||
	    (rule->kind == OPK_PERSON && strchr(rule->value, '@') != NULL);

	if (begins(rule->identity, "oidc:groups:") &&
	    strcmp(rule->issuer, "https://accounts.google.com") == 0)
		finding_add(findings, FINDING_RULE_CLAIM, OPK_AUTH_ID,
		    rule->line, "e-mails, or oidc:hd:DOMAIN for everybody of a "
		    "domain", "Google's tokens name no groups: the rule fits "
		    "nobody");
	if (email && begins(rule->issuer,
	    "https://login.microsoftonline.com/"))
		finding_add(findings, FINDING_RULE_EMAIL, OPK_AUTH_ID,
		    rule->line, "oidc:oid:OBJECT-ID, or the sub", "in Entra a "
		    "tenant's administrators choose what e-mail a user has, "
		    "and tokens do not say whether it was verified");
	if (rule->kind == OPK_PERSON && email &&
	    opk_config_denies_email(&audit->config, span(rule->value)))
		finding_add(findings, FINDING_RULE_DENIED, OPK_AUTH_ID,
		    rule->line, "remove the rule, or the e-mail from "
		    "deny_emails", "the rule counts for nobody: deny_emails in "
		    "%s has that e-mail", OPK_CONFIG);
}

/* --- what several rules have in common --- */

static int
by_meaning(const void *left, const void *right)
{
	const struct rule *a = *(const struct rule *const *)left;
	const struct rule *b = *(const struct rule *const *)right;
	int order = strcmp(a->principal, b->principal);

	if (order == 0)
		order = strcmp(a->issuer, b->issuer);
	if (order == 0)
		order = strcmp(a->identity, b->identity);
	return order != 0 ? order : a->line < b->line ? -1 : 1;
}

/* Each user once, at the first of his rules. */
static void
look_at_principal(struct audit *audit, const struct rule *rule)
{
	if (opk_config_denies_user(&audit->config, span(rule->principal)))
		finding_add(&audit->findings, FINDING_RULE_DENIED, OPK_AUTH_ID,
		    rule->line, "remove the user's rules, or the user from "
		    "deny_users", "%s may not log in: deny_users in %s has "
		    "that name", rule->principal, OPK_CONFIG);
	if (getpwnam(rule->principal) == NULL)
		finding_add(&audit->findings, FINDING_RULE_USER, OPK_AUTH_ID,
		    rule->line, "create the user, or remove the user's rules",
		    "%s is no user of this machine, and sshd asks nobody about "
		    "such", rule->principal);
}

static void
look_at_sorted(struct audit *audit, const struct rule **sorted, size_t n)
{
	qsort(sorted, n, sizeof(sorted[0]), by_meaning);
	for (size_t i = 0; i < n; i++) {
		const struct rule *rule = sorted[i];
		const struct rule *before = i > 0 ? sorted[i - 1] : NULL;

		if (before == NULL ||
		    strcmp(before->principal, rule->principal) != 0)
			look_at_principal(audit, rule);
		else if (strcmp(before->issuer, rule->issuer) == 0 &&
		    strcmp(before->identity, rule->identity) == 0)
			finding_add(&audit->findings, FINDING_RULE_TWICE,
			    OPK_AUTH_ID, rule->line, "remove one of them",
			    "it says what line %u says", before->line);
	}
}

void
audit_rules(struct audit *audit)
{
	const struct rules *rules = &audit->rules;
	const struct rule **sorted = calloc(rules->count + 1,
	    sizeof(sorted[0]));
	size_t n = 0;

	if (!audit->opk || sorted == NULL) {
		free(sorted);
		return;
	}
	if (!trusted_missing(OPK_PROVIDERS))
		look_at_providers(audit);
	for (size_t i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->rows[i];

		if (rule->problem != NULL) {
			finding_add_phrase(&audit->findings, FINDING_RULE_ROW,
			    OPK_AUTH_ID, rule->line,
			    "the row is skipped: it ", rule->problem);
			continue;
		}
		look_at_issuer(audit, rule);
		look_at_identity(audit, rule);
		sorted[n++] = rule;
	}
	look_at_sorted(audit, sorted, n);
	free(sorted);
	if (trusted_missing(OPK_AUTH_ID) ||
	    (audit->auth_id.data != NULL && rules->count == 0))
		finding_add(&audit->findings, FINDING_RULES_NONE, OPK_AUTH_ID,
		    0, "sallyport add PRINCIPAL IDENTITY ISSUER", "there is "
		    "no rule: only plugins and users' own files could let "
		    "anybody in");
}
