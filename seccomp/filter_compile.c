#include "seccomp/filter_compile.h"

#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <unistd.h>

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

/* libseccomp writes to a descriptor only. */
static int
export_code(scmp_filter_ctx ctx, struct sock_filter code[FILTER_CODE_MAX],
    unsigned short *n)
{
	FILE *file = tmpfile();
	size_t read = 0;
	int rc = file != NULL ? seccomp_export_bpf(ctx, fileno(file)) : -errno;

	if (rc == 0) {
		rewind(file);
		read = fread(code, sizeof(code[0]), FILTER_CODE_MAX, file);
		rc = read > 0 && fgetc(file) == EOF ? 0 : -E2BIG;
	}
	if (file != NULL)
		(void)fclose(file);
	*n = (unsigned short)read;
	return rc;
}

int
filter_compile(const struct filter *filter,
    struct sock_filter code[FILTER_CODE_MAX], unsigned short *n)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int rc;

	*n = 0;
	if (ctx == NULL)
		return -ENOMEM;
	rc = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH,
	    SCMP_ACT_KILL_PROCESS);
	/* A tree: the kernel tries every call in it when it is loaded. */
	if (rc == 0)
		rc = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	for (size_t i = 0; rc == 0 && i < filter->nrows; i++)
		rc = add_row(ctx, &filter->rows[i]);
	if (rc == 0)
		rc = export_code(ctx, code, n);
	seccomp_release(ctx);
	return rc;
}
