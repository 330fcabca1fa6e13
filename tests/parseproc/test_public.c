/*
 * The public collections: that all of them is there and has a use, and what
 * no other test makes use of. Providers' key sets and the RFCs' keys are read;
 * tokens in forms that are not ours are refused, whoever made them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parseproc/claims.h"
#include "parseproc/jwk_read.h"
#include "parseproc/jwk_write.h"
#include "parseproc/base64url.h"
#include "parseproc/jwks.h"
#include "parseproc/pk_token.h"
#include "parseproc/token_header.h"
#include "tests/parseproc/collections.h"
#include "tests/parseproc/corpora.h"

#define TEXT_MAX 32768
#define SOURCE_MAX (256 * 1024)

/* A collection that has lost files would pass every test of what is left. */
static void
public_collections_are_whole(void **state)
{
	size_t sum = 0;

	(void)state;
	for (size_t i = 0; i < NCOLLECTIONS; i++) {
		const struct collection *c = &collections[i];
		struct corpus corpus = corpus_read(c->folder, c->suffix);

		print_message("%-32s %-11s %3zu files, used by %s\n",
		    c->folder, c->suffix, corpus.nfiles, c->used_by);
		if (corpus.nfiles < c->files)
			fail_msg("%s: there were %zu", c->folder, c->files);
		sum += corpus.nfiles;
		corpus_free(&corpus);
	}
	print_message("%zu files\n", sum);
}

static bool
has_row(const char *folder, const char *name)
{
	for (size_t i = 0; i < NCOLLECTIONS; i++) {
		const struct collection *c = &collections[i];
		size_t n = strlen(name), m = strlen(c->suffix);

		if (strcmp(c->folder, folder) == 0 && n >= m &&
		    strcmp(name + n - m, c->suffix) == 0)
			return true;
	}
	return false;
}

static void
public_files_have_a_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < NCOLLECTIONS; i++) {
		const char *folder = collections[i].folder;
		struct corpus corpus = corpus_read(folder, "");

		for (size_t k = 0; k < corpus.nfiles; k++) {
			const char *name = corpus.files[k].name;

			if (!has_row(folder, name) &&
			    strcmp(name, "README.md") != 0 &&
			    strncmp(name, "LICEN", 5) != 0)
				fail_msg("%s/%s", folder, name);
		}
		corpus_free(&corpus);
	}
}

/* Whether a test's source has the word at the end of a string. */
static bool
mentions(const char *source, const char *before, const char *word)
{
	char quoted[128];

	(void)snprintf(quoted, sizeof(quoted), "%s%s\"", before, word);
	return strstr(source, quoted) != NULL;
}

static void
check_user(const struct collection *c, const char *name, size_t len)
{
	static char source[SOURCE_MAX];
	char path[1024];
	FILE *file;
	size_t n;

	(void)snprintf(path, sizeof(path), SALLYPORT_SOURCE_ROOT
	    "/tests/parseproc/test_%.*s.c", (int)len, name);
	file = fopen(path, "r");
	if (file == NULL)
		fail_msg("%s is missing", path);
	n = fread(source, 1, sizeof(source) - 1, file);
	assert_true(feof(file));
	(void)fclose(file);
	source[n] = '\0';
	if (!mentions(source, "\"", c->folder) ||
	    !mentions(source, "", c->suffix))
		fail_msg("%s does not use %s's %s", path, c->folder,
		    c->suffix);
}

static void
public_collections_are_used(void **state)
{
	(void)state;
	for (size_t i = 0; i < NCOLLECTIONS; i++) {
		const char *name = collections[i].used_by;

		if (strncmp(name, NONE, strlen(NONE)) == 0)
			continue;
		for (size_t len; *name != '\0'; name += len) {
			name += strspn(name, ", ");
			len = strcspn(name, ",");
			check_user(&collections[i], name, len);
		}
	}
}

/* --- openpubkey --- */

static size_t
text_of(const struct json *doc, json_value v, const char *name, uint8_t *out)
{
	size_t n;

	if (json_string(doc, json_member(doc, v, name), out, TEXT_MAX, &n) !=
	    ERR_OK)
		return 0;
	return n;
}

static struct span
raw(const struct json *doc, json_value v)
{
	struct span s;

	s.p = json_text(doc, v, &s.len);
	return s;
}

