/* Protected headers agree with the key or are refused; they choose nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parseproc/token_header.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const struct header_key rs256 = {
	"RS256", true, { (const uint8_t *)"k1", 2 },
};

/* What is read borrows its text, which is exactly as large as it is. */
static uint8_t *text;

static void
copy(const char *json)
{
	size_t n = strlen(json);

	free(text);
	text = malloc(n + (n == 0));
	assert_non_null(text);
	memcpy(text, json, n);
}

static enum reason
read_op(const char *json, const struct header_key *key, bool *key_bound)
{
	copy(json);
	return op_header_read(text, strlen(json), key, key_bound);
}

static void
assert_op(const char *const *texts, size_t n, enum reason expected)
{
	for (size_t i = 0; i < n; i++) {
		bool key_bound = true;
		enum reason reason = read_op(texts[i], &rs256, &key_bound);

		if (reason != expected)
			fail_msg("%s: %s", texts[i], reason_word(reason));
		assert_false(key_bound);
	}
}

static void
op_header_ordinary_passed(void **state)
{
	static const char *const texts[] = {
		"{\"alg\":\"RS256\"}", "{\"alg\":\"RS256\",\"kid\":\"k1\"}",
		"{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"k\\u0031\"}",
		"{\"typ\":\"JWT\",\"alg\":\"RS256\",\"x5t\":\"abc\",\"x\":{}}",
		"{\"\\u0061lg\":\"RS256\",\"ALG\":\"none\",\"Crit\":[]}",
	};

	(void)state;
	assert_op(texts, N(texts), REASON_OK);
}

static void
op_header_key_bound_told(void **state)
{
	bool key_bound = false;

	(void)state;
	assert_int_equal(read_op("{\"alg\":\"RS256\",\"typ\":\"dpop+id_token\""
	    ",\"kid\":\"k1\"}", &rs256, &key_bound), REASON_OK);
	assert_true(key_bound);
}

static void
op_header_not_an_object_refused(void **state)
{
	static const char *const texts[] = {
		"", "null", "[]", "\"\"", "{\"alg\":\"RS256\"",
		"{\"alg\":\"RS256\"}{}", "{\"alg\":\"RS256\",\"alg\":\"RS256\"}",
		"{\"alg\":\"RS256\",\"\\u0061lg\":\"none\"}",
		"{\"alg\":\"RS256\",\"kid\":\"k1\",\"k\\u0069d\":\"k2\"}",
		"{\"alg\":\"RS256\",\"x\":{\"a\":1,\"a\":2}}",
	};

	(void)state;
	assert_op(texts, N(texts), REASON_TOKEN_JSON);
}

/* Vulnerability table: alg confusion; crit, embedded jwk, jku, x5c, x5u. */
static void
op_header_with_a_key_of_its_own_refused(void **state)
{
	static const char *const members[] = {
		"\"crit\":[\"b64\"]", "\"crit\":[]", "\"crit\":null",
		"\"b64\":false", "\"b64\":true", "\"jwk\":{\"kty\":\"RSA\"}",
		"\"jwk\":null", "\"jku\":\"https://evil\"", "\"x5c\":[]",
		"\"x5u\":\"https://evil\"", "\"\\u006awk\":{}",
		"\"x5\\u0063\":\"\"",
	};

	(void)state;
	for (size_t i = 0; i < N(members); i++) {
		char json[128];
		const char *one = json;

		(void)snprintf(json, sizeof(json),
		    "{\"alg\":\"RS256\",\"kid\":\"k1\",%s}", members[i]);
		assert_op(&one, 1, REASON_TOKEN_HEADER);
	}
}

