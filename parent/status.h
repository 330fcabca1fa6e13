/* sallyport status: which walls stand on this machine, for this user. */
#ifndef PARENT_STATUS_H
#define PARENT_STATUS_H

/* Starts every process, asks what it shut, prints a table. 0, or 1 if a cage
 * could not be shut at all. */
int status_main(int argc, char **argv);

#endif
