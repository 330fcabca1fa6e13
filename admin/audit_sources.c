/* What `sallyport authorize` would ask, as sallyport.yaml lists it. */
#include <stdio.h>
#include <string.h>

#include "admin/audit.h"
#include "parent/command_process.h"
#include "parent/local_user.h"
#include "parent/plugin_command.h"

static void
look_at_chain(struct audit *audit, const struct source_config *chain)
{
	struct findings *findings = &audit->findings;
	char why[DETAIL_MAX + 1];
	uid_t uid;
	gid_t gid;

	if (!command_allowed(chain->words, why, sizeof(why)))
		finding_add_phrase(findings, FINDING_CHAIN_COMMAND,
		    SALLYPORT_CONFIG, 0, "the chained command cannot be run: ",
		    why);
	/* A login asks no name service. */
	if (!local_user_ids(chain->run_as, &uid, &gid))
		finding_add(findings, FINDING_CHAIN_USER, SALLYPORT_CONFIG, 0,
		    "name a user who has no other job",
		    "chain's user %s is not in /etc/passwd",
		    chain->run_as);
	else if (uid == 0 || gid == 0)
		finding_add(findings, FINDING_CHAIN_USER, SALLYPORT_CONFIG, 0,
		    "name a user who has no other job", "chain's user %s is "
		    "root, or in its group, which it may not be",
		    chain->run_as);
	else if (audit->has_user && audit->user.uid != 0 &&
	    audit->user.uid != uid)
		finding_add(findings, FINDING_CHAIN_USER, SALLYPORT_CONFIG, 0,
		    "AuthorizedKeysCommandUser root, or its own name as user:",
		    "sshd starts sallyport as %s, who cannot run the chained "
		    "command as %s", audit->user.name, chain->run_as);
}

void
audit_chain_words(struct audit *audit, const struct trusted_file *text)
{
	const struct source_config *chain = sources_config_find(
	    &audit->settings.sources, IPC_SOURCE_CHAIN);

	if (chain != NULL && !plugin_command_stands((const char *)text->data,
	    text->len, chain->words, chain->words_len))
		finding_add(&audit->findings, FINDING_CHAIN_COMMAND,
		    SALLYPORT_CONFIG, 0, "write command: on a line of its own, "
		    "without escapes", "the chained command is not run, as its "
		    "words do not stand there one behind the other, with white "
		    "space behind the last");
}

void
audit_sources(struct audit *audit)
{
	const struct sources_config *sources = &audit->settings.sources;
	const struct source_config *chain = sources_config_find(sources,
	    IPC_SOURCE_CHAIN);

	if (chain != NULL)
		look_at_chain(audit, chain);
	if (audit->role == AUDIT_AUTHORIZE && sources->n == 0)
		finding_add(&audit->findings, FINDING_SOURCES_NONE,
		    SALLYPORT_CONFIG, 0, "add one below sources: openpubkey, "
		    "key9 or chain", "authorize has nobody to ask");
	else if (audit->role != AUDIT_AUTHORIZE && sources->n > 0 &&
	    audit->command[0] != '\0')
		finding_add(&audit->findings, FINDING_SOURCES_UNUSED,
		    SALLYPORT_CONFIG, 0, audit->authorize, "its sources are "
		    "those of authorize, which sshd does not ask");
}
