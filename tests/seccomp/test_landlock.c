/* Landlock: what is not listed is denied, and a second set only narrows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "seccomp/landlock.h"
#include "tests/seccomp/child.h"

/* Two directories with a file each; everything below is about them. */
static char top[] = "/tmp/sallyport-test.XXXXXX";
static char here[64], here_file[64], new_file[64], there[64], there_file[64];

static void
make_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	assert_true(fd != -1);
	(void)close(fd);
}

static int
setup(void **state)
{
	(void)state;
	if (mkdtemp(top) == NULL)
		return -1;
	(void)snprintf(here, sizeof(here), "%s/here", top);
	(void)snprintf(here_file, sizeof(here_file), "%s/here/file", top);
	(void)snprintf(new_file, sizeof(new_file), "%s/here/new", top);
	(void)snprintf(there, sizeof(there), "%s/there", top);
	(void)snprintf(there_file, sizeof(there_file), "%s/there/file", top);
	if (mkdir(here, 0755) == -1 || mkdir(there, 0755) == -1)
		return -1;
	make_file(here_file);
	make_file(there_file);
	return 0;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int
teardown(void **state)
{
	(void)state;
	return nftw(top, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Skips the calling test, and says why, below this ABI. */
static void
needs_abi(int abi)
{
	if (landlock_abi() >= abi)
		return;
	print_message("skipped: this kernel has Landlock ABI %d\n",
	    landlock_abi());
	skip();
}

/* --- in the child --- */

/* As root one may do everything that Landlock does not deny. */
static void
restrict_to(const struct landlock_rules *rules)
{
	child_no_new_privs();
	CHILD_NEEDS(landlock_restrict(rules, landlock_abi()) == 0);
}

static bool
may_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	CHILD_NEEDS(fd != -1 || errno == EACCES);
	if (fd != -1)
		(void)close(fd);
	return fd != -1;
}

static bool
denied(int rc)
{
	return rc == -1 && (errno == EACCES || errno == EPERM ||
	    errno == EXDEV);
}

static void
nothing_listed(const void *arg)
{
	static const struct landlock_rules none;

	(void)arg;
	CHILD_NEEDS(may_open(here_file, O_RDONLY));
	CHILD_NEEDS(may_open("/", O_RDONLY | O_DIRECTORY));
	restrict_to(&none);
	CHILD_NEEDS(!may_open(here_file, O_RDONLY));
	CHILD_NEEDS(!may_open(here_file, O_WRONLY));
	CHILD_NEEDS(!may_open("/", O_RDONLY | O_DIRECTORY));
	CHILD_NEEDS(!may_open("/dev/null", O_WRONLY));
	CHILD_NEEDS(!may_open("/proc/self/mem", O_RDWR));
	CHILD_NEEDS(denied(unlink(here_file)));
	CHILD_NEEDS(denied(mkdir(new_file, 0700)));
	CHILD_NEEDS(denied(symlink("x", new_file)));
	CHILD_NEEDS(denied(mkfifo(new_file, 0600)));
	CHILD_NEEDS(denied(rename(here_file, new_file)));
	/* Were it run, its exit status would tell. */
	CHILD_NEEDS(denied(execl("/bin/false", "false", (char *)NULL)));
}

static void
landlock_nothing_listed_all_denied(void **state)
{
	(void)state;
	needs_abi(1);
	assert_true(child_survives(nothing_listed, NULL));
}

static void
one_file(const void *arg)
{
	const struct landlock_path paths[] = {
		{ here_file, LANDLOCK_READ_FILE },
		{ "/nonexistent/file", LANDLOCK_READ_FILE },
	};
	const struct landlock_rules rules = { .paths = paths, .npaths = 2 };

	(void)arg;
	restrict_to(&rules);
	CHILD_NEEDS(may_open(here_file, O_RDONLY));
	CHILD_NEEDS(!may_open(here_file, O_WRONLY));
	CHILD_NEEDS(!may_open(here_file, O_RDWR));
	CHILD_NEEDS(!may_open(here, O_RDONLY | O_DIRECTORY));
	CHILD_NEEDS(!may_open(there_file, O_RDONLY));
	CHILD_NEEDS(denied(unlink(here_file)));
}

static void
landlock_one_file_listed_no_other(void **state)
{
	(void)state;
	needs_abi(1);
	assert_true(child_survives(one_file, NULL));
}

/* What may be read may not be run. */
static void
readable(const void *arg)
{
	const struct landlock_path path = { "/", LANDLOCK_READ };
	const struct landlock_rules rules = { .paths = &path, .npaths = 1 };

	(void)arg;
	restrict_to(&rules);
	CHILD_NEEDS(may_open("/bin/false", O_RDONLY));
	CHILD_NEEDS(denied(execl("/bin/false", "false", (char *)NULL)));
}

static void
landlock_readable_not_executable(void **state)
{
	(void)state;
	needs_abi(1);
	assert_true(child_survives(readable, NULL));
}

/* Directory rights on a file are left out, not an error. */
static void
file_with_rights_of_a_directory(const void *arg)
{
	const struct landlock_path path = { here_file, LANDLOCK_KEEP_FILES };
	const struct landlock_rules rules = { .paths = &path, .npaths = 1 };

	(void)arg;
	restrict_to(&rules);
	CHILD_NEEDS(may_open(here_file, O_RDONLY));
	CHILD_NEEDS(may_open(here_file, O_WRONLY));
	CHILD_NEEDS(denied(unlink(here_file)));
	CHILD_NEEDS(!may_open(there_file, O_RDONLY));
}

static void
landlock_file_takes_file_rights_only(void **state)
{
	(void)state;
	needs_abi(1);
	assert_true(child_survives(file_with_rights_of_a_directory, NULL));
}

/* As the parent keeps its cache. */
static void
kept_directory(const void *arg)
{
	const struct landlock_path path = { here, LANDLOCK_KEEP_FILES };
	const struct landlock_rules rules = { .paths = &path, .npaths = 1 };
	int dir = open(here, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int other = open(there, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)arg;
	restrict_to(&rules);
	CHILD_NEEDS(may_open(here_file, O_RDWR | O_TRUNC));
	CHILD_NEEDS(openat(dir, "new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
	    0600) != -1);
	CHILD_NEEDS(renameat(dir, "new", dir, "name") == 0);
	CHILD_NEEDS(unlinkat(dir, "name", 0) == 0);
	/* Nothing but files, and nowhere else. */
	CHILD_NEEDS(denied(mkdirat(dir, "directory", 0700)));
	CHILD_NEEDS(denied(symlinkat("/etc/passwd", dir, "link")));
	CHILD_NEEDS(denied(mknodat(dir, "fifo", S_IFIFO | 0600, 0)));
	CHILD_NEEDS(denied(renameat(dir, "file", other, "moved")));
	CHILD_NEEDS(denied(linkat(other, "file", dir, "linked", 0)));
	CHILD_NEEDS(denied(openat(other, "file", O_RDONLY | O_CLOEXEC)));
	CHILD_NEEDS(denied(openat(other, "new", O_WRONLY | O_CREAT | O_CLOEXEC,
	    0600)));
	CHILD_NEEDS(denied(unlinkat(other, "file", 0)));
	CHILD_NEEDS(!may_open("/etc/passwd", O_RDONLY));
}

static void
landlock_kept_directory_files_only(void **state)
{
	(void)state;
	needs_abi(1);
	assert_true(child_survives(kept_directory, NULL));
}

static void
narrowed(const void *arg)
{
	const struct landlock_path first = { here, LANDLOCK_READ };
	const struct landlock_path all = { "/", LANDLOCK_KEEP_FILES };
	const struct landlock_path other = { there, LANDLOCK_READ };
	const struct landlock_rules one = { .paths = &first, .npaths = 1 };
	const struct landlock_rules two = { .paths = &all, .npaths = 1 };
	const struct landlock_rules three = { .paths = &other, .npaths = 1 };

	(void)arg;
	restrict_to(&one);
	CHILD_NEEDS(may_open(here_file, O_RDONLY));
	CHILD_NEEDS(!may_open(there_file, O_RDONLY));
	/* A set that would allow everything gives nothing back. */
	restrict_to(&two);
	CHILD_NEEDS(may_open(here_file, O_RDONLY));
	CHILD_NEEDS(!may_open(here_file, O_WRONLY));
	CHILD_NEEDS(!may_open(there_file, O_RDONLY));
	/* And two that have nothing in common leave nothing. */
	restrict_to(&three);
	CHILD_NEEDS(!may_open(here_file, O_RDONLY));
	CHILD_NEEDS(!may_open(there_file, O_RDONLY));
}

static void
landlock_second_set_only_narrows(void **state)
{
	(void)state;
	needs_abi(1);
	assert_true(child_survives(narrowed, NULL));
}

/* A kernel that is asked for less than it has: what is left still holds. */
static void
older_abi(const void *arg)
{
	const struct landlock_path path = { here, LANDLOCK_READ };
	const struct landlock_rules rules = { .paths = &path, .npaths = 1,
		.scoped = 1 };
	const int *abi = arg;

	child_no_new_privs();
	CHILD_NEEDS(landlock_restrict(&rules, *abi) == 0);
	CHILD_NEEDS(may_open(here_file, O_RDONLY));
	CHILD_NEEDS(!may_open(there_file, O_RDONLY));
	/* All that this one knows of, and the last of its first thirteen. */
	CHILD_NEEDS(denied(symlink("x", new_file)));
	CHILD_NEEDS(denied(truncate(here_file, 0)) == (*abi >= 3));
}

static void
landlock_every_abi_up_to_the_kernels(void **state)
{
	(void)state;
	needs_abi(1);
	for (int abi = 1; abi <= landlock_abi(); abi++)
		assert_true(child_survives(older_abi, &abi));
}

static void
without_no_new_privs(const void *arg)
{
	static const struct landlock_rules none;

	(void)arg;
	/* Root would not need it. */
	CHILD_NEEDS(geteuid() != 0 || setresuid(12345, 12345, 12345) == 0);
	CHILD_NEEDS(landlock_restrict(&none, landlock_abi()) == -1);
	CHILD_NEEDS(may_open(here_file, O_RDONLY));
}

static void
landlock_that_cannot_be_had_told(void **state)
{
	(void)state;
	needs_abi(1);
	assert_int_equal(chmod(top, 0755), 0);
	assert_true(child_survives(without_no_new_privs, NULL));
}

/* --- TCP --- */

/* A server on the loopback interface; its port. */
static uint16_t
listener(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd != -1);
	assert_int_equal(bind(fd, (const struct sockaddr *)&in, len), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &len), 0);
	return ntohs(in.sin_port);
}

static bool
may_connect(uint16_t port)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int rc;

	CHILD_NEEDS(fd != -1);
	rc = connect(fd, (const struct sockaddr *)&in, sizeof(in));
	CHILD_NEEDS(rc == 0 || errno == EACCES);
	(void)close(fd);
	return rc == 0;
}

