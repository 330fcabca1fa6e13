/*
 * Signatures: the known answers, the RFCs' and Wycheproof's. What is said to
 * be invalid is refused whatever its algorithm; what is valid is taken if the
 * algorithm is ours.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parseproc/base64url.h"
#include "parseproc/jwks.h"
#include "parseproc/jws.h"
#include "parseproc/jws_answers.h"
#include "parseproc/pk_token.h"
#include "parseproc/ssh_cert.h"
#include "tests/parseproc/corpora.h"
#include "tests/parseproc/vectors.h"

#define TEXT_MAX (64 * 1024)

/* --- BoringSSL, which may be made to answer wrongly ---
 * Linked with -Wl,--wrap for these three.
 */
int __real_EVP_DigestVerify(EVP_MD_CTX *ctx, const uint8_t *sig,
    size_t sig_len, const uint8_t *data, size_t len);
int __real_ECDSA_do_verify(const uint8_t *digest, size_t len,
    const ECDSA_SIG *sig, const EC_KEY *key);
int __real_ED25519_verify(const uint8_t *data, size_t len,
    const uint8_t sig[64], const uint8_t key[32]);
int __wrap_EVP_DigestVerify(EVP_MD_CTX *ctx, const uint8_t *sig,
    size_t sig_len, const uint8_t *data, size_t len);
int __wrap_ECDSA_do_verify(const uint8_t *digest, size_t len,
    const ECDSA_SIG *sig, const EC_KEY *key);
int __wrap_ED25519_verify(const uint8_t *data, size_t len,
    const uint8_t sig[64], const uint8_t key[32]);

static bool faulty;
static int fault;

int
__wrap_EVP_DigestVerify(EVP_MD_CTX *ctx, const uint8_t *sig, size_t sig_len,
    const uint8_t *data, size_t len)
{
	return faulty ? fault : __real_EVP_DigestVerify(ctx, sig, sig_len,
	    data, len);
}

int
__wrap_ECDSA_do_verify(const uint8_t *digest, size_t len,
    const ECDSA_SIG *sig, const EC_KEY *key)
{
	return faulty ? fault : __real_ECDSA_do_verify(digest, len, sig, key);
}

int
__wrap_ED25519_verify(const uint8_t *data, size_t len, const uint8_t sig[64],
    const uint8_t key[32])
{
	return faulty ? fault : __real_ED25519_verify(data, len, sig, key);
}

/* --- the known answers --- */

static void
jws_known_answers_right(void **state)
{
	(void)state;
	for (int alg = 0; alg < JWS_ALGS; alg++) {
		assert_true(jws_prepare((enum jws_alg)alg));
		assert_true(jws_self_test((enum jws_alg)alg));
	}
}

/* The first that uses them: none has proved itself yet. */
static void
jws_yes_to_everything_not_believed(void **state)
{
	(void)state;
	for (int alg = 0; alg < JWS_ALGS; alg++) {
		const struct jws_answer *known = &jws_answers[alg];

		faulty = true;
		fault = 1;
		assert_int_equal(jws_verify(&known->key, known->input,
		    known->signature), REASON_SYSTEM);
		faulty = false;
		assert_int_equal(jws_verify(&known->key, known->input,
		    known->signature), REASON_OK);
	}
}

/*
 * hyperbridge pull 1225: a verifier with three answers, and an error counted
 * as success. BoringSSL's 1 is good; its 0, and whatever else, is not.
 */
static void
jws_hyperbridge_1225_error_is_never_success(void **state)
{
	static const int answers[] = { 0, -1, -2, 2, 256, INT32_MIN,
		INT32_MAX };

	(void)state;
	for (int alg = 0; alg < JWS_ALGS; alg++) {
		const struct jws_answer *known = &jws_answers[alg];

		/* From here on the self-test is behind it. */
		assert_int_equal(jws_verify(&known->key, known->input,
		    known->signature), REASON_OK);
		for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]);
		     i++) {
			faulty = true;
			fault = answers[i];
			assert_int_not_equal(jws_verify(&known->key,
			    known->input, known->signature), REASON_OK);
			assert_false(jws_self_test((enum jws_alg)alg));
			faulty = false;
		}
		/* And one that says yes to everything fails its test. */
		faulty = true;
		fault = 1;
		assert_false(jws_self_test((enum jws_alg)alg));
		faulty = false;
	}
}

