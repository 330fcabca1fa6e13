/* Whether sshd asks us, with the right words, and whom else it would ask. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin/audit.h"
#include "admin/memory.h"

/* What %C needs. */
#define VERSION_PERCENT_C 904

/* The name of the program that a command line starts, links followed. */
static void
program_name(const char *command, char name[256])
{
	char path[PATH_LEN_MAX + 1], real[PATH_LEN_MAX + 1];
	const char *p = path;

	(void)snprintf(path, sizeof(path), "%.*s",
	    (int)strcspn(command, " \t"), command);
	if (realpath(path, real) != NULL)
		p = real;
	if (strrchr(p, '/') != NULL)
		p = strrchr(p, '/') + 1;
	(void)snprintf(name, 256, "%.255s", p);
}

static bool
is_ours(const char *command)
{
	char name[256];

	program_name(command, name);
	return strcmp(name, "sallyport") == 0;
}

/* The n-th word of a command line, from 0; "" if there are fewer. */
static void
word_of(const char *command, int n, char *word, size_t size)
{
	for (; n >= 0; n--) {
		size_t len;

		command += strspn(command, " \t");
		len = strcspn(command, " \t");
		(void)snprintf(word, size, "%.*s", (int)len, command);
		command += len;
	}
}

static void
find_k9_yaml(struct audit *audit)
{
	const char *option = strstr(audit->command, "-config=");

	(void)snprintf(audit->k9_yaml, sizeof(audit->k9_yaml), "%s",
	    K9_CONFIG);
	if (audit->role == AUDIT_K9 && option != NULL) {
		option += strlen("-config=");
		(void)snprintf(audit->k9_yaml, sizeof(audit->k9_yaml), "%.*s",
		    (int)strcspn(option, " \t"), option);
	}
}

/* The lines that sshd_config could have, whatever our prefix is. */
static void
make_proposals(struct audit *audit)
{
	char path[PATH_LEN_MAX + 1];

	program_sallyport_path(path, sizeof(path));
	(void)snprintf(audit->proposal, sizeof(audit->proposal),
	    "AuthorizedKeysCommand %.256s verify %%u %%k %%t", path);
	(void)snprintf(audit->authorize, sizeof(audit->authorize),
	    "AuthorizedKeysCommand %.256s authorize --user=%%u --type=%%t "
	    "--key=%%k", path);
}

void
audit_read_command(struct audit *audit)
{
	char word[PATH_LEN_MAX + 1];

	make_proposals(audit);
	if (is_ours(audit->command)) {
		/* A link named k9-ssh is the subcommand. */
		word_of(audit->command, 0, word, sizeof(word));
		if (strrchr(word, '/') == NULL ||
		    strcmp(strrchr(word, '/'), "/k9-ssh") != 0)
			word_of(audit->command, 1, word, sizeof(word));
		if (strcmp(word, "verify") == 0)
			audit->role = AUDIT_VERIFY;
		else if (strcmp(word, "authorize") == 0)
			audit->role = AUDIT_AUTHORIZE;
		else if (strstr(word, "k9-ssh") != NULL)
			audit->role = AUDIT_K9;
	}
	find_k9_yaml(audit);
}

/* --- which file wins --- */

static void
look_at_winner(struct audit *audit, const struct sshd_place *winner,
    const struct sshd_place *place)
{
	char *where = memory_format("%s:%u", winner->file, winner->line);
	char *fix = memory_format("remove %s, or give this file a name that "
	    "sorts before it (00-...)", where);

	if (is_ours(place->value) && !is_ours(winner->value))
		finding_add(&audit->findings, FINDING_SSHD_DISPLACED,
		    place->file, place->line, fix, "this asks sallyport, but "
		    "does not count: %s is read first and sets another "
		    "command", where);
	else if (!is_ours(place->value) &&
	    strcmp(place->value, "none") != 0)
		finding_add(&audit->findings, FINDING_SSHD_DISPLACES,
		    place->file, place->line, "remove the line if nobody needs "
		    "it; if somebody does, his keys must come from elsewhere: "
		    "sshd asks one command only", "this command is never "
		    "asked: %s is read first", where);
	free(where);
	free(fix);
}

