/* Files are believed only if nobody else can change them, or the way there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ipc/limits.h"
#include "parent/trusted_file.h"
#include "tests/parent/scratch.h"

/* Users who are neither root nor anyone else here. */
#define US 12345
#define OTHER 54321

static struct file_problem problem;

static enum reason
open_path(const char *path, enum trust trust)
{
	int fd = trusted_open(path, trust, &problem);

	assert_true((fd == -1) == (problem.reason != REASON_OK));
	/* Whoever has to mend it is told what is wrong. */
	assert_true(problem.reason == REASON_OK || problem.what[0] != '\0');
	if (fd != -1)
		(void)close(fd);
	return problem.reason;
}

static enum reason
open_name(const char *name, enum trust trust)
{
	return open_path(scratch(name), trust);
}

/* With the whole path of where it leads in it. */
static void
link_whole(const char *to, const char *name)
{
	char whole[PATH_LEN_MAX];

	(void)snprintf(whole, sizeof(whole), "%s", scratch(to));
	assert_int_equal(symlink(whole, scratch(name)), 0);
}

static void
make(const char *name, uid_t owner, mode_t mode)
{
	scratch_file(name, "text", 4, mode);
	assert_int_equal(chown(scratch(name), owner, 0), 0);
	/* chown() may take bits away. */
	assert_int_equal(chmod(scratch(name), mode), 0);
}

static void
trusted_file_mode_decides(void **state)
{
	(void)state;
	needs_root();
	for (mode_t mode = 0; mode <= 0777; mode++) {
		bool changed = (mode & 0022) != 0;
		bool read = (mode & 0007) != 0;

		make("file", 0, mode);
		assert_int_equal(open_name("file", TRUST_ROOT) == REASON_OK,
		    !changed);
		assert_int_equal(open_name("file", TRUST_ROOT_OR_US) ==
		    REASON_OK, !changed);
		assert_int_equal(open_name("file", TRUST_SECRET) ==
		    REASON_OK, !changed && !read);
		assert_true(problem.reason == REASON_OK ||
		    problem.reason == REASON_CONFIG_MODE);
	}
}

static void
trusted_file_owner_decides(void **state)
{
	(void)state;
	needs_root();
	make("file", OTHER, 0400);
	assert_int_equal(open_name("file", TRUST_ROOT), REASON_CONFIG_MODE);
	assert_int_equal(open_name("file", TRUST_ROOT_OR_US),
	    REASON_CONFIG_MODE);
	assert_int_equal(open_name("file", TRUST_SECRET), REASON_CONFIG_MODE);
	make("file", 0, 0400);
	assert_int_equal(open_name("file", TRUST_SECRET), REASON_OK);
}

/* What a process of the user US says about the file, as an exit status. */
static enum reason
open_as_us(const char *name, enum trust trust)
{
	const char *path = scratch(name);
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (setresgid(US, US, US) == -1 ||
		    setresuid(US, US, US) == -1)
			_exit(255);
		(void)trusted_open(path, trust, &problem);
		_exit((int)problem.reason);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return (enum reason)WEXITSTATUS(status);
}

static void
trusted_file_own_file_only_where_allowed(void **state)
{
	(void)state;
	needs_root();
	/* Below a directory that everybody may enter. */
	if (strncmp(scratch(""), "/root", 5) == 0)
		skip();
	make("file", US, 0600);
	assert_int_equal(open_as_us("file", TRUST_ROOT_OR_US), REASON_OK);
	assert_int_equal(open_as_us("file", TRUST_SECRET), REASON_OK);
	assert_int_equal(open_as_us("file", TRUST_ROOT), REASON_CONFIG_MODE);
	make("file", OTHER, 0644);
	assert_int_equal(open_as_us("file", TRUST_ROOT_OR_US),
	    REASON_CONFIG_MODE);
	/* A file of root's that we may not read. */
	make("file", 0, 0600);
	assert_int_equal(open_as_us("file", TRUST_SECRET),
	    REASON_CONFIG_MODE);
	scratch_dir("ours", 0755);
	assert_int_equal(chown(scratch("ours"), US, US), 0);
	make("ours/file", 0, 0644);
	assert_int_equal(open_as_us("ours/file", TRUST_ROOT_OR_US),
	    REASON_OK);
	assert_int_equal(open_as_us("ours/file", TRUST_ROOT),
	    REASON_CONFIG_MODE);
}

