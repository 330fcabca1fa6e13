/* Whether sshd asks us, with the right words, and whom else it would ask. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin/asked.h"
#include "admin/audit.h"
#include "admin/leftovers.h"
#include "admin/memory.h"

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
	struct file_problem problem; /* look_at_program() says it */

	(void)program_sallyport_path(path, sizeof(path), &problem);
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
	if (asked_is_ours(audit->command)) {
		/* A link named k9-ssh is the subcommand. */
		asked_word(audit->command, 0, word, sizeof(word));
		if (strrchr(word, '/') == NULL ||
		    strcmp(strrchr(word, '/'), "/k9-ssh") != 0)
			asked_word(audit->command, 1, word, sizeof(word));
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
	char *fix = memory_format("remove %s%s", where,
	    strcmp(place->file, SSHD_CONFIG) == 0 ? "" : ", or give this file "
	    "a name that sorts before it (00-...)");

	if (asked_is_ours(place->value) && !asked_is_ours(winner->value))
		finding_add(&audit->findings, FINDING_SSHD_DISPLACED,
		    place->file, place->line, fix, "this asks sallyport, but "
		    "does not count: %s is read first and sets another "
		    "command", where);
	else if (!asked_is_ours(place->value) &&
	    strcmp(place->value, "none") != 0 &&
	    !(audit->role == AUDIT_AUTHORIZE && asked_is_chained(place->value,
	    &audit->settings.sources)))
		finding_add(&audit->findings, FINDING_SSHD_DISPLACES,
		    place->file, place->line, "remove the line if nobody needs "
		    "it; if somebody does, let sallyport ask it: a source of "
		    "the kind chain in " SALLYPORT_CONFIG, "this command is "
		    "never asked: %s is read first", where);
	free(where);
	free(fix);
}

static void
look_at_places(struct audit *audit)
{
	const struct sshd_place *winner = NULL;
	struct sshd_places places;

	sshd_places_read("AuthorizedKeysCommand", &places);
	for (size_t i = 0; i < places.count; i++) {
		const struct sshd_place *place = &places.rows[i];

		if (place->match != 0)
			finding_add(&audit->findings, FINDING_SSHD_MATCH,
			    place->file, place->line, "", "within a Match: "
			    "for those logins sshd asks %.200s", place->value);
		else if (winner == NULL)
			winner = place;
		else
			look_at_winner(audit, winner, place);
	}
	if (audit->command[0] != '\0' && !asked_is_ours(audit->command))
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
	    strstr(command, " %u %k %t") == NULL)
		finding_add(&audit->findings, FINDING_SSHD_WORDS, SSHD_CONFIG,
		    0, audit->proposal, "behind verify and its options must "
		    "stand %%u %%k %%t, in this order: %.300s", command);
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
	    audit->sshd.version < SSHD_WITH_C)
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

	asked_word(audit->command, 0, path, sizeof(path));
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
	const char *name = audit->run_as;
	struct person person;

	if (name[0] == '\0')
		return;
	if (!person_find(name, &person))
		finding_add(&audit->findings, FINDING_SSHD_USER, SSHD_CONFIG,
		    0, "useradd --system --home /nonexistent --shell "
		    "/usr/sbin/nologin, or name another user",
		    "AuthorizedKeysCommandUser %s is no user of this machine",
		    name);
	else if (person.uid != 0 && person_is_shared(&person))
		finding_add(&audit->findings, FINDING_SSHD_USER_SHARED,
		    SSHD_CONFIG, 0, "a user for this alone: useradd --system "
		    "--home /nonexistent --shell /usr/sbin/nologin",
		    "AuthorizedKeysCommandUser %s is there for others, too: "
		    "whoever runs as him can write the keys in the cache, and "
		    "so decide who logs in", name);
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
	(void)!listener_goes_by_files(&sshd->listener, findings);
	if (audit->command[0] == '\0')
		finding_add(findings, FINDING_SSHD_NO_COMMAND, SSHD_CONFIG, 0,
		    "sallyport setup sshd", "sshd asks nobody: there is no "
		    "AuthorizedKeysCommand");
	else if (asked_is_ours(audit->command)) {
		look_at_words(audit);
		look_at_program(audit);
		leftovers_look(findings, audit->command);
	}
	look_at_user(audit);
	look_at_settings(audit);
}
