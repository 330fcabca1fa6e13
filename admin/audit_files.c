/*
 * Each of our files as a login finds it: opened as the user whom sshd starts
 * us as, by the same function.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/audit.h"
#include "admin/audit_yaml.h"
#include "admin/memory.h"
#include "parent/command_process.h"
#include "parent/plugin_command.h"

/* The Z of expiry-time= needs OpenSSH 9.1. */
#define VERSION_EXPIRY_TIME 901

/* --- one file --- */

/*
 * Whether the mode of a directory above a file, or its own, keeps the user
 * from it, and which. Called as that user.
 */
static bool
find_closed(const char *path, char closed[PATH_LEN_MAX + 1])
{
	for (const char *p = strchr(path + 1, '/'); p != NULL;
	    p = strchr(p + 1, '/')) {
		(void)snprintf(closed, PATH_LEN_MAX + 1, "%.*s",
		    (int)(p - path), path);
		if (faccessat(AT_FDCWD, closed, X_OK, AT_EACCESS) == -1)
			return errno == EACCES;
	}
	(void)snprintf(closed, PATH_LEN_MAX + 1, "%s", path);
	return faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == -1 &&
	    errno == EACCES;
}

static void
add_closed(struct audit *audit, const char *path, const char *closed)
{
	bool file = strcmp(path, closed) == 0;
	char *fix = memory_format("chgrp %u %s && chmod g+%s %s",
	    audit->user.gid, closed, file ? "r" : "x", closed);
	struct stat st = { .st_mode = 0 };

	(void)stat(closed, &st);
	finding_add(&audit->findings, FINDING_FILE_UNREADABLE, path, 0, fix,
	    "%s, as whom sshd runs sallyport, may not read it: %s has mode "
	    "%04o", audit->user.name, file ? "it" : closed,
	    (unsigned)st.st_mode & 07777);
	free(fix);
}

static void
add_problem(struct audit *audit, const char *path,
    const struct file_problem *problem)
{
	enum finding_code code = FINDING_FILE_UNTRUSTED;

	if (problem->reason == REASON_CONFIG_MISSING)
		code = FINDING_FILE_MISSING;
	else if (problem->reason == REASON_CONFIG_SIZE)
		code = FINDING_FILE_LARGE;
	finding_add_phrase(&audit->findings, code, path, 0, "",
	    problem->what);
}

/* Reads it as a login would; says why it cannot. */
static bool
look(struct audit *audit, const char *path, enum trust trust, size_t max,
    struct trusted_file *file)
{
	char closed[PATH_LEN_MAX + 1];
	struct file_problem problem;
	bool as_user = audit->has_user && audit->user.uid != 0 &&
	    person_become(&audit->user);
	bool ok = trusted_read(path, trust, max, file, &problem);
	bool is_closed = !ok && as_user && find_closed(path, closed);

	if (as_user)
		person_return();
	if (is_closed)
		add_closed(audit, path, closed);
	else if (!ok)
		add_problem(audit, path, &problem);
	return ok;
}

/* --- policy.d --- */

static void
look_at_command(struct audit *audit, const char *path,
    const struct trusted_file *text, const struct opk_plugin *plugin)
{
	char why[DETAIL_MAX + 1];

	if (!plugin_command_stands((const char *)text->data, text->len,
	    plugin->words, plugin->words_len))
		finding_add(&audit->findings, FINDING_PLUGIN_COMMAND, path, 0,
		    "write it right behind command:, without escapes or a "
		    "comment between", "its command is not run, as its words "
		    "do not stand there one behind the other");
	if (!command_allowed(plugin->words, why, sizeof(why)))
		finding_add_phrase(&audit->findings, FINDING_PLUGIN_COMMAND,
		    path, 0, "its command cannot be run: ", why);
}

