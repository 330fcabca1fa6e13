/*
 * The user's own auth_id: read as that user, taken only if nobody else could
 * have written it, and nobody waits for it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ipc/build.h"
#include "ipc/channel.h"
#include "parent/home.h"
#include "seccomp/cage.h"
#include "tests/parent/scratch.h"

/* Users who are neither root nor anyone else here. */
#define US 12345
#define OTHER 54321
#define US_TEXT "12345"
/* Whoever waits longer has lost his login. */
#define PATIENCE_MS 5000

static struct trusted_file file;
static struct file_problem problem;
/* sallyport-home, open for fexecve(). */
static int program;

/* A starter that has started nothing else than the process. */
static struct starter starter;

static void __attribute__((noreturn))
be_the_process(int channel, const char *user, const char *dir,
    const char *uid, pid_t parent)
{
	char pid[16];
	const char *const words[] = { "sallyport-home", "home", pid, user,
		dir != NULL ? dir : HOME_UNKNOWN,
		uid != NULL ? uid : HOME_UNKNOWN, NULL };
	char *const envp[] = { NULL };

	(void)snprintf(pid, sizeof(pid), "%d", (int)parent);
	if (dup2(channel, WORKER_FD) != -1)
		(void)fexecve(program, (char *const *)(uintptr_t)words, envp);
	_exit(127);
}

static void
begin(const char *user, const char *dir, const char *uid)
{
	pid_t self = getpid();
	int pair[2];
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
	    pair), 0);
	assert_true((pid = fork()) != -1);
	if (pid == 0)
		be_the_process(pair[1], user, dir, uid, self);
	(void)close(pair[1]);
	starter = (struct starter){ .fd = -1 };
	starter.ends[WORKER_HOME] = pair[0];
	starter.started[WORKER_HOME] = true;
}

static void
end(void)
{
	(void)close(starter.ends[WORKER_HOME]);
}

static enum home_result
take_until(int64_t deadline_ms)
{
	return home_take(&starter, deadline_ms, &file, &problem);
}

static enum home_result
take(const char *user, const char *dir, const char *uid)
{
	enum home_result result;

	begin(user, dir, uid);
	result = take_until(ipc_now_ms() + PATIENCE_MS);
	end();
	assert_int_equal(result == HOME_TAKEN, file.data != NULL);
	assert_int_equal(problem.reason, result == HOME_REFUSED ?
	    REASON_HOME_POLICY : REASON_OK);
	/* Whoever has to mend it is told what is wrong. */
	assert_int_equal(result == HOME_REFUSED, problem.what[0] != '\0');
	/* It has ended, or is about to. */
	assert_true(waitpid(-1, NULL, 0) > 0);
	return result;
}

static const char *
home_dir(void)
{
	return scratch("home");
}

/* The user is one that no name service knows. */
static enum home_result
take_given(void)
{
	return take("no-such-user", home_dir(), US_TEXT);
}

static void
own(const char *name, uid_t uid, mode_t mode)
{
	assert_int_equal(chown(scratch(name), uid, 0), 0);
	assert_int_equal(chmod(scratch(name), mode), 0);
}

static void
clean(void)
{
	(void)unlink(scratch("home/.opk/auth_id"));
	(void)rmdir(scratch("home/.opk/auth_id"));
	(void)unlink(scratch("home/.opk"));
	(void)rmdir(scratch("home/.opk"));
	(void)rmdir(scratch("home"));
}

/* A home as it should be. */
static void
new_home(const char *text, size_t len)
{
	needs_root();
	/* Where only root may go, no user has a home. */
	if (strncmp(scratch(""), "/root", 5) == 0)
		skip();
	clean();
	scratch_dir("home", 0700);
	scratch_dir("home/.opk", 0700);
	scratch_file("home/.opk/auth_id", text, len, 0600);
	own("home", US, 0700);
	own("home/.opk", US, 0700);
	own("home/.opk/auth_id", US, 0600);
}

