/*
 * What stands in /etc/opk: read before the cage, given to the judge as texts.
 *
 * Nothing is interpreted here. Each file is believed only if nobody but root
 * can change it (parent/trusted_file.h); for a dry run, which decides
 * nothing, any regular file will do.
 */
#ifndef PARENT_OPK_FILES_H
#define PARENT_OPK_FILES_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "ipc/limits.h"
#include "parent/trusted_file.h"

#define OPK_ETC "/etc/opk"

/* Where the files are. */
struct opk_places {
	const char *etc;    /* OPK_ETC, or another directory */
	const char *config; /* a file of that name; NULL: config.yml in etc */
	enum trust trust;   /* TRUST_ROOT; TRUST_ANY for a dry run */
};

struct opk_plugin_file {
	char name[NAME_MAX + 1]; /* within policy.d */
	struct trusted_file text;
};

/* Texts of files that do not exist have no data. */
struct opk_files {
	struct trusted_file providers;
	struct trusted_file config;  /* at most CONFIG_FILE_MAX, as providers */
	struct trusted_file auth_id; /* at most AUTH_ID_FILE_MAX */
	struct opk_plugin_file plugins[PLUGINS_MAX]; /* sorted by name */
	size_t nplugins;
	char at_fault[PATH_LEN_MAX + 1]; /* the path, after a failure */
};

/*
 * Reads them all. False if no login can work: providers is missing or
 * unusable, or config.yml is there and unusable (its deny lists would be
 * lost), or one that places->config names is missing; then *problem says why,
 * files->at_fault where, and nothing is left to free.
 *
 * What else is there and unusable is left out, with a line in the log:
 * auth_id (policy_file), a plugin's file or all of policy.d (plugin_file).
 */
bool opk_files_load(struct opk_files *files, const struct opk_places *places,
    struct file_problem *problem) __attribute__((warn_unused_result));

/* The same for providers and config.yml alone: there is no login. */
bool opk_files_load_settings(struct opk_files *files,
    const struct opk_places *places, struct file_problem *problem)
    __attribute__((warn_unused_result));

void opk_files_free(struct opk_files *files);

#endif
