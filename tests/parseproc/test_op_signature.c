/*
 * Whose token it is: exactly one of its two segments is a provider's. With
 * the tokens that the real opkssh made, rearranged.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "parseproc/jwks.h"
#include "parseproc/op_signature.h"
#include "parseproc/ssh_cert.h"
#include "tests/parseproc/vectors.h"

/* One of each kind of signature; the last of the vectors is GQ256's. */
#define ORDINARY vector_names[0]
#define GQ256 vector_names[NVECTORS - 1]

static struct vector vector;
static struct pk_token token;
static uint8_t *room;
static struct jwks jwks;
static struct issuer issuer;

static void
take_token(const char *name, bool gq)
{
	struct ssh_cert cert;
	size_t size;

	vector = vector_read(name);
	assert_int_equal(ssh_cert_read(vector.blob, vector.len, &cert),
	    REASON_OK);
	size = PK_TOKEN_ROOM(cert.token.len);
	room = malloc(size);
	assert_int_equal(pk_token_read(cert.token.p, cert.token.len, room,
	    size, &token), REASON_OK);
	assert_int_equal(jwks_read(vector.jwks.p, vector.jwks.len, &jwks),
	    REASON_OK);
	memset(&issuer, 0, sizeof(issuer));
	issuer.gq = gq;
	issuer.set.nkeys = jwks.nkeys;
	memcpy(issuer.set.keys, jwks.keys, jwks.nkeys * sizeof(jwks.keys[0]));
}

static int
drop(void **state)
{
	(void)state;
	free(room);
	jwks_free(&jwks);
	vector_free(&vector);
	return 0;
}

static void
expect(enum reason reason, unsigned segment)
{
	static const struct op_fit none;
	struct op_fit fit;

	assert_int_equal(op_signature_find(&token, &issuer, 1, &fit), reason);
	if (reason == REASON_OK)
		assert_int_equal(fit.segment, segment);
	else
		assert_memory_equal(&fit, &none, sizeof(none));
}

static void
swap_segments(void)
{
	struct pk_jws first = token.segment[0];

	token.segment[0] = token.segment[1];
	token.segment[1] = first;
}

static void
op_signature_in_either_place_found(void **state)
{
	(void)state;
	take_token(ORDINARY, false);
	expect(REASON_OK, 0);
	swap_segments();
	expect(REASON_OK, 1);
	drop(state);
	take_token(GQ256, true);
	expect(REASON_OK, 0);
	swap_segments();
	expect(REASON_OK, 1);
}

/* CVE-2025-3757: then none of them is the user's. */
static void
op_signature_in_both_places_refused(void **state)
{
	(void)state;
	take_token(ORDINARY, false);
	token.segment[1] = token.segment[0];
	expect(REASON_TOKEN_SIGNATURE, 0);
	drop(state);
	take_token(GQ256, true);
	token.segment[1] = token.segment[0];
	expect(REASON_TOKEN_SIGNATURE, 0);
}

static void
op_signature_in_neither_place_refused(void **state)
{
	(void)state;
	take_token(ORDINARY, false);
	token.segment[0] = token.segment[1];
	expect(REASON_TOKEN_SIGNATURE, 0);
}

static void
op_signature_of_the_other_kind_refused(void **state)
{
	(void)state;
	take_token(ORDINARY, true);
	expect(REASON_TOKEN_SIGNATURE, 0);
	drop(state);
	take_token(GQ256, false);
	expect(REASON_TOKEN_SIGNATURE, 0);
}

/* GQ256 proves an RS256 signature; a key for another algorithm makes none. */
static void
op_signature_gq256_by_a_key_for_rs256_only(void **state)
{
	(void)state;
	take_token(GQ256, true);
	for (size_t i = 0; i < issuer.set.nkeys; i++)
		issuer.set.keys[i].alg = JWS_PS256;
	expect(REASON_TOKEN_SIGNATURE, 0);
}

#define TEST(function) cmocka_unit_test_teardown(function, drop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(op_signature_in_either_place_found),
		TEST(op_signature_in_both_places_refused),
		TEST(op_signature_in_neither_place_refused),
		TEST(op_signature_of_the_other_kind_refused),
		TEST(op_signature_gq256_by_a_key_for_rs256_only),
	};

	return cmocka_run_group_tests_name("op_signature", tests, NULL, NULL);
}
