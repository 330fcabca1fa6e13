#include "seccomp/filter.h"

#include <errno.h>
#include <seccomp.h>

static struct scmp_arg_cmp
compare(const struct filter_arg *arg)
{
	struct scmp_arg_cmp cmp = { .arg = arg->index, .op = SCMP_CMP_EQ,
		.datum_a = arg->value };

	if (arg->cmp == FILTER_LE)
		cmp.op = SCMP_CMP_LE;
	/* A masked comparison takes the mask first, then what must remain. */
	if (arg->cmp == FILTER_NONE_OF)
		cmp.op = SCMP_CMP_MASKED_EQ;
	if (arg->cmp == FILTER_BITS) {
		cmp.op = SCMP_CMP_MASKED_EQ;
		cmp.datum_a = arg->mask;
		cmp.datum_b = arg->value;
	}
	return cmp;
}

static int
add_row(scmp_filter_ctx ctx, const struct filter_row *row)
{
	struct scmp_arg_cmp args[FILTER_ARGS];
	unsigned n = 0;

	/* A negative number is a call that this architecture does not have. */
	if (row->nr < 0)
		return 0;
	for (size_t i = 0; i < FILTER_ARGS; i++)
		if (row->args[i].cmp != FILTER_ANY)
			args[n++] = compare(&row->args[i]);
	return seccomp_rule_add_exact_array(ctx, SCMP_ACT_ALLOW, row->nr, n,
	    args);
}

int
filter_load(const struct filter *filter)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int rc;

	if (ctx == NULL)
		return -ENOMEM;
	rc = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH,
	    SCMP_ACT_KILL_PROCESS);
	/* no_new_privs is a step of its own, so that its failure has a name. */
	if (rc == 0)
		rc = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_NNP, 0);
	for (size_t i = 0; rc == 0 && i < filter->nrows; i++)
		rc = add_row(ctx, &filter->rows[i]);
	if (rc == 0)
		rc = seccomp_load(ctx);
	seccomp_release(ctx);
	return rc;
}
