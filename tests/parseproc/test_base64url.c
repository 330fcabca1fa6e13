/* Base64url: RFC vectors, and that no second text decodes to the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "parseproc/base64url.h"

static enum err
decode(const char *text, uint8_t *out, size_t size, size_t *len)
{
	return base64url_decode((const uint8_t *)text, strlen(text), out,
	    size, len);
}

/* RFC 4648 section 10 without padding, RFC 7515 appendix C. */
static void
base64url_rfc_vectors_both_ways(void **state)
{
	static const struct {
		const char *bytes, *text;
	} vectors[] = {
		{ "", "" }, { "f", "Zg" }, { "fo", "Zm8" }, { "foo", "Zm9v" },
		{ "foob", "Zm9vYg" }, { "fooba", "Zm9vYmE" },
		{ "foobar", "Zm9vYmFy" },
		{ "\x03\xec\xff\xe0\xc1", "A-z_4ME" },
	};
	uint8_t out[16];
	char text[16];
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		const char *bytes = vectors[i].bytes;
		size_t n = strlen(bytes), chars = strlen(vectors[i].text);

		assert_int_equal(base64url_encoded_len(n), chars);
		assert_int_equal(base64url_decoded_len(chars), n);
		base64url_encode((const uint8_t *)bytes, n, text);
		assert_memory_equal(text, vectors[i].text, chars);
		assert_int_equal(decode(vectors[i].text, out, n, &len),
		    ERR_OK);
		assert_int_equal(len, n);
		assert_memory_equal(out, bytes, n);
	}
}

static void
base64url_not_canonical_refused(void **state)
{
	static const char *const texts[] = {
		"Z", "Zg=", "Zg==", "=", "Zh", "Zv", "Zm9", "Zm+", "Zm/v",
		"Zm9vY", "Zm9vA", "Zm9vYh", " Zg", "Zg ", "Zg\n", "Z\ng", "Zm9v=",
		"Zm.v", "Zm:v", "Zm9\x80", "\xc3\xa9\xc3\xa9", "Zm9vYmF=",
	};
	uint8_t out[64];
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		len = 99;
		assert_int_equal(decode(texts[i], out, sizeof(out), &len),
		    ERR_ALPHABET);
		assert_int_equal(len, 0);
	}
	assert_int_equal(base64url_decode((const uint8_t *)"Zm\0v", 4, out, 3,
	    &len), ERR_ALPHABET);
}

static void
base64url_small_buffer_refused(void **state)
{
	uint8_t out[4];
	size_t len;

	(void)state;
	assert_int_equal(decode("Zm9vYg", out, 3, &len), ERR_TOO_BIG);
	assert_int_equal(len, 0);
	assert_int_equal(decode("Zm9vYg", out, 4, &len), ERR_OK);
	assert_int_equal(len, 4);
}

/* All texts of up to three of all 256 bytes: the right number is taken. */
static void
base64url_every_short_text_canonical_or_refused(void **state)
{
	size_t taken[4] = { 0 };

	(void)state;
	for (uint32_t i = 0; i < 1 << 24; i++) {
		uint8_t text[3] = { (uint8_t)(i >> 16), (uint8_t)(i >> 8),
			(uint8_t)i };

		/* The shorter ones once each: as the end of a zero run. */
		for (size_t n = i < 1 << 16 ? (i < 1 << 8 ? 1 : 2) : 3;
		     n <= 3; n++) {
			uint8_t out[3];
			char again[4];
			size_t len;

			if (base64url_decode(text + 3 - n, n, out,
			    sizeof(out), &len) != ERR_OK)
				continue;
			taken[n]++;
			if (base64url_encoded_len(len) != n)
				fail();
			base64url_encode(out, len, again);
			if (memcmp(again, text + 3 - n, n) != 0)
				fail();
		}
	}
	assert_int_equal(taken[1], 0);
	assert_int_equal(taken[2], 1 << 8);
	assert_int_equal(taken[3], 1 << 16);
}

static void
base64url_all_lengths_round_trip(void **state)
{
	uint8_t bytes[256], out[256];
	char text[344];
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7);
	for (size_t n = 0; n <= sizeof(bytes); n++) {
		size_t chars = base64url_encoded_len(n);

		assert_true(chars <= sizeof(text));
		base64url_encode(bytes, n, text);
		assert_int_equal(base64url_decode((const uint8_t *)text,
		    chars, out, n, &len), ERR_OK);
		assert_int_equal(len, n);
		assert_memory_equal(out, bytes, n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64url_rfc_vectors_both_ways),
		cmocka_unit_test(base64url_not_canonical_refused),
		cmocka_unit_test(base64url_small_buffer_refused),
		cmocka_unit_test(
		    base64url_every_short_text_canonical_or_refused),
		cmocka_unit_test(base64url_all_lengths_round_trip),
	};

	return cmocka_run_group_tests_name("base64url", tests, NULL, NULL);
}
