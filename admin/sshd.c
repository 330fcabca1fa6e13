#include "admin/sshd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* A name service that does not answer holds up sshd -T, too. */
#define SSHD_SECONDS 10

static const char *const paths[] = { "/usr/local/sbin/sshd", "/usr/sbin/sshd",
	"/usr/bin/sshd", "/usr/lib/ssh/sshd" };

/* "OpenSSH_9.2p1 Debian-2" is 902. */
static unsigned
read_version(const char *text)
{
	const char *p = strstr(text, "OpenSSH_");
	unsigned long major, minor;
	char *end;

	if (p == NULL)
		return 0;
	major = strtoul(p + strlen("OpenSSH_"), &end, 10);
	if (*end != '.' || major > 99)
		return 0;
	minor = strtoul(end + 1, NULL, 10);
	return minor > 99 ? 0 : (unsigned)(major * 100 + minor);
}

/* The one that listens, or else the first that there is. */
static const char *
find_path(const struct listener *listener)
{
	const char *first = NULL;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (access(paths[i], X_OK) == -1)
			continue;
		if (strcmp(paths[i], listener->path) == 0)
			return paths[i];
		if (first == NULL)
			first = paths[i];
	}
	return first;
}

void
sshd_look(struct sshd *sshd)
{
	/* Versions that do not know -V print theirs with their usage. */
	static const char *const version[] = { "sshd", "-V", NULL };
	static const char *const test[] = { "sshd", "-T", "-f", SSHD_CONFIG, NULL };

	*sshd = (struct sshd){ .path = NULL };
	listener_find(&sshd->listener);
	sshd->path = find_path(&sshd->listener);
	if (sshd->path == NULL)
		return;
	program_run(sshd->path, version, SSHD_SECONDS, &sshd->dump);
	sshd->version = read_version(sshd->dump.err);
	program_run(sshd->path, test, SSHD_SECONDS, &sshd->dump);
}

bool
sshd_accepts(const struct sshd *sshd, struct program_said *said)
{
	static const char *const test[] = { "sshd", "-t", "-f", SSHD_CONFIG, NULL };

	program_run(sshd->path, test, SSHD_SECONDS, said);
	return said->status == 0;
}

bool
sshd_value(const struct sshd *sshd, const char *keyword, char *value,
    size_t size)
{
	size_t n = strlen(keyword);
	const char *line = sshd->dump.out;

	if (sshd->path == NULL || sshd->dump.status != 0)
		return false;
	for (; line != NULL && *line != '\0'; line = strchr(line, '\n')) {
		line += *line == '\n' ? 1 : 0;
		if (strncasecmp(line, keyword, n) != 0 || line[n] != ' ')
			continue;
		line += n + 1;
		(void)snprintf(value, size, "%.*s",
		    (int)strcspn(line, "\r\n"), line);
		return strcmp(value, "none") != 0;
	}
	return false;
}
