/*
 * Policy plugins: commands that root names in /etc/opk/policy.d, asked whether
 * somebody may log in.
 *
 * A plugin is an arbitrary program and cannot be caged by a filter. So a child
 * of its own runs it, forked before the parent's cage: the runner gives up
 * root at once, and starts nothing that does not stand in a file of policy.d,
 * whoever asks it to: neither the judge that words the request nor the parent
 * that passes it on can make it run anything else.
 */
#ifndef PARENT_PLUGIN_H
#define PARENT_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/err.h"
#include "ipc/limits.h"
#include "ipc/reason.h"
#include "parent/opk_files.h"

struct plugin_runner {
	int fd;      /* of its socket; -1: there is none */
	bool silent; /* it did not answer as it should: it is not asked again */
};

/* What to ask of whom. All of it may be hostile. */
struct plugin_request {
	size_t plugin;        /* its file's index in opk_files.plugins */
	const uint8_t *env;   /* NAME=VALUE, each with a NUL behind it */
	size_t env_len;       /* at most PLUGIN_ENV_MAX */
	const uint8_t *words; /* the command's, each with a NUL behind it */
	size_t words_len;     /* 1 to PATH_LEN_MAX + 1 */
	uint32_t time_ms;     /* 1 to DEADLINE_MAX_S * 1000 */
};

/*
 * Forks the runner, if files has a plugin at all: before the parent's cage,
 * and after starter_open(), so that the starter does not hold the socket.
 * files is what it will compare with, as it is now. False if there is none,
 * and should be, with errno; plugin_ask() then says REASON_PLUGIN_RUN.
 */
bool plugin_begin(struct plugin_runner *runner, const struct opk_files *files)
    MUST_CHECK;

/*
 * Runs one plugin and returns when it and its process group have ended.
 *
 * REASON_OK: it answered. *allowed if it ended with status 0 and its output,
 * less white space at both ends, is "allow"; "deny" is the other answer.
 * REASON_PLUGIN_RUN: anything else, *allowed is false, and detail says in
 * words for the log what happened; never what the plugin printed, which had
 * the user's token in its environment.
 *
 * Waits no longer than deadline_ms, and not much longer than time_ms; a
 * runner that does not answer in time is not asked again.
 */
enum reason plugin_ask(struct plugin_runner *runner,
    const struct plugin_request *request, int64_t deadline_ms, bool *allowed,
    char detail[DETAIL_MAX + 1]) MUST_CHECK;

/*
 * Tells the runner to end what it runs and itself; returns when it has, or
 * at the deadline. Works in the parent's cage.
 */
void plugin_end(struct plugin_runner *runner, int64_t deadline_ms);

#endif