static void
refused(enum home_result result, const char *words)
{
	assert_int_equal(result, HOME_REFUSED);
	if (strstr(problem.what, words) == NULL)
		fail_msg("\"%s\", not \"%s\"", problem.what, words);
}

/* --- the file --- */

static void
home_own_file_taken(void **state)
{
	(void)state;
	new_home("rule\n", 5);
	assert_int_equal(take_given(), HOME_TAKEN);
	assert_int_equal(file.len, 5);
	assert_memory_equal(file.data, "rule\n", 5);
	trusted_free(&file);
	/* Directories of root's on the way are no worse. */
	own("home", 0, 0755);
	own("home/.opk", 0, 0755);
	own("home/.opk/auth_id", US, 0644);
	assert_int_equal(take_given(), HOME_TAKEN);
	trusted_free(&file);
	/* Nor is one that may be entered, but not listed. */
	own("home", 0, 0711);
	own("home/.opk", 0, 0711);
	assert_int_equal(take_given(), HOME_TAKEN);
	trusted_free(&file);
}

static void
home_without_file_none(void **state)
{
	(void)state;
	new_home("", 0);
	assert_int_equal(unlink(scratch("home/.opk/auth_id")), 0);
	assert_int_equal(take_given(), HOME_NONE);
	assert_int_equal(rmdir(scratch("home/.opk")), 0);
	assert_int_equal(take_given(), HOME_NONE);
}

static void
home_file_up_to_its_bound(void **state)
{
	static const size_t good[] = { 0, 1, IPC_CHUNK_MAX, IPC_CHUNK_MAX + 1,
		HOME_FILE_MAX };
	static char text[HOME_FILE_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)(i * 7 + i / 256);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		new_home(text, good[i]);
		assert_int_equal(take_given(), HOME_TAKEN);
		assert_int_equal(file.len, good[i]);
		assert_memory_equal(file.data, text, good[i]);
		trusted_free(&file);
	}
	new_home(text, sizeof(text));
	refused(take_given(), "larger than 65536");
	assert_int_equal(truncate(scratch("home/.opk/auth_id"),
	    (off_t)1 << 40), 0);
	refused(take_given(), "larger than 65536");
}

/* It is the user who opens, so root's rights open nothing. */
static void
home_opened_as_the_user(void **state)
{
	(void)state;
	new_home("x", 1);
	own("home/.opk/auth_id", US, 0000);
	refused(take_given(), "Permission denied");
	own("home/.opk/auth_id", US, 0600);
	own("home/.opk", 0, 0700);
	refused(take_given(), "Permission denied");
	own("home/.opk", US, 0700);
	own("home", 0, 0700);
	refused(take_given(), "Permission denied");
	/* Root itself is without its capabilities here. */
	own("home/.opk", 0, 0700);
	own("home/.opk/auth_id", 0, 0600);
	assert_int_equal(take("no-such-user", home_dir(), "0"), HOME_TAKEN);
	trusted_free(&file);
	own("home/.opk/auth_id", 0, 0000);
	refused(take("no-such-user", home_dir(), "0"), "Permission denied");
}

static void
home_of_another_owner_refused(void **state)
{
	(void)state;
	new_home("x", 1);
	own("home/.opk/auth_id", OTHER, 0644);
	refused(take_given(), "auth_id belongs to uid 54321");
	own("home/.opk/auth_id", 0, 0644);
	refused(take_given(), "auth_id belongs to uid 0");
	own("home/.opk/auth_id", US, 0644);
	own("home/.opk", OTHER, 0755);
	refused(take_given(), ".opk belongs to uid 54321");
	own("home/.opk", US, 0755);
	own("home", OTHER, 0755);
	refused(take_given(), "home belongs to uid 54321");
}

static void
home_writable_by_others_refused(void **state)
{
	static const char *const names[] = { "home", "home/.opk",
		"home/.opk/auth_id" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		new_home("x", 1);
		own(names[i], US, 0770);
		refused(take_given(), "mode 0770");
		own(names[i], US, 0702);
		refused(take_given(), "mode 0702");
	}
}

