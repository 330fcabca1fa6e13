#include "parseproc/opk_auth_id.h"

#include <string.h>

#include "parseproc/glob.h"

#define CLAIM "oidc:"
#define MATCH_END "oidc-match-end:"
#define EMAIL_END "oidc-match-end:email:"
#define REPO "repo:"

/* One row that is being compared; its columns unquoted. */
struct rule {
	struct span principal;
	struct span issuer;
	struct opk_attribute attribute;
	/* What the columns are unquoted into: no longer than their line. */
	uint8_t buf[OPK_LINE_MAX];
};

/* NULL, or what is wrong with a claim's name and value. */
static const char *
check_claim(const struct opk_attribute *attribute)
{
	struct span name = attribute->name;

	if (name.len == 0)
		return "names no claim behind oidc:";
	if (span_has(name, '"'))
		return "has a quote inside its claim's name: the form is "
		    "oidc:\"CLAIM\":VALUE";
	if (attribute->value.len == 0)
		return "has no value behind its claim: the form is "
		    "oidc:CLAIM:VALUE";
	/* Nobody has a claim called https, but many forget the quotes. */
	if ((span_is(name, "https") ||
	    span_is(name, "http")) &&
	    span_begins(attribute->value, "//"))
		return "has a claim with colons: put double quotes around the "
		    "claim's name";
	return NULL;
}

/*
 * oidc:"A:B":VALUE with quotes that nobody protected, which shell rules
 * would remove together with the knowledge of where the claim ends. So it is
 * split before it is unquoted. False if the word has another form.
 */
static bool
read_raw_claim(struct span word, uint8_t *buf,
    struct opk_attribute *attribute)
{
	size_t end = strlen(CLAIM) + 1;
	struct span name;

	if (!span_begins(word, CLAIM "\""))
		return false;
	while (end < word.len && word.p[end] != '"')
		end += word.p[end] == '\\' ? 2 : 1;
	/* Another form: oidc:"groups:a b", where nothing needs to be known. */
	if (end + 1 >= word.len || word.p[end + 1] != ':')
		return false;
	name = (struct span){ word.p + strlen(CLAIM),
	    end + 1 - strlen(CLAIM) };
	attribute->name = opk_word_text(name, buf);
	attribute->value = opk_word_text(span_from(word, end + 2),
	    buf + name.len);
	return true;
}

/* oidc:CLAIM:VALUE or oidc:"CLAIM":VALUE, after unquoting. */
static const char *
read_claim(struct span text, struct opk_attribute *attribute)
{
	struct span rest = span_from(text, strlen(CLAIM));
	bool quoted = span_begins(rest, "\"");
	const uint8_t *end;

	rest = span_from(rest, quoted ? 1 : 0);
	end = rest.len == 0 ? NULL : memchr(rest.p, quoted ? '"' : ':',
	    rest.len);
	if (end == NULL)
		return quoted ? "has a claim whose quote is not closed" :
		    "has no value behind its claim: the form is "
		    "oidc:CLAIM:VALUE";
	attribute->name = (struct span){ rest.p, (size_t)(end - rest.p) };
	rest = span_from(rest, attribute->name.len + 1);
	if (quoted && !span_begins(rest, ":"))
		return "needs a colon behind its claim's closing quote";
	attribute->value = span_from(rest, quoted ? 1 : 0);
	return NULL;
}

/* oidc-match-end:email:@example.com */
static const char *
read_match_end(struct span text, struct opk_attribute *attribute)
{
	if (!span_begins(text, EMAIL_END))
		return "has an oidc-match-end: of another claim than email";
	attribute->value = span_from(text, strlen(EMAIL_END));
	/* Neither may match: everybody, and evilexample.com for example.com. */
	if (attribute->value.len == 0)
		return "has nothing behind oidc-match-end:email:, which would "
		    "be everybody";
	if (!span_has(attribute->value, '@') ||
	    attribute->value.p[attribute->value.len - 1] == '@')
		return "needs an @ and a domain behind oidc-match-end:email:";
	return NULL;
}

static const char *
read_repo(struct span text, struct opk_attribute *attribute)
{
	attribute->value = text;
	if (text.len == strlen(REPO))
		return "has nothing behind repo:";
	if (glob_match(text, (struct span){ NULL, 0 }) == GLOB_MALFORMED)
		return "has a malformed pattern: look at brackets and back "
		    "slashes";
	return NULL;
}

const char *
opk_attribute_read(struct span word, uint8_t *buf,
    struct opk_attribute *attribute)
{
	struct span text;
	const char *problem;