/* What Microsoft, Google, Hello, GitLab and others had published. */
static void
take_key_set(struct span text, size_t *sets, size_t *keys, size_t *drops)
{
	static struct jwks jwks;

	assert_int_equal(jwks_read(text.p, text.len, &jwks), REASON_OK);
	*sets += 1;
	*keys += jwks.nkeys;
	*drops += jwks.ndrops;
	jwks_free(&jwks);
}

/* A PK token in JSON: its payload is claims, but it is no token here. */
static size_t
take_token(const struct json *doc, struct span text)
{
	static uint8_t room[PK_TOKEN_ROOM(TEXT_MAX)];
	struct span payload = raw(doc, json_member(doc, JSON_ROOT, "payload"));
	struct pk_token token;
	struct claims claims;
	size_t read;

	assert_int_equal(pk_token_read(text.p, text.len, room, sizeof(room),
	    &token), REASON_TOKEN_FORM);
	read = claims_read(CLAIMS_ID_TOKEN, payload.p, payload.len,
	    &claims) == REASON_OK;
	claims_free(&claims);
	return read;
}

static void
public_openpubkey_documents_read(void **state)
{
	static uint8_t text[TEXT_MAX];
	struct corpus corpus = corpus_read("openpubkey", "doc_examples.json");
	size_t sets = 0, keys = 0, drops = 0, tokens = 0, claims = 0;
	struct json all = { 0 };

	(void)state;
	assert_int_equal(json_read(&all, corpus.files[0].data,
	    corpus.files[0].len), JSON_OK);
	for (json_value v = json_first(&all, JSON_ROOT); v != JSON_NONE;
	     v = json_next(&all, JSON_ROOT, v)) {
		size_t n = text_of(&all, v, "text", text);
		struct span one = { text, n };
		struct json doc = { 0 };

		if (json_read(&doc, text, n) != JSON_OK)
			continue;
		if (json_member(&doc, JSON_ROOT, "keys") != JSON_NONE)
			take_key_set(one, &sets, &keys, &drops);
		else {
			claims += take_token(&doc, one);
			tokens++;
		}
		json_free(&doc);
	}
	print_message("openpubkey's documents: %zu providers' sets with %zu "
	    "keys taken and %zu not; %zu tokens, the claims of %zu read\n",
	    sets, keys, drops, tokens, claims);
	assert_true(sets >= 6 && keys >= 20);
	assert_true(tokens >= 3 && claims >= 1);
	json_free(&all);
	corpus_free(&corpus);
}

static void
public_openpubkey_fixtures_decided(void **state)
{
	struct corpus corpus = corpus_read("openpubkey", ".json");
	size_t used = 0;

	(void)state;
	for (size_t i = 0; i < corpus.nfiles; i++) {
		const struct corpus_file *f = &corpus.files[i];
		struct span text = { f->data, f->len };
		uint8_t room[JWK_ROOM];
		struct json doc = { 0 };
		struct jwk key;

		assert_int_equal(json_read(&doc, f->data, f->len), JSON_OK);
		if (strcmp(f->name, "test_jwk.json") == 0) {
			assert_int_equal(jwk_read(&doc, JSON_ROOT, room,
			    &key), REASON_OK);
			assert_int_equal(key.alg, JWS_RS256);
			used++;
		} else if (strcmp(f->name, "test_jws.json") == 0) {
			assert_int_equal(take_token(&doc, text), 1);
			used++;
		} else if (strcmp(f->name, "test_dpop_token.json") == 0) {
			/* No issuer, no audience: nobody's ID token. */
			assert_int_equal(take_token(&doc, text), 0);
			used++;
		}
		json_free(&doc);
	}
	assert_int_equal(used, 3);
	corpus_free(&corpus);
}

/* --- the RFCs --- */

/* Which of the keys are for an algorithm of ours. */
static bool
key_is_ours(const struct corpus_file *f)
{
	static const char *const ours[] = { "rfc7515_A.2.jwk",
		"rfc7515_A.3.jwk", "rfc7515_A.6.1.jwk", "rfc7515_A.6.2.jwk",
		"rfc7515_A.7.jwk", "rfc7517_B.jwk", "rfc7520_3.3.jwk",
		"rfc7520_3.4.jwk", "rfc7520_4.1.jwk", "rfc7520_4.2.jwk",
		"rfc7520_4.8.1.jwk", "rfc7638_3.1.jwk" };

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (strcmp(f->name, ours[i]) == 0)
			return true;
	return false;
}

