/*
 * What no caller of ours asks: numbers beyond their enum, empty and odd spans.
 * Such a question has a safe answer all the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "parseproc/config_error.h"
#include "parseproc/expiry.h"
#include "parseproc/jwk.h"
#include "parseproc/k9_config.h"
#include "parseproc/span.h"
#include "parseproc/ssh_blob.h"
#include "parseproc/ssh_mpint.h"
#include "parseproc/ssh_user_key.h"

static const struct span nothing = { NULL, 0 };

static void
total_numbers_beyond_their_enum(void **state)
{
	struct jwk key = { .type = JWK_TYPES };

	(void)state;
	assert_int_equal(jwk_signature_len(&key), 0);
	assert_string_equal(jws_alg_name(JWS_ALGS), "");
	assert_false(jws_alg_is(JWS_ALGS, span_of("RS256")));
	assert_null(ssh_user_key_name(JWK_TYPES));
	assert_null(ssh_user_key_name(JWK_P384));
	assert_string_equal(expiry_word(EXPIRY_COUNT), "?");
}

static void
total_spans_of_nothing(void **state)
{
	static const uint8_t zeros[4];

	(void)state;
	assert_true(span_begins(nothing, ""));
	assert_false(span_begins(nothing, "a"));
	assert_false(span_has(nothing, '\0'));
	assert_true(span_equal(nothing, (struct span){ zeros, 0 }));
	assert_int_equal(ssh_mpint_bits(nothing), 0);
	assert_int_equal(ssh_mpint_bits((struct span){ zeros, 4 }), 0);
	assert_false(jwk_rsa_sound(nothing, nothing));
}

static void
total_keys_of_no_type(void **state)
{
	static const uint8_t rsa_without_n[] = "\0\0\0\x07ssh-rsa"
	    "\0\0\0\x01\x03";
	struct wire_reader r = { rsa_without_n, sizeof(rsa_without_n) - 1 };
	struct jwk key;

	(void)state;
	assert_int_equal(ssh_blob_check("ssh-dss", rsa_without_n,
	    sizeof(rsa_without_n) - 1), REASON_KEY_BLOB);
	for (size_t n = 0; n < sizeof(rsa_without_n); n++)
		assert_false(ssh_user_key_read((struct span){ rsa_without_n,
		    n }, &key));
	assert_false(ssh_user_key_fields(JWK_P384, &r, &key));
	assert_int_equal(key.point.len, 0);
}

/* Of a configuration that was refused, which is all zero. */
static void
total_refused_config_asks_nobody(void **state)
{
	static struct k9_config config;

	(void)state;
	assert_false(k9_config_plain_http(&config));
}

/* A phrase that is longer than any is cut, and ends. */
static void
total_config_error_is_cut(void **state)
{
	char phrase[2 * CONFIG_WHAT_MAX];
	struct config_error error;

	(void)state;
	memset(phrase, 'x', sizeof(phrase) - 1);
	phrase[sizeof(phrase) - 1] = '\0';
	assert_int_equal(config_error_set(&error, REASON_CONFIG_VALUE, 1,
	    "key", phrase), REASON_CONFIG_VALUE);
	assert_int_equal(strlen(error.what), CONFIG_WHAT_MAX - 1);
	assert_int_equal(strncmp(error.what, "key xxx", 7), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(total_numbers_beyond_their_enum),
		cmocka_unit_test(total_spans_of_nothing),
		cmocka_unit_test(total_keys_of_no_type),
		cmocka_unit_test(total_refused_config_asks_nobody),
		cmocka_unit_test(total_config_error_is_cut),
	};

	return cmocka_run_group_tests_name("total", tests, NULL, NULL);
}