static void
home_link_to_it_passes_links_in_it_do_not(void **state)
{
	(void)state;
	new_home("x", 1);
	assert_int_equal(symlink("home", scratch("link")), 0);
	assert_int_equal(take("no-such-user", scratch("link"), US_TEXT),
	    HOME_TAKEN);
	trusted_free(&file);
	assert_int_equal(unlink(scratch("link")), 0);
	/* The user's file all the same. */
	assert_int_equal(rename(scratch("home/.opk/auth_id"),
	    scratch("home/file")), 0);
	assert_int_equal(symlink("../file", scratch("home/.opk/auth_id")), 0);
	refused(take_given(), "auth_id is a link");
	assert_int_equal(unlink(scratch("home/.opk/auth_id")), 0);
	assert_int_equal(rename(scratch("home/file"),
	    scratch("home/.opk/auth_id")), 0);
	assert_int_equal(rename(scratch("home/.opk"), scratch("home/dir")),
	    0);
	assert_int_equal(symlink("dir", scratch("home/.opk")), 0);
	refused(take_given(), ".opk is a link");
	assert_int_equal(unlink(scratch("home/.opk")), 0);
	assert_int_equal(rename(scratch("home/dir"), scratch("home/.opk")),
	    0);
}

static void
home_other_kinds_refused(void **state)
{
	int64_t began;
	int fd;

	(void)state;
	new_home("x", 1);
	assert_int_equal(unlink(scratch("home/.opk/auth_id")), 0);
	assert_int_equal(mkfifo(scratch("home/.opk/auth_id"), 0600), 0);
	own("home/.opk/auth_id", US, 0600);
	began = ipc_now_ms();
	refused(take_given(), "must be a regular file");
	assert_int_equal(unlink(scratch("home/.opk/auth_id")), 0);
	scratch_dir("home/.opk/auth_id", 0700);
	own("home/.opk/auth_id", US, 0700);
	refused(take_given(), "must be a regular file");
	assert_int_equal(rmdir(scratch("home/.opk/auth_id")), 0);
	/* Leased: whoever opens it would wait for the holder. */
	scratch_file("home/.opk/auth_id", "x", 1, 0600);
	own("home/.opk/auth_id", US, 0600);
	(void)signal(SIGIO, SIG_IGN);
	fd = open(scratch("home/.opk/auth_id"), O_RDWR | O_CLOEXEC);
	assert_true(fd != -1);
	assert_int_equal(fcntl(fd, F_SETLEASE, F_WRLCK), 0);
	refused(take_given(), "temporarily unavailable");
	(void)close(fd);
	assert_true(ipc_now_ms() - began < PATIENCE_MS);
	assert_int_equal(unlink(scratch("home/.opk/auth_id")), 0);
	assert_int_equal(rmdir(scratch("home/.opk")), 0);
	scratch_file("home/.opk", "x", 1, 0600);
	refused(take_given(), ".opk is a link or of the wrong kind");
}

/* --- who it is --- */

static void
home_impossible_uid_refused(void **state)
{
	static const char *const uids[] = { "", "-1", "4294967295",
		"4294967296", "99999999999999999999",
		/* 2^64 and more: where arithmetic would begin again. */
		"18446744073709551616", "18446744073709563961",
		"1x", " 1", "1 ", "+1",
		"0x1", "root" };

	(void)state;
	new_home("x", 1);
	for (size_t i = 0; i < sizeof(uids) / sizeof(uids[0]); i++)
		refused(take("root", home_dir(), uids[i]), "--uid");
}

static void
home_impossible_directory_refused(void **state)
{
	static char longest[PATH_LEN_MAX + 2];

	(void)state;
	needs_root();
	refused(take("root", "", "0"), "empty or relative");
	refused(take("root", "home", "0"), "empty or relative");
	refused(take("root", "./", "0"), "empty or relative");
	refused(take("root", scratch("none"), "0"), "No such file");
	refused(take("root", "/dev/null", "0"), "of the wrong kind");
	memset(longest, '/', sizeof(longest) - 1);
	refused(take("root", longest, "0"), "too long");
}

