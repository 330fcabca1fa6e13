#include "admin/choice.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "admin/audit_yaml.h"
#include "admin/opk.h"
#include "admin/person.h"
#include "admin/program.h"
#include "admin/sshd.h"

/* Key9's own program takes this one, too. */
#define K9_OTHER_CONFIG "/etc/k9.yaml"

/* What a way of choosing goes by, and fills in. */
struct making {
	struct choice *choice;
	const struct sources_config *sources;
	struct findings *findings;
	char program[PATH_LEN_MAX + 1];
	bool percent_c;
};

static void
take_user(struct making *making, const char *name)
{
	(void)snprintf(making->choice->user, sizeof(making->choice->user),
	    "%s", name);
}

/* --- Key9 --- */

/* It refuses to run as anybody but whom its file names. */
static bool
take_run_as(struct making *making, const char *path)
{
	static struct k9_config config;
	struct trusted_file text;
	struct file_problem problem;
	bool ok;

	if (!trusted_read(path, TRUST_SECRET, CONFIG_FILE_MAX, &text,
	    &problem)) {
		finding_add_phrase(making->findings, problem.reason ==
		    REASON_CONFIG_MISSING ? FINDING_FILE_MISSING :
		    FINDING_FILE_UNTRUSTED, path, 0, "", problem.what);
		return false;
	}
	ok = audit_yaml_k9(making->findings, path, &text, &config);
	take_user(making, config.run_as);
	trusted_free(&text);
	explicit_bzero(&config, sizeof(config));
	return ok;
}

static bool
has_k9(const struct making *making)
{
	(void)making;
	return !trusted_missing(K9_CONFIG) || !trusted_missing(K9_OTHER_CONFIG);
}

static bool
fill_k9(struct making *making)
{
	bool other = trusted_missing(K9_CONFIG);

	(void)snprintf(making->choice->command,
	    sizeof(making->choice->command), "%s k9-ssh --user=%%u%s%s",
	    making->program, making->percent_c ? " --remote=%C" : "",
	    other ? " --config=" K9_OTHER_CONFIG : "");
	return take_run_as(making, other ? K9_OTHER_CONFIG : K9_CONFIG);
}

/* --- OpenPubkey --- */

/* The first of the files that a user may not read; NULL if there is none. */
static const char *
unreadable_opk(const char *name)
{
	static const struct {
		const char *path;
		int how;
	} files[] = { { OPK_PROVIDERS, R_OK }, { OPK_AUTH_ID, R_OK },
		{ OPK_CONFIG, R_OK }, { OPK_PLUGINS, R_OK | X_OK } };
	const char *closed = NULL;
	struct person person;

	if (!person_find(name, &person) || !person_become(&person))
		return OPK_PROVIDERS;
	for (size_t i = 0; closed == NULL && i < sizeof(files) /
	    sizeof(files[0]); i++)
		if (faccessat(AT_FDCWD, files[i].path, files[i].how,
		    AT_EACCESS) == -1 && (i == 0 || errno != ENOENT))
			closed = files[i].path;
	person_return();
	return closed;
}

static bool
has_opk(const struct making *making)
{
	(void)making;
	return !trusted_missing(OPK_PROVIDERS);
}

/* The package's user, or opkssh's where its files are for him alone. */
static bool
fill_opk(struct making *making)
{
	static const char *const users[] = { "sallyport", OPK_GROUP };
	struct person person;

	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++)
		if (making->choice->user[0] == '\0' &&
		    unreadable_opk(users[i]) == NULL)
			take_user(making, users[i]);
	if (making->choice->user[0] == '\0') {
		take_user(making, person_find(OPK_GROUP, &person) &&
		    !person_find("sallyport", &person) ? OPK_GROUP :
		    "sallyport");
		finding_add(making->findings, FINDING_FILE_GROUP,
		    unreadable_opk(making->choice->user), 0, "sallyport "
		    "permissions fix, and then sallyport audit",
		    "%s, as whom sshd will ask, may not read it: nobody can "
		    "log in by it yet",
		    making->choice->user);
	}
	(void)snprintf(making->choice->command,
	    sizeof(making->choice->command), "%s verify %%u %%k %%t",
	    making->program);
	return true;
}

/* --- several sources --- */

