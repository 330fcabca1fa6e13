/* list: who may log in as whom, as /etc/opk says it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/arguments.h"
#include "admin/commands.h"
#include "admin/opk.h"
#include "admin/output.h"

static const char help[] =
    "usage: sallyport list [--json]\n\n"
    "Prints who may log in as whom, by /etc/opk/auth_id: the row's number, the\n"
    "user, the identity, and the provider. A row behind which it says \"but\"\n"
    "lets nobody in. \"sallyport audit\" says how to mend it.\n\n"
    "What plugins (/etc/opk/policy.d) and users' own files (~/.opk/auth_id)\n"
    "allow besides is not listed.\n\n"
    "Exit status: 0, or 2 if the files could not be read (run it as root).\n";

struct listing {
	struct opk_providers providers;
	struct trusted_file text;
	struct rules rules;
};

/* NULL, or why a row lets nobody in. */
static const char *
why_not(const struct listing *listing, const struct rule *rule)
{
	if (rule->problem != NULL)
		return rule->problem;
	return opk_find_provider(&listing->providers, rule->issuer) != NULL ?
	    NULL : "its issuer is not in /etc/opk/providers";
}

static int
widest(const struct rules *rules, size_t offset, const char *heading)
{
	size_t most = strlen(heading);

	for (size_t i = 0; i < rules->count; i++) {
		const char *text;

		memcpy(&text, (const char *)&rules->rows[i] + offset,
		    sizeof(text));
		if (text != NULL && strlen(text) > most && strlen(text) < 60)
			most = strlen(text);
	}
	return (int)most;
}

static void
print_table(const struct listing *listing)
{
	const struct rules *rules = &listing->rules;
	int user = widest(rules, offsetof(struct rule, principal), "USER");
	int who = widest(rules, offsetof(struct rule, identity), "IDENTITY");

	(void)printf("%5s  %-*s  %-*s  %s\n", "LINE", user, "USER", who,
	    "IDENTITY", "ISSUER");
	for (size_t i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->rows[i];
		const char *why = why_not(listing, rule);

		(void)printf("%5u  ", rule->line);
		if (rule->problem == NULL) {
			output_column(rule->principal, user + 2);
			output_column(rule->identity, who + 2);
			output_text(rule->issuer);
		}
		if (why != NULL)
			(void)printf("%sbut %s", rule->problem == NULL ?
			    "  " : "", why);
		(void)putchar('\n');
	}
}

static void
print_json(const struct listing *listing)
{
	const struct rules *rules = &listing->rules;

	(void)fputs("{\"rules\":[", stdout);
	for (size_t i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->rows[i];
		const char *why = why_not(listing, rule);

		(void)printf("%s{\"line\":%u", i == 0 ? "\n" : ",\n",
		    rule->line);
		if (rule->problem == NULL) {
			output_member("user", rule->principal, false);
			output_member("identity", rule->identity, false);
			output_member("issuer", rule->issuer, false);
		}
		(void)printf(",\"counts\":%s", why == NULL ? "true" : "false");
		output_member("why", why != NULL ? why : "", false);
		(void)putchar('}');
	}
	(void)puts("]}");
}

int
list_main(int argc, char **argv)
{
	static struct listing listing;
	struct file_problem problem;
	bool json = false;
	const struct flag flags[] = { { "--json", &json } };
	int status = arguments_read(argc, argv, help, flags, 1, NULL, 0);

	if (status != -1)
		return status;
	opk_read_providers(&listing.providers, &problem);
	if (problem.reason != REASON_OK)
		(void)fprintf(stderr, "sallyport list: %s: %s\n",
		    OPK_PROVIDERS, problem.what);
	if (!opk_read_auth_id(&listing.text, &listing.rules, &problem)) {
		(void)fprintf(stderr, "sallyport list: %s: %s\n",
		    OPK_AUTH_ID, problem.what);
		return 2;
	}
	if (json)
		print_json(&listing);
	else
		print_table(&listing);
	rules_free(&listing.rules);
	trusted_free(&listing.text);
	return 0;
}
