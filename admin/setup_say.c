/* What setup says to whoever runs it. */
#include "admin/setup.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "admin/asked.h"
#include "admin/audit_yaml.h"
#include "admin/leftovers.h"
#include "admin/opk.h"
#include "admin/output.h"

/* Debian and its like call it ssh. */
static const char *
service(void)
{
	return access("/lib/systemd/system/ssh.service", F_OK) == 0 ||
	    access("/usr/lib/systemd/system/ssh.service", F_OK) == 0 ? "ssh" :
	    "sshd";
}

static void
offer_chain(const struct setup *setup)
{
	const struct sources_config *sources = &setup->settings.sources;
	bool first = sources->n == 0;
	char user[USER_NAME_MAX + 1];

	if (setup->chain[0] == '\0')
		return;
	if (asked_is_chained(setup->chain, sources)) {
		(void)puts("\n" SALLYPORT_CONFIG " chains that command already: "
		    "say\nsallyport setup sshd authorize.");
		return;
	}
	if (sources_config_find(sources, IPC_SOURCE_CHAIN) != NULL) {
		(void)puts("\nThere is room for one chain in "
		    SALLYPORT_CONFIG ", and it has one: let a\nscript of yours "
		    "ask both.");
		return;
	}
	if (!sshd_value(&setup->sshd, "authorizedkeyscommanduser", user,
	    sizeof(user)) || strcmp(user, "root") == 0)
		(void)snprintf(user, sizeof(user), "nobody");
	(void)printf("\nsallyport asks that command, too, if " SALLYPORT_CONFIG
	    " says:\n\n    sources:%s%s%s      - source: chain\n"
	    "        command: ",
	    first ? "\n" : "        # below those that are there\n",
	    first && !trusted_missing(OPK_PROVIDERS) ?
	    "      - source: openpubkey\n" : "",
	    first && !trusted_missing(K9_CONFIG) ?
	    "      - source: key9\n" : "");
	output_text(setup->chain);
	(void)printf("\n        user: %s        # anybody but root\n\n"
	    "Then say sallyport setup sshd again.\n", user);
}

int
setup_refuse(struct setup *setup)
{
	int status = findings_print(&setup->findings, false);

	offer_chain(setup);
	(void)puts("\nNothing was changed.");
	return status;
}

void
setup_say_others(struct setup *setup)
{
	leftovers_look(&setup->findings, setup->choice.command);
	if (setup->findings.count == 0)
		return;
	(void)puts("\nBeside that:\n");
	(void)findings_print(&setup->findings, false);
}

void
setup_say_what_is_asked(const struct setup *setup, const char *before)
{
	(void)printf("%s\n\n    AuthorizedKeysCommand %s\n"
	    "    AuthorizedKeysCommandUser %s\n", before,
	    setup->choice.command, setup->choice.user);
	if (strcmp(setup->choice.subcommand, "verify") == 0 &&
	    !trusted_missing(K9_CONFIG))
		(void)puts("\nKey9 is not asked by it, though there is "
		    K9_CONFIG ": for both, write\nsources: into "
		    SALLYPORT_CONFIG ".");
}

void
setup_say_reload(const char *until)
{
	(void)printf("\n%s\n\n    systemctl reload %s\n", until, service());
}