static void
op_header_alg_not_the_keys_refused(void **state)
{
	static const char *const texts[] = {
		"{\"alg\":\"none\"}", "{\"alg\":\"None\"}", "{\"alg\":\"\"}",
		"{\"alg\":\"HS256\"}", "{\"alg\":\"ES256\"}",
		"{\"alg\":\"PS256\"}", "{\"alg\":\"rs256\"}",
		"{\"alg\":\"RS256 \"}", "{\"alg\":\"RS256\\u0000\"}",
		"{\"alg\":\"GQ256\"}", "{\"alg\":\"EdDSA\"}",
		"{\"alg\":\"Ed25519\"}",
	};
	static const char *const missing[] = {
		"{}", "{\"typ\":\"JWT\"}", "{\"ALG\":\"RS256\"}",
		"{\"alg\":null}", "{\"alg\":[\"RS256\"]}", "{\"alg\":256}",
	};
	static const struct header_key ed = { "EdDSA", false, { NULL, 0 } };
	bool key_bound;

	(void)state;
	assert_op(texts, N(texts), REASON_TOKEN_ALG);
	assert_op(missing, N(missing), REASON_TOKEN_HEADER);
	assert_int_equal(read_op("{\"alg\":\"EdDSA\"}", &ed, &key_bound),
	    REASON_OK);
	assert_int_equal(read_op("{\"alg\":\"Ed25519\"}", &ed, &key_bound),
	    REASON_OK);
	assert_int_equal(read_op("{\"alg\":\"Ed448\"}", &ed, &key_bound),
	    REASON_TOKEN_ALG);
}

/* Vulnerability table: kid absent, another key's, empty, huge, control bytes. */
static void
op_header_kid_not_the_keys_refused(void **state)
{
	static const char *const texts[] = {
		"{\"alg\":\"RS256\",\"kid\":\"k2\"}",
		"{\"alg\":\"RS256\",\"kid\":\"\"}",
		"{\"alg\":\"RS256\",\"kid\":\"k\"}",
		"{\"alg\":\"RS256\",\"kid\":\"k1 \"}",
		"{\"alg\":\"RS256\",\"kid\":\"K1\"}",
		"{\"alg\":\"RS256\",\"kid\":\"k1\\u0000\"}",
		"{\"alg\":\"RS256\",\"kid\":\"../k1\"}",
		"{\"alg\":\"RS256\",\"kid\":\"\\n\\u001b\"}",
	};
	static const char *const wrong[] = {
		"{\"alg\":\"RS256\",\"kid\":null}",
		"{\"alg\":\"RS256\",\"kid\":1}",
		"{\"alg\":\"RS256\",\"kid\":[\"k1\"]}",
	};
	static const struct header_key no_kid = { "RS256", false, { NULL, 0 } };
	static char huge[65536 + 64];
	bool key_bound;

	(void)state;
	assert_op(texts, N(texts), REASON_TOKEN_KID);
	assert_op(wrong, N(wrong), REASON_TOKEN_HEADER);
	assert_int_equal(read_op("{\"alg\":\"RS256\",\"kid\":\"\"}", &no_kid,
	    &key_bound), REASON_TOKEN_KID);
	assert_int_equal(read_op("{\"alg\":\"RS256\"}", &no_kid, &key_bound),
	    REASON_OK);
	memset(huge, 'k', sizeof(huge) - 1);
	memcpy(huge, "{\"alg\":\"RS256\",\"kid\":\"", 22);
	memcpy(huge + 65536, "\"}", 3);
	assert_int_equal(read_op(huge, &rs256, &key_bound),
	    REASON_TOKEN_JSON);
}

/* 3b number 6: access tokens taken for ID tokens; and CICs. */
static void
op_header_other_typ_refused(void **state)
{
	static const char *const texts[] = {
		"{\"alg\":\"RS256\",\"typ\":\"at+jwt\"}",
		"{\"alg\":\"RS256\",\"typ\":\"application/at+jwt\"}",
		"{\"alg\":\"RS256\",\"typ\":\"CIC\"}",
		"{\"alg\":\"RS256\",\"typ\":\"COS\"}",
		"{\"alg\":\"RS256\",\"typ\":\"jwt\"}",
		"{\"alg\":\"RS256\",\"typ\":\"\"}",
		"{\"alg\":\"RS256\",\"typ\":\"JWT\\u0000\"}",
		"{\"alg\":\"RS256\",\"typ\":\"logout+jwt\"}",
		"{\"alg\":\"RS256\",\"typ\":\"DPOP+ID_TOKEN\"}",
	};
	static const char *const wrong[] = {
		"{\"alg\":\"RS256\",\"typ\":null}",
		"{\"alg\":\"RS256\",\"typ\":[\"JWT\"]}",
		"{\"alg\":\"RS256\",\"typ\":1}",
	};

	(void)state;
	assert_op(texts, N(texts), REASON_TOKEN_TYPE);
	assert_op(wrong, N(wrong), REASON_TOKEN_HEADER);
}

