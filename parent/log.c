#include "parent/log.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define DEV_LOG "/dev/log"

static int log_fd = -1;
static bool log_stderr;
static pid_t log_pid;

void
log_open(bool to_stderr)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX, .sun_path = DEV_LOG };

	log_stderr = to_stderr;
	log_pid = getpid();
	/* Reads /etc/localtime now: later the cage forbids it. */
	tzset();
	log_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (log_fd != -1 && connect(log_fd, (const struct sockaddr *)&sun,
	    sizeof(sun)) == -1) {
		(void)close(log_fd);
		log_fd = -1;
	}
}

void
log_to_person(void)
{
	log_stderr = true;
}

void
log_begin(struct log_line *line, const char *words)
{
	line->used = 0;
	line->text[0] = '\0';
	log_add_text(line, NULL, words);
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

/* A byte as it may stand in a log line: printable ASCII, rest as \xNN. */
static void
escape(unsigned char c, char escaped[5])
{
	if (c == '"' || c == '\\')
		(void)snprintf(escaped, 5, "\\%c", c);
	else if (c < 0x20 || c > 0x7e)
		(void)snprintf(escaped, 5, "\\x%02x", c);
	else
		(void)snprintf(escaped, 5, "%c", c);
}

static void
append_value(struct field *field, const unsigned char *p, size_t n)
{
	size_t begin = field->used;
	char escaped[5];

	for (size_t i = 0; i < n; i++) {
		escape(p[i], escaped);
		if (field->used - begin + strlen(escaped) > LOG_VALUE_MAX)
			return;
		append(field, escaped);
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
	append_value(&field, value, n);
	if (quotes)
		append(&field, "\"");
	if (field.used >= sizeof(line->text) - line->used)
		return;
	memcpy(line->text + line->used, field.text, field.used);
	line->used += field.used;
	line->text[line->used] = '\0';
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

void
log_end(struct log_line *line, int priority)
{
	char stamp[32] = "", out[sizeof(line->text) + 128];
	time_t now = time(NULL);
	struct tm tm;
	int n;

	if (log_stderr) {
		n = snprintf(out, sizeof(out), "sallyport: %s\n", line->text);
		(void)!write(STDERR_FILENO, out, (size_t)n);
	}
	if (log_fd == -1)
		return;
	if (localtime_r(&now, &tm) != NULL)
		(void)strftime(stamp, sizeof(stamp), "%b %e %T", &tm);
	n = snprintf(out, sizeof(out), "<%d>%s sallyport[%d]: %s",
	    LOG_AUTHPRIV | priority, stamp, (int)log_pid, line->text);
	if (n > 0 && (size_t)n < sizeof(out))
		(void)!send(log_fd, out, (size_t)n,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
}
