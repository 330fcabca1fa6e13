/* Log lines: one line whatever the value, bounded, and nobody waits for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ipc/channel.h"
#include "parent/log.h"
#include "parent/log_json.h"
#include "tests/parent/scratch.h"

static struct log_line line;

static const char *
with_value(const void *value, size_t n)
{
	log_begin(&line, "");
	log_add(&line, "key", value, n);
	return line.text;
}

/* --- one line --- */

static void
log_plain_value_as_it_is(void **state)
{
	(void)state;
	log_begin(&line, "");
	log_add_text(&line, "decision", "allow");
	log_add_text(&line, "user", "joe-1_x");
	log_add_number(&line, "keys", 0);
	log_add_number(&line, "ms", UINT64_MAX);
	assert_string_equal(line.text,
	    "decision=allow user=joe-1_x keys=0 ms=18446744073709551615");
	assert_int_equal(line.used, strlen(line.text));
}

static void
log_words_stand_first_unquoted(void **state)
{
	(void)state;
	log_begin(&line, "no cache, going on without");
	log_add_text(&line, "directory", "/x");
	assert_string_equal(line.text,
	    "no cache, going on without directory=/x");
}

static void
log_awkward_value_quoted_and_escaped(void **state)
{
	static const struct {
		const char *value, *text;
	} cases[] = {
		{ "", "key=\"\"" },
		{ " ", "key=\" \"" },
		{ "a b", "key=\"a b\"" },
		{ "a=b", "key=\"a=b\"" },
		{ "\"", "key=\"\\\"\"" },
		{ "\\", "key=\"\\\\\"" },
		{ "a\nb", "key=\"a\\x0ab\"" },
		{ "a\" decision=allow", "key=\"a\\\" decision=allow\"" },
		{ "\x1b[2J\x7f\xff", "key=\"\\x1b[2J\\x7f\\xff\"" },
		{ "\xc3\xa9", "key=\"\\xc3\\xa9\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(with_value(cases[i].value,
		    strlen(cases[i].value)), cases[i].text);
	assert_string_equal(with_value("a\0b", 3), "key=\"a\\x00b\"");
}

static void
log_every_byte_printable(void **state)
{
	(void)state;
	for (unsigned c = 0; c <= UINT8_MAX; c++) {
		uint8_t byte = (uint8_t)c;
		const char *text = with_value(&byte, 1);

		for (; *text != '\0'; text++)
			assert_in_range(*text, 0x20, 0x7e);
	}
}

/* What comes after a key and '=', quoted or not; NULL if it is no value. */
static const char *
skip_value(const char *p)
{
	if (*p != '"') {
		while (*p != '\0' && *p != ' ')
			if (*p++ == '"')
				return NULL;
		return p;
	}
	for (p++; *p != '"'; p++) {
		if (*p == '\\')
			p++;
		if (*p == '\0')
			return NULL;
	}
	return p + 1;
}

/* A reader of such lines: are they fields, each whole? How many? */
static size_t
fields_of(const char *text)
{
	size_t n = 0;

	for (const char *p = text; *p != '\0'; n++) {
		size_t key = strspn(p, "abcdefghijklmnopqrstuvwxyz_");

		if (key == 0 || p[key] != '=' ||
		    (p = skip_value(p + key + 1)) == NULL ||
		    (*p != '\0' && *p != ' '))
			fail_msg("not fields: %s", text);
		if (*p == ' ' && *++p == '\0')
			fail_msg("ends in a blank: %s", text);
	}
	return n;
}

static bool
says(const char *field)
{
	size_t n = strlen(field);

	for (const char *p = line.text; (p = strstr(p, field)) != NULL; p++)
		if ((p == line.text || p[-1] == ' ') &&
		    (p[n] == ' ' || p[n] == '\0'))
			return true;
	return false;
}

/* A value as long as the system lets anyone write, of the given byte. */
static const char *
long_value(int byte)
{
	static char value[100000];

	memset(value, byte, sizeof(value) - 1);
	return value;
}

