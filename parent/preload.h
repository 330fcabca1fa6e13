/*
 * sallyport preload: a provider's keys from a file, for hosts that cannot
 * reach the provider.
 */
#ifndef PARENT_PRELOAD_H
#define PARENT_PRELOAD_H

/* argv[0] is the subcommand's name. Returns the exit status, 0 or 1. */
int preload_main(int argc, char **argv);

#endif
