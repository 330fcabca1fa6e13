/* What may stand on standard output, and that it is written in time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ipc/channel.h"
#include "parent/key_list.h"
#include "parent/print.h"

#define SLACK_MS 3000

static struct key_list list;

static int
teardown(void **state)
{
	(void)state;
	key_list_free(&list);
	return 0;
}

static struct ipc_span
span(const char *s)
{
	return (struct ipc_span){ s, strlen(s) };
}

static enum err
add(const char *type, const char *base64, const char *comment)
{
	return key_list_add(&list, span(type), span(base64), span(comment));
}

/* Refused, and the list is as it was. */
static void
add_refused(struct ipc_span type, struct ipc_span base64,
    struct ipc_span comment, enum err err)
{
	struct key_list before = list;

	assert_int_equal(key_list_add(&list, type, base64, comment), err);
	assert_int_equal(list.len, before.len);
	assert_int_equal(list.count, before.count);
}

static void
is_text(const char *text)
{
	assert_int_equal(list.len, strlen(text));
	assert_memory_equal(list.text, text, list.len);
}

static void
key_list_lines_as_sshd_reads_them(void **state)
{
	(void)state;
	assert_int_equal(add("ssh-ed25519", "AAAA", "joe@host"), ERR_OK);
	assert_int_equal(add("ssh-rsa", "AAA=", ""), ERR_OK);
	assert_int_equal(add("ecdsa-sha2-nistp256", "AA==", "a b  c"),
	    ERR_OK);
	assert_int_equal(list.count, 3);
	is_text("ssh-ed25519 AAAA joe@host\nssh-rsa AAA=\n"
	    "ecdsa-sha2-nistp256 AA== a b  c\n");
}

static void
key_list_only_types_we_print(void **state)
{
	static const char *const good[] = { "ssh-ed25519", "ssh-rsa",
		"ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
		"ecdsa-sha2-nistp521", "sk-ssh-ed25519@openssh.com",
		"sk-ecdsa-sha2-nistp256@openssh.com" };
	static const char *const bad[] = { "", "ssh-dss", "ssh-ed2551",
		"ssh-ed255199", "SSH-RSA", "ssh-rsa-cert-v01@openssh.com",
		"cert-authority", "command=\"x\"", "ssh-rsa ssh-rsa",
		" ssh-rsa", "ssh-rsa\n", "rsa-sha2-256", "#", "*" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(add(good[i], "AAAA", ""), ERR_OK);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		add_refused(span(bad[i]), span("AAAA"), span(""),
		    ERR_ALPHABET);
	add_refused((struct ipc_span){ "ssh-rsa\0x", 9 }, span("AAAA"),
	    span(""), ERR_ALPHABET);
}

static void
key_list_base64_alphabet_only(void **state)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";

	(void)state;
	for (unsigned c = 0; c <= UINT8_MAX; c++) {
		bool good = c != 0 && strchr(alphabet, (int)c) != NULL;

		for (size_t i = 0; i < 6; i++) {
			char bytes[7] = "AAAAAA";
			struct ipc_span base64 = { bytes, 6 };

			bytes[i] = (char)c;
			/* Padding stands at the end, and is two at most. */
			if (good || (c == '=' && i == 5))
				assert_int_equal(key_list_add(&list,
				    span("ssh-rsa"), base64, span("")),
				    ERR_OK);
			else if (c != '=' || i < 4)
				add_refused(span("ssh-rsa"), base64, span(""),
				    ERR_ALPHABET);
		}
	}
	add_refused(span("ssh-rsa"), span("A==="), span(""), ERR_ALPHABET);
	add_refused(span("ssh-rsa"), span("AA=A"), span(""), ERR_ALPHABET);
}

