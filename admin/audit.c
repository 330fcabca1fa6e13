/* audit and config check: the parts in order, and the words around them. */
#include "admin/audit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "admin/arguments.h"
#include "admin/asked.h"
#include "admin/commands.h"

/* One provider may take ten seconds, and there are few. */
#define REFRESH_SECONDS 120
#define STATUS_SECONDS 30

static const char audit_help[] =
    "usage: sallyport audit [--json] [--online]\n\n"
    "Looks for what keeps people from logging in, or lets in whom nobody meant:\n"
    "sshd's configuration and version, owners and modes of our files and of all\n"
    "directories above them, every row and key in them, plugins, users' own\n"
    "files, the cache, and what other installers left. It changes no\n"
    "configuration; --online stores the keys it fetches in the cache.\n\n"
    "  --json    for machines: {\"findings\":[{level, code, file, line, what, fix}]}\n"
    "  --online  fetch every provider's keys, too (as sallyport refresh does)\n\n"
    "Levels: a problem keeps somebody out or lets somebody in; a warning is\n"
    "probably not what you meant; a note is good to know; unseen could not be\n"
    "looked at. A finding's code never changes.\n\n"
    "Exit status: 0 clean (there may be notes), 1 problems or warnings, 2 none,\n"
    "but something could not be looked at. Run it as root.\n";

static const char config_help[] =
    "usage: sallyport config check [--json]\n\n"
    "Reads every configuration file as a login would, and says which line is\n"
    "wrong and what should stand there: /etc/sallyport/sallyport.yaml, what is\n"
    "in /etc/opk, and k9.yaml. To be run before a change goes to four hundred\n"
    "machines. \"sallyport audit\" looks at this and more.\n\n"
    "It reads as the AuthorizedKeysCommandUser that sshd -T names: put\n"
    "10-sallyport.conf there first, without a reload. Else it reads as\n"
    "opksshuser, or as root where there is none.\n\n"
    "Exit status: as sallyport audit.\n";

/* sshd -T tells of those logins only that no Match is about. */
static void
find_in_match(struct audit *audit)
{
	struct sshd_places commands, users;
	const struct sshd_place *ours = NULL, *user = NULL;

	sshd_places_read("AuthorizedKeysCommand", &commands);
	sshd_places_read("AuthorizedKeysCommandUser", &users);
	for (size_t i = 0; i < commands.count && ours == NULL; i++)
		if (commands.rows[i].match != 0 &&
		    asked_is_ours(commands.rows[i].value))
			ours = &commands.rows[i];
	if (ours != NULL) {
		(void)snprintf(audit->command, sizeof(audit->command), "%s",
		    ours->value);
		user = sshd_places_in(&users, ours->match);
	}
	if (user != NULL)
		asked_word(user->value, 0, audit->run_as,
		    sizeof(audit->run_as));
	sshd_places_free(&commands);
	sshd_places_free(&users);
}

void
audit_begin(struct audit *audit)
{
	sshd_look(&audit->sshd);
	if (!sshd_value(&audit->sshd, "authorizedkeyscommanduser",
	    audit->run_as, sizeof(audit->run_as)))
		audit->run_as[0] = '\0';
	if (!sshd_value(&audit->sshd, "authorizedkeyscommand",
	    audit->command, sizeof(audit->command))) {
		audit->command[0] = '\0';
		find_in_match(audit);
	}
	audit_read_command(audit);
	audit->has_user = person_find(audit->run_as, &audit->user) ||
	    person_find(OPK_GROUP, &audit->user);
	audit->settings.home_policy = true;
	audit->config.usable = true;
}

/* Whether it is known already why no login can work. */
static bool
has_file_problem(const struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		switch (findings->rows[i].code) {
		case FINDING_FILE_MISSING:
		case FINDING_FILE_UNTRUSTED:
		case FINDING_FILE_UNREADABLE:
		case FINDING_FILE_LARGE:
		case FINDING_CONFIG_YAML:
			return true;
		default:
			break;
		}
	return false;
}

/*
 * What only a login's own processes can say: whether they start, shut their
 * cages and, the judge, take our files.
 */
static void
ask_status(struct audit *audit)
{
	static const char *const argv[] = { "sallyport", "status", NULL };
	static struct program_said said;

	if (has_file_problem(&audit->findings))
		return;
	program_run_sallyport(argv, audit->has_user ? &audit->user : NULL,
	    STATUS_SECONDS, &said);
	if (said.status != 0)
		finding_add(&audit->findings, FINDING_LOGIN_UNUSABLE, "", 0,
		    "mend that first: no login can work", "sallyport status "
		    "says: %.*s", (int)strcspn(said.err, "\n"), said.err);
}

/* A line of refresh for a provider that could not be asked. */
static void
ask_providers(struct audit *audit)
{
	static const char *const argv[] = { "sallyport", "refresh", NULL };
	static struct program_said said;
	size_t before = audit->findings.count;
	char *rest;

	program_run_sallyport(argv, audit->has_user ? &audit->user : NULL,
	    REFRESH_SECONDS, &said);
	if (said.status == 0)
		return;
	for (char *line = strtok_r(said.out, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest))
		if (strncmp(line, "keys refreshed", 14) != 0)
			finding_add(&audit->findings, FINDING_PROVIDER_KEYS,
			    OPK_PROVIDERS, 0, "correct the issuer, or let this "
			    "machine reach it: a firewall, HTTPS_PROXY in "
			    "config.yml", "%s", line);
	/* It was ended before it had told of all. */
	if (said.status == -1 || audit->findings.count == before)
		finding_add(&audit->findings, FINDING_PROVIDER_KEYS,
		    OPK_PROVIDERS, 0, "see what sallyport refresh says", "not "
		    "all of them could be asked%s%.*s",
		    said.err[0] != '\0' ? ": " : "", (int)strcspn(said.err, "\n"), said.err);
}

static bool
is_root(struct audit *audit)
{
	if (geteuid() == 0)
		return true;
	finding_add(&audit->findings, FINDING_NOT_ROOT, "", 0,
	    "run it with sudo", "only root may read all that is to be looked "
	    "at");
	return false;
}

int
audit_main(int argc, char **argv)
{
	static struct audit audit;
	bool json = false, online = false;
	const struct flag flags[] = { { "--json", &json },
		{ "--online", &online } };
	int status = arguments_read(argc, argv, audit_help, flags, 2, NULL, 0);

	if (status != -1)
		return status;
	if (is_root(&audit)) {
		audit_begin(&audit);
		audit_settings(&audit);
		audit_sshd(&audit);
		audit_files(&audit);
		audit_rules(&audit);
		audit_homes(&audit);
		ask_status(&audit);
		if (online && audit.providers.count > 0)
			ask_providers(&audit);
	}
	return findings_print(&audit.findings, json);
}

int
config_main(int argc, char **argv)
{
	static struct audit audit;
	bool json = false;
	const struct flag flags[] = { { "--json", &json } };
	char *words[1];
	int status = arguments_read(argc, argv, config_help, flags, 1, words,
	    1);

	if (status != -1)
		return status;
	if (strcmp(words[0], "check") != 0) {
		(void)fputs(config_help, stderr);
		return 2;
	}
	if (is_root(&audit)) {
		audit_begin(&audit);
		audit_settings(&audit);
		audit_files(&audit);
		audit_rules(&audit);
		ask_status(&audit);
	}
	return findings_print(&audit.findings, json);
}
