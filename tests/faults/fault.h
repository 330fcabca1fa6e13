/* What goes wrong, when, and how it is done to a tracee. */
#ifndef TESTS_FAULTS_FAULT_H
#define TESTS_FAULTS_FAULT_H

#include "tests/faults/tracee.h"

#define FUNCTIONS_MAX 4 /* a processor has so many breakpoints */

struct fault {
	const char *who;
	enum { CALL, STEP, TRANSFER, MESSAGE, CLOCK, FUNCTION } event;
	const char *name;	/* of a call; NULL: any */
	const char *file;
	uint64_t functions[FUNCTIONS_MAX];
	size_t nfunctions;
	long left;	/* events before it */
	enum { LIST, ERROR, SHORT, DROP, CUT, TWICE, HOLD, NULL_RESULT, JUMP,
	    SIGNAL, PAUSE } how;
	long number;	/* errno, ms, seconds, signal */
	int started;	/* the program runs */
	int fired;
};

/* WHO EVENT K FAULT; false if they are none. */
int fault_read(struct fault *fault, char **words);

/* Whether the call that t is about to make, of this name, is an event. */
int fault_counts(const struct fault *fault, const struct tracee *t,
    const char *name);
int fault_is_clock(const struct tracee *t);

/* At the call's entry. True if t is to wait. */
int fault_begin(struct fault *fault, struct tracee *t);
/* When it returns, if t->returns. */
void fault_end(struct fault *fault, struct tracee *t);

/* Breakpoints at the functions, if their file is there yet. */
void fault_arm(const struct fault *fault, struct tracee *t);
/* At a function's entry: back to its caller, with NULL. */
void fault_return_null(const struct tracee *t, struct user_regs_struct *regs);

#endif