/* Every bit of each signature, the input's ends, every other length. */
static void
jws_every_bit_counts(void **state)
{
	(void)state;
	for (int alg = 0; alg < JWS_ALGS; alg++) {
		const struct jws_answer *known = &jws_answers[alg];
		struct span sig = known->signature, input = known->input;
		uint8_t changed[512] = { 0 };

		memcpy(changed, sig.p, sig.len);
		for (size_t bit = 0; bit < 8 * sig.len; bit++) {
			changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_int_equal(jws_verify(&known->key, input,
			    (struct span){ changed, sig.len }),
			    REASON_TOKEN_SIGNATURE);
			changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		for (size_t n = 0; n <= 2 * sig.len; n++)
			assert_int_equal(jws_verify(&known->key, input,
			    (struct span){ changed, n }), n == sig.len ?
			    REASON_OK : REASON_TOKEN_SIGNATURE);
		input.len--;
		assert_int_equal(jws_verify(&known->key, input, sig),
		    REASON_TOKEN_SIGNATURE);
		input = (struct span){ NULL, 0 };
		assert_int_equal(jws_verify(&known->key, input, sig),
		    REASON_TOKEN_SIGNATURE);
	}
}

/*
 * Algorithm confusion: a key verifies with its own algorithm only, and never
 * with one of another type of key, whoever says so.
 */
static void
jws_alg_confusion_refused(void **state)
{
	(void)state;
	for (int k = 0; k < JWS_ALGS; k++)
		for (int s = 0; s < JWS_ALGS; s++)
			for (int a = 0; a <= JWS_ALGS; a++) {
				struct jwk key = jws_answers[k].key;
				bool same = a == s &&
				    key.type == jws_answers[s].key.type;

				key.alg = (enum jws_alg)a;
				assert_int_equal(jws_verify(&key,
				    jws_answers[s].input,
				    jws_answers[s].signature), same ?
				    REASON_OK : REASON_TOKEN_SIGNATURE);
			}
}

static void
jws_alg_names_exact(void **state)
{
	static const char *const others[] = { "", "none", "None", "HS256",
		"rs256", "RS256 ", "RS1", "PS384", "PS512", "ES512", "ES256K",
		"Ed448", "GQ256", "EdDSA\0", "ESP256" };

	(void)state;
	for (int alg = 0; alg < JWS_ALGS; alg++) {
		const char *name = jws_alg_name((enum jws_alg)alg);

		for (int other = 0; other < JWS_ALGS; other++)
			assert_int_equal(jws_alg_is((enum jws_alg)other,
			    span_of(name)), alg == other);
		for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
			if (strcmp(others[i], name) != 0)
				assert_false(jws_alg_is((enum jws_alg)alg,
				    span_of(others[i])));
	}
	assert_true(jws_alg_is(JWS_EDDSA, span_of("Ed25519")));
	assert_false(jws_alg_is(JWS_EDDSA, (struct span){
	    (const uint8_t *)"EdDSA\0", 6 }));
	assert_string_equal(jws_alg_name(JWS_ALGS), "");
}

/* --- what opkssh made --- */

/* How many of the set's keys fit a signature. */
static size_t
fitting(const struct jwks *jwks, const struct pk_jws *jws)
{
	size_t n = 0;

	for (size_t i = 0; i < jwks->nkeys; i++)
		n += jws_verify(&jwks->keys[i], jws->input, jws->signature) ==
		    REASON_OK;
	return n;
}

static void
jws_of_each_vector_one_key_fits(void **state)
{
	static uint8_t room[PK_TOKEN_ROOM(PK_TOKEN_MAX)];

	(void)state;
	for (size_t i = 0; i < NVECTORS; i++) {
		struct vector v = vector_read(vector_names[i]);
		struct pk_token token;
		struct ssh_cert cert;
		struct jwks jwks;
		/* GQ256 signatures are for another verifier. */
		size_t expected = i == 4 ? 0 : 1;

		assert_int_equal(ssh_cert_read(v.blob, v.len, &cert),
		    REASON_OK);
		assert_int_equal(pk_token_read(cert.token.p, cert.token.len,
		    room, sizeof(room), &token), REASON_OK);
		assert_int_equal(jwks_read(v.jwks.p, v.jwks.len, &jwks),
		    REASON_OK);
		assert_int_equal(jwks.ndrops, 0);
		assert_int_equal(fitting(&jwks, &token.segment[0]), expected);
		assert_int_equal(fitting(&jwks, &token.segment[1]), 0);
		/* And the user's key fits the other segment. */
		assert_int_equal(jws_verify(&cert.key, token.segment[0].input,
		    token.segment[0].signature), REASON_TOKEN_SIGNATURE);
		assert_int_equal(jws_verify(&cert.key, token.segment[1].input,
		    token.segment[1].signature), REASON_OK);
		jwks_free(&jwks);
		vector_free(&v);
	}
}

/* --- the public corpora --- */

static size_t
text_of(const struct json *doc, json_value v, const char *name,
    uint8_t text[TEXT_MAX])
{
	size_t n = 0;

	if (json_string(doc, json_member(doc, v, name), text, TEXT_MAX, &n) !=
	    ERR_OK)
		return 0;
	return n;
}

static bool
member_is(const struct json *doc, json_value v, const char *name,
    const char *expected)
{
	static uint8_t text[TEXT_MAX];
	size_t n = text_of(doc, v, name, text);

	return span_is((struct span){ text, n }, expected);
}

static uint8_t
nibble(uint8_t c)
{
	return (uint8_t)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
}

/* A member in hexadecimal; without leading zeros if it is a number. */
static struct span
bytes_of(const struct json *doc, json_value v, const char *name, bool number,
    uint8_t bytes[TEXT_MAX])
{
	static uint8_t text[TEXT_MAX];
	size_t n = text_of(doc, v, name, text) / 2;
	struct span s = { bytes, n };

	for (size_t i = 0; i < n; i++)
		bytes[i] = (uint8_t)(nibble(text[2 * i]) << 4 |
		    nibble(text[2 * i + 1]));
	while (number && s.len > 0 && s.p[0] == 0) {
		s.p++;
		s.len--;
	}
	return s;
}

/* A group's key from its raw form: also those that are no good. */
static bool
raw_key(const struct json *doc, json_value group, enum jws_alg alg,
    struct jwk *key)
{
	static uint8_t n[TEXT_MAX], e[TEXT_MAX];
	json_value v = json_member(doc, group, "publicKey");

	*key = (struct jwk){ .type = jws_answers[alg].key.type, .alg = alg };
	switch (key->type) {
	case JWK_RSA:
		key->n = bytes_of(doc, v, "modulus", true, n);
		key->e = bytes_of(doc, v, "publicExponent", true, e);
		return jwk_rsa_sound(key->n, key->e);
	case JWK_ED25519:
		key->point = bytes_of(doc, v, "pk", false, n);
		return key->point.len == JWK_ED25519_LEN;
	default:
		key->point = bytes_of(doc, v, "uncompressed", false, n);
		return key->point.len ==
		    (key->type == JWK_P256 ? JWK_P256_LEN : JWK_P384_LEN);
	}
}

struct tally {
	size_t valid, refused, out_of_bounds, other_alg, acceptable;
};

/* One case of a file: msg and sig in hexadecimal. */
static void
try_case(const char *file, const struct json *doc, json_value test,
    const struct jwk *key, bool sound, bool ours, struct tally *tally)
{
	static uint8_t msg[TEXT_MAX], sig[TEXT_MAX];
	enum reason reason = !sound ? REASON_TOKEN_SIGNATURE : jws_verify(key,
	    bytes_of(doc, test, "msg", false, msg),
	    bytes_of(doc, test, "sig", false, sig));
	bool taken = reason == REASON_OK;

	if (!taken && reason != REASON_TOKEN_SIGNATURE)
		fail_msg("%s: %s", file, reason_word(reason));
	if (member_is(doc, test, "result", "valid")) {
		if (taken != (ours && sound)) {
			const uint8_t *id;
			size_t n;

			assert_int_equal(json_number(doc, json_member(doc,
			    test, "tcId"), &id, &n), ERR_OK);
			fail_msg("%s: valid %.*s", file, (int)n, id);
		}
		tally->valid += taken;
		tally->out_of_bounds += ours && !sound;
		tally->other_alg += !ours;
	} else if (taken && !ours && member_is(doc, test, "comment",
	    "s_len changed to 32")) {
		/* In a file for another salt: that is what PS256 is. */
		tally->valid++;
	} else {
		if (taken)
			fail_msg("%s: one that is not valid", file);
		if (member_is(doc, test, "result", "acceptable"))
			tally->acceptable++;
		else
			tally->refused++;
	}
}

/* Is this group's algorithm the one we know? */
static bool
is_ours(const struct json *doc, json_value group, enum jws_alg alg)
{
	static const char *const hashes[JWS_ALGS] = {
		[JWS_RS256] = "SHA-256", [JWS_RS384] = "SHA-384",
		[JWS_RS512] = "SHA-512", [JWS_PS256] = "SHA-256",
		[JWS_ES256] = "SHA-256", [JWS_ES384] = "SHA-384",
	};
	const uint8_t *salt;
	size_t n;

	if (alg == JWS_EDDSA)
		return true;
	if (!member_is(doc, group, "sha", hashes[alg]))
		return false;
	return alg != JWS_PS256 || (member_is(doc, group, "mgfSha",
	    "SHA-256") && json_number(doc, json_member(doc, group, "sLen"),
	    &salt, &n) == ERR_OK && span_is((struct span){ salt, n }, "32"));
}

/*
 * All cases of a file, with an algorithm of ours. der: the signatures are in
 * ASN.1, so that none may be taken, valid or not.
 */
static struct tally
try_file(const struct corpus_file *file, enum jws_alg alg, bool der)
{
	struct json doc = { 0 };
	struct tally tally = { 0 };
	json_value groups, g, tests, t;

	if (json_read(&doc, file->data, file->len) != JSON_OK)
		fail_msg("%s", file->name);
	groups = json_member(&doc, JSON_ROOT, "testGroups");
	for (g = json_first(&doc, groups); g != JSON_NONE;
	     g = json_next(&doc, groups, g)) {
		bool ours = !der && is_ours(&doc, g, alg);
		struct jwk key;
		bool sound = raw_key(&doc, g, alg, &key);

		tests = json_member(&doc, g, "tests");
		for (t = json_first(&doc, tests); t != JSON_NONE;
		     t = json_next(&doc, tests, t))
			try_case(file->name, &doc, t, &key, sound, ours,
			    &tally);
	}
	json_free(&doc);
	return tally;
}

static void
jws_wycheproof_agrees(void **state)
{
	static const struct {
		const char *name; /* what a file's name begins with */
		enum jws_alg alg;
	} kinds[] = {
		{ "rsa_signature_2048_sha256", JWS_RS256 },
		{ "rsa_signature_4096_sha256", JWS_RS256 },
		{ "rsa_signature_2048_sha384", JWS_RS384 },
		{ "rsa_signature_4096_sha384", JWS_RS384 },
		{ "rsa_signature_2048_sha512", JWS_RS512 },
		{ "rsa_signature_4096_sha512", JWS_RS512 },
		{ "rsa_pss_", JWS_PS256 },
		{ "ecdsa_secp256r1_", JWS_ES256 },
		{ "ecdsa_secp384r1_", JWS_ES384 },
		{ "ed25519_", JWS_EDDSA },
	};
	struct corpus corpus = corpus_read("wycheproof", "_test.json");
	struct tally sum = { 0 };

	(void)state;
	for (size_t i = 0; i < corpus.nfiles; i++) {
		const struct corpus_file *file = &corpus.files[i];
		size_t k = 0;

		while (k < sizeof(kinds) / sizeof(kinds[0]) &&
		    strncmp(file->name, kinds[k].name,
		    strlen(kinds[k].name)) != 0)
			k++;
		if (k < sizeof(kinds) / sizeof(kinds[0])) {
			bool der = strncmp(file->name, "ecdsa_", 6) == 0 &&
			    strstr(file->name, "p1363") == NULL;
			struct tally t = try_file(file, kinds[k].alg, der);

			print_message("%-44s %4zu taken, %4zu refused; not "
			    "ours: %zu by algorithm or form, %zu by key\n",
			    file->name, t.valid, t.refused + t.acceptable,
			    t.other_alg, t.out_of_bounds);
			sum.valid += t.valid;
			sum.refused += t.refused;
			sum.acceptable += t.acceptable;
			sum.other_alg += t.other_alg;
			sum.out_of_bounds += t.out_of_bounds;
		} else if (strcmp(file->name, "json_web_signature_test.json") !=
		    0)
			fail_msg("%s is not used", file->name);
	}
	print_message("all: %zu valid taken, %zu invalid and %zu acceptable "
	    "refused; %zu valid of other algorithms or forms, %zu with keys "
	    "out of bounds, refused too\n", sum.valid, sum.refused,
	    sum.acceptable, sum.other_alg, sum.out_of_bounds);
	assert_true(sum.valid >= 627 && sum.refused >= 3876);
	assert_true(sum.acceptable >= 6 && sum.other_alg >= 2245);
	corpus_free(&corpus);
}

/*
 * A compact JWS with one key: only the signature and that the header's alg is
 * the key's. What else a header must not say is the judge's business.
 */
static bool
compact_fits(const uint8_t *text, size_t len, const struct jwk *key)
{
	static uint8_t header[TEXT_MAX], signature[TEXT_MAX], alg[TEXT_MAX];
	const uint8_t *dot = memchr(text, '.', len), *second;
	struct json doc = { 0 };
	size_t n, hlen, slen;
	bool ok;

	if (dot == NULL)
		return false;
	second = memchr(dot + 1, '.', (size_t)(text + len - dot - 1));
	if (second == NULL ||
	    base64url_decode(text, (size_t)(dot - text), header,
	    sizeof(header), &hlen) != ERR_OK ||
	    base64url_decode(dot + 1, (size_t)(second - dot - 1), signature,
	    sizeof(signature), &n) != ERR_OK ||
	    base64url_decode(second + 1, (size_t)(text + len - second - 1),
	    signature, sizeof(signature), &slen) != ERR_OK)
		return false;
	ok = json_read(&doc, header, hlen) == JSON_OK;
	n = ok ? text_of(&doc, JSON_ROOT, "alg", alg) : 0;
	json_free(&doc);
	return ok && jws_alg_is(key->alg, (struct span){ alg, n }) &&
	    jws_verify(key, (struct span){ text, (size_t)(second - text) },
	    (struct span){ signature, slen }) == REASON_OK;
}

static void
jws_wycheproof_json_web_signatures_agree(void **state)
{
	static uint8_t text[TEXT_MAX];
	struct corpus corpus = corpus_read("wycheproof",
	    "json_web_signature_test.json");
	size_t taken = 0, refused = 0, no_key = 0, wrong_alg = 0;
	struct json doc = { 0 };
	json_value groups, g, tests, t;
	uint8_t room[JWK_ROOM];

	(void)state;
	assert_int_equal(json_read(&doc, corpus.files[0].data,
	    corpus.files[0].len), JSON_OK);
	groups = json_member(&doc, JSON_ROOT, "testGroups");
	for (g = json_first(&doc, groups); g != JSON_NONE;
	     g = json_next(&doc, groups, g)) {
		struct jwk key;
		bool usable = jwk_read(&doc, json_member(&doc, g, "private"),
		    room, &key) == REASON_OK;

		tests = json_member(&doc, g, "tests");
		for (t = json_first(&doc, tests); t != JSON_NONE;
		     t = json_next(&doc, tests, t)) {
			size_t n = text_of(&doc, t, "jws", text);
			bool valid = member_is(&doc, t, "result", "valid");
			bool fits = usable && compact_fits(text, n, &key);

			assert_false(fits && !valid);
			wrong_alg += valid && usable && !fits;
			taken += fits;
			refused += !valid && !fits;
			no_key += valid && !usable;
		}
	}
	print_message("JWS: %zu valid taken, %zu invalid refused, %zu valid "
	    "whose key is for no algorithm of ours, %zu whose header says "
	    "another one than the key\n", taken, refused, no_key, wrong_alg);
	assert_int_equal(refused, 355);
	/* 346 and 350: PS384 with a key for PS256. */
	assert_int_equal(wrong_alg, 2);
	assert_int_equal(taken + no_key + wrong_alg, 46);
	json_free(&doc);
	corpus_free(&corpus);
}

/* One of a corpus's files by its name, or NULL. */
static const struct corpus_file *
find_file(const struct corpus *corpus, const char *name)
{
	for (size_t i = 0; i < corpus->nfiles; i++)
		if (strcmp(corpus->files[i].name, name) == 0)
			return &corpus->files[i];
	return NULL;
}

/* RFC 7515 appendix A, RFC 7520 section 4: compact ones and their keys. */
static void
jws_rfc_vectors_agree(void **state)
{
	static const struct {
		const char *name;
		bool ours;
	} cases[] = {
		{ "rfc7515_A.2", true }, { "rfc7515_A.3", true },
		{ "rfc7520_4.1", true },
		/* HS256, ES512, PS384 */
		{ "rfc7515_A.1", false }, { "rfc7515_A.4", false },
		{ "rfc7520_4.2", false }, { "rfc7520_4.3", false },
		{ "rfc7520_4.4", false }, { "rfc7520_4.5", false },
	};
	struct corpus keys = corpus_read("jose-rfc-vectors", ".jwk");
	struct corpus texts = corpus_read("jose-rfc-vectors", ".jwsc");
	const struct corpus_file *none = find_file(&texts,
	    "rfc7515_A.5.jwsc");
	uint8_t room[JWK_ROOM];

	(void)state;
	assert_non_null(none);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct corpus_file *key_file, *text;
		struct json doc = { 0 };
		char name[64];
		struct jwk key;
		bool usable;

		(void)snprintf(name, sizeof(name), "%s.jwk", cases[i].name);
		assert_non_null(key_file = find_file(&keys, name));
		(void)snprintf(name, sizeof(name), "%s.jwsc", cases[i].name);
		assert_non_null(text = find_file(&texts, name));
		assert_int_equal(json_read(&doc, key_file->data,
		    key_file->len), JSON_OK);
		usable = jwk_read(&doc, JSON_ROOT, room, &key) == REASON_OK;
		assert_int_equal(usable && compact_fits(text->data, text->len,
		    &key), cases[i].ours);
		/* "none" fits no key. */
		assert_false(usable && compact_fits(none->data, none->len,
		    &key));
		json_free(&doc);
	}
	corpus_free(&keys);
	corpus_free(&texts);
}

