/*
 * The commands, each with a file of its own. All take the words from the
 * command's name on, and return its exit status: 0 done or clean, 1 refused or
 * problems found, 2 it could not be done or looked at (or was mistyped).
 */
#ifndef ADMIN_COMMANDS_H
#define ADMIN_COMMANDS_H

int add_main(int argc, char **argv);
int audit_main(int argc, char **argv);
int config_main(int argc, char **argv);
int inspect_main(int argc, char **argv);
int list_main(int argc, char **argv);
int permissions_main(int argc, char **argv);
int remove_main(int argc, char **argv);
int setup_main(int argc, char **argv);
int stats_main(int argc, char **argv);
int version_main(int argc, char **argv);

#endif
