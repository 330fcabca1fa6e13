/* sallyport k9-ssh: a login whose keys come from Key9. */
#ifndef PARENT_K9_SSH_H
#define PARENT_K9_SSH_H

/*
 * argv[0] is the subcommand's name. Prints the user's keys, or nothing.
 * Returns the exit status: 0, whatever the decision; 1 where no login can
 * work (command line, configuration, wrong user).
 */
int k9_ssh_main(int argc, char **argv);

#endif