/* A /etc/passwd of our own, made of the given file. */
static void
own_passwd(const char *name)
{
	/* For its mounts of our own. */
	own_tmpfs("/mnt", "size=64k");
	if (mount(scratch(name), "/etc/passwd", NULL, MS_BIND, NULL) == -1) {
		print_message("skipped: no passwd: %s\n", strerror(errno));
		skip();
	}
}

static void
home_asked_of_name_service(void **state)
{
	char passwd[2048];

	(void)state;
	new_home("rule", 4);
	(void)snprintf(passwd, sizeof(passwd),
	    "joe:x:12345:12345::%s:/bin/sh\nother:x:54321:54321::%s:/bin/sh\n"
	    "empty:x:12345:12345:::/bin/sh\nrel:x:12345:12345::home:/bin/sh\n"
	    "gone:x:12345:12345::/nonexistent:/bin/sh\n",
	    home_dir(), home_dir());
	scratch_file("passwd", passwd, strlen(passwd), 0644);
	own_passwd("passwd");
	assert_int_equal(take("joe", NULL, NULL), HOME_TAKEN);
	assert_int_equal(file.len, 4);
	trusted_free(&file);
	refused(take("other", NULL, NULL), "belongs to uid 12345");
	refused(take("empty", NULL, NULL), "empty or relative");
	refused(take("rel", NULL, NULL), "empty or relative");
	refused(take("gone", NULL, NULL), "/nonexistent: No such file");
	refused(take("nobody-knows", NULL, NULL), "no user of that name");
	/* What sshd says goes before what the service says. */
	assert_int_equal(take("empty", home_dir(), NULL), HOME_TAKEN);
	trusted_free(&file);
	assert_int_equal(take("other", NULL, US_TEXT), HOME_TAKEN);
	trusted_free(&file);
	refused(take("nobody-knows", home_dir(), NULL), "no user");
	assert_int_equal(umount("/etc/passwd"), 0);
}

/* --- started as an ordinary user --- */

/* What a process of uid US says; its words go to problem. */
static enum home_result
take_as_us(const char *uid)
{
	int fds[2], status;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	if ((pid = fork()) == 0) {
		if (setgroups(0, NULL) == -1 ||
		    setresgid(US, US, US) == -1 ||
		    setresuid(US, US, US) == -1)
			_exit(255);
		status = (int)take("no-such-user", home_dir(), uid);
		(void)!write(fds[1], &problem, sizeof(problem));
		_exit(status);
	}
	(void)close(fds[1]);
	assert_int_equal(read(fds[0], &problem, sizeof(problem)),
	    sizeof(problem));
	(void)close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return (enum home_result)WEXITSTATUS(status);
}

static void
home_unprivileged_where_it_may_read(void **state)
{
	(void)state;
	new_home("x", 1);
	assert_int_equal(take_as_us(US_TEXT), HOME_TAKEN);
	/* Another's: only what everybody may read. */
	own("home", OTHER, 0755);
	own("home/.opk", OTHER, 0755);
	own("home/.opk/auth_id", OTHER, 0644);
	assert_int_equal(take_as_us("54321"), HOME_TAKEN);
	own("home/.opk/auth_id", OTHER, 0600);
	refused(take_as_us("54321"), "home_policy: false");
	own("home/.opk/auth_id", OTHER, 0644);
	own("home/.opk", OTHER, 0700);
	refused(take_as_us("54321"), "start sallyport as root");
	own("home/.opk", OTHER, 0755);
	own("home", OTHER, 0700);
	refused(take_as_us("54321"), "start sallyport as root");
}

/* --- the process --- */

static pid_t
only_child(void)
{
	char path[64];
	int pid = -1;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children",
	    (int)getpid(), (int)getpid());
	if ((f = fopen(path, "re")) == NULL)
		return -1;
	if (fscanf(f, "%d", &pid) != 1)
		pid = -1;
	(void)fclose(f);
	return (pid_t)pid;
}

