/*
 * Users' own ~/.opk/auth_id. They are theirs, so each is opened and read by a
 * process that has become its owner; we hear numbers and phrases of it.
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
#include "admin/issuer.h"
#include "ipc/limits.h"

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

/* As the owner: whether the file counts, and which of its rows do. */
static void
look(const struct audit *audit, const struct person *owner, const char *path,
    int fd)
{
	struct file_problem problem;
	struct trusted_file text;
	struct rules rules;
	unsigned said = 0;

	if (!trusted_read(path, TRUST_ROOT_OR_US, CONFIG_FILE_MAX, &text,
	    &problem)) {
		say(fd, FINDING_HOME_FILE, 0, problem.what);
		return;
	}
	rules_read(&rules, text.data, text.len);
	for (size_t i = 0; i < rules.count && said < REPORTS_MAX; i++) {
		const struct rule *rule = &rules.rows[i];

		bool other = rule->problem == NULL &&
		    strcmp(rule->principal, owner->name) != 0;

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

static void
take(struct audit *audit, const char *path, const struct report *report)
{
	struct findings *findings = &audit->findings;

	if (report->code == FINDING_HOME_FILE)
		finding_add_phrase(findings, FINDING_HOME_FILE, path, 0,
		    "it does not count: ", report->what);
	else if (report->code == FINDING_HOME_ROW)
		finding_add_phrase(findings, FINDING_HOME_ROW, path,
		    report->line, "the row is skipped: it ", report->what);
	else
		finding_add(findings, FINDING_HOME_ISSUER, path, report->line,
		    "the issuer as it stands in " OPK_PROVIDERS ", byte for "
		    "byte", "the rule counts for nobody: %s does not list "
		    "%.255s", OPK_PROVIDERS, report->what);
}

static void
ask_as(struct audit *audit, const struct person *owner, const char *path)
{
	struct report report;
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) == -1)
		return;
	(void)fflush(NULL);
	if ((pid = fork()) == 0) {
		(void)alarm(HOME_SECONDS);
		if (person_become_for_good(owner))
			look(audit, owner, path, ends[1]);
		_exit(0);
	}
	(void)close(ends[1]);
	for (int i = 0; i < REPORTS_MAX && read(ends[0], &report,
	    sizeof(report)) == (ssize_t)sizeof(report); i++) {
		report.what[sizeof(report.what) - 1] = '\0';
		take(audit, path, &report);
	}
	(void)close(ends[0]);
	while (pid != -1 && waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		continue;
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

static void
look_at_home(struct audit *audit, const struct passwd *pw)
{
	char path[PATH_LEN_MAX + 1];
	struct person owner = { .uid = pw->pw_uid, .gid = pw->pw_gid };
	struct stat st;

	(void)snprintf(owner.name, sizeof(owner.name), "%s", pw->pw_name);
	(void)snprintf(path, sizeof(path), "%s/.opk/auth_id", pw->pw_dir);
	if (pw->pw_dir[0] != '/' || lstat(path, &st) == -1)
		return;
	if (!audit->settings.home_policy)
		finding_add(&audit->findings, FINDING_HOME_OFF, path, 0, "",
		    "it counts for nothing: home_policy is false");
	else if (is_closed(audit, path))
		finding_add(&audit->findings, FINDING_HOME_CLOSED, path, 0,
		    "AuthorizedKeysCommandUser root, or home_policy: false in "
		    SALLYPORT_CONFIG, "it does not count: sshd starts "
		    "sallyport as %s, who may not read it", audit->user.name);
	else
		ask_as(audit, &owner, path);
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