static void
log_long_value_cut_others_stay(void **state)
{
	/* Plain, quoted, and with two and four bytes for each. */
	static const char bytes[] = { 'a', ' ', '"', '\n' };

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		for (size_t n = 0; n < 3000; n++) {
			log_begin(&line, "");
			log_add_text(&line, "decision", "deny");
			log_add(&line, "user", long_value(bytes[i]), n);
			log_add_text(&line, "source", "key9");
			log_add_number(&line, "ms", 12345);
			assert_true(line.used < sizeof(line.text));
			assert_int_equal(strlen(line.text), line.used);
			assert_int_equal(fields_of(line.text), 4);
			assert_true(says("decision=deny"));
			assert_true(says("source=key9"));
			assert_true(says("ms=12345"));
		}
}

/* Everything that a decision can say, all of it too long. */
static void
log_many_long_values_each_has_room(void **state)
{
	static const char *const keys[] = { "user", "file", "detail" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		log_begin(&line, "");
		log_add_text(&line, "decision", "error");
		log_add_text(&line, "reason", "worker_protocol");
		for (size_t k = 0; k < 3; k++)
			log_add_text(&line, keys[k],
			    long_value("a \"\n"[i]));
		log_add_number(&line, "ms", 30000);
		assert_int_equal(fields_of(line.text), 6);
		assert_true(says("ms=30000"));
		for (size_t k = 0; k < 3; k++) {
			char begin[32];
			const char *value;

			(void)snprintf(begin, sizeof(begin), " %s=", keys[k]);
			value = strstr(line.text, begin);
			assert_non_null(value);
			/* Not all of it, but more than a word. */
			assert_true(strcspn(value + strlen(begin) + 1,
			    "=") > 40);
		}
	}
}

/* More fields than any line: those that do not fit are left out whole. */
static void
log_full_line_stays_fields(void **state)
{
	(void)state;
	for (size_t n = 0; n < 40; n++) {
		log_begin(&line, "");
		for (int i = 0; i < 400; i++)
			log_add(&line, "key", long_value(i % 2 == 0 ? 'a' :
			    ' '), n);
		assert_true(line.used < sizeof(line.text));
		(void)fields_of(line.text);
	}
}

/* --- the same for the journal --- */

static void
log_fields_for_the_journal_one_line_each(void **state)
{
	(void)state;
	log_begin(&line, "key dropped");
	log_add_text(&line, "user", "joe-1_x");
	log_add_text(&line, "fetch_detail", "");
	log_add_number(&line, "ms", 12);
	log_add(&line, "sub", "a\nPRIORITY=0\n\0\xff\\ \"=\"", 20);
	assert_string_equal(line.fields, "SALLYPORT_USER=joe-1_x\n"
	    "SALLYPORT_FETCH_DETAIL=\nSALLYPORT_MS=12\n"
	    "SALLYPORT_SUB=a\\x0aPRIORITY=0\\x0a\\x00\\xff\\\\ \"=\"\n");
	assert_int_equal(line.fields_used, strlen(line.fields));
	log_begin(&line, "");
	assert_string_equal(line.fields, "");
}

/* Whatever the value: one line, and no byte that a terminal would obey. */
static void
log_fields_every_byte_stays_in_its_line(void **state)
{
	static const char begin[] = "SALLYPORT_KEY=";

	(void)state;
	for (unsigned c = 0; c <= UINT8_MAX; c++) {
		uint8_t byte = (uint8_t)c;

		(void)with_value(&byte, 1);
		assert_memory_equal(line.fields, begin, strlen(begin));
		assert_int_equal(strcspn(line.fields, "\n"),
		    line.fields_used - 1);
		for (size_t i = 0; i < line.fields_used - 1; i++)
			assert_in_range(line.fields[i], 0x20, 0x7e);
	}
}

