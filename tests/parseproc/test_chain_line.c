/* A line of a chained command's: what is left of it, or why nothing is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "parseproc/chain_line.h"
#include "tests/parseproc/sample_keys.h"

static struct source_config chain;
static struct chain_line line;

/* Reads options and the key, from memory that ends with them. */
static enum reason
read_line(const char *options, const struct sample_key *key)
{
	static char text[32 * 1024];
	int n = snprintf(text, sizeof(text), "%s%s %s a comment", options,
	    key->type, key->base64);

	assert_in_range(n, 1, sizeof(text) - 1);
	return chain_line_read((struct span){ (const uint8_t *)text,
	    (size_t)n }, &chain, &line);
}

static void
is_line(const char *options, const struct sample_key *key)
{
	assert_string_equal(line.options.text, options);
	assert_int_equal(line.options.len, strlen(options));
	assert_string_equal(line.key.type, key->type);
	assert_string_equal(line.key.base64, key->base64);
	assert_string_equal(line.key.comment, "a comment");
	ssh_key_free(&line.key);
}

static int
setup(void **state)
{
	(void)state;
	memset(&chain, 0, sizeof(chain));
	return 0;
}

static void
chain_line_good_keys_taken_with_and_without_options(void **state)
{
	(void)state;
	for (size_t i = 0; i < ngood_keys; i++) {
		assert_int_equal(read_line("", &good_keys[i]), REASON_OK);
		is_line("", &good_keys[i]);
		assert_int_equal(read_line("restrict,pty ", &good_keys[i]),
		    REASON_OK);
		is_line("restrict,pty", &good_keys[i]);
	}
}

static void
chain_line_bad_keys_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < nbad_keys; i++) {
		enum reason reason = read_line("restrict ", &bad_keys[i]);

		if (reason != bad_keys[i].reason)
			fail_msg("%s: %s", bad_keys[i].name,
			    reason_word(reason));
		assert_null(line.key.base64);
	}
}

/* As it is given, and as it is put together anew; NULL: just so. */
static void
chain_line_good_options_put_together_anew(void **state)
{
	static const struct {
		const char *given, *anew;
	} good[] = {
		{ "no-pty", NULL }, { "agent-forwarding,user-rc", NULL },
		{ "No-PTY,VERIFY-required", "no-pty,verify-required" },
		{ "command=\"a \\\"b\\\" c\"", NULL },
		{ "from=\"a,b\",command=\",\"", NULL },
		{ "permitopen=\"a:1\",permitopen=\"b:1\"", NULL },
		{ "restrict,restrict", NULL },
		{ "expiry-time=\"20300101\"", NULL },
	};
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		(void)snprintf(text, sizeof(text), "%s \t ", good[i].given);
		assert_int_equal(read_line(text, &good_keys[0]), REASON_OK);
		is_line(good[i].anew != NULL ? good[i].anew : good[i].given,
		    &good_keys[0]);
	}
}

static void
chain_line_bad_options_refused(void **state)
{
	static const char *const bad[] = { "frobnicate ", "restrict, ",
		",restrict ", "restrict=\"a\" ", "command ", "command= ",
		"command=a ", "command=\"a ", "command=\"a\"b ",
		"command=\"a\",command=\"b\" ", "command=\"\x1f\" ",
		"command=\"\x7f\" ", "command=\"\x80\" ", "cert-authority ",
		"principals=\"a\" ", "environment=\"A=b\" ", "\"restrict\" ",
		"restrict\r", "restrict\v",
		/* In sshd, too, such a quote does not end it. */
		"command=\"a\\\" ", "command=\"a\\\\\" " };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (read_line(bad[i], &good_keys[0]) != REASON_LINE_OPTION)
			fail_msg("%s", bad[i]);
}

static void
chain_line_authority_if_configured(void **state)
{
	static const char options[] = "cert-authority,principals=\"a b\"";
	char text[64];

	(void)state;
	(void)snprintf(text, sizeof(text), "%s ", options);
	chain.cert_authority = true;
	assert_int_equal(read_line(text, &good_keys[0]), REASON_OK);
	is_line(options, &good_keys[0]);
}

/* sshd would take both, or neither. */
static void
chain_line_value_of_ours_refused(void **state)
{
	struct span ours = span_of("permitopen=\"a:1\",restrict");

	(void)state;
	assert_true(line_options_read(&ours, false, &chain.options));
	assert_int_equal(read_line("permitopen=\"b:1\" ", &good_keys[0]),
	    REASON_LINE_OPTION);
	assert_int_equal(read_line("permitlisten=\"1\",restrict ",
	    &good_keys[0]), REASON_OK);
	is_line("permitlisten=\"1\",restrict", &good_keys[0]);
}

static void
chain_line_bounds_hold(void **state)
{
	static char text[LINE_OPTIONS_MAX + 16];

	(void)state;
	for (int more = 0; more <= 1; more++) {
		(void)snprintf(text, sizeof(text), "command=\"%0*d\" ",
		    LINE_OPTIONS_MAX - 10 + more, 0);
		assert_int_equal(read_line(text, &good_keys[0]), more == 0 ?
		    REASON_OK : REASON_LINE_OPTION);
		ssh_key_free(&line.key);
	}
}

/* Wherever the second option meets the end of the room. */
static void
chain_line_bound_holds_at_every_place(void **state)
{
	static char text[2 * LINE_OPTIONS_MAX];
	static const char second[] = ",from=\"a\"";
	const int most = LINE_OPTIONS_MAX - 10;

	(void)state;
	for (int n = most - 16; n <= most; n++) {
		bool fits = n + (int)strlen(second) <= most;

		(void)snprintf(text, sizeof(text), "command=\"%0*d\"%s ", n,
		    0, second);
		assert_int_equal(read_line(text, &good_keys[0]), fits ?
		    REASON_OK : REASON_LINE_OPTION);
		ssh_key_free(&line.key);
	}
}

static void
chain_line_empty_ones_found(void **state)
{
	static const char *const empty[] = { "", " ", "\t\r", "#", "  # x" };

	(void)state;
	for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
		assert_true(chain_line_empty(span_of(empty[i])));
	assert_false(chain_line_empty(span_of("x#")));
	assert_false(chain_line_empty((struct span){
	    (const uint8_t *)"\0", 1 }));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    chain_line_good_keys_taken_with_and_without_options),
		cmocka_unit_test(chain_line_bad_keys_refused),
		cmocka_unit_test(chain_line_good_options_put_together_anew),
		cmocka_unit_test(chain_line_bad_options_refused),
		cmocka_unit_test_setup(chain_line_authority_if_configured,
		    setup),
		cmocka_unit_test_setup(chain_line_value_of_ours_refused,
		    setup),
		cmocka_unit_test_setup(chain_line_bounds_hold, setup),
		cmocka_unit_test_setup(
		    chain_line_bound_holds_at_every_place, setup),
		cmocka_unit_test(chain_line_empty_ones_found),
	};

	return cmocka_run_group_tests_name("chain_line", tests, NULL, NULL);
}