/*
 * What stands at an example of the cookbook: its token in text, its length in
 * n, and its key, if that is of a kind that we take.
 */
static bool
read_example(const struct json *doc, json_value at, uint8_t *text, size_t *n,
    uint8_t *room, struct jwk *key)
{
	*n = text_of(doc, json_member(doc, at, "output"), "compact", text);
	return jwk_read(doc, json_member(doc, json_member(doc, at, "input"),
	    "key"), room, key) == REASON_OK;
}

/* RFC 7520 section 4: whoever's key it is, only RS256 is ours among them. */
static void
jws_cookbook_agrees(void **state)
{
	static const char *const folders[] = { "jose-cookbook/jws",
		"jose-cookbook/rfc7797" };
	static uint8_t text[TEXT_MAX];
	size_t taken = 0, refused = 0;

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		struct corpus corpus = corpus_read(folders[k], ".json");

		for (size_t i = 0; i < corpus.nfiles; i++) {
			const struct corpus_file *f = &corpus.files[i];
			struct json doc = { 0 };
			uint8_t room[JWK_ROOM];
			struct jwk key;
			size_t n;
			bool fits;

			assert_int_equal(json_read(&doc, f->data, f->len),
			    JSON_OK);
			fits = read_example(&doc, JSON_ROOT, text, &n, room,
			    &key) && compact_fits(text, n, &key);
			if (fits != (strstr(f->name, "rsa_v15") != NULL))
				fail_msg("%s", f->name);
			taken += fits;
			refused += !fits;
			json_free(&doc);
		}
		corpus_free(&corpus);
	}
	print_message("cookbook: %zu taken, %zu refused\n", taken, refused);
	assert_true(taken >= 1 && refused >= 9);
}