/* What does not fit is left out whole. */
static void
log_fields_full_stay_lines(void **state)
{
	(void)state;
	for (size_t n = 0; n < 40; n++) {
		log_begin(&line, "");
		for (int i = 0; i < 400; i++)
			log_add(&line, "key", long_value('\n'), n);
		assert_true(line.fields_used < sizeof(line.fields));
		for (const char *p = line.fields; *p != '\0';
		    p += strcspn(p, "\n") + 1)
			assert_int_equal(strcspn(p, "\n"),
			    strlen("SALLYPORT_KEY=") + 4 * n);
	}
}

/* --- and as JSON --- */

static const char *
as_json(void)
{
	static char json[LOG_FIELDS_MAX];

	log_json(&line, json);
	return json;
}

static void
log_json_words_then_fields(void **state)
{
	(void)state;
	log_begin(&line, "key dropped");
	log_add_text(&line, "reason", "key_rsa");
	log_add_number(&line, "line", 3);
	assert_string_equal(as_json(), "{\"message\":\"key dropped\","
	    "\"reason\":\"key_rsa\",\"line\":\"3\"}");
	log_begin(&line, "");
	log_add_text(&line, "fetch_detail", "a=\"b\" \\ \n\xc3\xa9");
	assert_string_equal(as_json(), "{\"fetch_detail\":\"a=\\\"b\\\" "
	    "\\\\\\\\ \\\\x0a\\\\xc3\\\\xa9\"}");
	log_begin(&line, "");
	assert_string_equal(as_json(), "{}");
}

/* Behind a string of JSON that has no escape but \" and \\; NULL: it is none. */
static const char *
skip_string(const char *p)
{
	if (*p++ != '"')
		return NULL;
	for (; *p != '"'; p++) {
		if (*p == '\\' && *++p != '"' && *p != '\\')
			return NULL;
		if (*p < 0x20 || *p > 0x7e)
			return NULL;
	}
	return p + 1;
}

/* How many members an object of strings has. */
static size_t
members_of(const char *p)
{
	size_t n = 0;

	assert_int_equal(*p++, '{');
	for (; *p != '}'; n++) {
		if (n > 0)
			assert_int_equal(*p++, ',');
		assert_non_null(p = skip_string(p));
		assert_int_equal(*p++, ':');
		assert_non_null(p = skip_string(p));
	}
	assert_int_equal(p[1], '\0');
	return n;
}

static void
log_json_every_byte_an_object(void **state)
{
	(void)state;
	for (unsigned c = 0; c <= UINT8_MAX; c++) {
		uint8_t byte = (uint8_t)c;

		(void)with_value(&byte, 1);
		assert_int_equal(members_of(as_json()), 1);
	}
}

/* Whatever is too long is left out whole, at every length. */
static void
log_json_full_stays_an_object(void **state)
{
	static const char bytes[] = { 'a', '"', '\\', '\n' };

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		for (size_t n = 0; n < 600; n++) {
			log_begin(&line, "words");
			for (int k = 0; k < 12; k++)
				log_add(&line, "key", long_value(bytes[i]),
				    n);
			assert_true(members_of(as_json()) >= 3);
			assert_true(strlen(as_json()) < LOG_FIELDS_MAX);
		}
}

/* --- where it goes --- */

#define JOURNAL "/run/systemd/journal/socket"

static int
bound_socket(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	assert_true(fd != -1);
	assert_int_equal(bind(fd, (const struct sockaddr *)&sun, sizeof(sun)),
	    0);
	return fd;
}

/* A /dev of our own, with a socket named log if asked for; and a /run, that
 * this machine's own journal be not there. */
static int
own_dev(bool with_log)
{
	own_tmpfs("/run", "mode=0755");
	own_tmpfs("/dev", "mode=0755");
	return with_log ? bound_socket("/dev/log") : -1;
}

static int
own_journal(void)
{
	assert_int_equal(mkdir("/run/systemd", 0755), 0);
	assert_int_equal(mkdir("/run/systemd/journal", 0755), 0);
	return bound_socket(JOURNAL);
}

