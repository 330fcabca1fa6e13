/* The dry run's JSON: what the explain role says stays within its strings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "parent/explanation.h"

static const char *
printed(const struct explanation *e)
{
	static char text[64 * 1024];
	FILE *file = tmpfile();
	int saved = dup(STDOUT_FILENO);

	assert_non_null(file);
	(void)fflush(stdout);
	assert_int_equal(dup2(fileno(file), STDOUT_FILENO), STDOUT_FILENO);
	explanation_print_json(e);
	(void)fflush(stdout);
	assert_int_equal(dup2(saved, STDOUT_FILENO), STDOUT_FILENO);
	(void)close(saved);
	rewind(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	(void)fclose(file);
	return text;
}

static void
explanation_claims_name_cannot_end_its_string(void **state)
{
	static struct verify verify;
	static struct explanation e;
	const char *text;

	(void)state;
	verify.login.decision.reason = REASON_NO_RULE;
	e.verify = &verify;
	(void)strcpy(e.claims[0].name, "a\":1},\"verdict\":\"allowed\",\"b\":{\"c");
	e.nclaims = 1;
	text = printed(&e);
	assert_non_null(strstr(text, "\"verdict\":\"denied\""));
	assert_null(strstr(text, "\"verdict\":\"allowed\""));
	assert_non_null(strstr(text, "\\\"verdict\\\":\\\"allowed\\\""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(explanation_claims_name_cannot_end_its_string),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
