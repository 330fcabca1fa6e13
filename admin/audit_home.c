/*
 * Users' own ~/.opk/auth_id. They are theirs, so each is looked for, opened and
 * read by a process that has become its owner, as a login does; we hear numbers
 * and phrases of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "admin/audit.h"
#include "admin/reap.h"
#include "homeproc/auth_id.h"
#include "ipc/home_report.h"
#include "seccomp/cage.h"

/* Of one file; who has more bad rows knows where they are. */
#define REPORTS_MAX 8
/* Nobody's home may hold up the audit. */
#define HOME_SECONDS 10

/* What the process says: one of these for each thing it found. */
struct report {
	enum finding_code code;
	uint32_t line;
	char what[256];
};

static void
say(int fd, enum finding_code code, uint32_t line, const char *what)
{
	struct report report = { .code = code, .line = line };

	(void)snprintf(report.what, sizeof(report.what), "%s", what);
	/* Less than PIPE_BUF, so whole. */
	(void)!write(fd, &report, sizeof(report));
}

/* Which of the rows count. */
static void
look_at_rows(const struct audit *audit, const char *owner,
    const struct trusted_file *text, int fd)
{
	struct rules rules;
	unsigned said = 0;

	rules_read(&rules, text->data, text->len);
	for (size_t i = 0; i < rules.count && said < REPORTS_MAX; i++) {
		const struct rule *rule = &rules.rows[i];

		bool other = rule->problem == NULL &&
		    strcmp(rule->principal, owner) != 0;

		if (rule->problem == NULL && !other && opk_find_provider(
		    &audit->providers, rule->issuer) != NULL)
			continue;
		said++;
		if (rule->problem != NULL)
			say(fd, FINDING_HOME_ROW, rule->line, rule->problem);
		else if (other)
			say(fd, FINDING_HOME_ROW, rule->line,
			    "is about another user: it belongs into "
			    OPK_AUTH_ID);
		else
			say(fd, FINDING_HOME_ISSUER, rule->line, rule->issuer);
	}
}

/* Whether the file counts, and which of its rows do. */
static void
look_at_file(const struct audit *audit, const struct passwd *pw, int fd)
{
	char what[AUTH_ID_WHAT];
	int file = auth_id_open(pw->pw_dir, pw->pw_uid, true, what);
	struct file_problem problem;
	struct trusted_file text;

	if (file == -1) {
		if (what[0] != '\0')
			say(fd, FINDING_HOME_FILE, 0, what);
	} else if (trusted_read_open(file, HOME_FILE_MAX, &text, &problem))
		look_at_rows(audit, pw->pw_name, &text, fd);
	else
		say(fd, FINDING_HOME_FILE, 0, problem.what);
}

/* Whether whom sshd starts us as may read it; root becomes the owner. */
static bool
is_closed(const struct audit *audit, const char *path)
{
	bool closed;

	if (!audit->has_user || audit->user.uid == 0 ||
	    !person_become(&audit->user))
		return false;
	closed = faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == -1;
	person_return();
	return closed;
}

/*
 * The process's whole life. False if it could not become the owner; in a group
 * that nobody else is in, as home (homeproc/).
 */
static bool
look(const struct audit *audit, const struct passwd *pw, pid_t starter,
    const char *path, int fd)
{
	bool counts = audit->settings.home_policy;
	bool closed = counts && is_closed(audit, path);
	char opk[PATH_LEN_MAX + 1];
	struct stat st;

	if (cage_bare(pw->pw_uid, (gid_t)SALLYPORT_PARENT_ID, starter) !=
	    CAGE_SHUT)
		return false;
	(void)snprintf(opk, sizeof(opk), "%s/.opk", pw->pw_dir);
	/* Those who have none need no home that logins would take. */
	if (lstat(opk, &st) == -1)
		return true;
	if (counts && !closed)
		look_at_file(audit, pw, fd);
	else if (lstat(path, &st) == 0)
		say(fd, counts ? FINDING_HOME_CLOSED : FINDING_HOME_OFF, 0,
		    "");
	return true;
}

static void
take_file(struct findings *findings, const char *path, const char *what)
{
	const char *fix = strstr(what, "; fix: ");

	finding_add(findings, FINDING_HOME_FILE, path, 0, fix != NULL ?
	    fix + strlen("; fix: ") : "see to that", "it does not count: %.*s",
	    fix != NULL ? (int)(fix - what) : (int)strlen(what), what);
}

static void
take(struct audit *audit, const char *path, const struct report *report)
{
	struct findings *findings = &audit->findings;

	if (report->code == FINDING_HOME_OFF)
		finding_add(findings, FINDING_HOME_OFF, path, 0, "",
		    "it counts for nothing: home_policy is false");
	else if (report->code == FINDING_HOME_CLOSED)
		finding_add(findings, FINDING_HOME_CLOSED, path, 0,
		    "AuthorizedKeysCommandUser root, or home_policy: false in "
		    SALLYPORT_CONFIG, "it does not count: sshd starts "
		    "sallyport as %s, who may not read it", audit->user.name);
	else if (report->code == FINDING_HOME_FILE)
		take_file(findings, path, report->what);
	else if (report->code == FINDING_HOME_ROW)
		finding_add_phrase(findings, FINDING_HOME_ROW, path,
		    report->line, "the row is skipped: it ", report->what);
	else
		finding_add(findings, FINDING_HOME_ISSUER, path, report->line,
		    "the issuer as it stands in " OPK_PROVIDERS ", byte for "
		    "byte", "the rule counts for nobody: %s does not list "
		    "%.255s", OPK_PROVIDERS, report->what);
}

/* Whether it did what it was to do: the owner can stop it, or end it. */
static bool
has_looked(pid_t pid)
{
	int status;

	return reap(pid, HOME_SECONDS, &status) && WIFEXITED(status) &&
	    WEXITSTATUS(status) == 0;
}

/* All that it said is in the pipe; its owner may write there, too. */
static void
take_all(struct audit *audit, const char *path, int fd)
{
	struct report report;

	for (unsigned i = 0; i < REPORTS_MAX && read(fd, &report,
	    sizeof(report)) == (ssize_t)sizeof(report); i++) {
		report.what[sizeof(report.what) - 1] = '\0';
		take(audit, path, &report);
	}
}

static void
look_at_home(struct audit *audit, const struct passwd *pw)
{
	char path[PATH_LEN_MAX + 1];
	pid_t pid, self = getpid();
	int ends[2];

	(void)snprintf(path, sizeof(path), "%s/.opk/auth_id", pw->pw_dir);
	if (pw->pw_dir[0] != '/' || pipe2(ends, O_CLOEXEC |
	    O_NONBLOCK) == -1)
		return;
	(void)fflush(NULL);
	if ((pid = fork()) == 0)
		_exit(look(audit, pw, self, path, ends[1]) ? 0 : 1);
	(void)close(ends[1]);
	if (pid != -1 && has_looked(pid))
		take_all(audit, path, ends[0]);
	else
		finding_add(&audit->findings, FINDING_HOME_UNREAD, path, 0,
		    "see what processes of that user's do, and say it again",
		    "it was not read within %d seconds: the process that was "
		    "to read it as its owner was held up, or ended",
		    HOME_SECONDS);
	(void)close(ends[0]);
}

void
audit_homes(struct audit *audit)
{
	const struct passwd *pw;

	if (!audit->opk)
		return;
	setpwent();
	while ((pw = getpwent()) != NULL)
		look_at_home(audit, pw);
	endpwent();
}