/* --- the client instance's --- */

#define RZ "\"rz\":\"f4db00a2d88daa2e20f5777d47bfedd6bd1520c7c7a3510658b45315f08" \
	"c82A0\""
#define UPK "\"upk\":{\"alg\":\"ES256\",\"kty\":\"EC\"}"
#define TYP "\"typ\":\"CIC\""
#define ALG "\"alg\":\"ES256\""

static enum reason
read_cic(const char *json, const char *alg, struct cic_header *header)
{
	copy(json);
	return cic_header_read(text, strlen(json), alg, header);
}

static void
assert_cic(const char *const *texts, size_t n, enum reason expected)
{
	static const struct cic_header none;

	for (size_t i = 0; i < n; i++) {
		struct cic_header header;
		enum reason reason = read_cic(texts[i], "ES256", &header);

		if (reason != expected)
			fail_msg("%s: %s", texts[i], reason_word(reason));
		assert_memory_equal(&header, &none, sizeof(none));
	}
}

static void
cic_header_good_passed(void **state)
{
	struct cic_header header;

	(void)state;
	assert_int_equal(read_cic("{" ALG "," RZ "," TYP "," UPK ",\"more\":1}",
	    "ES256", &header), REASON_OK);
	assert_true(span_is(header.upk_text,
	    "{\"alg\":\"ES256\",\"kty\":\"EC\"}"));
	assert_int_equal(json_kind(&header.doc, header.upk), JSON_OBJECT);
	cic_header_free(&header);
	assert_int_equal(read_cic("{\"alg\":\"Ed25519\"," RZ "," TYP ",\"upk\":"
	    "{\"alg\":\"Ed25519\"}}", "EdDSA", &header), REASON_OK);
	cic_header_free(&header);
	assert_int_equal(read_cic("{\"alg\":\"EdDSA\"," RZ "," TYP ",\"upk\":"
	    "{\"alg\":\"EdDSA\"}}", "EdDSA", &header), REASON_OK);
	cic_header_free(&header);
}

static void
cic_header_wrong_typ_refused(void **state)
{
	static const char *const texts[] = {
		"{" ALG "," RZ "," UPK "}",
		"{" ALG "," RZ "," UPK ",\"typ\":\"JWT\"}",
		"{" ALG "," RZ "," UPK ",\"typ\":\"cic\"}",
		"{" ALG "," RZ "," UPK ",\"typ\":\"COS\"}",
		"{" ALG "," RZ "," UPK ",\"typ\":null}",
	};

	(void)state;
	assert_cic(texts, N(texts), REASON_TOKEN_TYPE);
}

static void
cic_header_wrong_alg_refused(void **state)
{
	static const char *const texts[] = {
		"{\"alg\":\"none\"," RZ "," UPK "," TYP "}",
		"{\"alg\":\"HS256\"," RZ "," UPK "," TYP "}",
		"{\"alg\":\"RS256\"," RZ ",\"upk\":{\"alg\":\"RS256\"}," TYP
		    "}",
		"{" ALG "," RZ "," TYP ",\"upk\":{\"alg\":\"RS256\"}}",
		"{" ALG "," RZ "," TYP ",\"upk\":{\"alg\":\"es256\"}}",
	};
	struct cic_header header;

	(void)state;
	assert_cic(texts, N(texts), REASON_TOKEN_ALG);
	assert_int_equal(read_cic("{\"alg\":\"Ed25519\"," RZ "," TYP ",\"upk\":"
	    "{\"alg\":\"EdDSA\"}}", "EdDSA", &header), REASON_TOKEN_ALG);
}

