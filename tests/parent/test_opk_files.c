/* The files of /etc/opk: what must be there, what may be, whose they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "parent/log.h"
#include "parent/opk_files.h"
#include "tests/parent/scratch.h"

/* Users who are neither root nor anyone else here. */
#define US 12345
#define OTHER 54321

static struct opk_files files;
static struct file_problem problem;
static char notes[16 * 1024];

/* The etc directory of one test. */
static char etc[256];

static void
file(const char *name, const char *text, mode_t mode)
{
	char path[512];
	const char *top = scratch("");

	(void)snprintf(path, sizeof(path), "%s/%s", etc + strlen(top) + 1,
	    name);
	scratch_file(path, text, strlen(text), mode);
}

static const char *
in_etc(const char *name)
{
	static char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", etc, name);
	return path;
}

static void
dir(const char *name, mode_t mode)
{
	assert_int_equal(mkdir(in_etc(name), 0700), 0);
	assert_int_equal(chmod(in_etc(name), mode), 0);
}

/* A fresh etc with providers alone. */
static void
new_etc(void)
{
	static unsigned n;
	char name[16];

	(void)snprintf(name, sizeof(name), "etc%u", n++);
	scratch_dir(name, 0755);
	(void)snprintf(etc, sizeof(etc), "%s", scratch(name));
	file("providers", "https://issuer id 24h\n", 0640);
}

/* Loads, and takes what is logged meanwhile. */
static bool
load(const char *config, enum trust trust)
{
	const struct opk_places places = { etc, config, trust };
	const char *path = scratch("notes");
	int saved = dup(STDERR_FILENO);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ssize_t n;
	bool loaded;

	assert_true(fd != -1 && dup2(fd, STDERR_FILENO) != -1);
	log_open(true);
	loaded = opk_files_load(&files, &places, &problem);
	log_open(false);
	assert_true(dup2(saved, STDERR_FILENO) != -1);
	n = pread(fd, notes, sizeof(notes) - 1, 0);
	assert_true(n >= 0);
	notes[n] = '\0';
	(void)close(fd);
	(void)close(saved);
	assert_int_equal(loaded, problem.reason == REASON_OK);
	assert_int_equal(loaded, files.at_fault[0] == '\0');
	return loaded;
}

static void
text_is(const struct trusted_file *got, const char *expected)
{
	assert_int_equal(got->len, strlen(expected));
	if (got->len > 0)
		assert_memory_equal(got->data, expected, got->len);
}

/* One line for each, which names the file and what to do. */
static void
noted(const char *reason, const char *name)
{
	char field[64];

	(void)snprintf(field, sizeof(field), "reason=%s ", reason);
	if (strstr(notes, field) == NULL || strstr(notes, name) == NULL)
		fail_msg("no %s about %s: %s", reason, name, notes);
	assert_non_null(strstr(notes, " detail="));
	assert_ptr_equal(strchr(notes, '\n'), strrchr(notes, '\n'));
}

static void
opk_files_full_directory_all_there(void **state)
{
	(void)state;
	needs_root();
	new_etc();
	file("auth_id", "joe joe@x https://issuer\n", 0640);
	file("config.yml", "deny_users: [x]\n", 0640);
	dir("policy.d", 0750);
	file("policy.d/20-b.yml", "b", 0640);
	file("policy.d/10-c.yml", "c", 0640);
	file("policy.d/10-B.yml", "B", 0440);
	assert_true(load(NULL, TRUST_ROOT));
	assert_string_equal(notes, "");
	text_is(&files.providers, "https://issuer id 24h\n");
	text_is(&files.auth_id, "joe joe@x https://issuer\n");
	text_is(&files.config, "deny_users: [x]\n");
	assert_int_equal(files.nplugins, 3);
	assert_string_equal(files.plugins[0].name, "10-B.yml");
	assert_string_equal(files.plugins[1].name, "10-c.yml");
	assert_string_equal(files.plugins[2].name, "20-b.yml");
	text_is(&files.plugins[1].text, "c");
	opk_files_free(&files);
	assert_null(files.providers.data);
	assert_int_equal(files.nplugins, 0);
}

static void
opk_files_providers_alone_will_do(void **state)
{
	(void)state;
	needs_root();
	new_etc();
	assert_true(load(NULL, TRUST_ROOT));
	assert_string_equal(notes, "");
	assert_null(files.auth_id.data);
	assert_null(files.config.data);
	assert_int_equal(files.nplugins, 0);
	opk_files_free(&files);
}