static bool
has_sources(const struct making *making)
{
	return making->sources->n > 0;
}

/* Only root can run a chained command as somebody else. */
static bool
can_chain(const struct making *making)
{
	const struct source_config *chain = sources_config_find(
	    making->sources, IPC_SOURCE_CHAIN);
	const char *user = making->choice->user;

	if (chain == NULL || strcmp(user, "root") == 0 ||
	    strcmp(user, chain->run_as) == 0)
		return true;
	finding_add(making->findings, FINDING_CHAIN_USER, SALLYPORT_CONFIG, 0,
	    "system.run_as: root in " K9_CONFIG ", or the same user in both",
	    "the chained command is to run as %s, which %s, whom " K9_CONFIG
	    " names as run_as, cannot do", chain->run_as, user);
	return false;
}

/* As root all can be done; if Key9 is among them, its file has the say. */
static bool
fill_sources(struct making *making)
{
	(void)snprintf(making->choice->command,
	    sizeof(making->choice->command),
	    "%s authorize --user=%%u --type=%%t --key=%%k%s", making->program,
	    making->percent_c ? " --connection=%C" : "");
	if (sources_config_find(making->sources, IPC_SOURCE_KEY9) == NULL) {
		take_user(making, "root");
		return true;
	}
	return take_run_as(making, K9_CONFIG) && can_chain(making);
}

/* In the order in which they are looked for. */
static const struct way {
	const char *name;
	bool (*has_config)(const struct making *making);
	bool (*fill)(struct making *making);
	const char *first; /* what to do if it has none */
} ways[] = {
	{ "authorize", has_sources, fill_sources,
	  "write sources: in " SALLYPORT_CONFIG },
	{ "verify", has_opk, fill_opk,
	  "write " OPK_PROVIDERS " and " OPK_AUTH_ID },
	{ "k9-ssh", has_k9, fill_k9, "write " K9_CONFIG },
};

#define NWAYS (sizeof(ways) / sizeof(ways[0]))

bool
choice_known(const char *name)
{
	for (size_t i = 0; i < NWAYS; i++)
		if (strcmp(name, ways[i].name) == 0)
			return true;
	return false;
}

static const struct way *
choose(const struct making *making, const char *name)
{
	for (size_t i = 0; i < NWAYS; i++) {
		if (name != NULL && strcmp(name, ways[i].name) != 0)
			continue;
		if (ways[i].has_config(making))
			return &ways[i];
		if (name == NULL)
			continue;
		finding_add(making->findings, FINDING_NOTHING_CONFIGURED, "",
		    0, ways[i].first, "%s has no configuration, so nobody "
		    "could log in by it", name);
		return NULL;
	}
	finding_add(making->findings, FINDING_NOTHING_CONFIGURED, "", 0,
	    "write one of them: sallyport(8) says how", "there is neither "
	    "sources: in " SALLYPORT_CONFIG ", nor " OPK_PROVIDERS ", nor "
	    K9_CONFIG ": nobody could log in");
	return NULL;
}

static bool
has_program(struct making *making)
{
	struct file_problem problem;

	if (program_sallyport_path(making->program, sizeof(making->program),
	    &problem))
		return true;
	finding_add_phrase(making->findings, FINDING_SSHD_PROGRAM, "", 0,
	    "sshd would not run it: ", problem.what);
	return false;
}

static bool
has_user(const struct making *making)
{
	struct person person;

	if (person_find(making->choice->user, &person))
		return true;
	finding_add(making->findings, FINDING_SSHD_USER, "", 0, "useradd "
	    "--system --home /nonexistent --shell /usr/sbin/nologin, by that "
	    "name; it should have no other job", "AuthorizedKeysCommandUser "
	    "would be %s, who is no user of this machine",
	    making->choice->user);
	return false;
}

bool
choice_make(struct choice *choice, const char *name,
    const struct sources_config *sources, unsigned sshd_version,
    struct findings *findings)
{
	struct making making = { .choice = choice, .sources = sources,
		.findings = findings,
		.percent_c = sshd_version >= SSHD_WITH_C };
	const struct way *way = choose(&making, name);

	*choice = (struct choice){ .subcommand = way != NULL ? way->name :
		NULL };
	return way != NULL && has_program(&making) && way->fill(&making) &&
	    has_user(&making);
}
