#include "admin/opk.h"

#include <string.h>

void
opk_read_providers(struct opk_providers *providers,
    struct file_problem *problem)
{
	struct trusted_file text;

	memset(providers, 0, sizeof(*providers));
	if (!trusted_read(OPK_PROVIDERS, TRUST_ROOT, CONFIG_FILE_MAX, &text,
	    problem))
		return;
	opk_providers_read(providers, text.data, text.len);
	trusted_free(&text);
}

bool
opk_read_auth_id(struct trusted_file *text, struct rules *rules,
    struct file_problem *problem)
{
	*rules = (struct rules){ NULL, 0 };
	if (!trusted_read(OPK_AUTH_ID, TRUST_ROOT, AUTH_ID_FILE_MAX, text,
	    problem))
		return problem->reason == REASON_CONFIG_MISSING;
	rules_read(rules, text->data, text->len);
	return true;
}

const struct opk_provider *
opk_find_provider(const struct opk_providers *providers, const char *issuer)
{
	for (size_t i = 0; i < providers->count; i++)
		if (strcmp(providers->rows[i].issuer, issuer) == 0)
			return &providers->rows[i];
	return NULL;
}
