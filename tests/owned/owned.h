#ifndef TESTS_OWNED_OWNED_H
#define TESTS_OWNED_OWNED_H

/* Called before the function of that name: if the attack is planned there, does not return. */
void owned_at(const char *function);

/* For roles of which nobody sees how they end: called when the attack is over. */
extern void (*owned_tell)(int rc);

#endif
