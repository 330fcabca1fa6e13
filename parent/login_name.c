#include "parent/login_name.h"

#include <stddef.h>
#include <string.h>

#include "ipc/limits.h"

bool
login_name_valid(const char *name)
{
	size_t n = strnlen(name, USER_NAME_MAX + 1);

	if (n == 0 || n > USER_NAME_MAX || name[0] == '-')
		return false;
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)name[i];

		/* All of ASCII's white space is below or at the blank. */
		if (c <= 0x20 || c == 0x7f || c == '/')
			return false;
	}
	return true;
}
