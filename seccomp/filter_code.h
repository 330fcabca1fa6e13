/*
 * Filters as a process loads them: BPF made from policy.c's tables by
 * libseccomp when sallyport is built (compile.c), so that nothing has to be
 * made at a login. filters.txt in the build directory shows them in words;
 * what it is compared with stands here, in filters.x86_64.txt.
 */
#ifndef SECCOMP_FILTER_CODE_H
#define SECCOMP_FILTER_CODE_H

#include <linux/filter.h>

struct filter_code {
	const struct sock_filter *code;
	unsigned short n;
};

/* One for each table of policy.h. */
extern const struct filter_code filter_code_parent;
extern const struct filter_code filter_code_starter;
extern const struct filter_code filter_code_net_connect;
extern const struct filter_code filter_code_net_talk;
extern const struct filter_code filter_code_parse;

/*
 * Loads the filter for this process, for good. Needs no_new_privs. Returns
 * 0, or a negative errno value.
 */
int filter_load(const struct filter_code *filter)
    __attribute__((warn_unused_result));

#endif