static void
fails(const char *config, enum reason reason, const char *at_fault)
{
	assert_false(load(config, TRUST_ROOT));
	assert_int_equal(problem.reason, reason);
	assert_true(problem.what[0] != '\0');
	assert_string_equal(files.at_fault, at_fault);
	assert_null(files.providers.data);
	assert_null(files.config.data);
}

static void
opk_files_providers_unusable_fatal(void **state)
{
	static char large[CONFIG_FILE_MAX + 2];

	(void)state;
	needs_root();
	new_etc();
	file("providers", "x", 0660);
	fails(NULL, REASON_CONFIG_MODE, in_etc("providers"));
	file("providers", "x", 0640);
	assert_int_equal(chown(in_etc("providers"), OTHER, 0), 0);
	fails(NULL, REASON_CONFIG_MODE, in_etc("providers"));
	memset(large, '#', sizeof(large) - 1);
	file("providers", large, 0640);
	fails(NULL, REASON_CONFIG_SIZE, in_etc("providers"));
	assert_int_equal(unlink(in_etc("providers")), 0);
	fails(NULL, REASON_CONFIG_MISSING, in_etc("providers"));
	(void)snprintf(etc, sizeof(etc), "%s", scratch("nowhere"));
	fails(NULL, REASON_CONFIG_MISSING, in_etc("providers"));
}

/* Its deny lists must not be lost. */
static void
opk_files_config_unusable_fatal(void **state)
{
	char elsewhere[512];

	(void)state;
	needs_root();
	new_etc();
	file("config.yml", "x", 0646);
	fails(NULL, REASON_CONFIG_MODE, in_etc("config.yml"));
	assert_int_equal(unlink(in_etc("config.yml")), 0);
	dir("config.yml", 0755);
	fails(NULL, REASON_CONFIG_MODE, in_etc("config.yml"));
	assert_int_equal(rmdir(in_etc("config.yml")), 0);
	/* One that leads nowhere was meant to be there. */
	assert_int_equal(symlink("nowhere", in_etc("config.yml")), 0);
	fails(NULL, REASON_CONFIG_MISSING, in_etc("config.yml"));
	/* So was one that somebody named, who named it only. */
	(void)snprintf(elsewhere, sizeof(elsewhere), "%s", in_etc("other"));
	fails(elsewhere, REASON_CONFIG_MISSING, elsewhere);
	fails("relative", REASON_CONFIG_VALUE, "relative");
	file("other", "deny_users: [y]\n", 0640);
	assert_true(load(elsewhere, TRUST_ROOT));
	text_is(&files.config, "deny_users: [y]\n");
	opk_files_free(&files);
}

static void
opk_files_path_too_long_fatal(void **state)
{
	static char longest[PATH_LEN_MAX + 2];
	struct opk_places places = { longest, NULL, TRUST_ROOT };

	(void)state;
	new_etc();
	memset(longest, '/', sizeof(longest) - 1);
	assert_false(opk_files_load(&files, &places, &problem));
	assert_int_equal(problem.reason, REASON_CONFIG_VALUE);
	longest[PATH_LEN_MAX - 9] = '\0';
	assert_false(opk_files_load(&files, &places, &problem));
	/* One too long for what is named only. */
	longest[PATH_LEN_MAX - 9] = '/';
	places = (struct opk_places){ etc, longest, TRUST_ANY };
	assert_false(opk_files_load(&files, &places, &problem));
	assert_true(problem.reason != REASON_OK);
}

static void
opk_files_auth_id_unusable_left_out(void **state)
{
	(void)state;
	needs_root();
	new_etc();
	file("auth_id", "joe joe@x https://issuer\n", 0662);
	assert_true(load(NULL, TRUST_ROOT));
	noted("policy_file", in_etc("auth_id"));
	assert_null(files.auth_id.data);
	assert_non_null(files.providers.data);
	opk_files_free(&files);
	assert_int_equal(unlink(in_etc("auth_id")), 0);
	assert_int_equal(symlink("nowhere", in_etc("auth_id")), 0);
	assert_true(load(NULL, TRUST_ROOT));
	noted("policy_file", in_etc("auth_id"));
	opk_files_free(&files);
}