static bool
may_bind(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int rc;

	CHILD_NEEDS(fd != -1);
	rc = bind(fd, (const struct sockaddr *)&in, sizeof(in));
	CHILD_NEEDS(rc == 0 || errno == EACCES);
	(void)close(fd);
	return rc == 0;
}

static void
ports(const void *arg)
{
	const uint16_t *port = arg;
	const struct landlock_rules any = { .any_port = 1 };
	const struct landlock_rules both = { .connect_ports = port,
		.nports = 2 };
	const struct landlock_rules first = { .connect_ports = port,
		.nports = 1 };
	const struct landlock_rules none = { .nports = 0 };

	CHILD_NEEDS(may_bind());
	restrict_to(&any); /* before the port is known */
	CHILD_NEEDS(may_connect(port[0]) && may_bind());
	restrict_to(&both);
	CHILD_NEEDS(may_connect(port[0]) && may_connect(port[1]));
	CHILD_NEEDS(!may_connect(port[2]));
	CHILD_NEEDS(!may_bind());
	restrict_to(&first);
	CHILD_NEEDS(may_connect(port[0]) && !may_connect(port[1]));
	restrict_to(&both);
	CHILD_NEEDS(!may_connect(port[1]));
	restrict_to(&any);
	CHILD_NEEDS(may_connect(port[0]) && !may_connect(port[1]));
	restrict_to(&none);
	CHILD_NEEDS(!may_connect(port[0]));
}