static void
look_at_places(struct audit *audit)
{
	const struct sshd_place *winner = NULL;
	struct sshd_places places;

	sshd_places_read(&places);
	for (size_t i = 0; i < places.count; i++) {
		const struct sshd_place *place = &places.rows[i];

		if (place->in_match)
			finding_add(&audit->findings, FINDING_SSHD_MATCH,
			    place->file, place->line, "", "within a Match: "
			    "for those logins sshd asks %.200s", place->value);
		else if (winner == NULL)
			winner = place;
		else
			look_at_winner(audit, winner, place);
	}
	if (audit->command[0] != '\0' && !is_ours(audit->command))
		finding_add(&audit->findings, FINDING_SSHD_OTHER,
		    winner != NULL ? winner->file : SSHD_CONFIG,
		    winner != NULL ? winner->line : 0, audit->proposal, "sshd asks another program: %.300s",
		    audit->command);
	sshd_places_free(&places);
}

/* --- the command itself --- */

static void
look_at_words(struct audit *audit)
{
	const char *command = audit->command;

	if (audit->role == AUDIT_NOT_OURS)
		finding_add(&audit->findings, FINDING_SSHD_WORDS, SSHD_CONFIG,
		    0, audit->proposal, "the command tells sallyport "
		    "neither authorize nor verify nor k9-ssh: %.300s",
		    command);
	if (audit->role == AUDIT_VERIFY &&
	    strstr(command, " verify %u %k %t") == NULL)
		finding_add(&audit->findings, FINDING_SSHD_WORDS, SSHD_CONFIG,
		    0, audit->proposal, "behind verify must stand "
		    "%%u %%k %%t, in this order: %.300s", command);
	if (audit->role == AUDIT_AUTHORIZE &&
	    (strstr(command, " --user=%u") == NULL ||
	    strstr(command, " --type=%t") == NULL ||
	    strstr(command, " --key=%k") == NULL))
		finding_add(&audit->findings, FINDING_SSHD_WORDS, SSHD_CONFIG,
		    0, audit->authorize, "authorize needs --user=%%u, "
		    "--type=%%t and --key=%%k: %.300s", command);
	if (audit->role == AUDIT_K9 && strstr(command, "-user=%u") == NULL)
		finding_add(&audit->findings, FINDING_SSHD_WORDS, SSHD_CONFIG,
		    0, "add --user=%u", "k9-ssh is not told who wants to log "
		    "in: %.300s", command);
	if (strstr(command, "%C") != NULL && audit->sshd.version != 0 &&
	    audit->sshd.version < VERSION_PERCENT_C)
		finding_add(&audit->findings, FINDING_SSHD_PERCENT_C,
		    SSHD_CONFIG, 0, "remove %C and what it stands in, or "
		    "upgrade to OpenSSH 9.4", "sshd is %u.%u, which ends every "
		    "connection over %%C, though sshd -t says nothing",
		    audit->sshd.version / 100, audit->sshd.version % 100);
}

/* As sshd's safe_path(): else it does not run it. */
static void
look_at_program(struct audit *audit)
{
	char path[PATH_LEN_MAX + 1];
	struct file_problem problem;
	int fd;

	word_of(audit->command, 0, path, sizeof(path));
	fd = trusted_open(path, TRUST_ROOT, &problem);
	if (fd == -1)
		finding_add_phrase(&audit->findings, FINDING_SSHD_PROGRAM,
		    path, 0, "sshd will not run it: ", problem.what);
	else
		(void)close(fd);
}

static void
look_at_user(struct audit *audit)
{
	char name[257];
	struct person person;

	if (sshd_value(&audit->sshd, "authorizedkeyscommanduser", name,
	    sizeof(name)) && !person_find(name, &person))
		finding_add(&audit->findings, FINDING_SSHD_USER, SSHD_CONFIG,
		    0, "useradd --system --home /nonexistent --shell "
		    "/usr/sbin/nologin, or name another user",
		    "AuthorizedKeysCommandUser %s is no user of this machine",
		    name);
}

/* --- the rest of its configuration --- */

