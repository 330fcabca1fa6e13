/* closefrom(3), which not every C library has. */
#ifndef IPC_CLOSE_FROM_H
#define IPC_CLOSE_FROM_H

/*
 * Closes every descriptor from first on. Where the kernel cannot do it at
 * once (before Linux 5.9), one by one up to the limit on them.
 */
void close_from(int first);

#endif
