/*
 * A filter as it is loaded allows exactly the calls that its table does. The
 * table, seccomp/policy.c, is its own specification: read row by row here,
 * and by libseccomp when the filter was made. The loop over the code needs
 * no program counter that is unknown, as BPF only jumps forward.
 */
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>

#include "proofs/proof.h"
#include "seccomp/filter_code.h"
#include "seccomp/policy.h"

#define PASTE_(a, b) a##b
#define PASTE(a, b) PASTE_(a, b)
#define CODE PASTE(filter_code_, EACH)
#define TABLE PASTE(policy_, EACH)

#ifdef __x86_64__
#define ARCH AUDIT_ARCH_X86_64
#else
#define ARCH AUDIT_ARCH_AARCH64
#endif

/* The kernel's own words for a filter: seccomp(2), networking/filter.rst. */
static uint32_t
load(const struct seccomp_data *data, uint32_t at)
{
	uint64_t arg;
	uint32_t nr;

	PROVE(at % 4 == 0 && at < sizeof(*data), "loads what there is");
	memcpy(&nr, &data->nr, sizeof(nr)); /* which may be negative */
	if (at < 8)
		return at == 0 ? nr : data->arch;
	arg = at < 16 ? data->instruction_pointer : data->args[(at - 16) / 8];
	return (uint32_t)(at % 8 == 0 ? arg & UINT32_MAX : arg >> 32);
}

static bool
jumps(const struct sock_filter *in, uint32_t a)
{
	switch (BPF_OP(in->code)) {
	case BPF_JEQ:
		return a == in->k;
	case BPF_JGT:
		return a > in->k;
	case BPF_JGE:
		return a >= in->k;
	case BPF_JSET:
		return (a & in->k) != 0;
	default:
		PROVE(false, "a jump that is known");
		return false;
	}
}

/* What the kernel does with the call: the value that the filter returns. */
static uint32_t
run(const struct filter_code *filter, const struct seccomp_data *data)
{
	uint32_t a = 0, result = 0;
	size_t next = 0;

	for (size_t at = 0; at < filter->n; at++) {
		const struct sock_filter *in = &filter->code[at];

		if (next != at)
			continue;
		next = at + 1;
		if (in->code == (BPF_LD | BPF_W | BPF_ABS)) {
			a = load(data, in->k);
		} else if (in->code == (BPF_ALU | BPF_AND | BPF_K)) {
			a &= in->k;
		} else if (in->code == (BPF_JMP | BPF_JA)) {
			next += in->k;
		} else if (in->code == (BPF_RET | BPF_K)) {
			result = in->k;
			next = SIZE_MAX;
		} else {
			PROVE(BPF_CLASS(in->code) == BPF_JMP &&
			    BPF_SRC(in->code) == BPF_K,
			    "an instruction that is known");
			next += jumps(in, a) ? in->jt : in->jf;
		}
	}
	PROVE(next == SIZE_MAX, "every run of the filter returns");
	return result;
}

static bool
holds(const struct filter_arg *arg, uint64_t v)
{
	switch (arg->cmp) {
	case FILTER_ANY:
		return true;
	case FILTER_EQ:
		return v == arg->value;
	case FILTER_LE:
		return v <= arg->value;
	case FILTER_NONE_OF:
		return (v & arg->value) == 0;
	case FILTER_BITS:
		return (v & arg->mask) == arg->value;
	}
	PROVE(false, "a comparison that is known");
	return false;
}

/* Whether a row of the table, as SECURITY.md explains it, allows the call. */
static bool
allows(const struct filter *table, const struct seccomp_data *data)
{
	bool allowed = false;

	for (size_t i = 0; i < table->nrows; i++) {
		const struct filter_row *row = &table->rows[i];
		bool all = row->nr >= 0 && row->nr == data->nr;

		for (size_t j = 0; j < FILTER_ARGS; j++)
			all = all && holds(&row->args[j],
			    data->args[row->args[j].index]);
		allowed = allowed || all;
	}
	return allowed && data->arch == ARCH;
}

void
harness(void)
{
	struct seccomp_data data = ANY(struct seccomp_data);
	uint32_t verdict = run(&CODE, &data);
	bool allowed = verdict == SECCOMP_RET_ALLOW;
	bool wanted = allows(&TABLE, &data);

	PROVE(allowed || verdict == SECCOMP_RET_KILL_PROCESS,
	    "allowed or killed, nothing else");
	PROVE(!allowed || wanted, "allows only what the table does");
	PROVE(allowed || !wanted, "allows all that the table does");
	POSSIBLE(allowed, "a call is allowed");
	POSSIBLE(!allowed && data.arch == ARCH, "a call is refused");
}
