/*
 * sallyport refresh: fetches every provider's keys anew, for a timer, so that
 * no login has to.
 */
#ifndef PARENT_REFRESH_H
#define PARENT_REFRESH_H

/*
 * argv[0] is the subcommand's name. Prints and logs one line per provider.
 * Returns the exit status: 0 if all went well, 1 if one did not.
 */
int refresh_main(int argc, char **argv);

#endif