static void
key_list_comment_printable_only(void **state)
{
	(void)state;
	for (unsigned c = 0; c <= UINT8_MAX; c++) {
		char bytes[3] = "xx";
		struct ipc_span comment = { bytes, 2 };

		bytes[1] = (char)c;
		if (c >= 0x20 && c <= 0x7e)
			assert_int_equal(key_list_add(&list, span("ssh-rsa"),
			    span("AAAA"), comment), ERR_OK);
		else
			add_refused(span("ssh-rsa"), span("AAAA"), comment,
			    ERR_ALPHABET);
	}
}

static void
key_list_as_many_as_allowed(void **state)
{
	(void)state;
	for (int i = 0; i < KEYS_MAX; i++)
		assert_int_equal(add("ssh-ed25519", "AAAA", "c"), ERR_OK);
	assert_int_equal(list.count, KEYS_MAX);
	add_refused(span("ssh-ed25519"), span("AAAA"), span("c"),
	    ERR_TOO_BIG);
}

/* Each within its bound; all of them would be megabytes. */
static void
key_list_large_keys_bounded(void **state)
{
	static char base64[KEY_BASE64_MAX], comment[KEY_COMMENT_MAX];
	struct ipc_span long64 = { base64, sizeof(base64) };
	struct ipc_span words = { comment, sizeof(comment) };
	enum err err = ERR_OK;

	(void)state;
	memset(base64, 'A', sizeof(base64));
	memset(comment, 'c', sizeof(comment));
	while (err == ERR_OK)
		err = key_list_add(&list, span("ssh-rsa"), long64, words);
	assert_int_equal(err, ERR_TOO_BIG);
	/* All that one answer can hold was taken. */
	assert_true(list.len > KEY9_ANSWER_MAX);
	assert_true(list.len <= (size_t)4 * 1024 * 1024);
	add_refused(span("ssh-rsa"), long64, words, ERR_TOO_BIG);
	assert_true(list.text[list.len - 1] == '\n');
}

/* --- with options --- */

static enum err
add_line(const char *own, const char *more)
{
	const struct key_line line = { span(own), span(more),
		span("ssh-rsa"), span("AAAA"), span("c") };

	return key_list_add_line(&list, &line);
}

static void
key_list_our_options_stand_last(void **state)
{
	(void)state;
	assert_int_equal(add_line("", ""), ERR_OK);
	assert_int_equal(add_line("pty", ""), ERR_OK);
	assert_int_equal(add_line("", "restrict"), ERR_OK);
	assert_int_equal(add_line("pty,command=\"a \\\"b\\\"\"",
	    "restrict"), ERR_OK);
	is_text("ssh-rsa AAAA c\npty ssh-rsa AAAA c\n"
	    "restrict ssh-rsa AAAA c\n"
	    "pty,command=\"a \\\"b\\\"\",restrict ssh-rsa AAAA c\n");
}

/* What would let a line end, or ours be swallowed, where sshd reads it. */
static void
key_list_unsound_options_refused(void **state)
{
	static const char *const bad[] = { "pty ssh-rsa AAAA", " pty", "pty ",
		"command=\"a", "command=\"a\\\"", "\"", "a\"b\"\"",
		"command=\"a\" ", "pty\n", "command=\"a\nb\"", "pty\t",
		"pty\x7f", "pty\x80", "command=\"\\\\\"" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (add_line(bad[i], "restrict") != ERR_ALPHABET ||
		    add_line("pty", bad[i]) != ERR_ALPHABET)
			fail_msg("%s", bad[i]);
		assert_int_equal(list.len, 0);
	}
}

static enum err
add_text(const char *text, bool has_options, const char *more)
{
	return key_list_add_text(&list, text, strlen(text), has_options,
	    span(more));
}

static void
key_list_text_taken_apart_and_checked(void **state)
{
	(void)state;
	assert_int_equal(add_text("", false, "pty"), ERR_OK);
	assert_int_equal(add_text("ssh-rsa AAAA\nssh-rsa AAAB a b\n", false,
	    "restrict"), ERR_OK);
	assert_int_equal(add_text("cert-authority,principals=\"a b\" "
	    "ssh-rsa AAAC\n", true, "pty"), ERR_OK);
	assert_int_equal(list.count, 3);
	is_text("restrict ssh-rsa AAAA\nrestrict ssh-rsa AAAB a b\n"
	    "cert-authority,principals=\"a b\",pty ssh-rsa AAAC\n");
}

