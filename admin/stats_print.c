/*
 * stats, printing: Prometheus's text format 0.0.4, which node_exporter's
 * textfile collector reads.
 */
#include <string.h>

#include "admin/stats.h"
#include "parent/starter.h"

static void
begin(FILE *to, const char *name, const char *type, const char *what)
{
	(void)fprintf(to, "# HELP sallyport_%s %s\n"
	    "# TYPE sallyport_%s %s\n", name, what, name, type);
}

/* One label; what Prometheus takes is UTF-8 with \, " and line feeds escaped. */
static void
label(FILE *to, const char *name, const char *value)
{
	(void)fprintf(to, "%s=\"", name);
	for (; *value != '\0'; value++) {
		unsigned char c = (unsigned char)*value;

		if (c < 0x20 || c > 0x7e)
			(void)fprintf(to, "\\\\x%02x", c);
		else
			(void)fprintf(to, "%s%c",
			    c == '"' || c == '\\' ? "\\" : "", c);
	}
	(void)fputc('"', to);
}

/* What every number begins with. */
static void
number_of(FILE *to, const char *metric, const struct stats_user *user)
{
	(void)fprintf(to, "sallyport_%s{", metric);
	label(to, "command_user", user->name);
}

static void
end(FILE *to, uint64_t value)
{
	(void)fprintf(to, "} %llu\n", (unsigned long long)value);
}

/* A row whose columns are reasons; those that never came are left out: they
 * would be thousands. */
static void
print_row(const struct stats *stats, FILE *to, const char *metric,
    enum counter_row row)
{
	for (size_t i = 0; i < stats->nusers; i++)
		for (int reason = 0; reason < REASON_COUNT; reason++) {
			const struct stats_user *user = stats->users[i];
			uint64_t value = user->counters.at[row][reason];

			if (value == 0)
				continue;
			number_of(to, metric, user);
			if (row < COUNTER_SOURCES)
				(void)fprintf(to, ",source=\"%s\"",
				    counter_row_word(row));
			(void)fprintf(to, ",reason=\"%s\"",
			    reason_word((enum reason)reason));
			end(to, value);
		}
}

/* Several workers have one name: their sum, with the first. */
static void
print_deaths(FILE *to, const struct stats_user *user)
{
	const uint64_t *deaths = user->counters.at[COUNTER_DEATHS];

	for (int w = 0; w < WORKER_COUNT; w++) {
		const char *name = worker_name((enum worker)w);
		uint64_t sum = 0;
		bool first = true;

		for (int i = 0; i < WORKER_COUNT; i++)
			if (strcmp(worker_name((enum worker)i), name) == 0) {
				first = first && i >= w;
				sum += deaths[i];
			}
		if (!first)
			continue;
		number_of(to, "worker_deaths_total", user);
		(void)fprintf(to, ",worker=\"%s\"", name);
		end(to, sum);
	}
}

static void
print_ages(const struct stats *stats, FILE *to,
    const struct stats_user *user)
{
	for (size_t i = 0; i < stats->providers.count; i++) {
		if (!user->has_keys[i])
			continue;
		number_of(to, "provider_keys_age_seconds", user);
		(void)fputc(',', to);
		label(to, "issuer", stats->providers.rows[i].issuer);
		end(to, user->age_s[i]);
	}
}

void
stats_print(const struct stats *stats, FILE *to)
{
	begin(to, "decisions_total", "counter",
	    "Decisions about logins, by source and reason.");
	for (int row = 0; row < COUNTER_SOURCES; row++)
		print_row(stats, to, "decisions_total", (enum counter_row)row);
	begin(to, "refreshes_total", "counter", "Attempts to get a "
	    "provider's keys, by what came of it; ok is a success.");
	print_row(stats, to, "refreshes_total", COUNTER_REFRESH);
	begin(to, "fetch_failures_total", "counter", "Logins that could "
	    "not get newer answers and went by what they had, by why.");
	print_row(stats, to, "fetch_failures_total", COUNTER_FETCH);
	begin(to, "worker_deaths_total", "counter",
	    "Workers that ended before their answer.");
	for (size_t i = 0; i < stats->nusers; i++)
		print_deaths(to, stats->users[i]);
	begin(to, "provider_keys_age_seconds", "gauge",
	    "How old a provider's cached keys are.");
	for (size_t i = 0; i < stats->nusers; i++)
		print_ages(stats, to, stats->users[i]);
	begin(to, "stats_readable", "gauge",
	    "1 if the numbers of this user could be read.");
	for (size_t i = 0; i < stats->nusers; i++) {
		number_of(to, "stats_readable", stats->users[i]);
		end(to, stats->users[i]->readable);
	}
}
