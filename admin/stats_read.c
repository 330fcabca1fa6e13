/*
 * stats, reading: the cache directories belong to the users that sshd starts
 * us as, and so do the numbers: any of them may be a lie, and no more than
 * that. Opened are files of known names, and read those of our form and size;
 * nothing there is listed, followed or changed.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/audit.h"
#include "admin/stats.h"
#include "parent/login_name.h"
#include "parent/provider_keys.h"

/* Several rows may have one issuer: the first stands for it. */
static bool
is_first(const struct stats *stats, size_t i)
{
	return opk_find_provider(&stats->providers,
	    stats->providers.rows[i].issuer) == &stats->providers.rows[i];
}

static void
read_ages(const struct stats *stats, const struct cache *cache,
    struct stats_user *user)
{
	for (size_t i = 0; i < stats->providers.count; i++) {
		const char *issuer = stats->providers.rows[i].issuer;
		struct ipc_span url = { issuer, strlen(issuer) };
		char name[PROVIDER_FILE_MAX];
		struct cache_entry entry;

		provider_file("keys", issuer, name);
		user->has_keys[i] = is_first(stats, i) &&
		    cache_load(cache, name, url, UINT64_MAX, &entry);
		if (!user->has_keys[i])
			continue;
		user->age_s[i] = entry.age_s;
		cache_entry_free(&entry);
	}
}

static void
read_user(struct stats *stats, int root, const char *name)
{
	struct stats_user *user = calloc(1, sizeof(*user));
	struct cache cache = { .dir = openat(root, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) };

	if (user == NULL)
		exit(2);
	(void)snprintf(user->name, sizeof(user->name), "%s", name);
	user->readable = cache.dir != -1 &&
	    counters_read(&cache, &user->counters);
	if (!user->readable) {
		(void)fprintf(stderr, "sallyport stats: " CACHE_DIRECTORY
		    "/%s: %s\n", name, cache.dir == -1 ? strerror(errno) :
		    "counters is not of our form: a login begins it anew");
		stats->incomplete = true;
	}
	if (cache.dir != -1) {
		read_ages(stats, &cache, user);
		(void)close(cache.dir);
	}
	stats->users[stats->nusers++] = user;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp((*(struct stats_user *const *)a)->name,
	    (*(struct stats_user *const *)b)->name);
}

/* The names in the cache are root's, as the directory is. */
static void
read_users(struct stats *stats)
{
	DIR *root = opendir(CACHE_DIRECTORY);
	const struct dirent *entry;
	struct stat st;

	if (root == NULL || fstat(dirfd(root), &st) == -1 || st.st_uid != 0 ||
	    (st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
		(void)fprintf(stderr, "sallyport stats: " CACHE_DIRECTORY
		    ": %s\n", root == NULL ? strerror(errno) :
		    "others than root may write there; see sallyport audit");
		stats->incomplete = true;
	} else
		while ((entry = readdir(root)) != NULL &&
		    stats->nusers < STATS_USERS_MAX)
			if (login_name_valid(entry->d_name))
				read_user(stats, dirfd(root), entry->d_name);
	if (root != NULL)
		(void)closedir(root);
	qsort(stats->users, stats->nusers, sizeof(stats->users[0]), by_name);
}

void
stats_read(struct stats *stats)
{
	struct file_problem problem;

	opk_read_providers(&stats->providers, &problem);
	if (problem.reason != REASON_OK &&
	    problem.reason != REASON_CONFIG_MISSING) {
		(void)fprintf(stderr, "sallyport stats: %s: %s\n",
		    OPK_PROVIDERS, problem.what);
		stats->incomplete = true;
	}
	read_users(stats);
}
