/*
 * Running a program that is not ours, in a child of the parent's that has no
 * cage a program could live in (parent/child.h): policy plugins and the
 * chained command. What holds for each: who may have put it there, a process
 * group of its own, bounds of time, memory and output, and that nothing of the
 * group is left when it has ended, when we do, or when the parent dies.
 */
#ifndef PARENT_COMMAND_PROCESS_H
#define PARENT_COMMAND_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What sshd gives its commands. */
#define COMMAND_DEFAULT_PATH                                                  \
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

enum command_outcome {
	COMMAND_ENDED,   /* status is as from waitpid() */
	COMMAND_TIMEOUT, /* it was ended, at the deadline */
	COMMAND_TALKS,   /* it was ended, for printing more than max */
	COMMAND_UNHEARD, /* it was ended: its output could not be read */
	COMMAND_REFUSED  /* it was not started */
};

struct command_run {
	char *const *argv, *const *envp;
	int64_t deadline_ms; /* CLOCK_MONOTONIC */
	bool with_stderr;    /* is output too; else it is thrown away */
	char *out;           /* room for max bytes */
	size_t max;
	size_t len; /* of what it has printed */
	int status;
};

/*
 * Once, as the id that commands shall run with: from now on what ends this
 * process ends what it runs. False if that cannot be, or the parent is gone.
 */
bool command_begin(pid_t parent) __attribute__((warn_unused_result));

/*
 * Whether the program at path is root's own, for everybody to run and with no
 * other bit; if not, *why says so, in words for the log.
 */
bool command_allowed(const char *path, char *why, size_t size)
    __attribute__((warn_unused_result));

/*
 * Runs it and returns when it and its process group have ended; ends this
 * process if the parent wants no answer any more. COMMAND_UNHEARD and
 * COMMAND_REFUSED leave errno.
 */
enum command_outcome command_run(struct command_run *run)
    __attribute__((warn_unused_result));

#endif