static void
trusted_file_directories_on_the_way_decide(void **state)
{
	/* The sticky bit does not help against a name that is free. */
	static const mode_t bad[] = { 0775, 0757, 0777, 01777, 01775 };

	(void)state;
	needs_root();
	scratch_dir("a", 0755);
	scratch_dir("a/b", 0755);
	make("a/b/file", 0, 0644);
	assert_int_equal(open_name("a/b/file", TRUST_ROOT), REASON_OK);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(chmod(scratch("a"), bad[i]), 0);
		assert_int_equal(open_name("a/b/file", TRUST_ROOT),
		    REASON_CONFIG_MODE);
		assert_int_equal(chmod(scratch("a"), 0755), 0);
		assert_int_equal(chmod(scratch("a/b"), bad[i]), 0);
		assert_int_equal(open_name("a/b/file", TRUST_ROOT),
		    REASON_CONFIG_MODE);
		/* The remedy names the directory. */
		assert_non_null(strstr(problem.what, scratch("a/b")));
		assert_int_equal(chmod(scratch("a/b"), 0755), 0);
	}
	assert_int_equal(chown(scratch("a"), OTHER, 0), 0);
	assert_int_equal(open_name("a/b/file", TRUST_ROOT_OR_US),
	    REASON_CONFIG_MODE);
	assert_int_equal(chown(scratch("a"), 0, 0), 0);
	assert_int_equal(open_name("a/b/file", TRUST_ROOT), REASON_OK);
}

static void
trusted_file_below_tmp_refused(void **state)
{
	char path[] = "/tmp/sallyport-test.XXXXXX";
	struct stat st;
	int fd;

	(void)state;
	needs_root();
	if (stat("/tmp", &st) == -1 || (st.st_mode & S_IWOTH) == 0)
		skip();
	fd = mkstemp(path);
	assert_true(fd != -1);
	(void)close(fd);
	assert_int_equal(open_path(path, TRUST_ROOT), REASON_CONFIG_MODE);
	assert_int_equal(unlink(path), 0);
}

/* Where a link leads, the same must hold. */
static void
trusted_file_link_led_to_both_ways_checked(void **state)
{
	(void)state;
	needs_root();
	scratch_dir("safe", 0755);
	scratch_dir("unsafe", 0777);
	scratch_dir("unsafe/inner", 0755);
	make("safe/file", 0, 0644);
	make("unsafe/inner/file", 0, 0644);
	make("unsafe/file", 0, 0644);
	assert_int_equal(symlink("../safe/file", scratch("safe/good")), 0);
	assert_int_equal(symlink("../unsafe/file", scratch("safe/bad")), 0);
	assert_int_equal(symlink("../safe/file", scratch("unsafe/link")), 0);
	assert_int_equal(symlink("safe", scratch("good")), 0);
	assert_int_equal(symlink("unsafe", scratch("bad")), 0);
	assert_int_equal(symlink("unsafe/inner", scratch("inner")), 0);
	assert_int_equal(open_name("safe/good", TRUST_ROOT), REASON_OK);
	assert_int_equal(open_name("good/file", TRUST_ROOT), REASON_OK);
	assert_int_equal(open_name("safe/bad", TRUST_ROOT),
	    REASON_CONFIG_MODE);
	assert_int_equal(open_name("bad/file", TRUST_ROOT),
	    REASON_CONFIG_MODE);
	/* The directory itself would do, what is above it does not. */
	assert_int_equal(open_name("inner/file", TRUST_ROOT),
	    REASON_CONFIG_MODE);
	assert_int_equal(open_name("unsafe/link", TRUST_ROOT),
	    REASON_CONFIG_MODE);
	/* Safe at both ends, and others choose what lies between. */
	link_whole("safe/file", "unsafe/whole");
	link_whole("unsafe/whole", "safe/twice");
	assert_int_equal(open_name("safe/twice", TRUST_ROOT),
	    REASON_CONFIG_MODE);
	assert_int_equal(symlink("good", scratch("safe/again")), 0);
	assert_int_equal(open_name("safe/again", TRUST_ROOT), REASON_OK);
	assert_int_equal(symlink("../good/again", scratch("safe/thrice")), 0);
	assert_int_equal(open_name("safe/thrice", TRUST_ROOT), REASON_OK);
	assert_int_equal(symlink("nowhere", scratch("dangling")), 0);
	assert_int_equal(open_name("dangling", TRUST_ROOT),
	    REASON_CONFIG_MISSING);
	assert_int_equal(symlink("loop", scratch("loop")), 0);
	assert_true(open_name("loop", TRUST_ROOT) != REASON_OK);
}

