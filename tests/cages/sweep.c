/*
 * Every number, by every door; and for each row that minds its arguments, each
 * of them just beside what the row allows. What the cage does must be what the
 * tables say, both ways: killed, or returned from. (Whether a call that passes
 * the filter is stopped by another layer is for test_calls.py.)
 *
 * The arguments are all ones, with which no call does harm, or waits.
 */
#include <linux/unistd.h>
#include <stdio.h>
#include <sys/resource.h>

#include "probe.h"

/* Linux 6.18 ends below 480, i386 and x32 too; there is room for more. */
#define NUMBERS 1024
/* For each argument that a row minds: families, descriptors, commands. */
#define SMALL 32

/* What stands in the upper half of the register is nothing to the kernel. */
#define UPPER (1L << 32)

static const long far_numbers[] = { 1024, 1025, 2047, 4095, 4096, 65535, 65536,
	1 << 20, (1 << 29) + 1, (1 << 30) - 1, 0x7fffffff, 0x80000000, 0xfffffffe,
	0xffffffff, UPPER | __NR_read, UPPER | __NR_openat, UPPER | __NR_socket,
	UPPER | __NR_execve, UPPER | __NR_ptrace, UPPER | __NR_exit_group };

bool
filter_allows(const struct filter *filter, enum entry entry, long nr,
    const uint64_t args[6])
{
	for (size_t i = 0; entry == NATIVE && i < filter->nrows; i++) {
		const struct filter_row *row = &filter->rows[i];
		bool fits = row->nr == (int)nr;

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
			return true;
	}
	return false;
}

static struct {
	enum cage cage;
	unsigned every, first, seen;
	unsigned made, to_be_killed;
	struct call call; /* the one to be made */
} run;

static int64_t
make_it(void)
{
	return call_run(&run.call);
}

/* Calls that do not return where they are allowed, not even from nonsense. */
static bool
comes_back(enum entry entry, long nr)
{
	return entry != NATIVE || ((int)nr != __NR_exit &&
	    (int)nr != __NR_exit_group && (int)nr != __NR_rt_sigreturn);
}

static void
try(enum entry entry, long nr, const uint64_t args[6])
{
	static const char *const doors[] = { "native", "x32", "int80" };
	static const char *const ways[] = { "returned", "killed", "ended" };
	bool allowed = cage_allows(run.cage, entry, nr, args);
	struct outcome outcome;

	run.call = (struct call){ .nr = nr, .entry = entry };
	for (int i = 0; i < 6; i++)
		run.call.args[i] = args[i];
	outcome = inside(run.cage, NULL, make_it);
	run.made++;
	run.to_be_killed += !allowed;
	/* Without a cage some wait, or end the process in another way. */
	if (allowed ? outcome.how == RETURNED || (outcome.how == ENDED &&
	    (run.cage == NONE || !comes_back(entry, nr))) :
	    outcome.how == KILLED)
		return;
	(void)printf("%s %ld %#llx,%#llx,%#llx: %s, status %#x\n", doors[entry],
	    nr, (unsigned long long)args[0], (unsigned long long)args[1],
	    (unsigned long long)args[2], ways[outcome.how],
	    (unsigned)outcome.status);
}

/* The same, if it is this run's turn. */
static void
try_some(enum entry entry, long nr, const uint64_t args[6])
{
	if (run.seen++ % run.every == run.first)
		try(entry, nr, args);
}

static const uint64_t ones[6] = { UINT64_MAX, UINT64_MAX, UINT64_MAX,
	UINT64_MAX, UINT64_MAX, UINT64_MAX };

static void
all_numbers(void)
{
	for (long nr = 0; nr < NUMBERS; nr++) {
		if (cage_allows(run.cage, NATIVE, nr, ones) && run.cage != NONE)
			try(NATIVE, nr, ones);
		else
			try_some(NATIVE, nr, ones);
		try_some(X32, nr, ones);
		try_some(INT80, nr, ones);
	}
	for (size_t i = 0; i < sizeof(far_numbers) / sizeof(far_numbers[0]); i++)
		for (int entry = NATIVE; entry <= INT80; entry++)
			try_some((enum entry)entry, far_numbers[i], ones);
}

/* One argument of a row changed to what is just beside it, or small. */
static void
beside(const struct filter_row *row, const struct filter_arg *arg,
    const uint64_t good[6])
{
	uint64_t args[6];

	for (int i = 0; i < 6; i++)
		args[i] = good[i];
	for (int bit = 0; bit < 64; bit++) {
		args[arg->index] = good[arg->index] ^ UINT64_C(1) << bit;
		try_some(NATIVE, row->nr, args);
	}
	for (uint64_t value = 0; value < SMALL; value++) {
		args[arg->index] = value;
		try_some(NATIVE, row->nr, args);
	}
	for (uint64_t d = 0; d < 3; d++) {
		args[arg->index] = arg->value - 1 + d;
		try_some(NATIVE, row->nr, args);
	}
}

static void
all_rows(const struct filter *filter)
{
	for (size_t i = 0; i < filter->nrows; i++) {
		const struct filter_row *row = &filter->rows[i];
		uint64_t good[6] = { 0 };

		for (size_t a = 0; a < FILTER_ARGS; a++)
			if (row->args[a].cmp != FILTER_ANY &&
			    row->args[a].cmp != FILTER_NONE_OF)
				good[row->args[a].index] = row->args[a].value;
		for (size_t a = 0; a < FILTER_ARGS; a++)
			if (row->nr >= 0 && row->args[a].cmp != FILTER_ANY)
				beside(row, &row->args[a], good);
	}
}

void
sweep(enum cage cage, unsigned every, unsigned first)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	run.cage = cage;
	run.every = every;
	run.first = first % every;
	all_numbers();
	for (size_t i = 0; i < 3 && cages[cage].filters[i] != NULL; i++)
		all_rows(cages[cage].filters[i]);
	(void)printf("made %u, %u of them to be killed\n", run.made,
	    run.to_be_killed);
}
