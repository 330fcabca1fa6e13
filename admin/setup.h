/* One run of setup sshd, and what it says. */
#ifndef ADMIN_SETUP_H
#define ADMIN_SETUP_H

#include "admin/choice.h"
#include "admin/dropin.h"
#include "admin/finding.h"
#include "admin/sshd.h"
#include "parseproc/sallyport_config.h"

struct setup {
	struct findings findings;
	struct sshd sshd;
	struct program_said said;
	struct sallyport_config settings;
	struct choice choice;
	struct dropin dropin;
	char chain[PATH_LEN_MAX + 1]; /* whom sources could ask, or "" */
};

/* Why not, and that nothing was changed; an exit status that is not 0. */
int setup_refuse(struct setup *setup);

/* What was found beside: what runs on, and what is left of others. */
void setup_say_others(struct setup *setup);

void setup_say_what_is_asked(const struct setup *setup, const char *before);

/* What the operator has to say to sshd. */
void setup_say_reload(const char *until);

#endif