/* What has come; "" if nothing. Good until the next call. */
static const char *
received(int fd)
{
	static char got[8192];
	ssize_t n = recv(fd, got, sizeof(got) - 1, MSG_DONTWAIT);

	got[n > 0 ? n : 0] = '\0';
	return got;
}

static void
log_one(const char *words, int priority)
{
	log_begin(&line, words);
	log_add_number(&line, "n", 1);
	log_end(&line, priority);
}

static void
log_dev_log_absent_no_failure(void **state)
{
	(void)state;
	(void)own_dev(false);
	log_open(false);
	log_one("nobody hears this", LOG_ERR);
}

static void
log_line_arrives_with_its_head(void **state)
{
	int fd = own_dev(true);
	char got[2048], expected[128];
	ssize_t n;

	(void)state;
	log_open(false);
	log_one("words", LOG_ERR);
	n = recv(fd, got, sizeof(got) - 1, MSG_DONTWAIT);
	assert_true(n > 0);
	got[n] = '\0';
	/* <authpriv.err>Nov 20 13:13:13, the form of RFC 3164 */
	assert_memory_equal(got, "<83>", 4);
	assert_int_equal(got[4 + 3], ' ');
	assert_int_equal(got[4 + 9], ':');
	assert_int_equal(got[4 + 12], ':');
	(void)snprintf(expected, sizeof(expected), " sallyport[%d]: words n=1",
	    (int)getpid());
	assert_string_equal(got + 4 + 15, expected);
	log_one("words", LOG_INFO);
	assert_true(recv(fd, got, sizeof(got), MSG_DONTWAIT) > 0);
	assert_memory_equal(got, "<86>", 4);
	(void)close(fd);
}

static void
log_longest_line_arrives_whole(void **state)
{
	int fd = own_dev(true);
	char got[4096];
	ssize_t n;

	(void)state;
	log_open(false);
	log_begin(&line, "");
	while (line.used < 900)
		log_add_text(&line, "key", "0123456789");
	log_add_text(&line, "key", long_value(' '));
	log_end(&line, LOG_INFO);
	n = recv(fd, got, sizeof(got) - 1, MSG_DONTWAIT);
	assert_true(n > (ssize_t)line.used);
	got[n] = '\0';
	assert_string_equal(got + (size_t)n - line.used, line.text);
	(void)close(fd);
}

static void
fill_log(void)
{
	for (int i = 0; i < 2000; i++)
		log_one("nobody reads this", LOG_INFO);
}

static void
log_full_syslog_never_waits(void **state)
{
	int fd = own_dev(true), control;
	struct sockaddr_un sun = { .sun_family = AF_UNIX,
		.sun_path = "/dev/log" };
	int64_t began;

	(void)state;
	log_open(false);
	/* Ends the test if the writer waits. */
	(void)alarm(20);
	began = ipc_now_ms();
	fill_log();
	assert_true(ipc_now_ms() - began < 5000);
	(void)alarm(0);
	/* The control: it was full indeed. */
	control = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(control, (const struct sockaddr *)&sun,
	    sizeof(sun)), 0);
	assert_int_equal(send(control, "x", 1, MSG_DONTWAIT), -1);
	assert_int_equal(errno, EAGAIN);
	(void)close(control);
	(void)close(fd);
}

/* Whether a line that finds no room arrives at a reader who is slow. */
static bool
slow_reader_hears(void)
{
	int fd = own_dev(true), status;
	char got[8192];
	ssize_t n;
	pid_t reader;

	log_open(false);
	fill_log();
	if ((reader = fork()) == 0) {
		(void)alarm(2);
		(void)usleep(20000);
		do {
			n = recv(fd, got, sizeof(got) - 1, 0);
			got[n > 0 ? n : 0] = '\0';
		} while (n > 0 && strstr(got, "]: n=1") == NULL);
		_exit(n > 0 ? 0 : 1);
	}
	assert_true(reader > 0);
	log_one("", LOG_INFO);
	assert_int_equal(waitpid(reader, &status, 0), reader);
	(void)close(fd);
	return status == 0;
}

