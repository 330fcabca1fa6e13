/*
 * sallyport authorize: one command for sshd, several sources. Each source is
 * a process of its own (source_process.h), with a starter of its own: a cage
 * is shut once for good, so that a second conversation with the network would
 * have to begin in the first one's; and what breaks one source cannot break
 * another. They work side by side. This process asks the authorize role what
 * sallyport.yaml says, gives each its order, joins what they have and prints
 * it: it never hears a network's byte itself.
 */
#ifndef PARENT_AUTHORIZE_H
#define PARENT_AUTHORIZE_H

/* argv[0] is the subcommand's name. */
int authorize_main(int argc, char **argv);

#endif
