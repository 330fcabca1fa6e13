/*
 * permissions check and fix: owner, group and mode of our files, as opkssh
 * wants them, too.
 *
 * fix changes groups and modes, but makes nothing trusted that others could
 * write: whether it says what root would have written, somebody must look at
 * first.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/arguments.h"
#include "admin/audit.h"
#include "admin/commands.h"
#include "admin/memory.h"

static const char help[] =
    "usage: sallyport permissions check [--json]\n"
    "       sallyport permissions fix\n\n"
    "check says which of our files and directories have another owner, group or\n"
    "mode than they should; fix sets group and mode, and prints each change. What\n"
    "is somebody else's, or others could change, is only told: look at what it\n"
    "holds before logins believe it.\n\n"
    "  /etc/opk, policy.d     root:GROUP 0750 (0755 will do)\n"
    "  files in them          root:GROUP 0640\n"
    "  sallyport.yaml         root 0644\n"
    "  k9.yaml                root:GROUP 0640\n"
    "  /var/cache/sallyport   root 0755\n\n"
    "GROUP is that of AuthorizedKeysCommandUser, or else opksshuser; if there\n"
    "is neither, groups stay, and everybody may read what GROUP might. Where\n"
    "that user is root, k9.yaml is root's alone.\n\n"
    "Exit status: 0 all is well (now), 1 something is not, 2 could not look.\n";

/* What a path should be. */
struct wanted {
	const char *path; /* a pattern */
	mode_t mode;
	mode_t also; /* as good */
	bool group;  /* the command user's should be able to read it */
	bool secret; /* and no other group */
};

static const struct wanted all[] = {
	{ OPK_ETC, 0750, 0755, true, false },
	{ OPK_PROVIDERS, 0640, 0640, true, false },
	{ OPK_AUTH_ID, 0640, 0640, true, false },
	{ OPK_CONFIG, 0640, 0640, true, false },
	{ OPK_PLUGINS, 0750, 0755, true, false },
	{ OPK_PLUGINS "/*.yml", 0640, 0640, true, false },
	{ "/etc/sallyport", 0755, 0755, false, false },
	{ SALLYPORT_CONFIG, 0644, 0640, false, false },
	{ K9_CONFIG, 0640, 0600, true, true },
	{ CACHE_DIRECTORY, 0755, 0755, false, false },
};

struct permissions {
	struct audit audit; /* who asks, and what was found */
	bool fix;
	bool has_group;
	gid_t group;
};

static void
say_change(const char *path, const char *what, unsigned before, unsigned now,
    bool octal)
{
	(void)printf(octal ? "%s: %s %04o, was %04o\n" : "%s: %s %u, was %u\n",
	    path, what, now, before);
}

/*
 * Where nobody knows whose group it should be, all others may read what it
 * might: else nobody but root could.
 */
static mode_t
mode_wanted(const struct permissions *p, const struct wanted *wanted)
{
	return !wanted->group || wanted->secret || p->has_group ?
	    wanted->mode : wanted->mode | (wanted->mode & S_IRWXG) >> 3;
}

/* On the open file, so that it is the one that was looked at. */
static void
mend(struct permissions *p, int fd, mode_t wanted, const char *path,
    const struct stat *st, bool group, bool mode)
{
	char proc[64];

	(void)snprintf(proc, sizeof(proc), "/proc/self/fd/%d", fd);
	/* chown(2) may take bits of the mode away, so that comes second. */
	if (group && chown(proc, (uid_t)-1, p->group) == 0)
		say_change(path, "group", st->st_gid, p->group, false);
	else if (group)
		finding_add(&p->audit.findings, FINDING_FILE_GROUP, path, 0,
		    "", "chgrp: %s", strerror(errno));
	if (mode && chmod(proc, wanted) == 0)
		say_change(path, "mode", st->st_mode & 07777, wanted, true);
	else if (mode)
		finding_add(&p->audit.findings, FINDING_FILE_MODE, path, 0,
		    "", "chmod: %s", strerror(errno));
}