	memset(attribute, 0, sizeof(*attribute));
	attribute->kind = OPK_CLAIM;
	if (read_raw_claim(word, buf, attribute))
		return check_claim(attribute);
	text = opk_word_text(word, buf);
	if (span_begins(text, CLAIM)) {
		problem = read_claim(text, attribute);
		return problem != NULL ? problem : check_claim(attribute);
	}
	if (span_begins(text, MATCH_END)) {
		attribute->kind = OPK_EMAIL_END;
		return read_match_end(text, attribute);
	}
	if (span_begins(text, REPO)) {
		attribute->kind = OPK_REPO;
		return read_repo(text, attribute);
	}
	attribute->kind = OPK_PERSON;
	attribute->value = text;
	return text.len > 0 ? NULL : "has an empty second column";
}

/* The columns of a sound row: NULL and *rule, or what is wrong with them. */
static const char *
read_rule(const struct opk_row *row, struct rule *rule)
{
	uint8_t *buf = rule->buf;
	const char *problem;

	rule->principal = opk_word_text(row->words[0], buf);
	buf += row->words[0].len;
	problem = opk_attribute_read(row->words[1], buf, &rule->attribute);
	buf += row->words[1].len;
	rule->issuer = opk_word_text(row->words[2], buf);
	if (problem == NULL && rule->principal.len == 0)
		return "has an empty first column";
	if (problem == NULL && rule->issuer.len == 0)
		return "has an empty third column";
	return problem;
}

/* What a row says about an identity. */
enum says { NOTHING, ITS_EMAIL, ITSELF };

static enum says
compare(const struct opk_attribute *attribute,
    const struct opk_identity *identity)
{
	struct span value = attribute->value;

	switch (attribute->kind) {
	case OPK_PERSON:
		if (span_equal(identity->sub, value))
			return ITSELF;
		return span_equal_nocase(identity->email, value) ? ITS_EMAIL :
		    NOTHING;
	case OPK_EMAIL_END:
		return span_ends_nocase(identity->email, value) ? ITS_EMAIL :
		    NOTHING;
	case OPK_REPO:
		return glob_match(value, identity->sub) == GLOB_YES ? ITSELF :
		    NOTHING;
	case OPK_CLAIM:
		break;
	}
	if (!identity->claim_matches(identity->claims, attribute->name, value))
		return NOTHING;
	/* However it is written, it is about the e-mail. */
	return span_is(attribute->name, "email") ? ITS_EMAIL :
	    ITSELF;
}

/* Takes a row for this user and issuer into account. */
static void
judge(struct opk_policy *policy, uint32_t line,
    const struct opk_attribute *attribute,
    const struct opk_identity *identity)
{
	enum says says = compare(attribute, identity);

	if (policy->nearest == 0)
		policy->nearest = line;
	if (says == ITSELF || (says == ITS_EMAIL &&
	    identity->email_verified != OPK_VERIFIED_FALSE)) {
		policy->reason = REASON_OK;
		policy->line = line;
		policy->email_unstated = says == ITS_EMAIL &&
		    identity->email_verified == OPK_VERIFIED_ABSENT;
	} else if (says == ITS_EMAIL && policy->line == 0) {
		policy->reason = REASON_EMAIL_UNVERIFIED;
		policy->line = line;
	}
}

/* One sound row. */
static void
take_rule(struct opk_policy *policy, uint32_t line, const struct rule *rule,
    struct span user, const struct opk_identity *identity)
{
	policy->rows++;
	if (!span_equal(rule->principal, user))
		return;
	if (span_equal(rule->issuer, identity->issuer))
		judge(policy, line, &rule->attribute, identity);
	else if (policy->nearest_issuer == 0)
		policy->nearest_issuer = line;
}

/* Reads rows until one fits; identity is NULL if none shall. */
static void
read_rows(struct opk_policy *policy, const uint8_t *text, size_t len,
    struct span user, const struct opk_identity *identity)
{
	struct opk_lines lines;
	struct opk_row row;
	struct rule rule;

	memset(policy, 0, sizeof(*policy));
	policy->reason = REASON_NO_RULE;
	opk_lines_begin(&lines, text, len);
	while (policy->reason != REASON_OK && opk_lines_next(&lines, &row)) {
		const char *problem = row.problem;

		if (problem == NULL)
			problem = read_rule(&row, &rule);
		if (problem != NULL)
			opk_report(&policy->reports, row.line,
			    REASON_AUTH_ID_ROW, problem);
		else if (identity != NULL)
			take_rule(policy, row.line, &rule, user, identity);
		else
			policy->rows++;
	}
}

void
opk_auth_id_find(struct opk_policy *policy, const uint8_t *text, size_t len,
    struct span user, const struct opk_identity *identity)
{
	read_rows(policy, text, len, user, identity);
}

void
opk_auth_id_check(struct opk_policy *policy, const uint8_t *text, size_t len)
{
	read_rows(policy, text, len, (struct span){ NULL, 0 }, NULL);
}
