/* What the installers of opkssh and Key9 leave behind, once sshd asks us. */
#ifndef ADMIN_LEFTOVERS_H
#define ADMIN_LEFTOVERS_H

#include "admin/finding.h"

/* command: what sshd asks. */
void leftovers_look(struct findings *findings, const char *command);

#endif
