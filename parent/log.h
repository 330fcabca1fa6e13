/*
 * One line a decision, to the journal or to syslog(AUTHPRIV) and, for people,
 * to stderr.
 *
 * The writer is our own because syslog(3) may block, reconnect and open files
 * behind a cage, and libsystemd would bring compression and crypto into the
 * parent. Lines are key=value; a value is escaped here, whoever it came from,
 * so that one line stays one line. Nothing secret is ever passed.
 */
#ifndef PARENT_LOG_H
#define PARENT_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <syslog.h>

/* Opens the journal, if it is root's, and /dev/log, for what the journal does
 * not take. The absence of either is no failure. Before the cage. */
void log_open(bool to_stderr);

/* To standard error only: for what a person tries by hand. */
void log_to_person(void);

/* From now on lines are JSON, as sallyport.yaml says; those for people stay. */
void log_as_json(bool json);

/* Room for every field that a decision has, three of them at their longest. */
#define LOG_LINE_MAX 2048
/* What one value may take in the line, escapes and all; the rest is cut. */
#define LOG_VALUE_MAX 512
/* The same fields for the journal, whose names for them are longer. */
#define LOG_FIELDS_MAX (2 * LOG_LINE_MAX)

struct log_line {
	char text[LOG_LINE_MAX];
	size_t used;
	size_t words; /* of text: what stands before the fields */
	char fields[LOG_FIELDS_MAX]; /* SALLYPORT_KEY=value, a line each */
	size_t fields_used;
};

/* Begins a line; words is our own text, empty for a decision line. */
void log_begin(struct log_line *line, const char *words);

/*
 * Adds key=value: n bytes of a value that may be hostile, cut at
 * LOG_VALUE_MAX. A field that does not fit the line any more is left out.
 */
void log_add(struct log_line *line, const char *key, const void *value,
    size_t n);
void log_add_text(struct log_line *line, const char *key, const char *value);
void log_add_number(struct log_line *line, const char *key, uint64_t value);

/* Sends the line, once; priority is LOG_INFO, LOG_WARNING or LOG_ERR. One that
 * nobody has room for is lost; a decision line waits for room, a tenth of a
 * second at most. */
void log_end(struct log_line *line, int priority);

#endif