/* As a person names files. */
static void
trusted_file_link_in_a_relative_path(void **state)
{
	char before[PATH_LEN_MAX];

	(void)state;
	needs_root();
	assert_non_null(getcwd(before, sizeof(before)));
	scratch_dir("here", 0755);
	make("here/file", 0, 0644);
	assert_int_equal(symlink("file", scratch("here/link")), 0);
	assert_int_equal(chdir(scratch("here")), 0);
	assert_int_equal(open_path("link", TRUST_ANY), REASON_OK);
	assert_int_equal(open_path("./link", TRUST_ANY), REASON_OK);
	assert_int_equal(open_path("../here/link", TRUST_ANY), REASON_OK);
	assert_int_equal(chdir(before), 0);
}

static void
trusted_file_other_kinds_refused(void **state)
{
	(void)state;
	needs_root();
	scratch_dir("directory", 0755);
	assert_int_equal(open_name("directory", TRUST_ROOT),
	    REASON_CONFIG_MODE);
	assert_int_equal(mkfifo(scratch("fifo"), 0600), 0);
	/* Ends the test if it waits for a writer. */
	(void)alarm(20);
	assert_int_equal(open_name("fifo", TRUST_ROOT), REASON_CONFIG_MODE);
	(void)alarm(0);
	assert_int_equal(open_path("/dev/null", TRUST_ROOT),
	    REASON_CONFIG_MODE);
}

static void
trusted_file_missing_told_from_unsafe(void **state)
{
	(void)state;
	needs_root();
	assert_int_equal(open_name("none", TRUST_ROOT),
	    REASON_CONFIG_MISSING);
	assert_int_equal(open_name("none/none", TRUST_ROOT),
	    REASON_CONFIG_MISSING);
	assert_true(trusted_missing(scratch("none")));
	assert_true(trusted_missing(scratch("none/none")));
	/* A link is there, wherever it leads; so is what cannot be named. */
	assert_int_equal(symlink("nowhere", scratch("leads-nowhere")), 0);
	assert_false(trusted_missing(scratch("leads-nowhere")));
	assert_false(trusted_missing(""));
}

/* Nobody has anything to mend at the file: the next login may well work. */
static void
trusted_file_no_descriptor_left_is_no_fault_of_the_file(void **state)
{
	struct rlimit before, none;

	(void)state;
	needs_root();
	make("file", 0, 0600);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){ 0, before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(open_name("file", TRUST_ROOT), REASON_SYSTEM);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(open_name("file", TRUST_ROOT), REASON_OK);
}

static void
trusted_file_path_not_absolute_or_too_long_refused(void **state)
{
	static char longest[PATH_LEN_MAX + 2];

	(void)state;
	assert_int_equal(open_path("", TRUST_ROOT), REASON_CONFIG_VALUE);
	assert_int_equal(open_path("etc/passwd", TRUST_ROOT),
	    REASON_CONFIG_VALUE);
	assert_int_equal(open_path("./x", TRUST_ROOT), REASON_CONFIG_VALUE);
	memset(longest, '/', sizeof(longest) - 1);
	assert_int_equal(open_path(longest, TRUST_ROOT),
	    REASON_CONFIG_VALUE);
}

/* --- reading --- */

static struct trusted_file file;

static bool
read_of(size_t n, size_t max)
{
	static char bytes[5000];

	memset(bytes, 'x', sizeof(bytes));
	scratch_file("read", bytes, n, 0640);
	if (!trusted_read(scratch("read"), TRUST_SECRET, max, &file,
	    &problem)) {
		assert_null(file.data);
		assert_int_equal(file.len, 0);
		return false;
	}
	assert_int_equal(file.len, n);
	if (n > 0)
		assert_memory_equal(file.data, bytes, n);
	trusted_free(&file);
	assert_null(file.data);
	return true;
}

static void
trusted_file_read_up_to_its_bound(void **state)
{
	(void)state;
	needs_root();
	assert_true(read_of(0, 4096));
	assert_true(read_of(0, 0));
	assert_true(read_of(1, 4096));
	assert_true(read_of(4096, 4096));
	assert_false(read_of(4097, 4096));
	assert_int_equal(problem.reason, REASON_CONFIG_SIZE);
	assert_false(read_of(5000, 4096));
	assert_false(read_of(1, 0));
	/* One that has no end, nearly. */
	assert_int_equal(truncate(scratch("read"), (off_t)1 << 40), 0);
	assert_false(trusted_read(scratch("read"), TRUST_SECRET, 4096, &file,
	    &problem));
	assert_int_equal(problem.reason, REASON_CONFIG_SIZE);
}

/* The bound is no size: nobody has 12 MiB taken for a few rows. */
static enum reason
read_optional(const char *path)
{
	bool ok = trusted_read_optional(path, TRUST_ROOT, 4096, &file,
	    &problem);

	assert_true(ok == (problem.reason == REASON_OK));
	trusted_free(&file);
	return problem.reason;
}

