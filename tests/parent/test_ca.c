/* CA files and directories: what is joined, and what is not believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ipc/limits.h"
#include "parent/ca.h"
#include "tests/parent/scratch.h"

static struct ca ca;

static void
put(const char *name, const char *text)
{
	scratch_file(name, text, strlen(text), 0644);
}

static int
setup(void **state)
{
	if (scratch_setup(state) == -1)
		return -1;
	scratch_dir("one", 0755);
	scratch_dir("two", 0755);
	scratch_dir("two/inner", 0755);
	scratch_dir("none", 0755);
	put("file.pem", "file");
	put("one/b.pem", "b");
	put("one/a.crt", "a");
	put("one/.hidden", "hidden");
	put("two/c", "c");
	put("elsewhere", "e");
	return symlink("b.pem", scratch("one/0123abcd.0")) == 0 &&
	    symlink(scratch("elsewhere"), scratch("one/e.pem")) == 0 &&
	    symlink("nowhere", scratch("one/dangling")) == 0 ? 0 : -1;
}

/* Both are names in the scratch directory, or "". */
static bool
reads(const char *file, const char *first, const char *second)
{
	char path[1024] = "", dirs[2048] = "";

	/* What is not root's is not believed. */
	needs_root();
	if (file[0] != '\0')
		(void)snprintf(path, sizeof(path), "%s", scratch(file));
	if (first[0] != '\0')
		(void)snprintf(dirs, sizeof(dirs), "%s:%s", scratch(first),
		    second[0] != '\0' ? scratch(second) : "");
	ca_free(&ca);
	return ca_read(path, dirs, &ca);
}

static void
text_is(const char *text)
{
	assert_int_equal(ca.pem.len, strlen(text));
	if (ca.pem.len > 0)
		assert_memory_equal(ca.pem.data, text, ca.pem.len);
}

static void
refused(enum reason reason, const char *name, const char *what)
{
	assert_int_equal(ca.problem.reason, reason);
	assert_string_equal(ca.path, scratch(name));
	assert_non_null(strstr(ca.problem.what, what));
}

static void
ca_wanted_is_as_gos(void **state)
{
	(void)state;
	assert_int_equal(ca_wanted("", ""), NET_CA_SYSTEM);
	assert_int_equal(ca_wanted("/f", ""), NET_CA_MORE);
	assert_int_equal(ca_wanted("", "/d"), NET_CA_MORE);
	assert_int_equal(ca_wanted("/f", "/d"), NET_CA_OWN);
}

static void
ca_files_joined_in_order(void **state)
{
	(void)state;
	assert_true(reads("", "", ""));
	text_is("");
	assert_true(reads("file.pem", "", ""));
	text_is("file");
	assert_true(reads("", "none", ""));
	text_is("");
	/* Sorted; each once; no link to itself or nowhere, nothing hidden. */
	assert_true(reads("file.pem", "one", "two"));
	text_is("file\na\nb\ne\nc");
	assert_true(reads("", "two", "one"));
	text_is("c\na\nb\ne");
}

static void
ca_file_missing_or_changeable_refused(void **state)
{
	(void)state;
	assert_false(reads("no-file", "", ""));
	refused(REASON_CONFIG_MISSING, "no-file", "create");
	assert_false(reads("", "no-dir", ""));
	refused(REASON_CONFIG_MISSING, "no-dir", "");
	assert_false(reads("one", "", ""));
	refused(REASON_CONFIG_MODE, "one", "regular");
	assert_false(reads("", "file.pem", ""));
	assert_int_equal(ca.problem.reason, REASON_CONFIG_MODE);
	assert_int_equal(chmod(scratch("one/b.pem"), 0666), 0);
	assert_false(reads("file.pem", "one", "two"));
	refused(REASON_CONFIG_MODE, "one/b.pem", "go-w");
	assert_int_equal(chmod(scratch("one/b.pem"), 0644), 0);
	assert_int_equal(chmod(scratch("one"), 0777), 0);
	assert_false(reads("", "one", ""));
	assert_int_equal(ca.problem.reason, REASON_CONFIG_MODE);
	assert_int_equal(chmod(scratch("one"), 0755), 0);
	assert_true(reads("", "one", ""));
}

static void
ca_relative_or_long_path_refused(void **state)
{
	static char path[2 * PATH_LEN_MAX];

	(void)state;
	ca_free(&ca);
	assert_false(ca_read("file.pem", "", &ca));
	assert_int_equal(ca.problem.reason, REASON_CONFIG_VALUE);
	assert_false(ca_read("", "one", &ca));
	assert_int_equal(ca.problem.reason, REASON_CONFIG_VALUE);
	memset(path, '/', PATH_LEN_MAX + 1);
	assert_false(ca_read("", path, &ca));
	assert_int_equal(ca.problem.reason, REASON_CONFIG_VALUE);
	/* The directory's own path fits, those of the files in it do not. */
	(void)snprintf(path, sizeof(path), "%s", scratch("one"));
	memset(path + strlen(path), '/', PATH_LEN_MAX - strlen(path) - 2);
	path[PATH_LEN_MAX - 2] = '\0';
	assert_false(ca_read("", path, &ca));
	assert_string_equal(ca.problem.what, "a path in it is too long");
	/* Empty ones are none. */
	assert_true(ca_read("", "::", &ca));
	text_is("");
}

static void
ca_size_bounded_in_all(void **state)
{
	static uint8_t large[CA_FILE_MAX];

	(void)state;
	scratch_dir("large", 0755);
	scratch_file("large/1", large, CA_FILE_MAX - 2, 0644);
	scratch_file("large/2", large, 1, 0644);
	assert_true(reads("", "large", ""));
	assert_int_equal(ca.pem.len, CA_FILE_MAX);
	scratch_file("large/2", large, 2, 0644);
	assert_false(reads("", "large", ""));
	refused(REASON_CONFIG_SIZE, "large/2", "fewer");
	scratch_file("large/1", large, CA_FILE_MAX, 0644);
	assert_false(reads("", "large", ""));
	/* Not even the line break fits. */
	scratch_file("large/2", large, 0, 0644);
	assert_false(reads("", "large", ""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ca_wanted_is_as_gos),
		cmocka_unit_test(ca_files_joined_in_order),
		cmocka_unit_test(ca_file_missing_or_changeable_refused),
		cmocka_unit_test(ca_relative_or_long_path_refused),
		cmocka_unit_test(ca_size_bounded_in_all),
	};
	int rc = cmocka_run_group_tests_name("ca", tests, setup,
	    scratch_teardown);

	ca_free(&ca);
	return rc;
}
