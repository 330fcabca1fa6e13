/*
 * Every number, by every door, with plain arguments; and for each row that
 * minds its arguments, each of them just beside what the row allows. What the
 * tables do allow is left to the tests of the cages and of whole logins.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe.h"
#include "seccomp/filter_code.h"
#include "seccomp/policy.h"

/* Linux 6.18 ends below 480; there is room for what is to come. */
#define NUMBERS 640

int
filter_allows(const struct filter *filter, enum entry entry, long nr,
    const uint64_t args[6])
{
	for (size_t i = 0; entry == NATIVE && i < filter->nrows; i++) {
		const struct filter_row *row = &filter->rows[i];
		int fits = row->nr == nr;

		for (size_t a = 0; a < FILTER_ARGS; a++) {
			uint64_t value = args[row->args[a].index];
			uint64_t bound = row->args[a].value;

			switch (row->args[a].cmp) {
			case FILTER_ANY:
				break;
			case FILTER_EQ:
				fits = fits && value == bound;
				break;
			case FILTER_LE:
				fits = fits && value <= bound;
				break;
			case FILTER_NONE_OF:
				fits = fits && (value & bound) == 0;
				break;
			case FILTER_BITS:
				fits = fits &&
				    (value & row->args[a].mask) == bound;
				break;
			}
		}
		if (fits)
			return 1;
	}
	return 0;
}

/* What a process loads that has this table. */
static const struct filter_code *
code_of(const struct filter *filter)
{
	static const struct {
		const struct filter *table;
		const struct filter_code *code;
	} pairs[] = {
		{ &policy_parent, &filter_code_parent },
		{ &policy_starter, &filter_code_starter },
		{ &policy_net_connect, &filter_code_net_connect },
		{ &policy_net_talk, &filter_code_net_talk },
		{ &policy_parse, &filter_code_parse },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (pairs[i].table == filter)
			return pairs[i].code;
	exit(2);
}

static void __attribute__((noreturn))
try_caged(const struct filter *filter, enum entry entry, long nr,
    const uint64_t args[6])
{
	/* Should it not be killed, it may hang. */
	(void)alarm(2);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    filter_load(code_of(filter)) != 0)
		_exit(99);
	(void)call_raw(entry, nr, args);
	/* exit_group would be killed too, where it is not allowed. */
	_exit(0);
}

static void
expect_killed(const struct filter *filter, enum entry entry, long nr,
    const uint64_t args[6], unsigned *made)
{
	static const char *const doors[] = { "native", "x32", "int80" };
	int status;
	pid_t pid;

	if (filter_allows(filter, entry, nr, args))
		return;
	(*made)++;
	if ((pid = fork()) == 0)
		try_caged(filter, entry, nr, args);
	if (pid == -1 || waitpid(pid, &status, 0) != pid)
		exit(1);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
		(void)printf("%s %ld %#llx,%#llx,%#llx: status %#x\n",
		    doors[entry], nr, (unsigned long long)args[0],
		    (unsigned long long)args[1], (unsigned long long)args[2],
		    (unsigned)status);
}

/* One argument of a row changed to what is just beside it. */
static void
beside(const struct filter *filter, const struct filter_row *row,
    const struct filter_arg *arg, const uint64_t good[6], unsigned *made)
{
	uint64_t args[6];

	for (int i = 0; i < 6; i++)
		args[i] = good[i];
	for (int bit = 0; bit < 64; bit++) {
		args[arg->index] = good[arg->index] ^ UINT64_C(1) << bit;
		expect_killed(filter, NATIVE, row->nr, args, made);
	}
	for (uint64_t d = 0; d < 3; d++) {
		args[arg->index] = arg->value - 1 + d;
		expect_killed(filter, NATIVE, row->nr, args, made);
	}
}

unsigned
sweep(const struct filter *filter)
{
	static const uint64_t zero[6];
	const struct rlimit none = { 0, 0 };
	unsigned made = 0;

	(void)setrlimit(RLIMIT_CORE, &none);
	for (long nr = 0; nr < NUMBERS; nr++)
		for (int entry = NATIVE; entry <= INT80; entry++)
			expect_killed(filter, (enum entry)entry, nr, zero, &made);
	for (size_t i = 0; i < filter->nrows; i++) {
		const struct filter_row *row = &filter->rows[i];
		uint64_t good[6] = { 0 };

		for (size_t a = 0; a < FILTER_ARGS; a++)
			if (row->args[a].cmp != FILTER_ANY &&
			    row->args[a].cmp != FILTER_NONE_OF)
				good[row->args[a].index] = row->args[a].value;
		for (size_t a = 0; a < FILTER_ARGS; a++)
			if (row->nr >= 0 && row->args[a].cmp != FILTER_ANY)
				beside(filter, row, &row->args[a], good, &made);
	}
	return made;
}
