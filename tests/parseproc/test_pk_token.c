/* Compact PK tokens: structure only. The odd ones are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "parseproc/json.h"
#include "parseproc/pk_token.h"
#include "parseproc/ssh_cert.h"
#include "tests/parseproc/corpora.h"
#include "tests/parseproc/vectors.h"

static uint8_t room[PK_TOKEN_ROOM(PK_TOKEN_MAX + 1)];

static enum reason
read_bytes(const void *text, size_t len, struct pk_token *token)
{
	return pk_token_read(text, len, room, PK_TOKEN_ROOM(len), token);
}

static enum reason
read_text(const char *text)
{
	struct pk_token token;
	enum reason reason = read_bytes(text, strlen(text), &token);

	if (reason != REASON_OK)
		assert_null(token.segment[0].input.p);
	return reason;
}

static void
pk_token_two_segments_read(void **state)
{
	struct pk_token token;

	(void)state;
	assert_int_equal(read_bytes("cGF5:aDE:czE:aDI:czI", 20, &token),
	    REASON_OK);
	assert_false(token.has_fresh);
	for (size_t i = 0; i < PK_TOKEN_SEGMENTS; i++)
		assert_true(span_is(token.segment[i].payload, "pay"));
	assert_true(span_is(token.segment[0].header, "h1"));
	assert_true(span_is(token.segment[0].signature, "s1"));
	assert_true(span_is(token.segment[0].input, "aDE.cGF5"));
	assert_true(span_is(token.segment[1].header, "h2"));
	assert_true(span_is(token.segment[1].signature, "s2"));
	assert_true(span_is(token.segment[1].input, "aDI.cGF5"));
	assert_true(span_is(token.segment[1].protected_text, "aDI"));
	assert_true(span_is(token.segment[1].payload_text, "cGF5"));
	assert_true(span_is(token.segment[1].signature_text, "czI"));
}

static void
pk_token_refreshed_id_token_read(void **state)
{
	struct pk_token token;

	(void)state;
	assert_int_equal(read_bytes("cGF5:aDE:czE:aDI:czI.aDM.cDM.czM", 32,
	    &token), REASON_OK);
	assert_true(token.has_fresh);
	assert_true(span_is(token.fresh.header, "h3"));
	assert_true(span_is(token.fresh.payload, "p3"));
	assert_true(span_is(token.fresh.signature, "s3"));
	assert_true(span_is(token.fresh.input, "aDM.cDM"));
}

/*
 * CVE-2025-3757, CVE-2025-4658: tokens of an odd structure had a signature
 * that nobody checked. Here they have no structure at all.
 */
