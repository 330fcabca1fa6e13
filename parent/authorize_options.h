/* The command line of authorize: sshd's words, by name. */
#ifndef PARENT_AUTHORIZE_OPTIONS_H
#define PARENT_AUTHORIZE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* All strings are argv's; NULL if not given. */
struct authorize_options {
	const char *user, *key_type, *key; /* %u, %t and %k; never NULL */
	const char *connection; /* %C */
	const char *home, *uid; /* %h and %U */
	uint32_t deadline_s;    /* 0: what sallyport.yaml says */
	bool log_stderr;
};

/* As k9_options_read(). */
int authorize_options_read(int argc, char **argv,
    struct authorize_options *options);

#endif
