/* Cages are for good, so each is tried in a child process. */
#ifndef TESTS_SECCOMP_CHILD_H
#define TESTS_SECCOMP_CHILD_H

#include <stdbool.h>

/* In the child: says what failed and ends it, unless the condition holds. */
#define CHILD_NEEDS(condition)                                                \
	child_needs(condition, #condition, __LINE__)
void child_needs(bool condition, const char *text, int line);

/* Runs run(arg) in a child. True if it came back; false if SIGSYS killed it;
 * any other end fails the test. */
bool child_survives(void (*run)(const void *arg), const void *arg);

/* In the child: no_new_privs, which filters and Landlock need. */
void child_no_new_privs(void);

#endif
