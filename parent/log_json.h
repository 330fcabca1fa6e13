/*
 * A log line as a JSON object (RFC 8259), for who has asked for that in
 * sallyport.yaml: the words as "message", then each field, all of them strings
 * that say what they say in the line.
 */
#ifndef PARENT_LOG_JSON_H
#define PARENT_LOG_JSON_H

#include "parent/log.h"

/* Writes it, with a NUL behind it. A field that does not fit is left out. */
void log_json(const struct log_line *line, char json[LOG_FIELDS_MAX]);

#endif