static void
opk_files_auth_id_up_to_its_bound(void **state)
{
	(void)state;
	needs_root();
	new_etc();
	file("auth_id", "", 0640);
	assert_int_equal(truncate(in_etc("auth_id"), AUTH_ID_FILE_MAX), 0);
	assert_true(load(NULL, TRUST_ROOT));
	assert_int_equal(files.auth_id.len, AUTH_ID_FILE_MAX);
	assert_string_equal(notes, "");
	opk_files_free(&files);
	assert_int_equal(truncate(in_etc("auth_id"), AUTH_ID_FILE_MAX + 1),
	    0);
	assert_true(load(NULL, TRUST_ROOT));
	assert_null(files.auth_id.data);
	noted("policy_file", in_etc("auth_id"));
	opk_files_free(&files);
}

static void
opk_files_plugin_unusable_skipped(void **state)
{
	(void)state;
	needs_root();
	new_etc();
	dir("policy.d", 0755);
	file("policy.d/a.yml", "a", 0644);
	file("policy.d/b.yml", "b", 0664);
	file("policy.d/c.yml", "c", 0644);
	assert_true(load(NULL, TRUST_ROOT));
	noted("plugin_file", in_etc("policy.d/b.yml"));
	assert_int_equal(files.nplugins, 2);
	assert_string_equal(files.plugins[0].name, "a.yml");
	assert_string_equal(files.plugins[1].name, "c.yml");
	text_is(&files.plugins[1].text, "c");
	opk_files_free(&files);
	assert_int_equal(unlink(in_etc("policy.d/b.yml")), 0);
	dir("policy.d/b.yml", 0755);
	assert_true(load(NULL, TRUST_ROOT));
	noted("plugin_file", in_etc("policy.d/b.yml"));
	assert_int_equal(files.nplugins, 2);
	opk_files_free(&files);
}

static void
opk_files_plugin_directory_of_others_skipped(void **state)
{
	static const mode_t bad[] = { 0775, 0757, 01777 };

	(void)state;
	needs_root();
	new_etc();
	dir("policy.d", 0755);
	file("policy.d/a.yml", "a", 0644);
	file("policy.d/b.yml", "b", 0644);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(chmod(in_etc("policy.d"), bad[i]), 0);
		assert_true(load(NULL, TRUST_ROOT));
		noted("plugin_file", in_etc("policy.d"));
		assert_int_equal(files.nplugins, 0);
		opk_files_free(&files);
	}
	assert_int_equal(chmod(in_etc("policy.d"), 0755), 0);
	assert_int_equal(chown(in_etc("policy.d"), OTHER, 0), 0);
	assert_true(load(NULL, TRUST_ROOT));
	noted("plugin_file", in_etc("policy.d"));
	assert_int_equal(files.nplugins, 0);
	opk_files_free(&files);
	/* A file where the directory should be. */
	assert_int_equal(chown(in_etc("policy.d"), 0, 0), 0);
	assert_int_equal(unlink(in_etc("policy.d/a.yml")), 0);
	assert_int_equal(unlink(in_etc("policy.d/b.yml")), 0);
	assert_int_equal(rmdir(in_etc("policy.d")), 0);
	file("policy.d", "x", 0644);
	assert_true(load(NULL, TRUST_ROOT));
	noted("plugin_file", in_etc("policy.d"));
	opk_files_free(&files);
}

static void
opk_files_other_names_are_no_plugins(void **state)
{
	(void)state;
	needs_root();
	new_etc();
	dir("policy.d", 0755);
	file("policy.d/a.yml~", "x", 0666);
	file("policy.d/.a.yml", "x", 0666);
	file("policy.d/.yml", "x", 0666);
	file("policy.d/a.yaml", "x", 0666);
	file("policy.d/README", "x", 0666);
	assert_true(load(NULL, TRUST_ROOT));
	assert_string_equal(notes, "");
	assert_int_equal(files.nplugins, 0);
	opk_files_free(&files);
}

static void
opk_files_plugins_up_to_their_bound(void **state)
{
	char name[32];

	(void)state;
	needs_root();
	new_etc();
	dir("policy.d", 0755);
	for (unsigned i = PLUGINS_MAX; i-- > 0;) {
		(void)snprintf(name, sizeof(name), "policy.d/%02u.yml", i);
		file(name, name, 0644);
	}
	assert_true(load(NULL, TRUST_ROOT));
	assert_string_equal(notes, "");
	assert_int_equal(files.nplugins, PLUGINS_MAX);
	text_is(&files.plugins[PLUGINS_MAX - 1].text, "policy.d/63.yml");
	opk_files_free(&files);
	file("policy.d/zz.yml", "x", 0644);
	assert_true(load(NULL, TRUST_ROOT));
	noted("plugin_file", "zz.yml");
	assert_int_equal(files.nplugins, PLUGINS_MAX);
	opk_files_free(&files);
}

