/*
 * Which filters a process has loaded:
 *
 *   loaded PID...   prints for each PID the names of its filters, oldest first
 *
 * The kernel gives the instructions back (PTRACE_SECCOMP_GET_FILTER; to root
 * alone). A filter has a name if it is, byte for byte, what the build made of
 * a table; else it is "unknown". The process goes on as if nothing had been;
 * one that has ended is passed over.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "seccomp/filter_code.h"
#include "seccomp/filter_compile.h"

static const struct {
	const char *name;
	const struct filter_code *code;
} made[] = {
	{ "parent", &filter_code_parent },
	{ "starter", &filter_code_starter },
	{ "net_connect", &filter_code_net_connect },
	{ "net_talk", &filter_code_net_talk },
	{ "parse", &filter_code_parse },
};

static const char *
name_of(const struct sock_filter *code, size_t n)
{
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
		if (made[i].code->n == n && memcmp(made[i].code->code, code,
		    n * sizeof(*code)) == 0)
			return made[i].name;
	return "unknown";
}

static void
print_filters(pid_t pid)
{
	static struct sock_filter code[FILTER_CODE_MAX];
	long n;

	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) == -1 ||
	    ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) == -1 ||
	    waitpid(pid, NULL, __WALL) != pid) {
		if (errno == ESRCH)
			return;
		perror("ptrace");
		exit(1);
	}
	(void)printf("%d", (int)pid);
	for (long i = 0; (n = ptrace(PTRACE_SECCOMP_GET_FILTER, pid, i,
	    code)) > 0; i++)
		(void)printf(" %s", name_of(code, (size_t)n));
	(void)printf("\n");
	(void)ptrace(PTRACE_DETACH, pid, NULL, NULL);
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		print_filters((pid_t)atoi(argv[i]));
	return 0;
}
