#include "parent/log.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "ipc/channel.h"
#include "parent/log_json.h"

#define DEV_LOG "/dev/log"
#define JOURNAL "/run/systemd/journal/socket"

/* For the decision line, where many notes before it have filled the log. */
#define LOG_WAIT_MS 100

static int log_fd = -1, journal_fd = -1;
static bool log_stderr, log_is_json;
static pid_t log_pid;

static int
open_socket(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	(void)snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	if (fd != -1 && connect(fd, (const struct sockaddr *)&sun,
	    sizeof(sun)) == -1) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* Nobody else is to hear who logs in, and keep it from the real log. */
static bool
is_roots_socket(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISSOCK(st.st_mode) &&
	    st.st_uid == 0;
}

void
log_open(bool to_stderr)
{
	log_stderr = to_stderr;
	log_pid = getpid();
	/* Reads /etc/localtime now: later the cage forbids it. */
	tzset();
	journal_fd = is_roots_socket(JOURNAL) ? open_socket(JOURNAL) : -1;
	log_fd = open_socket(DEV_LOG);
}

void
log_to_person(void)
{
	log_stderr = true;
}

void
log_as_json(bool json)
{
	log_is_json = json;
}

void
log_begin(struct log_line *line, const char *words)
{
	line->used = line->fields_used = 0;
	line->text[0] = line->fields[0] = '\0';
	log_add_text(line, NULL, words);
	line->words = line->used;
}

/* A field while it is composed: whole, or not at all. */
struct field {
	char text[LOG_VALUE_MAX + 64]; /* and a key, of ours */
	size_t used;
};

static void
append(struct field *field, const char *s)
{
	size_t n = strlen(s);

	if (n > sizeof(field->text) - field->used)
		return;
	memcpy(field->text + field->used, s, n);
	field->used += n;
}

/* A byte as it may stand in a log line: printable ASCII, rest as \xNN.
 * Returns how many bytes that takes. */
static size_t
escape(unsigned char c, bool quoted, char escaped[4])
{
	static const char hex[] = "0123456789abcdef";
	size_t n = 0;

	if (c < 0x20 || c > 0x7e) {
		memcpy(escaped, (char[]){ '\\', 'x', hex[c >> 4], hex[c & 15] },
		    4);
		return 4;
	}
	if ((c == '"' && quoted) || c == '\\')
		escaped[n++] = '\\';
	escaped[n++] = (char)c;
	return n;
}

static void
append_value(struct field *field, const unsigned char *p, size_t n,
    bool quoted)
{
	size_t left = sizeof(field->text) - field->used;
	char escaped[4];

	if (left > LOG_VALUE_MAX)
		left = LOG_VALUE_MAX;
	for (size_t i = 0; i < n; i++) {
		size_t len = escape(p[i], quoted, escaped);

		if (len > left)
			return;
		memcpy(field->text + field->used, escaped, len);
		field->used += len;
		left -= len;
	}
}

static bool
needs_quotes(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] <= 0x20 || p[i] > 0x7e || p[i] == '"' ||
		    p[i] == '\\' || p[i] == '=')
			return true;
	return n == 0;
}

/* Adds the whole field to a text, or nothing. */
static void
add_field(const struct field *field, char *text, size_t size, size_t *used)
{
	if (field->used >= size - *used)
		return;
	memcpy(text + *used, field->text, field->used);
	*used += field->used;
	text[*used] = '\0';
}

/*
 * As the journal takes it: KEY=value and a line feed. The length and bytes
 * that it takes instead of '=' are for values with line feeds; escaped, ours
 * have none.
 */
static void
add_for_journal(struct log_line *line, const char *key, const void *value,
    size_t n)
{
	struct field field = { .used = 0 };

	append(&field, "SALLYPORT_");
	for (; *key != '\0'; key++)
		append(&field, (char[]){ (char)toupper(*key), '\0' });
	append(&field, "=");
	append_value(&field, value, n, false);
	append(&field, "\n");
	add_field(&field, line->fields, sizeof(line->fields),
	    &line->fields_used);
}

void
log_add(struct log_line *line, const char *key, const void *value, size_t n)
{
	struct field field = { .used = 0 };
	bool quotes = key != NULL && needs_quotes(value, n);

	if (line->used > 0)
		append(&field, " ");
	if (key != NULL) {
		append(&field, key);
		append(&field, quotes ? "=\"" : "=");
	}
	append_value(&field, value, n, true);
	if (quotes)
		append(&field, "\"");
	add_field(&field, line->text, sizeof(line->text), &line->used);
	if (key != NULL)
		add_for_journal(line, key, value, n);
}

void
log_add_text(struct log_line *line, const char *key, const char *value)
{
	if (key == NULL && value[0] == '\0')
		return;
	log_add(line, key, value, strlen(value));
}

void
log_add_number(struct log_line *line, const char *key, uint64_t value)
{
	char digits[24];

	(void)snprintf(digits, sizeof(digits), "%llu",
	    (unsigned long long)value);
	log_add_text(line, key, digits);
}

/* Whether it took the datagram whole, until a time of ipc_now_ms(). */
static bool
send_to(int fd, const char *datagram, int n, size_t size, int64_t until_ms)
{
	struct pollfd room = { .fd = fd, .events = POLLOUT };

	if (fd == -1 || n <= 0 || (size_t)n >= size)
		return false;
	while (send(fd, datagram, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL) !=
	    n) {
		int64_t left = errno == EAGAIN ? until_ms - ipc_now_ms() : 0;

		if (left <= 0 || poll(&room, 1, (int)left) == -1)
			return false;
	}
	return true;
}

static bool
to_journal(const struct log_line *line, const char *text, int priority,
    int64_t until_ms)
{
	char out[2 * LOG_FIELDS_MAX + 128];
	int n = snprintf(out, sizeof(out), "MESSAGE=%s\nPRIORITY=%d\n"
	    "SYSLOG_IDENTIFIER=sallyport\nSYSLOG_FACILITY=%d\n%s",
	    text, priority, LOG_FAC(LOG_AUTHPRIV), line->fields);

	return send_to(journal_fd, out, n, sizeof(out), until_ms);
}

static void
to_syslog(const char *text, int priority, int64_t until_ms)
{
	char stamp[32] = "", out[LOG_FIELDS_MAX + 128];
	time_t now = time(NULL);
	struct tm tm;
	int n;

	if (localtime_r(&now, &tm) != NULL)
		(void)strftime(stamp, sizeof(stamp), "%b %e %T", &tm);
	n = snprintf(out, sizeof(out), "<%d>%s sallyport[%d]: %s",
	    LOG_AUTHPRIV | priority, stamp, (int)log_pid, text);
	(void)send_to(log_fd, out, n, sizeof(out), until_ms);
}

void
log_end(struct log_line *line, int priority)
{
	char out[sizeof(line->text) + 128], json[LOG_FIELDS_MAX];
	const char *text = line->text;
	int64_t until_ms = line->words == 0 ? ipc_now_ms() + LOG_WAIT_MS : 0;
	int n;

	if (log_is_json) {
		log_json(line, json);
		text = json;
	}
	if (log_stderr) {
		n = snprintf(out, sizeof(out), "sallyport: %s\n", line->text);
		(void)!write(STDERR_FILENO, out, (size_t)n);
	}
	/* The journal is what reads /dev/log where it runs: one of the two. */
	if (!to_journal(line, text, priority, until_ms))
		to_syslog(text, priority, until_ms);
}
