/*
 * inspect: a certificate in words. What it says is read by sallyport explain,
 * whose process for that is caged; this one knows names and the clock.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "admin/arguments.h"
#include "admin/commands.h"
#include "admin/memory.h"
#include "admin/output.h"
#include "admin/program.h"

static const char help[] =
    "usage: sallyport inspect FILE\n\n"
    "Prints what a certificate of opkssh's (~/.ssh/id_ecdsa-cert.pub) says, in\n"
    "words: who, by which provider, for which client, and until when, in this\n"
    "machine's time. Nothing of it is verified here; whether it would let\n"
    "somebody in, and if not, why, says\n\n"
    "    sallyport explain --user=NAME --cert=FILE\n\n"
    "Exit status: 0, or 1 if the file holds no such certificate, 2 if it could\n"
    "not be read.\n";

#define HEADING "The offered key says (unverified):\n"
#define INSPECT_SECONDS 30

enum form { TEXT, TIME, COUNT };

static const struct {
	const char *name, *words;
	enum form form;
} fields[] = {
	{ "certificate.key_id", "Certificate", TEXT },
	{ "certificate.principals", "Principals", COUNT },
	{ "certificate.valid_after", "Valid from", TIME },
	{ "certificate.valid_before", "Valid until", TIME },
	{ "token.iss", "Provider", TEXT },
	{ "token.aud", "Client id", TEXT },
	{ "token.sub", "Subject", TEXT },
	{ "token.email", "E-mail", TEXT },
	{ "token.email_verified", "E-mail verified", TEXT },
	{ "token.groups", "Groups", TEXT },
	{ "token.iat", "Issued", TIME },
	{ "token.nbf", "Not before", TIME },
	{ "token.exp", "Expires", TIME },
	{ "first_header.alg", "Signed with", TEXT },
	{ "second_header.alg", "and with", TEXT },
	{ "refreshed.iat", "Refreshed", TIME },
	{ "refreshed.exp", "Refreshed until", TIME },
};

/* "in 2 hours", "3 days ago": as much as anybody wants to know. */
static void
print_distance(time_t at, time_t now)
{
	static const struct {
		const char *name;
		time_t seconds;
	} units[] = { { "day", 86400 }, { "hour", 3600 }, { "minute", 60 },
		{ "second", 1 } };
	time_t distance = at > now ? at - now : now - at;
	size_t i = 0;

	while (i < 3 && distance < 2 * units[i].seconds)
		i++;
	distance /= units[i].seconds;
	(void)printf(at > now ? " (in %lld %s%s)" : " (%lld %s%s ago)",
	    (long long)distance, units[i].name, distance == 1 ? "" : "s");
}

static void
print_time(const char *digits)
{
	char *end, text[64];
	unsigned long long seconds = strtoull(digits, &end, 10);
	time_t at = (time_t)seconds;
	struct tm tm;

	if (*end != '\0' || digits[0] < '0' || digits[0] > '9')
		(void)fputs(digits, stdout);
	/* What ssh-keygen calls forever, and what no calendar has. */
	else if (seconds > 253402300799ULL)
		(void)fputs("for ever", stdout);
	else if (localtime_r(&at, &tm) != NULL && strftime(text,
	    sizeof(text), "%Y-%m-%d %H:%M:%S %Z", &tm) > 0) {
		(void)fputs(text, stdout);
		print_distance(at, time(NULL));
	}
}

/* The value of "  NAME   VALUE" among explain's lines, cut out; or NULL. */
static char *
find(const char *lines, const char *name)
{
	size_t n = strlen(name);

	for (; lines != NULL && *lines != '\0'; lines = strchr(lines, '\n')) {
		lines += *lines == '\n' ? 1 : 0;
		if (strncmp(lines, "  ", 2) != 0)
			return NULL;
		if (strncmp(lines + 2, name, n) == 0 && lines[2 + n] == ' ') {
			const char *value = lines + 2 + n;

			value += strspn(value, " ");
			return memory_format("%.*s",
			    (int)strcspn(value, "\n"), value);
		}
	}
	return NULL;
}

/* False if there is nothing of a token. */
static bool
print_fields(const char *lines)
{
	bool token = false;

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		char *value = find(lines, fields[i].name);

		if (value == NULL)
			continue;
		token = token || strncmp(fields[i].name, "token.", 6) == 0;
		(void)printf("%-16s ", fields[i].words);
		if (fields[i].form == TIME)
			print_time(value);
		else if (fields[i].form == COUNT && strcmp(value, "0") == 0)
			(void)fputs("none: a client older than 0.14, whose "
			    "certificates OpenSSH 10.3 refuses", stdout);
		else
			(void)fputs(value, stdout);
		(void)putchar('\n');
		free(value);
	}
	return token;
}

/*
 * Asks explain, with no provider to go by: then it shuts its own cage as
 * always, and has nobody to ask and nothing to decide.
 */
static bool
ask(const char *path, struct program_said *said)
{
	char dir[] = "/tmp/sallyport-inspect-XXXXXX";
	char *providers, *etc, *cert;
	int fd;

	if (mkdtemp(dir) == NULL)
		return false;
	providers = memory_format("%s/providers", dir);
	etc = memory_format("--etc=%s", dir);
	cert = memory_format("--cert=%s", path);
	fd = open(providers, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd != -1) {
		program_run_sallyport((const char *const[]){ "sallyport",
		    "explain", "--user=nobody", cert, etc, NULL }, NULL,
		    INSPECT_SECONDS, said);
		(void)close(fd);
		(void)unlink(providers);
	}
	(void)rmdir(dir);
	free(providers);
	free(etc);
	free(cert);
	return fd != -1;
}

/* Whoever named the file may be somebody else. */
static void
say(const char *name, const char *what)
{
	(void)fputs("sallyport inspect: ", stderr);
	output_to(stderr, name);
	(void)fprintf(stderr, ": %s\n", what);
}

int
inspect_main(int argc, char **argv)
{
	static struct program_said said;
	char *words[1], path[PATH_MAX], *lines, *rest;
	int status = arguments_read(argc, argv, help, NULL, 0, words, 1);

	if (status != -1)
		return status;
	if (realpath(words[0], path) == NULL || !ask(path, &said)) {
		say(words[0], strerror(errno));
		return 2;
	}
	lines = strstr(said.out, HEADING);
	if (lines == NULL) {
		for (char *line = strtok_r(said.err, "\n", &rest); line != NULL;
		    line = strtok_r(NULL, "\n", &rest)) {
			output_to(stderr, line);
			(void)fputc('\n', stderr);
		}
		return 2;
	}
	if (print_fields(lines + strlen(HEADING)))
		return 0;
	say(words[0], "it is no certificate with a token; opkssh login makes "
	    "those");
	return 1;
}
