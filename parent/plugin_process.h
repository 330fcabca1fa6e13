/*
 * What plugin.c (the parent's side) and plugin_process.c (the runner's) have
 * to agree on.
 */
#ifndef PARENT_PLUGIN_PROCESS_H
#define PARENT_PLUGIN_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

#include "parent/plugin.h"

/* "allow", and a complaint or two for whoever tries a plugin out. */
#define PLUGIN_OUTPUT_MAX 4096

/*
 * The parent's first datagram. The environment follows, then the words, in
 * pieces of at most IPC_CHUNK_MAX bytes.
 */
struct plugin_question {
	uint32_t plugin;
	uint32_t time_ms;
	uint32_t env_len;
	uint32_t words_len;
};

/*
 * The runner's one datagram, cut behind the text, which is what the plugin
 * printed; if it was refused, why.
 */
struct plugin_answer {
	uint32_t outcome; /* enum command_outcome */
	int32_t status;
	uint32_t len;
	char text[PLUGIN_OUTPUT_MAX];
};

/* The runner's whole life (parent/child.h); files is a struct opk_files. */
void plugin_main(const void *files, pid_t parent) __attribute__((noreturn));

#endif
