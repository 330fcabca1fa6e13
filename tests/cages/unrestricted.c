/*
 * Runs a program as on a kernel that has no Landlock:
 *
 *   unrestricted UID PROGRAM ARGUMENT...
 *
 * A filter around it answers in such a kernel's place. Must be run as root.
 */
#include <errno.h>
#include <grp.h>
#include <seccomp.h>
#include <stdlib.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	scmp_filter_ctx kernel = seccomp_init(SCMP_ACT_ALLOW);
	uid_t uid = argc > 2 ? (uid_t)atoi(argv[1]) : 0;

	if (argc < 3 || kernel == NULL ||
	    seccomp_attr_set(kernel, SCMP_FLTATR_CTL_NNP, 0) != 0 ||
	    seccomp_rule_add(kernel, SCMP_ACT_ERRNO(ENOSYS),
	    SCMP_SYS(landlock_create_ruleset), 0) != 0 ||
	    seccomp_load(kernel) != 0 || setgroups(0, NULL) == -1 ||
	    setresgid(uid, uid, uid) == -1 ||
	    setresuid(uid, uid, uid) == -1)
		return 125;
	(void)execv(argv[2], argv + 2);
	return 126;
}
