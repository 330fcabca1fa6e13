#include "parseproc/opk_providers.h"

#include <string.h>

#include "parseproc/url.h"

/* NULL, or why that cannot be an issuer. */
static const char *
check_issuer(struct span issuer)
{
	struct url url;
	const char *problem = url_read((const char *)issuer.p, issuer.len, &url);

	if (problem == NULL && !url.https && !url_is_loopback(&url))
		return "must begin with https://";
	return problem;
}

/* An issuer whose tokens carry GQ signatures. */
static bool
is_gq(struct span issuer)
{
	static const char forgejo[] = "/api/actions";
	size_t n = sizeof(forgejo) - 1;

	if (span_is(issuer, "https://token.actions.githubusercontent.com"))
		return true;
	if (issuer.len > 0 && issuer.p[issuer.len - 1] == '/')
		issuer.len--;
	return issuer.len >= n && span_is(span_from(issuer,
	    issuer.len - n), forgejo);
}

/* Copies to out, of size characters: false if there is no room for a NUL. */
static bool
copy(struct span text, char *out, size_t size)
{
	if (text.len >= size)
		return false;
	memcpy(out, text.p, text.len);
	out[text.len] = '\0';
	return true;
}

/* Whether the parent finds it in the file: what may stand around it is quotes. */
static bool
stands_plainly(struct span word, struct span text)
{
	return !span_has(word, '\\') && !span_has(text, '\'') &&
	    memmem(word.p, word.len, text.p, text.len) != NULL;
}

/* One row's columns: NULL and *provider, or what is wrong with them. */
static const char *
read_row(const struct opk_row *row, struct opk_provider *provider)
{
	uint8_t buf[OPK_LINE_MAX];
	struct span word = opk_word_text(row->words[0], buf);
	const char *problem = check_issuer(word);

	memset(provider, 0, sizeof(*provider));
	provider->line = row->line;
	if (problem != NULL)
		return problem;
	if (!stands_plainly(row->words[0], word))
		return "has an issuer with back slashes or quotes in it: "
		    "write it plainly";
	if (!copy(word, provider->issuer, sizeof(provider->issuer)))
		return "has an issuer of more than 512 bytes";
	provider->gq = is_gq(word);
	word = opk_word_text(row->words[1], buf);
	if (word.len == 0)
		return "has an empty client id in its second column";
	if (!copy(word, provider->client_id, sizeof(provider->client_id)))
		return "has a client id of more than 512 bytes";
	word = opk_word_text(row->words[2], buf);
	if (!expiry_read(word, &provider->expiry))
		return "must end in 12h, 24h, 48h, 1week, oidc, "
		    "oidc-refreshed or never";
	return NULL;
}

/* NULL, or why a sound row cannot stand beside those before it. */
static const char *
check_row(const struct opk_providers *providers,
    const struct opk_provider *provider)
{
	for (size_t i = 0; i < providers->count; i++)
		if (strcmp(providers->rows[i].issuer, provider->issuer) == 0 &&
		    strcmp(providers->rows[i].client_id,
		    provider->client_id) == 0)
			return "repeats issuer and client id of a row above";
	return providers->count < PROVIDERS_MAX ? NULL :
	    "is one too many: there may be 64 rows";
}

void
opk_providers_read(struct opk_providers *providers, const uint8_t *text,
    size_t len)
{
	struct opk_provider provider;
	struct opk_lines lines;
	struct opk_row row;

	memset(providers, 0, sizeof(*providers));
	opk_lines_begin(&lines, text, len);
	while (opk_lines_next(&lines, &row)) {
		const char *problem = row.problem;

		if (problem == NULL)
			problem = read_row(&row, &provider);
		if (problem == NULL)
			problem = check_row(providers, &provider);
		if (problem == NULL)
			providers->rows[providers->count++] = provider;
		else
			opk_report(&providers->reports, row.line,
			    REASON_PROVIDERS_ROW, problem);
	}
}