static void
public_rfc_keys_read(void **state)
{
	struct corpus corpus = corpus_read("jose-rfc-vectors", ".jwk");
	struct corpus prints = corpus_read("jose-rfc-vectors", ".thp");
	size_t taken = 0, refused = 0;

	(void)state;
	for (size_t i = 0; i < corpus.nfiles; i++) {
		const struct corpus_file *f = &corpus.files[i];
		uint8_t room[JWK_ROOM], thumbprint[JWK_THUMBPRINT_LEN];
		char text[43];
		struct json doc = { 0 };
		struct jwk key;
		bool ok;

		assert_int_equal(json_read(&doc, f->data, f->len), JSON_OK);
		ok = jwk_read(&doc, JSON_ROOT, room, &key) == REASON_OK;
		if (ok != key_is_ours(f))
			fail_msg("%s %s", f->name, ok ? "taken" : "refused");
		taken += ok;
		refused += !ok;
		if (strcmp(f->name, "rfc7638_3.1.jwk") == 0) {
			jwk_thumbprint(&key, thumbprint);
			base64url_encode(thumbprint, sizeof(thumbprint), text);
			assert_memory_equal(text, prints.files[0].data, 43);
		}
		json_free(&doc);
	}
	print_message("RFC keys: %zu taken, %zu refused (symmetric, P-521, "
	    "for encryption)\n", taken, refused);
	assert_true(taken >= 12 && refused >= 13);
	corpus_free(&corpus);
	corpus_free(&prints);
}

/* JWS in JSON, compact ones alone, and JWE of five parts with dots. */
static void
public_rfc_forms_are_no_tokens(void **state)
{
	static const char *const suffixes[] = { ".jwsc", ".jwsf", ".jwsg",
		".jwec" };
	static uint8_t room[PK_TOKEN_ROOM(TEXT_MAX)];
	size_t refused = 0;

	(void)state;
	for (size_t k = 0; k < 4; k++) {
		struct corpus corpus = corpus_read("jose-rfc-vectors",
		    suffixes[k]);

		for (size_t i = 0; i < corpus.nfiles; i++) {
			struct pk_token token;

			if (pk_token_read(corpus.files[i].data,
			    corpus.files[i].len, room, sizeof(room),
			    &token) == REASON_OK)
				fail_msg("%s", corpus.files[i].name);
			refused++;
		}
		corpus_free(&corpus);
	}
	print_message("RFC tokens in other forms: %zu refused\n", refused);
	assert_true(refused >= 36);
}

static void
public_cookbook_keys_read(void **state)
{
	struct corpus corpus = corpus_read("jose-cookbook/jwk", ".json");
	size_t taken = 0;

	(void)state;
	for (size_t i = 0; i < corpus.nfiles; i++) {
		const struct corpus_file *f = &corpus.files[i];
		uint8_t room[JWK_ROOM];
		struct json doc = { 0 };
		struct jwk key;
		bool ok;

		assert_int_equal(json_read(&doc, f->data, f->len), JSON_OK);
		ok = jwk_read(&doc, JSON_ROOT, room, &key) == REASON_OK;
		/* The others are symmetric, or of P-521. */
		assert_int_equal(ok, strstr(f->name, ".rsa_") != NULL);
		taken += ok;
		json_free(&doc);
	}
	assert_true(taken >= 2);
	corpus_free(&corpus);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(public_collections_are_whole),
		cmocka_unit_test(public_files_have_a_row),
		cmocka_unit_test(public_collections_are_used),
		cmocka_unit_test(public_openpubkey_documents_read),
		cmocka_unit_test(public_openpubkey_fixtures_decided),
		cmocka_unit_test(public_rfc_keys_read),
		cmocka_unit_test(public_rfc_forms_are_no_tokens),
		cmocka_unit_test(public_cookbook_keys_read),
	};

	return cmocka_run_group_tests_name("public", tests, NULL, NULL);
}
