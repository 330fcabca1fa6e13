/*
 * Login names, as sshd's %u gives them: whatever getpwnam() and a path can
 * bear, so that those of directory services pass (DOM\user, user@dom).
 */
#ifndef PARENT_LOGIN_NAME_H
#define PARENT_LOGIN_NAME_H

#include <stdbool.h>

/*
 * Whether name, which may be anything, is 1 to USER_NAME_MAX bytes of neither
 * '/' nor white space nor control characters, does not look like an option,
 * and is neither "." nor "..". Bytes from 0x80 on pass: names may be UTF-8.
 */
bool login_name_valid(const char *name);

#endif