static void
trusted_file_optional_may_be_missing_and_nothing_else(void **state)
{
	(void)state;
	needs_root();
	assert_int_equal(read_optional(scratch("none")), REASON_OK);
	assert_int_equal(read_optional(scratch("none/none")), REASON_OK);
	make("file", 0, 0600);
	assert_int_equal(read_optional(scratch("file")), REASON_OK);
	assert_int_equal(read_optional(scratch("file/none")),
	    REASON_CONFIG_MODE);
	make("file", 0, 0666);
	assert_int_equal(read_optional(scratch("file")), REASON_CONFIG_MODE);
	assert_int_equal(read_optional(scratch("leads-nowhere")),
	    REASON_CONFIG_MISSING);
	assert_int_equal(read_optional(""), REASON_CONFIG_VALUE);
}

static void
trusted_file_read_into_memory_of_its_size(void **state)
{
	(void)state;
	needs_root();
	scratch_file("read", "text", 4, 0640);
	assert_true(trusted_read(scratch("read"), TRUST_ROOT,
	    AUTH_ID_FILE_MAX, &file, &problem));
	assert_true(malloc_usable_size(file.data) < 4096);
	trusted_free(&file);
}

/* Files of /proc say that they are empty, as one that grows meanwhile. */
static void
trusted_file_longer_than_it_said_read_whole(void **state)
{
	int fd = open("/proc/version", O_RDONLY | O_CLOEXEC);
	char text[1024];
	ssize_t n = pread(fd, text, sizeof(text), 0);

	(void)state;
	assert_true(n > 1);
	assert_true(trusted_read_open(fd, sizeof(text), &file, &problem));
	assert_int_equal(file.len, n);
	assert_memory_equal(file.data, text, file.len);
	trusted_free(&file);
	for (size_t max = 0; max <= (size_t)n; max++) {
		assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
		assert_int_equal(trusted_read_open(fd, max, &file, &problem),
		    max == (size_t)n);
		assert_int_equal(problem.reason, max == (size_t)n ?
		    REASON_OK : REASON_CONFIG_SIZE);
		trusted_free(&file);
	}
	(void)close(fd);
}

static void
trusted_file_group_that_reads_told(void **state)
{
	(void)state;
	needs_root();
	make("file", 0, 0640);
	assert_int_equal(chown(scratch("file"), 0, OTHER), 0);
	assert_true(trusted_read(scratch("file"), TRUST_SECRET, 10, &file,
	    &problem));
	assert_true(file.group_reads);
	assert_int_equal(file.group, OTHER);
	trusted_free(&file);
	make("file", 0, 0600);
	assert_true(trusted_read(scratch("file"), TRUST_SECRET, 10, &file,
	    &problem));
	assert_false(file.group_reads);
	trusted_free(&file);
}

static void
trusted_file_unreadable_nothing_to_free(void **state)
{
	(void)state;
	assert_false(trusted_read(scratch("none"), TRUST_ROOT, 10, &file,
	    &problem));
	assert_null(file.data);
	trusted_free(&file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trusted_file_mode_decides),
		cmocka_unit_test(trusted_file_owner_decides),
		cmocka_unit_test(trusted_file_own_file_only_where_allowed),
		cmocka_unit_test(trusted_file_directories_on_the_way_decide),
		cmocka_unit_test(trusted_file_below_tmp_refused),
		cmocka_unit_test(trusted_file_link_led_to_both_ways_checked),
		cmocka_unit_test(trusted_file_link_in_a_relative_path),
		cmocka_unit_test(trusted_file_other_kinds_refused),
		cmocka_unit_test(trusted_file_missing_told_from_unsafe),
		cmocka_unit_test(
		    trusted_file_no_descriptor_left_is_no_fault_of_the_file),
		cmocka_unit_test(
		    trusted_file_path_not_absolute_or_too_long_refused),
		cmocka_unit_test(trusted_file_read_up_to_its_bound),
		cmocka_unit_test(
		    trusted_file_optional_may_be_missing_and_nothing_else),
		cmocka_unit_test(trusted_file_read_into_memory_of_its_size),
		cmocka_unit_test(trusted_file_longer_than_it_said_read_whole),
		cmocka_unit_test(trusted_file_group_that_reads_told),
		cmocka_unit_test(trusted_file_unreadable_nothing_to_free),
	};

	return cmocka_run_group_tests_name("trusted_file", tests,
	    scratch_setup, scratch_teardown);
}
