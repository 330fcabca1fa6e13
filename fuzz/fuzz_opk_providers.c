/*
 * /etc/opk/providers. Beyond not crashing: what is taken is a URL that we
 * may call, no two rows are the same, and every row is taken or told.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "parseproc/opk_providers.h"
#include "parseproc/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static void
row_is_sound(const struct opk_providers *providers, size_t i)
{
	const struct opk_provider *row = &providers->rows[i];
	struct url url;

	require(url_read(row->issuer, strlen(row->issuer), &url) == NULL);
	require(url.https || url_is_loopback(&url));
	require(row->client_id[0] != '\0');
	require((unsigned)row->expiry < EXPIRY_COUNT);
	require(row->line > (i > 0 ? row[-1].line : 0));
	for (size_t k = 0; k < i; k++)
		require(strcmp(providers->rows[k].issuer, row->issuer) != 0 ||
		    strcmp(providers->rows[k].client_id, row->client_id) != 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct opk_providers providers;
	struct opk_lines lines;
	struct opk_row row;
	size_t rows = 0;

	opk_providers_read(&providers, data, size);
	require(providers.count <= PROVIDERS_MAX);
	for (size_t i = 0; i < providers.count; i++)
		row_is_sound(&providers, i);
	opk_lines_begin(&lines, data, size);
	while (opk_lines_next(&lines, &row))
		rows++;
	require(rows == providers.count + providers.reports.count);
	for (size_t i = 0; i < providers.reports.count &&
	    i < OPK_REPORTS_MAX; i++)
		require(providers.reports.rows[i].what != NULL &&
		    providers.reports.rows[i].line <= lines.line);
	return 0;
}
