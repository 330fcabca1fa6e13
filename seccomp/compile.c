/*
 * Run by the build: prints the filters of policy.c as C, for filter_code.c,
 * or, asked for "text", instruction by instruction for people to compare.
 */
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "seccomp/filter_compile.h"
#include "seccomp/policy.h"

static const struct {
	const char *name;
	const struct filter *filter;
} filters[] = {
	{ "parent", &policy_parent },
	{ "starter", &policy_starter },
	{ "net_connect", &policy_net_connect },
	{ "net_talk", &policy_net_talk },
	{ "parse", &policy_parse },
};

static void
print_c(const char *name, const struct sock_filter *code, unsigned n)
{
	printf("static const struct sock_filter %s_code[] = {\n", name);
	for (unsigned i = 0; i < n; i++)
		printf("\t{ %#x, %u, %u, %#x },\n", code[i].code, code[i].jt,
		    code[i].jf, code[i].k);
	printf("};\nconst struct filter_code filter_code_%s = {\n"
	    "\t%s_code, %u };\n", name, name, n);
}

/* What a number is called, where it is a call's that is compared. */
static void
print_call(unsigned nr)
{
	char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE,
	    (int)nr);

	if (name != NULL)
		printf("   %s", name);
	free(name);
}

/* The few instructions that libseccomp makes. */
static void
print_instruction(unsigned at, const struct sock_filter *in)
{
	static unsigned loaded; /* offset in struct seccomp_data */

	printf("%4u  ", at);
	switch (in->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		loaded = in->k;
		printf("load %u\n", in->k);
		return;
	case BPF_ALU | BPF_AND | BPF_K:
		printf("and %#x\n", in->k);
		return;
	case BPF_JMP | BPF_JA:
		printf("goto %u\n", at + 1 + in->k);
		return;
	case BPF_RET | BPF_K:
		printf("return %#x\n", in->k);
		return;
	default:
		printf("if %s %#x goto %u else %u",
		    BPF_OP(in->code) == BPF_JEQ ? "==" :
		    BPF_OP(in->code) == BPF_JGT ? ">" :
		    BPF_OP(in->code) == BPF_JGE ? ">=" : "&", in->k,
		    at + 1 + in->jt, at + 1 + in->jf);
		if (loaded == 0 && BPF_OP(in->code) == BPF_JEQ)
			print_call(in->k);
		printf("\n");
	}
}

static void
print_text(const char *name, const struct sock_filter *code, unsigned n)
{
	printf("%s: %u instructions\n", name, n);
	for (unsigned i = 0; i < n; i++)
		print_instruction(i, &code[i]);
}

int
main(int argc, char **argv)
{
	static struct sock_filter code[FILTER_CODE_MAX];
	const struct scmp_version *version = seccomp_version();
	int text = argc > 1 && strcmp(argv[1], "text") == 0;
	unsigned short n;

	if (text)
		printf("made by libseccomp %u.%u.%u\n", version->major,
		    version->minor, version->micro);
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		int rc = filter_compile(filters[i].filter, code, &n);

		if (rc != 0) {
			(void)fprintf(stderr, "%s: %s\n", filters[i].name,
			    strerror(-rc));
			return 1;
		}
		if (text)
			print_text(filters[i].name, code, n);
		else
			print_c(filters[i].name, code, n);
	}
	return 0;
}