static void
look_at_settings(struct audit *audit)
{
	const struct sshd *sshd = &audit->sshd;
	char value[4096];

	if (sshd_value(sshd, "pubkeyauthentication", value, sizeof(value)) &&
	    strcmp(value, "no") == 0)
		finding_add(&audit->findings, FINDING_SSHD_PUBKEY, SSHD_CONFIG,
		    0, "PubkeyAuthentication yes", "public keys are switched "
		    "off, so nobody is asked about any");
	if ((audit->role == AUDIT_VERIFY || audit->role == AUDIT_AUTHORIZE) &&
	    sshd_value(sshd, "pubkeyacceptedalgorithms", value, sizeof(value)) &&
	    strstr(value, "-cert-v01@openssh.com") == NULL)
		finding_add(&audit->findings, FINDING_SSHD_CERTIFICATES,
		    SSHD_CONFIG, 0, "PubkeyAcceptedAlgorithms "
		    "+ecdsa-sha2-nistp256-cert-v01@openssh.com",
		    "PubkeyAcceptedAlgorithms has no type of certificate, so "
		    "sshd refuses opkssh's before it asks");
	if (audit->command[0] != '\0' && !sshd_value(sshd,
	    "authorizedkeysfile", value, sizeof(value)))
		finding_add(&audit->findings, FINDING_SSHD_LAST_RESORT,
		    SSHD_CONFIG, 0, "AuthorizedKeysFile, with a key that is "
		    "kept in a safe", "there is no AuthorizedKeysFile: with a "
		    "provider or Key9 down and the cache old, nobody gets in");
}

/* What installers put there for a program that sshd no longer asks. */
static void
look_for_leftovers(struct audit *audit)
{
	static const struct {
		const char *path, *what, *fix;
	} leftovers[] = {
		{ "/etc/sudoers.d/opkssh", "opkssh's sudo rule for reading "
		  "home files; sallyport needs none",
		  "rm /etc/sudoers.d/opkssh" },
		{ "/var/log/opkssh.log", "opkssh's log, which may hold "
		  "tokens; sallyport logs to syslog",
		  "keep it as long as your rules want, then rm it" },
		{ "/usr/local/bin/opkssh", "opkssh's program, which sshd no "
		  "longer asks", "rm /usr/local/bin/opkssh, unless somebody "
		  "here logs in elsewhere with it" },
		{ "/usr/local/bin/k9-ssh", "Key9's program, which sshd no "
		  "longer asks", "rm /usr/local/bin/k9-ssh" },
		{ "/opt/k9/bin/k9-ssh", "Key9's program, which sshd no longer "
		  "asks", "rm /opt/k9/bin/k9-ssh" },
	};

	for (size_t i = 0; i < sizeof(leftovers) / sizeof(leftovers[0]); i++)
		if (!trusted_missing(leftovers[i].path) &&
		    !is_ours(leftovers[i].path))
			finding_add(&audit->findings, FINDING_LEFTOVER,
			    leftovers[i].path, 0, leftovers[i].fix, "%s",
			    leftovers[i].what);
}

void
audit_sshd(struct audit *audit)
{
	struct findings *findings = &audit->findings;
	const struct sshd *sshd = &audit->sshd;

	if (sshd->path == NULL) {
		finding_add(findings, FINDING_SSHD_MISSING, "", 0, "install "
		    "openssh-server", "there is no sshd in /usr/sbin or "
		    "/usr/local/sbin, so nothing is known of its "
		    "configuration");
		return;
	}
	look_at_places(audit);
	if (sshd->dump.status != 0) {
		finding_add(findings, FINDING_SSHD_CONFIG, SSHD_CONFIG, 0,
		    strstr(sshd->dump.err, "AuthorizedKeysCommandUser") != NULL
		    ? "AuthorizedKeysCommandUser " OPK_GROUP : "correct that, "
		    "and try sshd -t", "sshd -T does not take the "
		    "configuration: %.400s", sshd->dump.err);
		return;
	}
	if (audit->command[0] == '\0')
		finding_add(findings, FINDING_SSHD_NO_COMMAND, SSHD_CONFIG, 0,
		    audit->proposal, "sshd asks nobody: there is no AuthorizedKeysCommand");
	else if (is_ours(audit->command)) {
		look_at_words(audit);
		look_at_program(audit);
		look_for_leftovers(audit);
	}
	look_at_user(audit);
	look_at_settings(audit);
}
