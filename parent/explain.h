/* sallyport explain: a dry run of verify, told check by check. */
#ifndef PARENT_EXPLAIN_H
#define PARENT_EXPLAIN_H

/*
 * argv[0] is the subcommand's name. The verdict is a login's own judge's; no
 * line that sshd would take is ever printed. Returns 0 if the login would be
 * allowed, 1 if denied, 2 if that could not be found out.
 */
int explain_main(int argc, char **argv);

#endif