/* Notes before it, as many as a hostile worker likes, do not cost the line
 * that says what became of the login. (On a busy machine the reader may be
 * slower than anybody waits.) */
static void
log_decision_waits_for_a_slow_syslog(void **state)
{
	bool heard = false;

	(void)state;
	for (int i = 0; i < 5 && !heard; i++)
		heard = slow_reader_hears();
	assert_true(heard);
}

static void
log_decision_waits_not_for_ever(void **state)
{
	int fd = own_dev(true);
	int64_t took;

	(void)state;
	log_open(false);
	fill_log();
	took = -ipc_now_ms();
	log_one("", LOG_INFO);
	took += ipc_now_ms();
	assert_in_range(took, 90, 1000);
	(void)close(fd);
}

static void
log_journal_there_line_goes_there_alone(void **state)
{
	int syslog = own_dev(true), journal = own_journal();

	(void)state;
	log_open(false);
	log_begin(&line, "words");
	log_add_text(&line, "user", "a b\n");
	log_end(&line, LOG_WARNING);
	assert_string_equal(received(journal),
	    "MESSAGE=words user=\"a b\\x0a\"\nPRIORITY=4\n"
	    "SYSLOG_IDENTIFIER=sallyport\nSYSLOG_FACILITY=10\n"
	    "SALLYPORT_USER=a b\\x0a\n");
	assert_string_equal(received(journal), "");
	assert_string_equal(received(syslog), "");
	(void)close(syslog);
	(void)close(journal);
}

static void
log_json_asked_for_both_have_it(void **state)
{
	int syslog = own_dev(true), journal = own_journal();
	const char *got;

	(void)state;
	log_as_json(true);
	log_open(false);
	log_one("words", LOG_INFO);
	got = received(journal);
	assert_memory_equal(got,
	    "MESSAGE={\"message\":\"words\",\"n\":\"1\"}\nPRIORITY=6\n", 47);
	assert_non_null(strstr(got, "\nSALLYPORT_N=1\n"));
	(void)close(journal);
	log_one("words", LOG_INFO);
	assert_non_null(strstr(received(syslog),
	    "]: {\"message\":\"words\",\"n\":\"1\"}"));
	log_as_json(false);
	log_one("words", LOG_INFO);
	assert_non_null(strstr(received(syslog), "]: words n=1"));
	(void)close(syslog);
}

static void
log_longest_line_fits_the_journal(void **state)
{
	int journal;
	const char *got, *ms;

	(void)state;
	(void)own_dev(false);
	journal = own_journal();
	log_open(false);
	log_begin(&line, "");
	for (int i = 0; i < 3; i++)
		log_add_text(&line, "key", long_value('\n'));
	log_add_number(&line, "ms", 1);
	log_end(&line, LOG_INFO);
	got = received(journal);
	assert_memory_equal(got, "MESSAGE=key=", 12);
	ms = strstr(got, "\nSALLYPORT_MS=1\n");
	assert_non_null(ms);
	assert_string_equal(ms, "\nSALLYPORT_MS=1\n");
	(void)close(journal);
}

/* What is not root's socket is not the journal. */
static void
log_journal_of_another_not_told(void **state)
{
	int syslog, journal;

	(void)state;
	needs_root();
	syslog = own_dev(true);
	journal = own_journal();
	assert_int_equal(chown(JOURNAL, 65534, 0), 0);
	log_open(false);
	log_one("first", LOG_INFO);
	assert_string_equal(received(journal), "");
	assert_non_null(strstr(received(syslog), "first"));
	assert_int_equal(chown(JOURNAL, 0, 0), 0);
	assert_int_equal(rename(JOURNAL, "/run/socket"), 0);
	assert_int_equal(symlink("/run/socket", JOURNAL), 0);
	log_open(false);
	log_one("second", LOG_INFO);
	assert_string_equal(received(journal), "");
	assert_non_null(strstr(received(syslog), "second"));
	/* The control: it is what is looked for. */
	assert_int_equal(rename("/run/socket", JOURNAL), 0);
	log_open(false);
	log_one("third", LOG_INFO);
	assert_non_null(strstr(received(journal), "third"));
	assert_string_equal(received(syslog), "");
	(void)close(syslog);
	(void)close(journal);
}