/* A name service that does not answer: a FIFO that nobody writes to. */
static void
mute_name_service(void)
{
	needs_root();
	(void)unlink(scratch("fifo"));
	assert_int_equal(mkfifo(scratch("fifo"), 0644), 0);
	own_passwd("fifo");
}

static void
home_mute_name_service_not_waited_for(void **state)
{
	int64_t began;
	int status;

	(void)state;
	mute_name_service();
	begin("joe", NULL, NULL);
	began = ipc_now_ms();
	refused(take_until(began + 100), "did not answer in time");
	assert_in_range(ipc_now_ms() - began, 100, PATIENCE_MS);
	end();
	assert_int_equal(kill(only_child(), SIGKILL), 0);
	assert_true(waitpid(-1, &status, 0) > 0);
	assert_int_equal(umount("/etc/passwd"), 0);
}

/* Who is not asked asks nobody: it would wait for a writer here. */
static void
home_name_service_left_alone_until_asked(void **state)
{
	int status;

	(void)state;
	mute_name_service();
	begin("joe", NULL, NULL);
	end();
	(void)alarm(20);
	assert_true(waitpid(-1, &status, 0) > 0);
	(void)alarm(0);
	assert_int_equal(status, 0);
	assert_int_equal(umount("/etc/passwd"), 0);
}

static bool
status_says(pid_t pid, const char *line)
{
	static char text[8192];
	char path[64];
	size_t n;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	assert_non_null(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	(void)fclose(f);
	return strstr(text, line) != NULL;
}

static bool
open_in(pid_t pid, int fd)
{
	char path[64], to[256];

	(void)snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)pid, fd);
	return readlink(path, to, sizeof(to)) > 0;
}

static void
home_child_holds_nothing_of_ours(void **state)
{
	int extra = open("/dev/null", O_RDWR);
	struct timespec tick = { 0, 10000000 };
	pid_t pid;

	(void)state;
	mute_name_service();
	/* Above where the FIFO and the C library's files will be. */
	assert_int_equal(dup2(extra, 50), 50);
	(void)close(extra);
	begin("joe", NULL, NULL);
	pid = only_child();
	/* Sleeps in recv(2): it is through with all that comes before. */
	for (int i = 0; i < 200 && !(status_says(pid, "State:\tS") &&
	    status_says(pid, "NoNewPrivs:\t1")); i++)
		(void)nanosleep(&tick, NULL);
	assert_true(status_says(pid, "NoNewPrivs:\t1"));
	assert_true(open_in(pid, 3));
	assert_false(open_in(pid, 50));
	assert_int_equal(getpgid(pid), getpgrp());
	(void)close(50);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	end();
	assert_int_equal(umount("/etc/passwd"), 0);
}

