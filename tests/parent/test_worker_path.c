/*
 * Where workers are found: relative to the executable, so a copy of this one
 * asks, from a directory laid out as an installation and as a build tree.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "parent/worker_path.h"
#include "tests/parent/scratch.h"

#define WORKERS "libexec/sallyport/" BUILD_NAME
#define INSTALLED WORKERS "/sallyport-parse"
#define BUILT "parseproc/sallyport-parse"

/* --- the copy: says which file it found --- */

static int
say_what_is_found(void)
{
	static const char *const places[WORKER_PLACES] = PARSE_EXECUTABLE;
	struct file_problem problem;
	int fd = worker_path_open(places, &problem);
	char text[64] = "";

	if (fd == -1) {
		(void)printf("%s: %s", reason_word(problem.reason),
		    problem.what);
		return 0;
	}
	if (read(fd, text, sizeof(text) - 1) == -1)
		return 1;
	(void)printf("%s", text);
	return 0;
}

/* --- the test --- */

static void
copy_self(const char *name)
{
	static char bytes[64 * 1024 * 1024];
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	size_t n = 0;
	ssize_t got;

	assert_true(fd != -1);
	while ((got = read(fd, bytes + n, sizeof(bytes) - n)) > 0)
		n += (size_t)got;
	assert_true(n < sizeof(bytes));
	(void)close(fd);
	scratch_file(name, bytes, n, 0755);
}

static int
setup(void **state)
{
	if (scratch_setup(state) == -1)
		return -1;
	scratch_dir("bin", 0755);
	scratch_dir("libexec", 0755);
	scratch_dir("libexec/sallyport", 0755);
	scratch_dir(WORKERS, 0755);
	scratch_dir("parseproc", 0755);
	copy_self("bin/sallyport");
	return 0;
}

/* The copy's answer. */
static const char *
found(void)
{
	static char text[512];
	const char *exe = scratch("bin/sallyport");
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	if ((pid = fork()) == 0) {
		(void)dup2(fds[1], STDOUT_FILENO);
		/* Neither of these may lead it anywhere. */
		if (chdir("/") == -1)
			_exit(126);
		(void)setenv("PATH", "/nonexistent", 1);
		(void)execl(exe, "/somewhere/else", "what-is-found",
		    (char *)NULL);
		_exit(127);
	}
	(void)close(fds[1]);
	n = read(fds[0], text, sizeof(text) - 1);
	(void)close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void
forget(const char *name)
{
	(void)unlink(scratch(name));
}

static void
worker_path_installed_or_built_found(void **state)
{
	(void)state;
	needs_root();
	scratch_file(INSTALLED, "installed", 9, 0755);
	assert_string_equal(found(), "installed");
	scratch_file(BUILT, "built", 5, 0755);
	assert_string_equal(found(), "installed");
	forget(INSTALLED);
	assert_string_equal(found(), "built");
}

static void
worker_path_missing_named(void **state)
{
	const char *text;

	(void)state;
	needs_root();
	forget(INSTALLED);
	forget(BUILT);
	text = found();
	assert_memory_equal(text, "config_missing: ", 16);
	assert_non_null(strstr(text, scratch(BUILT)));
}

/* One that is there and unsafe is not passed over for another. */
static void
worker_path_unsafe_refused(void **state)
{
	const char *text;

	(void)state;
	needs_root();
	scratch_file(BUILT, "built", 5, 0755);
	scratch_file(INSTALLED, "installed", 9, 0775);
	text = found();
	assert_memory_equal(text, "config_mode: ", 13);
	assert_non_null(strstr(text, scratch(INSTALLED)));
	scratch_file(INSTALLED, "installed", 9, 0755);
	assert_int_equal(chown(scratch(INSTALLED), 12345, 0), 0);
	assert_memory_equal(found(), "config_mode: ", 13);
	assert_int_equal(chown(scratch(INSTALLED), 0, 0), 0);
	assert_int_equal(chmod(scratch("libexec"), 0777), 0);
	assert_memory_equal(found(), "config_mode: ", 13);
	assert_int_equal(chmod(scratch("libexec"), 0755), 0);
	assert_string_equal(found(), "installed");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(worker_path_installed_or_built_found),
		cmocka_unit_test(worker_path_missing_named),
		cmocka_unit_test(worker_path_unsafe_refused),
	};

	if (argc == 2 && strcmp(argv[1], "what-is-found") == 0)
		return say_what_is_found();
	return cmocka_run_group_tests_name("worker_path", tests, setup,
	    scratch_teardown);
}