static void
landlock_ports_listed_only(void **state)
{
	uint16_t port[3];

	(void)state;
	needs_abi(LANDLOCK_ABI_NET);
	for (int i = 0; i < 3; i++)
		port[i] = listener();
	assert_true(child_survives(ports, port));
}

/* --- signals and abstract sockets --- */

static struct sockaddr_un abstract = { .sun_family = AF_UNIX };

static bool
may_call_abstract(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int rc;

	CHILD_NEEDS(fd != -1);
	rc = connect(fd, (const struct sockaddr *)&abstract,
	    sizeof(abstract));
	CHILD_NEEDS(rc == 0 || errno == EPERM);
	(void)close(fd);
	return rc == 0;
}

static void
scoped(const void *arg)
{
	const struct landlock_rules without = { .scoped = 0 };
	const struct landlock_rules with = { .scoped = 1 };

	(void)arg;
	restrict_to(&without);
	CHILD_NEEDS(kill(getppid(), 0) == 0);
	CHILD_NEEDS(may_call_abstract());
	restrict_to(&with);
	CHILD_NEEDS(denied(kill(getppid(), 0)));
	CHILD_NEEDS(denied(kill(getppid(), SIGKILL)));
	CHILD_NEEDS(!may_call_abstract());
	CHILD_NEEDS(kill(getpid(), 0) == 0);
}

static void
landlock_scoped_reaches_nobody_else(void **state)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	needs_abi(LANDLOCK_ABI_SCOPE);
	(void)snprintf(abstract.sun_path + 1, sizeof(abstract.sun_path) - 1,
	    "sallyport-test-%d", (int)getpid());
	assert_int_equal(bind(fd, (const struct sockaddr *)&abstract,
	    sizeof(abstract)), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_true(child_survives(scoped, NULL));
	(void)close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(landlock_nothing_listed_all_denied),
		cmocka_unit_test(landlock_one_file_listed_no_other),
		cmocka_unit_test(landlock_readable_not_executable),
		cmocka_unit_test(landlock_file_takes_file_rights_only),
		cmocka_unit_test(landlock_kept_directory_files_only),
		cmocka_unit_test(landlock_second_set_only_narrows),
		cmocka_unit_test(landlock_every_abi_up_to_the_kernels),
		cmocka_unit_test(landlock_that_cannot_be_had_told),
		cmocka_unit_test(landlock_ports_listed_only),
		cmocka_unit_test(landlock_scoped_reaches_nobody_else),
	};

	return cmocka_run_group_tests_name("landlock", tests, setup, teardown);
}