static void
home_child_dies_with_its_parent(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	mute_name_service();
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
	if ((pid = fork()) == 0) {
		/* It looks, and hangs. */
		begin("joe", NULL, NULL);
		if (take_until(ipc_now_ms() + 2000) != HOME_REFUSED)
			_exit(1);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	/* Its child is ours now; the alarm of this test is the control. */
	(void)alarm(20);
	assert_true(waitpid(-1, &status, 0) > 0);
	(void)alarm(0);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
	assert_int_equal(umount("/etc/passwd"), 0);
}

static void
home_taken_in_the_parents_cage(void **state)
{
	struct cage_report report;
	int status;
	pid_t pid;

	(void)state;
	new_home("rule", 4);
	if ((pid = fork()) == 0) {
		begin("no-such-user", home_dir(), US_TEXT);
		if (cage_parent(SALLYPORT_PARENT_ID, NULL, &report) !=
		    CAGE_SHUT)
			_exit(1);
		if (take_until(ipc_now_ms() + PATIENCE_MS) != HOME_TAKEN ||
		    file.len != 4)
			_exit(2);
		trusted_free(&file);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* --- a child that does not do as it should --- */

/* The parent's end; the child's, which is ours, goes to *ours. */
static int
new_pair(int *ours)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	*ours = pair[1];
	return pair[0];
}

static void
hear(int theirs, const char *words)
{
	starter = (struct starter){ .fd = -1 };
	starter.ends[WORKER_HOME] = theirs;
	starter.started[WORKER_HOME] = true;
	refused(take_until(ipc_now_ms() + 100), words);
	assert_null(file.data);
	end();
}

static void
home_nonsense_refused(void **state)
{
	struct home_report good = { BUILD_ID, .result = HOME_TAKEN, .len = 4 };
	struct home_report bad[5] = { good, good, good, good, good };
	char more[sizeof(good) + 1] = "";
	int theirs, ours;

	(void)state;
	bad[0].result = HOME_REFUSED + 1;
	bad[1].len = HOME_FILE_MAX + 1;
	bad[2].len = UINT32_MAX;
	memset(bad[3].what, 'x', sizeof(bad[3].what));
	bad[4].build ^= 1;
	for (size_t i = 0; i < 5; i++) {
		theirs = new_pair(&ours);
		assert_true(send(ours, &bad[i], sizeof(good), 0) > 0);
		hear(theirs, "out of bounds");
		(void)close(ours);
	}
	theirs = new_pair(&ours);
	assert_true(send(ours, &good, sizeof(good) - 1, 0) > 0);
	hear(theirs, "out of bounds");
	(void)close(ours);
	theirs = new_pair(&ours);
	assert_true(send(ours, more, sizeof(more), 0) > 0);
	hear(theirs, "too large");
	(void)close(ours);
	/* More text than announced, less, none. */
	theirs = new_pair(&ours);
	assert_true(send(ours, &good, sizeof(good), 0) > 0);
	assert_true(send(ours, "12345", 5, 0) > 0);
	hear(theirs, "too large");
	(void)close(ours);
	theirs = new_pair(&ours);
	assert_true(send(ours, &good, sizeof(good), 0) > 0);
	assert_true(send(ours, "123", 3, 0) > 0);
	(void)close(ours);
	hear(theirs, "closed its end");
	theirs = new_pair(&ours);
	(void)close(ours);
	hear(theirs, "closed its end");
	theirs = new_pair(&ours);
	hear(theirs, "in time");
	(void)close(ours);
}

static void
home_without_a_starter_refused(void **state)
{
	(void)state;
	starter = (struct starter){ .fd = -1 };
	refused(take_until(ipc_now_ms() + 100), "no process");
}

/* --- what it is told --- */

/* Files of /etc that are our own for the time of one question. */
static void
ask_with(const char *nsswitch, const char *passwd, const char *dir,
    const char *uid, struct home_question *question)
{
	(void)unlink(scratch("passwd"));
	scratch_file("passwd", passwd, strlen(passwd), 0644);
	own_passwd("passwd");
	(void)unlink(scratch("nsswitch"));
	scratch_file("nsswitch", nsswitch, strlen(nsswitch), 0644);
	assert_int_equal(mount(scratch("nsswitch"), "/etc/nsswitch.conf", NULL,
	    MS_BIND, NULL), 0);
	home_question(question, "joe", dir, uid);
	assert_int_equal(umount("/etc/nsswitch.conf"), 0);
	assert_int_equal(umount("/etc/passwd"), 0);
}

#define JOE "root:x:0:0::/root:/bin/sh\njoe:x:12345:12345::/home/joe:/bin/sh\n"

static void
home_question_of_local_user_answered(void **state)
{
	static const char *const first[] = { "passwd: files\n", "",
		"passwd:files systemd\n", "group: x\n  passwd:\tfiles\tsss\n" };
	struct home_question q;

	(void)state;
	needs_root();
	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
		ask_with(first[i], JOE, NULL, NULL, &q);
		assert_false(q.asks);
		assert_string_equal(q.user, "joe");
		assert_string_equal(q.dir, "/home/joe");
		assert_string_equal(q.uid, "12345");
	}
	/* What sshd says goes before what the file says. */
	ask_with("passwd: files\n", JOE, "/srv/joe", NULL, &q);
	assert_false(q.asks);
	assert_string_equal(q.dir, "/srv/joe");
	assert_string_equal(q.uid, "12345");
	ask_with("passwd: files\n", JOE, NULL, "7", &q);
	assert_string_equal(q.dir, "/home/joe");
	assert_string_equal(q.uid, "7");
	/* With both nobody is asked, whatever the files say. */
	ask_with("passwd: sss\n", "", "/srv/joe", "7", &q);
	assert_false(q.asks);
	assert_string_equal(q.dir, "/srv/joe");
	assert_string_equal(q.uid, "7");
}

static void
home_question_left_to_name_service(void **state)
{
	static const char *const other[] = { "passwd: sss files\n",
		"passwd: compat\n", "passwd: files [SUCCESS=continue] sss\n",
		"passwd: filesystem\n", "passwd : files\n", "passwd:\n" };
	struct home_question q;

	(void)state;
	needs_root();
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		ask_with(other[i], JOE, NULL, NULL, &q);
		assert_true(q.asks);
		assert_string_equal(q.dir, HOME_UNKNOWN);
		assert_string_equal(q.uid, HOME_UNKNOWN);
	}
	ask_with("passwd: files sss\n", "joey:x:1:1::/:\n", NULL, NULL, &q);
	assert_true(q.asks);
	ask_with("passwd: sss\n", JOE, NULL, "7", &q);
	assert_true(q.asks);
	assert_string_equal(q.uid, "7");
}