static void
tell(struct permissions *p, mode_t wanted, const char *path,
    const struct stat *st, bool group, bool mode)
{
	struct findings *findings = &p->audit.findings;
	char *chgrp = memory_format("chgrp %u %s, or sallyport permissions "
	    "fix", p->group, path);
	char *chmod_it = memory_format("chmod %04o %s, or sallyport "
	    "permissions fix", wanted, path);

	if (group)
		finding_add(findings, FINDING_FILE_GROUP, path, 0, chgrp,
		    "its group is %u, and not %u, whom sshd starts sallyport "
		    "as", st->st_gid, p->group);
	if (mode)
		finding_add(findings, FINDING_FILE_GROUP, path, 0, chmod_it,
		    "its mode is %04o", (unsigned)st->st_mode & 07777);
	free(chgrp);
	free(chmod_it);
}

/* Others may have a file open, so it does not suffice to change its mode. */
static void
tell_writable(struct permissions *p, mode_t wanted, const char *path,
    const struct stat *st)
{
	char *fix = S_ISDIR(st->st_mode) ?
	    memory_format("make sure of what is in it, then chmod %04o %s",
	    wanted, path) :
	    memory_format("make sure of what it holds, in a copy that others "
	    "cannot have open: cp %s %s.new, and when you have read that, mv "
	    "%s.new %s; then sallyport permissions fix", path, path, path,
	    path);

	finding_add(&p->audit.findings, FINDING_FILE_UNTRUSTED, path, 0, fix,
	    "its mode is %04o: others may change it, and logins do not "
	    "believe it", (unsigned)st->st_mode & 07777);
	free(fix);
}

static void
look_at(struct permissions *p, const struct wanted *wanted, const char *path)
{
	int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	mode_t right = mode_wanted(p, wanted);
	struct stat st;
	bool group, mode;

	if (fd == -1 || fstat(fd, &st) == -1) {
		if (fd != -1)
			(void)close(fd);
		return; /* it need not be there; audit knows what must */
	}
	mode = (st.st_mode & 07777) != right &&
	    (st.st_mode & 07777) != wanted->also;
	group = wanted->group && p->has_group && st.st_gid != p->group &&
	    /* Whom the mode lets in anyway needs no group. */
	    (mode || (st.st_mode & S_IROTH) == 0);
	if (S_ISLNK(st.st_mode))
		finding_add(&p->audit.findings, FINDING_FILE_MODE, path, 0, "",
		    "it is a link: see to what it leads to yourself");
	else if (st.st_uid != 0)
		finding_add(&p->audit.findings, FINDING_FILE_UNTRUSTED, path,
		    0, "make sure of what it holds, then chown root", "it "
		    "belongs to uid %u, and logins do not believe it",
		    st.st_uid);
	else if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		tell_writable(p, right, path, &st);
	else if (p->fix)
		mend(p, fd, right, path, &st, group, mode);
	else
		tell(p, right, path, &st, group, mode);
	(void)close(fd);
}

/* Root may read what opksshuser's group may: no reason to take it from them. */
static void
choose_group(struct permissions *p, bool secret)
{
	bool own = p->audit.has_user && (secret || p->audit.user.uid != 0);

	p->group = own ? p->audit.user.gid : person_group(OPK_GROUP);
	p->has_group = own || p->group != 0;
}

/* The cache's own rule is audit's: nothing in it is root's. */
static void
look_at_all(struct permissions *p)
{
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		glob_t found;

		if (glob(all[i].path, 0, NULL, &found) != 0)
			continue;
		choose_group(p, all[i].secret);
		for (size_t j = 0; j < found.gl_pathc; j++)
			look_at(p, &all[i], found.gl_pathv[j]);
		globfree(&found);
	}
}

int
permissions_main(int argc, char **argv)
{
	static struct permissions p;
	bool json = false;
	const struct flag flags[] = { { "--json", &json } };
	char *words[1];
	int status = arguments_read(argc, argv, help, flags, 1, words, 1);

	if (status != -1)
		return status;
	p.fix = strcmp(words[0], "fix") == 0;
	if ((!p.fix && strcmp(words[0], "check") != 0) || (p.fix && json)) {
		(void)fputs(help, stderr);
		return 2;
	}
	if (geteuid() != 0) {
		finding_add(&p.audit.findings, FINDING_NOT_ROOT, "", 0,
		    "run it with sudo", "only root may look at all files");
	} else {
		audit_begin(&p.audit);
		look_at_all(&p);
	}
	return findings_print(&p.audit.findings, json);
}