static void
key_list_bad_text_leaves_nothing(void **state)
{
	static const char good[] = "ssh-rsa AAAA\n";
	static const char *const bad[] = { "ssh-rsa AAAA", "\n", "ssh-rsa\n",
		"ssh-rsa \n", " ssh-rsa AAAA\n", "pty ssh-rsa AAAA\n",
		"ssh-dss AAAA\n", "ssh-rsa A\x01\n",
		"ssh-rsa AAAA \x7f\n" };
	char text[128];

	(void)state;
	assert_int_equal(add_text(good, false, ""), ERR_OK);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(text, sizeof(text), "%s%s", good, bad[i]);
		if (add_text(text, false, "pty") != ERR_ALPHABET)
			fail_msg("%s", bad[i]);
		assert_int_equal(list.count, 1);
		is_text(good);
	}
	assert_int_equal(add_text("principals=\"a ssh-rsa AAAA\n", true, ""),
	    ERR_ALPHABET);
	is_text(good);
}

/* As many as if there were no other, in lines and bytes; and back to there. */
static void
key_list_each_source_has_its_own_room(void **state)
{
	static char base64[KEY_BASE64_MAX];
	size_t first, before;

	(void)state;
	memset(base64, 'A', sizeof(base64));
	while (key_list_add(&list, span("ssh-rsa"),
	    (struct ipc_span){ base64, sizeof(base64) }, span("")) == ERR_OK)
		;
	first = list.count;
	before = list.len;
	key_list_begin(&list);
	assert_int_equal(key_list_begun(&list), 0);
	for (size_t i = 0; i < KEYS_MAX; i++)
		assert_int_equal(add("ssh-rsa", "AAAA", ""), ERR_OK);
	assert_int_equal(key_list_begun(&list), KEYS_MAX);
	add_refused(span("ssh-rsa"), span("AAAA"), span(""), ERR_TOO_BIG);
	key_list_take_back(&list);
	assert_int_equal(list.count, first);
	assert_int_equal(list.len, before);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(add_text("ssh-rsa AAAA\n", false, ""), ERR_OK);
	assert_int_equal(add_text("ssh-rsa AAAA\nssh-dss AAAA\n", false, ""),
	    ERR_ALPHABET);
	assert_int_equal(list.count, first + 3);
}

/* --- printing --- */

/* A list that no pipe holds at once. */
static void
make_large(void)
{
	static char base64[1000];
	struct ipc_span s = { base64, sizeof(base64) };

	for (size_t i = 0; i < 500; i++) {
		memset(base64, 'A' + (int)(i % 26), sizeof(base64));
		assert_int_equal(key_list_add(&list, span("ssh-rsa"), s,
		    span("")), ERR_OK);
	}
}

/* A child that reads fd to its end; exits 0 if that was the list. */
static pid_t
reader(int fd, int writing_end, useconds_t pause)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		char buf[8192];
		size_t got = 0;
		ssize_t n;
		bool same = true;

		(void)close(writing_end);
		(void)fcntl(fd, F_SETFL, 0);
		while ((n = read(fd, buf, sizeof(buf))) > 0) {
			same = same && (size_t)n <= list.len - got &&
			    memcmp(buf, list.text + got, (size_t)n) == 0;
			got += (size_t)n;
			(void)usleep(pause);
		}
		_exit(same && got == list.len ? 0 : 1);
	}
	return pid;
}