/* Full, or gone: what the journal does not take syslog gets, and once. */
static void
log_journal_takes_nothing_syslog_does(void **state)
{
	int syslog = own_dev(true), journal = own_journal();
	const char *got;

	(void)state;
	log_open(false);
	do {
		log_one("many", LOG_INFO);
		got = received(syslog);
	} while (got[0] == '\0');
	assert_non_null(strstr(got, "]: many n=1"));
	(void)close(journal);
	log_one("last", LOG_INFO);
	assert_non_null(strstr(received(syslog), "]: last n=1"));
	assert_string_equal(received(syslog), "");
	log_open(false); /* the file is still there, and nobody behind it */
	log_one("very last", LOG_INFO);
	assert_non_null(strstr(received(syslog), "]: very last n=1"));
	(void)close(syslog);
}

/* A syslog that goes away costs its lines, not the login. */
static void
log_closed_syslog_no_failure(void **state)
{
	int fd = own_dev(true);

	(void)state;
	log_open(false);
	(void)close(fd);
	log_one("nobody hears this", LOG_INFO);
	log_one("nor this", LOG_INFO);
}

static void
log_stderr_asked_for_line_there_too(void **state)
{
	int fds[2], saved = dup(STDERR_FILENO);
	char got[256];
	ssize_t n;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_true(dup2(fds[1], STDERR_FILENO) != -1);
	log_open(true);
	log_one("for a person", LOG_INFO);
	log_open(false);
	log_one("for nobody", LOG_INFO);
	assert_true(dup2(saved, STDERR_FILENO) != -1);
	(void)close(saved);
	(void)close(fds[1]);
	n = read(fds[0], got, sizeof(got) - 1);
	assert_true(n > 0);
	got[n] = '\0';
	(void)close(fds[0]);
	assert_string_equal(got, "sallyport: for a person n=1\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(log_plain_value_as_it_is),
		cmocka_unit_test(log_words_stand_first_unquoted),
		cmocka_unit_test(log_awkward_value_quoted_and_escaped),
		cmocka_unit_test(log_every_byte_printable),
		cmocka_unit_test(log_long_value_cut_others_stay),
		cmocka_unit_test(log_many_long_values_each_has_room),
		cmocka_unit_test(log_full_line_stays_fields),
		cmocka_unit_test(log_fields_for_the_journal_one_line_each),
		cmocka_unit_test(log_fields_every_byte_stays_in_its_line),
		cmocka_unit_test(log_fields_full_stay_lines),
		cmocka_unit_test(log_json_words_then_fields),
		cmocka_unit_test(log_json_every_byte_an_object),
		cmocka_unit_test(log_json_full_stays_an_object),
		cmocka_unit_test(log_dev_log_absent_no_failure),
		cmocka_unit_test(log_line_arrives_with_its_head),
		cmocka_unit_test(log_longest_line_arrives_whole),
		cmocka_unit_test(log_full_syslog_never_waits),
		cmocka_unit_test(log_decision_waits_for_a_slow_syslog),
		cmocka_unit_test(log_decision_waits_not_for_ever),
		cmocka_unit_test(log_journal_there_line_goes_there_alone),
		cmocka_unit_test(log_json_asked_for_both_have_it),
		cmocka_unit_test(log_longest_line_fits_the_journal),
		cmocka_unit_test(log_journal_of_another_not_told),
		cmocka_unit_test(log_journal_takes_nothing_syslog_does),
		cmocka_unit_test(log_closed_syslog_no_failure),
		cmocka_unit_test(log_stderr_asked_for_line_there_too),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
