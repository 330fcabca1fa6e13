#include "admin/leftovers.h"

#include <string.h>

#include "admin/asked.h"
#include "admin/sshd.h"
#include "ipc/limits.h"
#include "parent/trusted_file.h"

static bool
starts(const char *command, const char *path)
{
	char program[PATH_LEN_MAX + 1];

	asked_word(command, 0, program, sizeof(program));
	return strcmp(program, path) == 0;
}

/* Whether sshd still asks the program, be it for some logins only. */
static bool
is_asked(const struct sshd_places *places, const char *command,
    const char *path)
{
	for (size_t i = 0; i < places->count; i++)
		if (starts(places->rows[i].value, path))
			return true;
	return starts(command, path);
}

/* One may be a link that somebody has led to sallyport, for the old line. */
static void
look_at(struct findings *findings, const char *path, const char *what,
    const char *fix)
{
	if (trusted_missing(path))
		return;
	if (asked_is_ours(path))
		finding_add(findings, FINDING_LEFTOVER_LINK, path, 0, "rm it, "
		    "unless a script calls it", "a link to sallyport, which "
		    "sshd's line does not go through");
	else
		finding_add(findings, FINDING_LEFTOVER, path, 0, fix, "%s",
		    what);
}

void
leftovers_look(struct findings *findings, const char *command)
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
		  "longer asks", "rm /usr/local/bin/opkssh, unless a chain "
		  "asks it or somebody here logs in elsewhere with it" },
		{ "/usr/local/bin/k9-ssh", "Key9's program, which sshd no "
		  "longer asks", "rm /usr/local/bin/k9-ssh, unless a chain "
		  "asks it" },
		{ "/opt/k9/bin/k9-ssh", "Key9's program, which sshd no longer "
		  "asks", "rm /opt/k9/bin/k9-ssh, unless a chain asks it" },
	};

	struct sshd_places places;

	sshd_places_read("AuthorizedKeysCommand", &places);
	for (size_t i = 0; i < sizeof(leftovers) / sizeof(leftovers[0]); i++)
		if (!is_asked(&places, command, leftovers[i].path))
			look_at(findings, leftovers[i].path, leftovers[i].what,
			    leftovers[i].fix);
	sshd_places_free(&places);
}