static void
cic_header_malformed_refused(void **state)
{
	static const char *const texts[] = {
		"{" ALG "," UPK "," TYP "}",
		"{" ALG "," UPK "," TYP ",\"rz\":7}",
		"{" ALG "," UPK "," TYP ",\"rz\":\"\"}",
		"{" ALG "," UPK "," TYP ",\"rz\":\"f4\"}",
		/* 63, 65, one that is no digit, one escaped. */
		"{" ALG "," UPK "," TYP ",\"rz\":\"f4db00a2d88daa2e20f5777d47bf"
		    "edd6bd1520c7c7a3510658b45315f08c82A\"}",
		"{" ALG "," UPK "," TYP ",\"rz\":\"f4db00a2d88daa2e20f5777d47bf"
		    "edd6bd1520c7c7a3510658b45315f08c82A00\"}",
		"{" ALG "," UPK "," TYP ",\"rz\":\"/4db00a2d88daa2e20f5777d47bf"
		    "edd6bd1520c7c7a3510658b45315f08d1b64\"}",
		"{" ALG "," UPK "," TYP ",\"rz\":\":4db00a2d88daa2e20f5777d47bf"
		    "edd6bd1520c7c7a3510658b45315f08d1b64\"}",
		"{" ALG "," UPK "," TYP ",\"rz\":\"@4db00a2d88daa2e20f5777d47bf"
		    "edd6bd1520c7c7a3510658b45315f08d1b64\"}",
		"{" ALG "," UPK "," TYP ",\"rz\":\"g4db00a2d88daa2e20f5777d47bf"
		    "edd6bd1520c7c7a3510658b45315f08c82A0\"}",
		"{" ALG "," UPK "," TYP ",\"rz\":\"\\u0066bd00a2d88daa2e20f5777"
		    "d47bfedd6bd1520c7c7a3510658b45315f08\"}",
		"{" ALG "," RZ "," TYP "}",
		"{" ALG "," RZ "," TYP ",\"upk\":null}",
		"{" ALG "," RZ "," TYP ",\"upk\":\"{}\"}",
		"{" ALG "," RZ "," TYP ",\"upk\":[]}",
		"{" ALG "," RZ "," TYP ",\"upk\":{}}",
		"{" ALG "," RZ "," TYP ",\"upk\":{\"alg\":null}}",
		"{" RZ "," UPK "," TYP "}",
		"{" ALG "," RZ "," UPK "," TYP ",\"crit\":[]}",
		"{" ALG "," RZ "," UPK "," TYP ",\"jwk\":{}}",
	};
	static const char *const no_json[] = {
		"", "[]", "{" ALG "," RZ "," TYP "," UPK "," UPK "}",
		"{" ALG "," RZ "," TYP "," UPK ",\"\\u0075pk\":{}}",
		"{" ALG "," RZ "," TYP
		    ",\"upk\":{\"alg\":\"ES256\",\"alg\":\"ES256\"}}",
	};

	(void)state;
	assert_cic(texts, N(texts), REASON_TOKEN_HEADER);
	assert_cic(no_json, N(no_json), REASON_TOKEN_JSON);
}

static int
teardown(void **state)
{
	(void)state;
	free(text);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(op_header_ordinary_passed),
		cmocka_unit_test(op_header_key_bound_told),
		cmocka_unit_test(op_header_not_an_object_refused),
		cmocka_unit_test(op_header_with_a_key_of_its_own_refused),
		cmocka_unit_test(op_header_alg_not_the_keys_refused),
		cmocka_unit_test(op_header_kid_not_the_keys_refused),
		cmocka_unit_test(op_header_other_typ_refused),
		cmocka_unit_test(cic_header_good_passed),
		cmocka_unit_test(cic_header_wrong_typ_refused),
		cmocka_unit_test(cic_header_wrong_alg_refused),
		cmocka_unit_test(cic_header_malformed_refused),
	};

	return cmocka_run_group_tests_name("token_header", tests, NULL,
	    teardown);
}
