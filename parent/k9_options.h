/* The command line of k9-ssh, as Key9's own client has it, and two words
 * more. */
#ifndef PARENT_K9_OPTIONS_H
#define PARENT_K9_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#define K9_CONFIG "/opt/k9/etc/k9.yaml"

struct k9_options {
	const char *user;   /* from argv, as all strings here */
	const char *remote; /* "" if not given */
	const char *config;
	uint32_t deadline_s;
	bool log_stderr;
};

/*
 * Reads the options. Returns -1 to go on, or the exit status after it has
 * printed what was asked for (--help, --version) or what is wrong.
 */
int k9_options_read(int argc, char **argv, struct k9_options *options);

#endif