static void
opk_files_dry_run_takes_anybodys(void **state)
{
	char config[512];

	(void)state;
	new_etc();
	file("providers", "p", 0666);
	file("auth_id", "a", 0666);
	dir("policy.d", 0777);
	file("policy.d/a.yml", "x", 0666);
	if (geteuid() == 0)
		assert_int_equal(chown(in_etc("auth_id"), OTHER, OTHER), 0);
	assert_int_equal(chmod(etc, 0777), 0);
	assert_true(load(NULL, TRUST_ANY));
	text_is(&files.auth_id, "a");
	assert_int_equal(files.nplugins, 1);
	opk_files_free(&files);
	/* From where one is, as people type it. */
	file("mine.yml", "c", 0666);
	(void)snprintf(config, sizeof(config), "%s", strrchr(etc, '/') + 1);
	(void)strcat(config, "/mine.yml");
	assert_int_equal(chdir(scratch("")), 0);
	assert_true(load(config, TRUST_ANY));
	text_is(&files.config, "c");
	assert_int_equal(chdir("/"), 0);
	opk_files_free(&files);
	/* Still nothing that blocks or has no end. */
	assert_int_equal(unlink(in_etc("providers")), 0);
	assert_int_equal(mkfifo(in_etc("providers"), 0666), 0);
	(void)alarm(20);
	assert_false(load(NULL, TRUST_ANY));
	(void)alarm(0);
	assert_int_equal(problem.reason, REASON_CONFIG_MODE);
	assert_int_equal(unlink(in_etc("providers")), 0);
	file("providers", "", 0666);
	assert_int_equal(truncate(in_etc("providers"), CONFIG_FILE_MAX + 1),
	    0);
	assert_false(load(NULL, TRUST_ANY));
	assert_int_equal(problem.reason, REASON_CONFIG_SIZE);
}

/* As a user of the group that may read, or of another. */
static int
load_as(gid_t group)
{
	const struct opk_places places = { etc, NULL, TRUST_ROOT };
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (setgroups(0, NULL) == -1 ||
		    setresgid(group, group, group) == -1 ||
		    setresuid(US, US, US) == -1)
			_exit(255);
		log_open(false);
		if (!opk_files_load(&files, &places, &problem))
			_exit((int)problem.reason);
		_exit(files.auth_id.len == 1 && files.nplugins == 1 ? 0 : 254);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
opk_files_group_of_the_command_user_reads(void **state)
{
	static const char *const names[] = { "providers", "auth_id",
		"policy.d", "policy.d/a.yml" };

	(void)state;
	needs_root();
	if (strncmp(scratch(""), "/root", 5) == 0)
		skip();
	new_etc();
	file("auth_id", "a", 0640);
	dir("policy.d", 0750);
	file("policy.d/a.yml", "x", 0640);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(chown(in_etc(names[i]), 0, US), 0);
	assert_int_equal(load_as(US), 0);
	assert_int_equal(load_as(OTHER), REASON_CONFIG_MODE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opk_files_full_directory_all_there),
		cmocka_unit_test(opk_files_providers_alone_will_do),
		cmocka_unit_test(opk_files_providers_unusable_fatal),
		cmocka_unit_test(opk_files_config_unusable_fatal),
		cmocka_unit_test(opk_files_path_too_long_fatal),
		cmocka_unit_test(opk_files_auth_id_unusable_left_out),
		cmocka_unit_test(opk_files_auth_id_up_to_its_bound),
		cmocka_unit_test(opk_files_plugin_unusable_skipped),
		cmocka_unit_test(opk_files_plugin_directory_of_others_skipped),
		cmocka_unit_test(opk_files_other_names_are_no_plugins),
		cmocka_unit_test(opk_files_plugins_up_to_their_bound),
		cmocka_unit_test(opk_files_dry_run_takes_anybodys),
		cmocka_unit_test(opk_files_group_of_the_command_user_reads),
	};

	return cmocka_run_group_tests_name("opk_files", tests, scratch_setup,
	    scratch_teardown);
}