static void
look_at_plugin(struct audit *audit, const char *name)
{
	static struct opk_plugin plugin;
	struct trusted_file text;
	char path[PATH_LEN_MAX + 1];
	size_t n = strlen(name);

	(void)snprintf(path, sizeof(path), OPK_PLUGINS "/%s", name);
	if (name[0] == '.')
		return;
	if (n <= 4 || strcmp(name + n - 4, ".yml") != 0) {
		finding_add(&audit->findings, FINDING_PLUGIN_NAME, path, 0,
		    "give it a name that ends in .yml, or remove it",
		    "it is not read: its name does not end in .yml");
		return;
	}
	if (!look(audit, path, TRUST_ROOT, CONFIG_FILE_MAX, &text))
		return;
	audit->nplugins++;
	if (audit_yaml_plugin(&audit->findings, path, &text, &plugin))
		look_at_command(audit, path, &text, &plugin);
	trusted_free(&text);
}

static void
look_at_plugins(struct audit *audit)
{
	struct file_problem problem;
	struct dirent *entry;
	DIR *dir;

	if (trusted_missing(OPK_PLUGINS))
		return;
	if (!trusted_directory(OPK_PLUGINS, TRUST_ROOT, &problem))
		add_problem(audit, OPK_PLUGINS, &problem);
	if ((dir = opendir(OPK_PLUGINS)) == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		look_at_plugin(audit, entry->d_name);
	(void)closedir(dir);
}

/* --- the others --- */

/* Whether sshd asks the source, by its own command or by authorize. */
static bool
is_asked(const struct audit *audit, enum audit_role role,
    enum ipc_source source)
{
	return audit->role == role || (audit->role == AUDIT_AUTHORIZE &&
	    sources_config_find(&audit->settings.sources, source) != NULL);
}

static void
look_at_opk(struct audit *audit)
{
	struct trusted_file text;

	if (look(audit, OPK_PROVIDERS, TRUST_ROOT, CONFIG_FILE_MAX, &text)) {
		opk_providers_read(&audit->providers, text.data, text.len);
		trusted_free(&text);
	}
	if (!trusted_missing(OPK_AUTH_ID) && look(audit, OPK_AUTH_ID,
	    TRUST_ROOT, AUTH_ID_FILE_MAX, &audit->auth_id))
		rules_read(&audit->rules, audit->auth_id.data,
		    audit->auth_id.len);
	if (!trusted_missing(OPK_CONFIG) && look(audit, OPK_CONFIG,
	    TRUST_ROOT, CONFIG_FILE_MAX, &text)) {
		/* What it does to everybody need not be told of each rule. */
		if (!audit_yaml_opk(&audit->findings, OPK_CONFIG, &text,
		    &audit->config))
			audit->config.usable = true;
		trusted_free(&text);
	}
	look_at_plugins(audit);
}

static void
look_at_run_as(struct audit *audit, const char *run_as)
{
	char *fix = memory_format("system.run_as: %s, or "
	    "AuthorizedKeysCommandUser %s", audit->user.name, run_as);

	if (strcmp(run_as, audit->user.name) != 0)
		finding_add(&audit->findings, FINDING_K9_RUN_AS,
		    audit->k9_yaml, 0, fix, "run_as is %s, but sshd starts "
		    "sallyport as %s, which it refuses", run_as,
		    audit->user.name);
	free(fix);
}

static void
look_at_readers(struct audit *audit, const struct trusted_file *k9_yaml)
{
	char *fix = memory_format("chgrp %u %s, or chmod 0600",
	    audit->user.gid, audit->k9_yaml);

	if (k9_yaml->group_reads && k9_yaml->group != audit->user.gid)
		finding_add(&audit->findings, FINDING_FILE_UNTRUSTED,
		    audit->k9_yaml, 0, fix, "group %u may read the API key, "
		    "which is not %s's own, so logins refuse it",
		    k9_yaml->group, audit->user.name);
	free(fix);
}

static void
look_at_k9(struct audit *audit)
{
	static struct k9_config config;
	struct trusted_file text;

	if (!look(audit, audit->k9_yaml, TRUST_SECRET, CONFIG_FILE_MAX, &text))
		return;
	if (audit_yaml_k9(&audit->findings, audit->k9_yaml, &text, &config) &&
	    is_asked(audit, AUDIT_K9, IPC_SOURCE_KEY9) && audit->has_user) {
		look_at_run_as(audit, config.run_as);
		look_at_readers(audit, &text);
	}
	if (k9_config_plain_http(&config))
		finding_add(&audit->findings, FINDING_K9_HTTP,
		    audit->k9_yaml, 0, "an https URL, and no allow_http",
		    "query_ssh_keys is plain http to another machine: whoever "
		    "sits between may answer with his own keys");
	trusted_free(&text);
	explicit_bzero(&config, sizeof(config));
}

static void
look_at_cache(struct audit *audit)
{
	char *path, *fix;
	struct stat st;

	/* As root it makes its own. */
	if (!audit->has_user || audit->user.uid == 0)
		return;
	path = memory_format(CACHE_DIRECTORY "/%s", audit->user.name);
	fix = memory_format("install -d -m 0755 " CACHE_DIRECTORY
	    " && install -d -m 0700 -o %s -g %u %s", audit->user.name,
	    audit->user.gid, path);
	if (lstat(path, &st) == -1)
		finding_add(&audit->findings, FINDING_CACHE_MISSING, path, 0,
		    fix, "%s: every login asks the network, and none works "
		    "while that is down", strerror(errno));
	else if (!S_ISDIR(st.st_mode) || st.st_uid != audit->user.uid ||
	    (st.st_mode & 077) != 0)
		finding_add(&audit->findings, FINDING_CACHE_OWNER, path, 0,
		    fix, "it is not used: it must be a directory of %s's, mode "
		    "0700 (now of uid %u, mode %04o)", audit->user.name,
		    st.st_uid, (unsigned)st.st_mode & 07777);
	free(path);
	free(fix);
}

void
audit_settings(struct audit *audit)
{
	struct trusted_file text;

	if (trusted_missing(SALLYPORT_CONFIG) || !look(audit, SALLYPORT_CONFIG,
	    TRUST_ROOT, CONFIG_FILE_MAX, &text))
		return;
	if (audit_yaml_sallyport(&audit->findings, SALLYPORT_CONFIG, &text,
	    &audit->settings))
		audit_chain_words(audit, &text);
	trusted_free(&text);
}

void
audit_files(struct audit *audit)
{
	bool k9 = is_asked(audit, AUDIT_K9, IPC_SOURCE_KEY9) ||
	    !trusted_missing(audit->k9_yaml);

	audit->opk = is_asked(audit, AUDIT_VERIFY, IPC_SOURCE_OPENPUBKEY) ||
	    !trusted_missing(OPK_PROVIDERS) || !trusted_missing(OPK_AUTH_ID);
	if (audit->opk)
		look_at_opk(audit);
	if (k9)
		look_at_k9(audit);
	audit_sources(audit);
	if (!audit->opk && !k9 && audit->settings.sources.n == 0)
		finding_add(&audit->findings, FINDING_NOTHING_CONFIGURED, "",
		    0, "write " OPK_PROVIDERS ", or " K9_CONFIG, "there is "
		    "neither " OPK_PROVIDERS " nor %s: nobody can log in "
		    "through sallyport", audit->k9_yaml);
	if (audit->settings.expiry_time && audit->sshd.version != 0 &&
	    audit->sshd.version < VERSION_EXPIRY_TIME)
		finding_add(&audit->findings, FINDING_SSHD_EXPIRY,
		    SALLYPORT_CONFIG, 0, "expiry_time: false, or upgrade to "
		    "OpenSSH 9.1", "expiry_time is on, and sshd is %u.%u, "
		    "which takes no line with expiry-time=",
		    audit->sshd.version / 100, audit->sshd.version % 100);
	look_at_cache(audit);
}
