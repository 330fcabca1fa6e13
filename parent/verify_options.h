/* The command line of verify, as opkssh's, and a few words more. */
#ifndef PARENT_VERIFY_OPTIONS_H
#define PARENT_VERIFY_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* All strings are argv's. */
struct verify_options {
	const char *user, *key, *key_type; /* sshd's %u, %k and %t */
	char **extra; /* the words behind them, up to a NULL */
	const char *config; /* NULL: config.yml in /etc/opk */
	const char *home;   /* sshd's %h; NULL: to be looked up */
	const char *uid;    /* sshd's %U; NULL: to be looked up */
	uint32_t deadline_s; /* 0: not given */
	int deny_status;     /* -1: not given */
	bool log_stderr;
};

/*
 * Reads the options, before, between or behind the words. Returns -1 to go
 * on, or the exit status after it has printed what was asked for (--help,
 * --version) or what is wrong.
 */
int verify_options_read(int argc, char **argv,
    struct verify_options *options);

#endif
