/*
 * What is wrong with a configuration file, for the person who must mend it:
 * a line and a phrase that names the key and the remedy. Never a value from
 * the file: some of them are secrets.
 */
#ifndef PARSEPROC_CONFIG_ERROR_H
#define PARSEPROC_CONFIG_ERROR_H

#include <stdint.h>

#include "ipc/message.h"
#include "ipc/reason.h"

/* Fits the CONFIG_ERROR message's field (DETAIL_MAX) with room to spare. */
#define CONFIG_WHAT_MAX 200

struct config_error {
	enum reason reason; /* CONFIG_SIZE, _SYNTAX, _VALUE or MEMORY */
	uint32_t line;      /* from 1; 0 where no line is to blame */
	char what[CONFIG_WHAT_MAX]; /* printable ASCII, ends in NUL */
};

/*
 * Fills *error and returns reason. what becomes "key phrase", or the phrase
 * alone if key is NULL; both are constants of ours, and what is too long is
 * cut.
 */
enum reason config_error_set(struct config_error *error, enum reason reason,
    uint32_t line, const char *key, const char *phrase);

/* The CONFIG_ERROR that says so to the parent; good as long as *error is. */
struct ipc_message config_error_message(enum ipc_text which,
    const struct config_error *error);

#endif
