#include "parent/opk_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parent/log.h"

/* One that is not there is nothing to tell about. */
static void
log_left_out(enum reason reason, const char *path, const char *what)
{
	struct log_line line;

	log_begin(&line, "left out");
	log_add_text(&line, "reason", reason_word(reason));
	log_add_text(&line, "file", path);
	log_add_text(&line, "detail", what);
	log_end(&line, LOG_WARNING);
}

/* Writes dir/name; one that is too long becomes a path that is too long. */
static void
join(char path[PATH_LEN_MAX + 1], const char *dir, const char *name)
{
	int n = snprintf(path, PATH_LEN_MAX + 1, "%s/%s", dir, name);

	/* Half a path might be somebody else's file. */
	if (n < 0 || n > PATH_LEN_MAX)
		path[0] = '\0';
}

static bool
load_providers(struct opk_files *files, const struct opk_places *places,
    struct file_problem *problem)
{
	join(files->at_fault, places->etc, "providers");
	return trusted_read(files->at_fault, places->trust, CONFIG_FILE_MAX,
	    &files->providers, problem);
}

static bool
load_config(struct opk_files *files, const struct opk_places *places,
    struct file_problem *problem)
{
	if (places->config == NULL) {
		join(files->at_fault, places->etc, "config.yml");
		return trusted_read_optional(files->at_fault, places->trust,
		    CONFIG_FILE_MAX, &files->config, problem);
	}
	(void)snprintf(files->at_fault, sizeof(files->at_fault), "%s",
	    strlen(places->config) <= PATH_LEN_MAX ? places->config : "");
	return trusted_read(files->at_fault, places->trust, CONFIG_FILE_MAX,
	    &files->config, problem);
}

static void
load_auth_id(struct opk_files *files, const struct opk_places *places)
{
	char path[PATH_LEN_MAX + 1];
	struct file_problem problem;

	join(path, places->etc, "auth_id");
	if (!trusted_read_optional(path, places->trust, AUTH_ID_FILE_MAX,
	    &files->auth_id, &problem))
		log_left_out(REASON_POLICY_FILE, path, problem.what);
}

/* What editors and package managers leave behind is not meant. */
static int
is_plugin_name(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return entry->d_name[0] != '.' && n > 4 &&
	    strcmp(entry->d_name + n - 4, ".yml") == 0;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void
load_plugin(struct opk_files *files, const char *dir, const char *name,
    enum trust trust)
{
	struct opk_plugin_file *plugin = &files->plugins[files->nplugins];
	char path[PATH_LEN_MAX + 1];
	struct file_problem problem;

	join(path, dir, name);
	if (!trusted_read(path, trust, CONFIG_FILE_MAX, &plugin->text,
	    &problem)) {
		log_left_out(REASON_PLUGIN_FILE, path, problem.what);
		return;
	}
	(void)snprintf(plugin->name, sizeof(plugin->name), "%s", name);
	files->nplugins++;
}

static void
load_plugins(struct opk_files *files, const struct opk_places *places)
{
	char dir[PATH_LEN_MAX + 1];
	struct file_problem problem;
	struct dirent **entries;
	int n;

	join(dir, places->etc, "policy.d");
	if (trusted_missing(dir))
		return;
	if (!trusted_directory(dir, places->trust, &problem)) {
		log_left_out(REASON_PLUGIN_FILE, dir, problem.what);
		return;
	}
	if ((n = scandir(dir, &entries, is_plugin_name, by_name)) == -1) {
		log_left_out(REASON_PLUGIN_FILE, dir, strerror(errno));
		return;
	}
	for (int i = 0; i < n; i++) {
		if (files->nplugins < PLUGINS_MAX)
			load_plugin(files, dir, entries[i]->d_name,
			    places->trust);
		else
			log_left_out(REASON_PLUGIN_FILE, entries[i]->d_name,
			    "there are too many plugins before it");
		free(entries[i]);
	}
	free(entries);
}

bool
opk_files_load_settings(struct opk_files *files,
    const struct opk_places *places, struct file_problem *problem)
{
	memset(files, 0, sizeof(*files));
	*problem = (struct file_problem){ .reason = REASON_OK };
	if (!load_providers(files, places, problem) ||
	    !load_config(files, places, problem)) {
		opk_files_free(files);
		return false;
	}
	files->at_fault[0] = '\0';
	return true;
}

bool
opk_files_load(struct opk_files *files, const struct opk_places *places,
    struct file_problem *problem)
{
	if (!opk_files_load_settings(files, places, problem))
		return false;
	load_auth_id(files, places);
	load_plugins(files, places);
	return true;
}

void
opk_files_free(struct opk_files *files)
{
	trusted_free(&files->providers);
	trusted_free(&files->config);
	trusted_free(&files->auth_id);
	for (size_t i = 0; i < files->nplugins; i++)
		trusted_free(&files->plugins[i].text);
	files->nplugins = 0;
}
