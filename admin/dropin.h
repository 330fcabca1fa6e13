/*
 * The file by which sshd runs us: written as a whole, and known again by a
 * sum in its first line as long as nobody has changed it.
 */
#ifndef ADMIN_DROPIN_H
#define ADMIN_DROPIN_H

#include "admin/choice.h"
#include "admin/replace.h"
#include "parent/trusted_file.h"

enum dropin_state { DROPIN_MISSING, DROPIN_OURS, DROPIN_FOREIGN };

struct dropin {
	struct replacement replacement;
	enum dropin_state state; /* when it was opened */
	struct trusted_file before; /* what stood in it then */
};

/*
 * Looks at it, and keeps other commands like this one away until
 * dropin_close(). False with errno.
 */
bool dropin_open(struct dropin *dropin) __attribute__((warn_unused_result));
void dropin_close(struct dropin *dropin);

/* Each false with errno, and the file is as it was. */
bool dropin_write(struct dropin *dropin, const struct choice *choice)
    __attribute__((warn_unused_result));
bool dropin_remove(struct dropin *dropin) __attribute__((warn_unused_result));

/* As it was when it was opened. False with errno. */
bool dropin_put_back(struct dropin *dropin)
    __attribute__((warn_unused_result));

#endif