/* RFC 7520 section 6: a token of ours, and the JWE that it is put into. */
static void
jws_cookbook_nested_agrees(void **state)
{
	static uint8_t text[TEXT_MAX];
	struct corpus corpus = corpus_read("jose-cookbook",
	    "6.nesting_signatures_and_encryption.json");
	struct json doc = { 0 };
	uint8_t room[JWK_ROOM], other_room[JWK_ROOM];
	struct jwk key, other;
	size_t n;

	(void)state;
	assert_int_equal(json_read(&doc, corpus.files[0].data,
	    corpus.files[0].len), JSON_OK);
	assert_true(read_example(&doc, json_member(&doc, JSON_ROOT, "sign"),
	    text, &n, room, &key));
	/* An RSA key that names no algorithm is for RS256. */
	assert_false(compact_fits(text, n, &key));
	key.alg = JWS_PS256;
	assert_true(compact_fits(text, n, &key));
	assert_false(read_example(&doc, json_member(&doc, JSON_ROOT,
	    "encrypt"), text, &n, other_room, &other));
	assert_true(n > 0);
	assert_false(compact_fits(text, n, &key));
	json_free(&doc);
	corpus_free(&corpus);
}

/* JWE has a dot or two more than JWS; no key of the collection fits any. */
static void
jws_rfc_encrypted_fit_no_key(void **state)
{
	struct corpus texts = corpus_read("jose-rfc-vectors", ".jwec");
	struct corpus keys = corpus_read("jose-rfc-vectors", ".jwk");
	size_t tried = 0;

	(void)state;
	for (size_t k = 0; k < keys.nfiles; k++) {
		struct json doc = { 0 };
		uint8_t room[JWK_ROOM];
		struct jwk key;

		assert_int_equal(json_read(&doc, keys.files[k].data,
		    keys.files[k].len), JSON_OK);
		if (jwk_read(&doc, JSON_ROOT, room, &key) == REASON_OK)
			for (size_t i = 0; i < texts.nfiles; i++, tried++)
				assert_false(compact_fits(
				    texts.files[i].data, texts.files[i].len,
				    &key));
		json_free(&doc);
	}
	print_message("JWE: %zu, each with each key: %zu times refused\n",
	    texts.nfiles, tried);
	assert_true(tried >= 108);
	corpus_free(&texts);
	corpus_free(&keys);
}

