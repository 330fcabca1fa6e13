/* From a table to BPF, by libseccomp: when sallyport is built, and in tests. */
#ifndef SECCOMP_FILTER_COMPILE_H
#define SECCOMP_FILTER_COMPILE_H

#include "seccomp/filter.h"
#include "seccomp/filter_code.h"

/* Linux's own limit (BPF_MAXINSNS). */
#define FILTER_CODE_MAX 4096

/*
 * Compiles a table for this architecture into code, which has room for
 * FILTER_CODE_MAX instructions. Returns 0 and *n, or a negative errno value.
 */
int filter_compile(const struct filter *filter,
    struct sock_filter code[FILTER_CODE_MAX], unsigned short *n)
    __attribute__((warn_unused_result));

#endif