static void
pk_token_cve_2025_3757_odd_structure_refused(void **state)
{
	static const char *const texts[] = {
		"", ":", ".", "::::", "cGF5", "cGF5:aDE:czE", /* one signature */
		"cGF5:aDE:czE:aDI", "cGF5:aDE:czE:aDI:czI:",
		":cGF5:aDE:czE:aDI:czI", "cGF5:aDE:czE:aDI:czI:aDM",
		"cGF5:aDE:czE:aDI:czI:aDM:czM", /* a cosigner */
		"cGF5:aDE::aDI:czI", "cGF5:aDE:czE:aDI:", /* no signature */
		":aDE:czE:aDI:czI", "cGF5::czE:aDI:czI",
		/* a refreshed token that is none */
		"cGF5:aDE:czE:aDI:czI.", "cGF5:aDE:czE:aDI:czI.aDM",
		"cGF5:aDE:czE:aDI:czI.aDM.cDM",
		"cGF5:aDE:czE:aDI:czI.aDM.cDM.", "cGF5:aDE:czE:aDI:czI..cDM.czM",
		"cGF5:aDE:czE:aDI:czI.aDM..czM",
		"cGF5:aDE:czE:aDI:czI.aDM.cDM.czM.czM",
		"cGF5:aDE:czE:aDI:czI.aDM.cDM.czM.",
		"cGF5:aDE:czE:aDI.aDM.cDM.czM", "cGF5:aDE.czE:aDI:czI",
		/* an ordinary JWS, three forms of it */
		"aDE.cGF5.czE",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (read_text(texts[i]) != REASON_TOKEN_FORM)
			fail_msg("%s", texts[i]);
}

static void
pk_token_base64_not_canonical_refused(void **state)
{
	static const char *const texts[] = {
		"cGF5=:aDE:czE:aDI:czI", "cGF5:aDE=:czE:aDI:czI",
		"cGF5:aDE:czF:aDI:czI", "cGF5:aDE:czE:aD/:czI",
		"cGF5:aDE:czE:aDI:czJ", "cGF5:aDE:czE:aDI:c",
		"cGF5:aDE:czE:aDI:czI\n", " cGF5:aDE:czE:aDI:czI",
		"cGF5:aDE:czE:aDI:czI.aDM.cDM.czN",
		"cGF5:aDE:czE:aDI:czI.aDM.cDM:czM",
		"cGF5:aDE:czE:aDI:czI.aDM.c.czM",
		"{\"payload\":\"e30\",\"signatures\":[{\"signature\":\"AA\"}]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (read_text(texts[i]) == REASON_OK)
			fail_msg("%s", texts[i]);
	assert_int_equal(read_text(texts[0]), REASON_TOKEN_BASE64);
}

/* GHSA-jc38-x7x8-2xc8: headers that are not protected have no place here. */
static void
pk_token_ghsa_jc38_json_serialisation_refused(void **state)
{
	(void)state;
	assert_int_not_equal(read_text("{\"payload\":\"e30\",\"protected\":"
	    "\"e30\",\"header\":{\"alg\":\"none\"},\"signature\":\"AA\"}"),
	    REASON_OK);
}

/* As long as they may be, with the room that was promised to suffice. */
static void
pk_token_at_its_limit_fits_its_room(void **state)
{
	static char text[PK_TOKEN_MAX + 1];
	struct pk_token token;

	(void)state;
	memset(text, 'A', sizeof(text));
	/* The longest part makes the signed parts longest: the payload. */
	memcpy(text + PK_TOKEN_MAX - 12, ":AA:AA:AA:AA", 12);
	assert_int_equal((PK_TOKEN_MAX - 12) % 4, 0);
	assert_int_equal(read_bytes(text, PK_TOKEN_MAX, &token), REASON_OK);
	assert_int_equal(pk_token_read((uint8_t *)text, PK_TOKEN_MAX, room,
	    PK_TOKEN_ROOM(PK_TOKEN_MAX) - 1, &token), REASON_MEMORY);
	assert_int_equal(read_bytes(text, PK_TOKEN_MAX + 1, &token),
	    REASON_TOKEN_FORM);
	memcpy(text, "AA:AA:AA:AA:", 12);
	memset(text + 12, 'A', PK_TOKEN_MAX - 12);
	assert_int_equal(read_bytes(text, PK_TOKEN_MAX, &token), REASON_OK);
	/* The shortest. */
	assert_int_equal(read_bytes("AA:AA:AA:AA:AA", 14, &token), REASON_OK);
}

static void
pk_token_of_each_vector_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < NVECTORS; i++) {
		struct vector v = vector_read(vector_names[i]);
		struct ssh_cert cert;
		struct pk_token token, cut;

		assert_int_equal(ssh_cert_read(v.blob, v.len, &cert),
		    REASON_OK);
		assert_int_equal(read_bytes(cert.token.p, cert.token.len,
		    &token), REASON_OK);
		assert_false(token.has_fresh);
		assert_int_equal(token.segment[0].header.p[0], '{');
		/* Every one of the last one's bytes is needed. */
		for (size_t n = 0; n < cert.token.len; n++) {
			enum reason reason = read_bytes(cert.token.p, n, &cut);

			/* Cut inside its last part it may still be one. */
			if (reason == REASON_OK && n <= cert.token.len -
			    token.segment[1].signature_text.len)
				fail_msg("%s cut at %zu", vector_names[i], n);
		}
		vector_free(&v);
	}
}

/* The compact forms in openpubkey's own tests, the last string of each. */
static void
pk_token_openpubkey_cases_agree(void **state)
{
	struct corpus corpus = corpus_read("openpubkey",
	    "compact_vectors.json");
	struct json doc = { 0 };
	size_t used = 0, refused = 0;

	(void)state;
	assert_int_equal(json_read(&doc, corpus.files[0].data,
	    corpus.files[0].len), JSON_OK);
	for (json_value c = json_first(&doc, JSON_ROOT); c != JSON_NONE;
	     c = json_next(&doc, JSON_ROOT, c)) {
		json_value strings = json_member(&doc, c, "strings"), s;

		for (s = json_first(&doc, strings); s != JSON_NONE;
		     s = json_next(&doc, strings, s)) {
			static uint8_t text[4096];
			size_t n, colons = 0, dots = 0;
			struct pk_token token;
			enum reason reason;

			assert_int_equal(json_string(&doc, s, text,
			    sizeof(text), &n), ERR_OK);
			for (size_t i = 0; i < n; i++) {
				colons += text[i] == ':';
				dots += text[i] == '.';
			}
			reason = read_bytes(text, n, &token);
			/* One or three signatures: theirs, not ours. */
			assert_int_equal(reason == REASON_OK, colons == 4 &&
			    (dots == 0 || dots == 3));
			used++;
			refused += reason != REASON_OK;
		}
	}
	print_message("openpubkey: %zu strings, %zu refused\n", used,
	    refused);
	assert_true(used >= 27 && refused >= 23 && used > refused);
	json_free(&doc);
	corpus_free(&corpus);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pk_token_two_segments_read),
		cmocka_unit_test(pk_token_refreshed_id_token_read),
		cmocka_unit_test(pk_token_cve_2025_3757_odd_structure_refused),
		cmocka_unit_test(pk_token_base64_not_canonical_refused),
		cmocka_unit_test(
		    pk_token_ghsa_jc38_json_serialisation_refused),
		cmocka_unit_test(pk_token_at_its_limit_fits_its_room),
		cmocka_unit_test(pk_token_of_each_vector_read),
		cmocka_unit_test(pk_token_openpubkey_cases_agree),
	};

	return cmocka_run_group_tests_name("pk_token", tests, NULL, NULL);
}