static void
printed_to_reader(int flags, useconds_t pause)
{
	int fds[2], status;
	pid_t child;

	assert_int_equal(pipe2(fds, flags), 0);
	child = reader(fds[0], fds[1], pause);
	assert_int_equal(print_all(list.text, list.len, fds[1],
	    ipc_now_ms() + 20000), PRINTED_ALL);
	(void)close(fds[1]);
	(void)close(fds[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void
key_list_print_reader_gets_it_all(void **state)
{
	(void)state;
	printed_to_reader(0, 0); /* no keys at all */
	make_large();
	printed_to_reader(0, 0);
	printed_to_reader(O_NONBLOCK, 0);
	printed_to_reader(0, 2000);
	printed_to_reader(O_NONBLOCK, 2000);
}

/* sshd closes the pipe as soon as a key matches. */
static void
key_list_print_reader_heard_enough_is_all(void **state)
{
	int fds[2];

	(void)state;
	make_large();
	(void)signal(SIGPIPE, SIG_IGN); /* as main() has it */
	assert_int_equal(pipe(fds), 0);
	(void)close(fds[0]);
	assert_int_equal(print_all(list.text, list.len, fds[1],
	    ipc_now_ms() + 10000), PRINTED_ALL);
	(void)close(fds[1]);
	(void)signal(SIGPIPE, SIG_DFL);
}

static void
unread(int flags)
{
	int64_t began = ipc_now_ms(), took;
	int fds[2];

	assert_int_equal(pipe2(fds, flags), 0);
	/* Ends the test if the writer waits for ever. */
	(void)alarm(20);
	assert_int_equal(print_all(list.text, list.len, fds[1], began + 300),
	    PRINTED_HALF);
	took = ipc_now_ms() - began;
	(void)alarm(0);
	assert_in_range(took, 300, 300 + SLACK_MS);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

static void
key_list_print_nobody_reads_half_by_deadline(void **state)
{
	(void)state;
	make_large();
	unread(O_NONBLOCK);
}

/* The pipe that sshd makes is of this kind. */
static void
key_list_print_nobody_reads_blocking_half_by_deadline(void **state)
{
	(void)state;
	make_large();
	unread(0);
}

static void
key_list_print_unusable_descriptor_nothing(void **state)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(add("ssh-ed25519", "AAAA", ""), ERR_OK);
	(void)close(fd);
	assert_int_equal(print_all(list.text, list.len, fd,
	    ipc_now_ms() + 10000), PRINTED_NOTHING);
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_equal(print_all(list.text, list.len, fd,
	    ipc_now_ms() + 10000), PRINTED_NOTHING);
	(void)close(fd);
}

static void
key_list_print_full_disk_nothing(void **state)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	if (fd == -1)
		skip();
	assert_int_equal(add("ssh-ed25519", "AAAA", ""), ERR_OK);
	assert_int_equal(print_all(list.text, list.len, fd,
	    ipc_now_ms() + 10000), PRINTED_NOTHING);
	(void)close(fd);
}

#define WITH_LIST(test) cmocka_unit_test_teardown(test, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LIST(key_list_lines_as_sshd_reads_them),
		WITH_LIST(key_list_only_types_we_print),
		WITH_LIST(key_list_base64_alphabet_only),
		WITH_LIST(key_list_comment_printable_only),
		WITH_LIST(key_list_as_many_as_allowed),
		WITH_LIST(key_list_large_keys_bounded),
		WITH_LIST(key_list_our_options_stand_last),
		WITH_LIST(key_list_unsound_options_refused),
		WITH_LIST(key_list_text_taken_apart_and_checked),
		WITH_LIST(key_list_bad_text_leaves_nothing),
		WITH_LIST(key_list_each_source_has_its_own_room),
		WITH_LIST(key_list_print_reader_gets_it_all),
		WITH_LIST(key_list_print_reader_heard_enough_is_all),
		WITH_LIST(key_list_print_nobody_reads_half_by_deadline),
		WITH_LIST(
		    key_list_print_nobody_reads_blocking_half_by_deadline),
		WITH_LIST(key_list_print_unusable_descriptor_nothing),
		WITH_LIST(key_list_print_full_disk_nothing),
	};

	return cmocka_run_group_tests_name("key_list", tests, NULL, NULL);
}
