/* Thumbprints: the RFCs' own, and a user's key against its JWK. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "parseproc/base64url.h"
#include "parseproc/jwk_read.h"
#include "parseproc/jwk_write.h"
#include "parseproc/pk_token.h"
#include "parseproc/ssh_cert.h"
#include "parseproc/ssh_user_key.h"
#include "tests/parseproc/vectors.h"

static uint8_t room[JWK_ROOM];

static void
read_key(const uint8_t *text, size_t len, const char *member,
    struct jwk *key)
{
	struct json doc = { 0 };
	json_value v = JSON_ROOT;

	assert_int_equal(json_read(&doc, text, len), JSON_OK);
	if (member != NULL)
		v = json_member(&doc, JSON_ROOT, member);
	assert_int_equal(jwk_read(&doc, v, room, key), REASON_OK);
	json_free(&doc);
}

static void
jwk_thumbprint_of_rfc_keys_right(void **state)
{
	static const struct {
		const char *key, *thumbprint;
	} cases[] = {
		/* RFC 7638 section 3.1 */
		{ "{\"kty\":\"RSA\",\"n\":\"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEp"
		    "s2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPeb"
		    "WKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5"
		    "w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0"
		    "zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6W"
		    "eZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8a"
		    "wapJzKnqDKgw\",\"e\":\"AQAB\",\"alg\":\"RS256\",\"kid\":"
		    "\"2011-04-29\"}",
		    "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs" },
		/* RFC 8037 appendix A.3 */
		{ "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7"
		    "TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
		    "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k" },
		/* RFC 9449 section 6.1: its jkt is this key's (section 4.1) */
		{ "{\"kty\":\"EC\",\"x\":\"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUf"
		    "WVAWBFs\",\"y\":\"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGR"
		    "DA\",\"crv\":\"P-256\"}",
		    "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" },
	};
	uint8_t thumbprint[JWK_THUMBPRINT_LEN];
	char text[43];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct jwk key;

		read_key((const uint8_t *)cases[i].key, strlen(cases[i].key),
		    NULL, &key);
		jwk_thumbprint(&key, thumbprint);
		base64url_encode(thumbprint, sizeof(thumbprint), text);
		assert_memory_equal(text, cases[i].thumbprint, 43);
	}
}

/* upk in what opkssh made is the certified key, by bytes and thumbprint. */
static void
jwk_of_each_vector_is_the_certified_key(void **state)
{
	static uint8_t space[PK_TOKEN_ROOM(PK_TOKEN_MAX)];
	struct jwk before = { 0 };

	(void)state;
	for (size_t i = 0; i < NVECTORS; i++) {
		struct vector v = vector_read(vector_names[i]);
		uint8_t one[JWK_THUMBPRINT_LEN], two[JWK_THUMBPRINT_LEN];
		struct pk_token token;
		struct ssh_cert cert;
		struct jwk upk, plain;

		assert_int_equal(ssh_cert_read(v.blob, v.len, &cert),
		    REASON_OK);
		assert_int_equal(pk_token_read(cert.token.p, cert.token.len,
		    space, sizeof(space), &token), REASON_OK);
		read_key(token.segment[1].header.p,
		    token.segment[1].header.len, "upk", &upk);
		assert_true(jwk_same_key(&upk, &cert.key));
		assert_int_equal(upk.alg, cert.key.alg);
		jwk_thumbprint(&upk, one);
		jwk_thumbprint(&cert.key, two);
		assert_memory_equal(one, two, sizeof(one));
		assert_true(ssh_user_key_read(cert.signature_key, &plain));
		assert_true(jwk_same_key(&upk, &plain));
		/* The certificate is no plain key, nor one with more to it. */
		assert_false(ssh_user_key_read((struct span){ v.blob,
		    v.len }, &plain));
		assert_false(ssh_user_key_read((struct span){
		    cert.signature_key.p, cert.signature_key.len + 1 },
		    &plain));
		assert_false(jwk_same_key(&upk, &before));
		before = (struct jwk){ .type = upk.type };
		vector_free(&v);
	}
}

static void
jwk_same_key_compares_every_part(void **state)
{
	static const uint8_t a[] = "a", b[] = "b";
	const struct span one = { a, 1 }, other = { b, 1 };
	struct jwk key = { .type = JWK_RSA, .n = one, .e = one }, changed;

	(void)state;
	changed = key;
	changed.alg = JWS_PS256;
	changed.has_kid = true;
	assert_true(jwk_same_key(&key, &changed));
	changed.n = other;
	assert_false(jwk_same_key(&key, &changed));
	changed = key;
	changed.e = other;
	assert_false(jwk_same_key(&key, &changed));
	changed = key;
	changed.point = one;
	assert_false(jwk_same_key(&key, &changed));
	changed = key;
	changed.type = JWK_P256;
	assert_false(jwk_same_key(&key, &changed));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jwk_thumbprint_of_rfc_keys_right),
		cmocka_unit_test(jwk_of_each_vector_is_the_certified_key),
		cmocka_unit_test(jwk_same_key_compares_every_part),
	};

	return cmocka_run_group_tests_name("jwk_write", tests, NULL, NULL);
}