static void
home_descriptor_refused(void **state)
{
	struct home_report report = { BUILD_ID, .result = HOME_NONE };
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = { &report, sizeof(report) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control) };
	struct cmsghdr *c;
	int theirs, ours, stdin_fd = STDIN_FILENO;

	(void)state;
	theirs = new_pair(&ours);
	memset(&control, 0, sizeof(control));
	c = CMSG_FIRSTHDR(&msg);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &stdin_fd, sizeof(int));
	assert_true(sendmsg(ours, &msg, 0) > 0);
	hear(theirs, "descriptor");
	(void)close(ours);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(home_own_file_taken),
		cmocka_unit_test(home_without_file_none),
		cmocka_unit_test(home_file_up_to_its_bound),
		cmocka_unit_test(home_opened_as_the_user),
		cmocka_unit_test(home_of_another_owner_refused),
		cmocka_unit_test(home_writable_by_others_refused),
		cmocka_unit_test(home_link_to_it_passes_links_in_it_do_not),
		cmocka_unit_test(home_other_kinds_refused),
		cmocka_unit_test(home_impossible_uid_refused),
		cmocka_unit_test(home_impossible_directory_refused),
		cmocka_unit_test(home_asked_of_name_service),
		cmocka_unit_test(home_unprivileged_where_it_may_read),
		cmocka_unit_test(home_mute_name_service_not_waited_for),
		cmocka_unit_test(home_name_service_left_alone_until_asked),
		cmocka_unit_test(home_child_holds_nothing_of_ours),
		cmocka_unit_test(home_child_dies_with_its_parent),
		cmocka_unit_test(home_taken_in_the_parents_cage),
		cmocka_unit_test(home_nonsense_refused),
		cmocka_unit_test(home_descriptor_refused),
		cmocka_unit_test(home_without_a_starter_refused),
		cmocka_unit_test(home_question_of_local_user_answered),
		cmocka_unit_test(home_question_left_to_name_service),
	};

	/* Above the channel's number. */
	program = fcntl(open(SALLYPORT_HOME_PROGRAM, O_PATH | O_CLOEXEC),
	    F_DUPFD_CLOEXEC, 100);
	if (program == -1) {
		perror(SALLYPORT_HOME_PROGRAM);
		return 1;
	}

	return cmocka_run_group_tests_name("home", tests, scratch_setup,
	    scratch_teardown);
}
