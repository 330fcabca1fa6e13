/* Login names: what directory services have passes, what a path minds not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "ipc/limits.h"
#include "parent/login_name.h"

static void
login_name_of_any_directory_passes(void **state)
{
	static const char *const names[] = { "a", "root", "joe", "_apt", "0",
		"DOM\\user", "user@dom", "Jane.Doe@EXAMPLE.com", "first.last",
		"svc$", "a-b_c", "..a", "a..", "...", "j\xc3\xbcrgen",
		"\xe6\x97\xa5\xe6\x9c\xac", "\xff", "a:b", "a'b\"c", "~" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!login_name_valid(names[i]))
			fail_msg("refused: %s", names[i]);
}

static void
login_name_awkward_refused(void **state)
{
	static const char *const names[] = { "", "-", "-oProxyCommand=x",
		"--user", "/", "a/b", "../etc", "a b", " a", "a ", "a\tb",
		"a\nb", "a\rb", "a\vb", "\x01", "a\x7f", "a\x1b[2J", ".",
		".." };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (login_name_valid(names[i]))
			fail_msg("passed: %s", names[i]);
}

static void
login_name_bound_holds(void **state)
{
	char name[USER_NAME_MAX + 2];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[USER_NAME_MAX] = '\0';
	assert_true(login_name_valid(name));
	name[USER_NAME_MAX] = 'a';
	name[USER_NAME_MAX + 1] = '\0';
	assert_false(login_name_valid(name));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(login_name_of_any_directory_passes),
		cmocka_unit_test(login_name_awkward_refused),
		cmocka_unit_test(login_name_bound_holds),
	};

	return cmocka_run_group_tests_name("login_name", tests, NULL, NULL);
}