/* RFC 8037 appendix A.4. */
static void
jws_rfc_8037_ed25519_agrees(void **state)
{
	static uint8_t text[TEXT_MAX];
	struct corpus corpus = corpus_read("jose-cookbook/curve25519",
	    "jws.json");
	struct json doc = { 0 };
	uint8_t room[JWK_ROOM];
	struct jwk key;
	size_t n;

	(void)state;
	assert_int_equal(json_read(&doc, corpus.files[0].data,
	    corpus.files[0].len), JSON_OK);
	assert_true(read_example(&doc, JSON_ROOT, text, &n, room, &key));
	assert_true(compact_fits(text, n, &key));
	text[n - 1] = text[n - 1] == 'A' ? 'Q' : 'A';
	assert_false(compact_fits(text, n, &key));
	json_free(&doc);
	corpus_free(&corpus);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jws_yes_to_everything_not_believed),
		cmocka_unit_test(jws_known_answers_right),
		cmocka_unit_test(jws_hyperbridge_1225_error_is_never_success),
		cmocka_unit_test(jws_every_bit_counts),
		cmocka_unit_test(jws_alg_confusion_refused),
		cmocka_unit_test(jws_alg_names_exact),
		cmocka_unit_test(jws_of_each_vector_one_key_fits),
		cmocka_unit_test(jws_rfc_vectors_agree),
		cmocka_unit_test(jws_rfc_8037_ed25519_agrees),
		cmocka_unit_test(jws_cookbook_agrees),
		cmocka_unit_test(jws_cookbook_nested_agrees),
		cmocka_unit_test(jws_rfc_encrypted_fit_no_key),
		cmocka_unit_test(jws_wycheproof_agrees),
		cmocka_unit_test(jws_wycheproof_json_web_signatures_agree),
	};

	return cmocka_run_group_tests_name("jws", tests, NULL, NULL);
}
