/* Base64: the RFC's vectors, and that no second text decodes to the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "ipc/base64.h"

static enum err
decode(const char *text, uint8_t *out, size_t size, size_t *len)
{
	return base64_decode((const uint8_t *)text, strlen(text), out, size,
	    len);
}

/* RFC 4648 section 10. */
static void
base64_rfc_vectors_both_ways(void **state)
{
	static const struct {
		const char *bytes, *text;
	} vectors[] = {
		{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" },
		{ "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" },
	};
	uint8_t out[16];
	char text[16];
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		const char *bytes = vectors[i].bytes;
		size_t n = strlen(bytes);

		assert_int_equal(base64_encoded_len(n),
		    strlen(vectors[i].text));
		base64_encode((const uint8_t *)bytes, n, text);
		assert_memory_equal(text, vectors[i].text,
		    strlen(vectors[i].text));
		assert_int_equal(decode(vectors[i].text, out, sizeof(out),
		    &len), ERR_OK);
		assert_int_equal(len, n);
		assert_memory_equal(out, bytes, n);
	}
}

static void
base64_not_canonical_refused(void **state)
{
	static const char *const texts[] = {
		"Z", "Zg", "Zg=", "Zg===", "Zg==Zg==", "=", "==", "===",
		"====", "Z===", "Z=g=", "=Zg=", "Zm8", "Zm9", "Zm9v=",
		"Zm9v====", "Zh==", "Zn==", "Zo==", "Zm9=", "Zm+=", " Zg==",
		"Zg== ", "Zg==\n", "Z\ng==", "Zm9v\r\n", "Zm9vYg", "Zm_v",
		"Zm-v", "Zm.v", "Zm9v,", "Zm9\x80", "\xc3\xa9\xc3\xa9",
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
}

static void
base64_nul_inside_refused(void **state)
{
	uint8_t out[3];
	size_t len;

	(void)state;
	assert_int_equal(base64_decode((const uint8_t *)"Zm\0v", 4, out, 3,
	    &len), ERR_ALPHABET);
}

static void
base64_small_buffer_refused(void **state)
{
	uint8_t out[6];
	size_t len;

	(void)state;
	assert_int_equal(decode("Zm9vYg==", out, 5, &len), ERR_TOO_BIG);
	assert_int_equal(len, 0);
	assert_int_equal(decode("Zm9vYg==", out, 6, &len), ERR_OK);
	assert_int_equal(len, 4);
}

/* All 2^24 groups: what decodes must encode to the very same text. */
static void
base64_every_group_canonical_or_refused(void **state)
{
	static const char chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkl"
	    "mnopqrstuvwxyz0123456789+/=";
	size_t n = sizeof(chars) - 1, taken = 0;

	(void)state;
	for (size_t i = 0; i < n * n * n * n; i++) {
		uint8_t text[4] = { (uint8_t)chars[i % n],
			(uint8_t)chars[i / n % n],
			(uint8_t)chars[i / n / n % n],
			(uint8_t)chars[i / n / n / n] };
		uint8_t out[3];
		char again[4];
		size_t len;

		if (base64_decode(text, 4, out, 3, &len) != ERR_OK)
			continue;
		taken++;
		assert_int_equal(base64_encoded_len(len), 4);
		base64_encode(out, len, again);
		assert_memory_equal(again, text, 4);
	}
	/* One text for each string of one, two or three bytes. */
	assert_int_equal(taken, (1 << 8) + (1 << 16) + (1 << 24));
}

static void
base64_all_bytes_round_trip(void **state)
{
	uint8_t bytes[256], out[258];
	char text[344];
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7);
	for (size_t n = 0; n <= sizeof(bytes); n++) {
		size_t chars = base64_encoded_len(n);

		assert_true(chars <= sizeof(text));
		base64_encode(bytes, n, text);
		assert_int_equal(base64_decode((const uint8_t *)text, chars,
		    out, base64_decoded_max(chars), &len), ERR_OK);
		assert_int_equal(len, n);
		assert_memory_equal(out, bytes, n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64_rfc_vectors_both_ways),
		cmocka_unit_test(base64_not_canonical_refused),
		cmocka_unit_test(base64_nul_inside_refused),
		cmocka_unit_test(base64_small_buffer_refused),
		cmocka_unit_test(base64_every_group_canonical_or_refused),
		cmocka_unit_test(base64_all_bytes_round_trip),
	};

	return cmocka_run_group_tests_name("base64", tests, NULL, NULL);
}
