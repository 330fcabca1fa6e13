/*
 * SSH public keys: good and bad ones of every kind, the public collections,
 * and every truncation and bit flip of good ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "ipc/base64.h"
#include "ipc/limits.h"
#include "ipc/message.h"
#include "parseproc/ec_point.h"
#include "parseproc/json.h"
#include "parseproc/ssh_blob.h"
#include "parseproc/ssh_key.h"
#include "tests/parseproc/corpora.h"
#include "tests/parseproc/sample_keys.h"

/* Reads from a block of exactly the entry's size, for ASan's sake. */
static enum reason
read_bytes(const void *line, size_t len, struct ssh_key *key)
{
	uint8_t *copy = malloc(len + (len == 0));
	enum reason reason;

	assert_non_null(copy);
	memcpy(copy, line, len);
	reason = ssh_key_read(copy, len, key);
	free(copy);
	if (reason != REASON_OK) {
		assert_null(key->base64);
		assert_null(key->type);
	}
	return reason;
}

static enum reason
verdict_on(const char *line)
{
	struct ssh_key key;
	enum reason reason = read_bytes(line, strlen(line), &key);

	ssh_key_free(&key);
	return reason;
}

/* An entry in a buffer that the next call uses again. */
static const char *
entry(const char *before, const struct sample_key *sample, const char *after)
{
	static char line[16384];

	(void)snprintf(line, sizeof(line), "%s%s %s%s", before, sample->type,
	    sample->base64, after);
	return line;
}

static void
ssh_key_every_type_reemitted(void **state)
{
	(void)state;
	for (size_t i = 0; i < ngood_keys; i++) {
		const char *line = entry("", &good_keys[i], " user@host");
		struct ssh_key key;

		if (read_bytes(line, strlen(line), &key) != REASON_OK)
			fail_msg("%s refused", good_keys[i].name);
		assert_string_equal(key.type, good_keys[i].type);
		assert_string_equal(key.base64, good_keys[i].base64);
		assert_int_equal(key.base64_len, strlen(key.base64));
		assert_string_equal(key.comment, "user@host");
		assert_int_equal(key.comment_len, 9);
		ssh_key_free(&key);
	}
}

static void
ssh_key_bad_refused_with_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < nbad_keys; i++) {
		enum reason reason = verdict_on(entry("", &bad_keys[i], ""));

		if (reason != bad_keys[i].reason)
			fail_msg("%s: %s", bad_keys[i].name,
			    reason_word(reason));
	}
	print_message("%zu good, %zu bad keys\n", ngood_keys, nbad_keys);
}

static void
ssh_key_bad_point_in_every_place_refused(void **state)
{
	uint8_t zero[EC_POINT_MAX] = { 4 };

	(void)state;
	assert_int_equal(ec_point_check(EC_P256, zero, 65), REASON_KEY_CURVE);
	assert_int_equal(ec_point_check(EC_P384, zero, 97), REASON_KEY_CURVE);
	assert_int_equal(ec_point_check(EC_P521, zero, 133),
	    REASON_KEY_CURVE);
	assert_int_equal(ec_point_check(EC_P256, zero, 0), REASON_KEY_CURVE);
	assert_int_equal(ec_point_check(EC_P256, zero, 97), REASON_KEY_CURVE);
}

static void
ssh_key_options_refused(void **state)
{
	static const char *const options[] = {
		"command=\"/bin/sh\" ", "command=\"a b\" ", "no-pty ",
		"restrict,pty ",
		"cert-authority ", "from=\"10.0.0.0/8\",no-pty\t",
		"command=\"echo ssh-rsa AAAA\" ", "environment=\"A=b c\" ",
		"restrict  ", "\"", "expiry-time=20300101 ",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		assert_int_equal(verdict_on(entry(options[i], &good_keys[0],
		    "")), REASON_KEY_OPTIONS);
	assert_int_equal(verdict_on("no-pty ecdsa-sha2-nistp256 AAAA"),
	    REASON_KEY_OPTIONS);
	assert_int_equal(verdict_on("no-pty sk-ssh-ed25519@openssh.com AAAA"),
	    REASON_KEY_OPTIONS);
}

static void
ssh_key_other_types_refused(void **state)
{
	static const char *const lines[] = {
		"", " ", "\t", "ssh-dss AAAAB3NzaC1kc3M=",
		"ssh-ed25519-cert-v01@openssh.com AAAA",
		"ssh-mldsa44-ed25519@openssh.com AAAA", "ssh-ed448 AAAA",
		"rsa-sha2-256 AAAA", "SSH-RSA AAAA", "ssh-rs AAAA",
		"ssh-rsaa AAAA", "1024 35 1234567890 user@host", "# comment",
		"restrict AAAAB3NzaC1yc2E=", "\xc3\xa9 AAAA",
		"x-ssh-rsa AAAA",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_int_equal(verdict_on(lines[i]), REASON_KEY_TYPE);
}

static void
ssh_key_line_breaks_refused_other_control_bytes_reduced(void **state)
{
	(void)state;
	for (int c = 0; c < 0x80; c++) {
		const char *line = entry("", &good_keys[0], " a?b");
		char *copy = strdup(line);
		size_t len = strlen(line);
		struct ssh_key key;
		enum reason reason;

		assert_non_null(copy);
		copy[len - 2] = (char)c;
		reason = read_bytes(copy, len, &key);
		if (c == '\n' || c == '\r' || c == '\0') {
			assert_int_equal(reason, REASON_KEY_LINE);
		} else {
			assert_int_equal(reason, REASON_OK);
			assert_true(ipc_printable(key.comment,
			    key.comment_len));
		}
		ssh_key_free(&key);
		free(copy);
	}
	assert_int_equal(verdict_on(entry("", &good_keys[0], "\r\n")),
	    REASON_OK);
	assert_int_equal(verdict_on(entry("\n", &good_keys[0], "")),
	    REASON_KEY_LINE);
	assert_int_equal(verdict_on(entry("", &good_keys[0],
	    "\nssh-rsa AAAA")), REASON_KEY_LINE);
}

static void
ssh_key_base64_not_canonical_refused(void **state)
{
	static const char *const lines[] = {
		"ssh-ed25519", "ssh-ed25519 ", "ssh-ed25519 A",
		"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5", /* no more than the type */
		"ssh-ed25519 AAAA=", "ssh-ed25519 AAA\xc3\xa9",
		"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI_____",
		"ssh-ed25519 ====",
	};
	static char line[KEY_BASE64_MAX + 64];
	char *end;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		enum reason reason = verdict_on(lines[i]);

		assert_int_equal(reason, i == 3 ? REASON_KEY_BLOB :
		    REASON_KEY_BASE64);
	}
	/* A key of 51 bytes has no padding; padding is refused. */
	assert_int_equal(verdict_on(entry("", &good_keys[0], "====")),
	    REASON_KEY_BASE64);
	/* The longest that is looked at, and the next. */
	end = line + sprintf(line, "ssh-rsa ");
	memset(end, 'A', KEY_BASE64_MAX + 4);
	assert_int_equal(verdict_on(line), REASON_KEY_BASE64);
	end[KEY_BASE64_MAX] = '\0';
	assert_int_equal(verdict_on(line), REASON_KEY_INNER_TYPE);
}

static void
ssh_key_white_space_around_parts_taken(void **state)
{
	static char line[16384];
	struct ssh_key key;

	(void)state;
	(void)snprintf(line, sizeof(line), " \t %s \t %s \t a\tb  c \t ",
	    good_keys[0].type, good_keys[0].base64);
	assert_int_equal(read_bytes(line, strlen(line), &key), REASON_OK);
	assert_string_equal(key.base64, good_keys[0].base64);
	assert_string_equal(key.comment, "a?b  c");
	ssh_key_free(&key);
}

static void
ssh_key_comment_reduced_and_cut(void **state)
{
	static char line[16384];
	struct ssh_key key;
	const char *base;
	size_t n;

	(void)state;
	base = entry("", &good_keys[0], " J\xc3\xb6rg \xe2\x82\xac\xf0\x9f\x98"
	    "\x80 \xff\x80\"'$(id)`~");
	assert_int_equal(read_bytes(base, strlen(base), &key), REASON_OK);
	assert_string_equal(key.comment, "J?rg ?? ??\"'$(id)`~");
	ssh_key_free(&key);

	base = entry("", &good_keys[0], "");
	assert_int_equal(read_bytes(base, strlen(base), &key), REASON_OK);
	assert_string_equal(key.comment, "");
	ssh_key_free(&key);

	n = (size_t)snprintf(line, sizeof(line), "%s ", base);
	memset(line + n, 'c', KEY_COMMENT_MAX + 7);
	assert_int_equal(read_bytes(line, n + KEY_COMMENT_MAX + 7, &key),
	    REASON_OK);
	assert_int_equal(key.comment_len, KEY_COMMENT_MAX);
	assert_int_equal(strlen(key.comment), KEY_COMMENT_MAX);
	ssh_key_free(&key);

	/* Cut behind white space: as if it were not there. */
	memset(line + n + KEY_COMMENT_MAX - 3, ' ', 3);
	assert_int_equal(read_bytes(line, n + KEY_COMMENT_MAX + 7, &key),
	    REASON_OK);
	assert_int_equal(key.comment_len, KEY_COMMENT_MAX - 3);
	ssh_key_free(&key);
}

/* A blob as an entry; what comes out must be that blob and no other. */
static int
blob_taken(const char *type, const uint8_t *blob, size_t len)
{
	static char line[16384];
	size_t n = (size_t)sprintf(line, "%s ", type);
	struct ssh_key key;

	base64_encode(blob, len, line + n);
	n += base64_encoded_len(len);
	if (read_bytes(line, n, &key) != REASON_OK)
		return 0;
	assert_string_equal(key.type, type);
	assert_int_equal(key.base64_len, base64_encoded_len(len));
	assert_memory_equal(key.base64, line + strlen(type) + 1,
	    key.base64_len);
	ssh_key_free(&key);
	return 1;
}

static void
decode_sample(const struct sample_key *sample, uint8_t *blob, size_t *len)
{
	assert_int_equal(base64_decode((const uint8_t *)sample->base64,
	    strlen(sample->base64), blob, KEY_BASE64_MAX, len), ERR_OK);
}

static void
ssh_key_every_truncation_refused(void **state)
{
	static uint8_t blob[KEY_BASE64_MAX + 1];
	size_t len, tried = 0;

	(void)state;
	for (size_t i = 0; i < ngood_keys; i++) {
		decode_sample(&good_keys[i], blob, &len);
		assert_true(blob_taken(good_keys[i].type, blob, len));
		for (size_t n = 0; n < len; n++) {
			assert_false(blob_taken(good_keys[i].type, blob, n));
			assert_false(blob_taken(good_keys[i].type,
			    blob + len - n, n));
			tried += 2;
		}
		for (int c = 0; c < 256; c++) {
			blob[len] = (uint8_t)c;
			assert_false(blob_taken(good_keys[i].type, blob,
			    len + 1));
			tried++;
		}
	}
	print_message("%zu truncations and trailing bytes refused\n", tried);
}

/* Where the flipped bit may lie in a key that is still one. */
static int
flip_may_pass(const struct sample_key *sample)
{
	return strstr(sample->type, "ecdsa") == NULL ||
	    strncmp(sample->type, "sk-", 3) == 0;
}

static void
ssh_key_every_bit_flip_refused_or_faithful(void **state)
{
	static uint8_t blob[KEY_BASE64_MAX + 1];
	size_t len, tried = 0, taken = 0;

	(void)state;
	for (size_t i = 0; i < ngood_keys; i++) {
		decode_sample(&good_keys[i], blob, &len);
		for (size_t bit = 0; bit < 8 * len; bit++) {
			int ok;

			blob[bit / 8] = (uint8_t)(blob[bit / 8] ^
			    1 << bit % 8);
			ok = blob_taken(good_keys[i].type, blob, len);
			blob[bit / 8] = (uint8_t)(blob[bit / 8] ^
			    1 << bit % 8);
			/* Next to no flipped point is on its curve. */
			if (ok && !flip_may_pass(&good_keys[i]))
				fail_msg("%s: bit %zu", good_keys[i].name,
				    bit);
			/* Nor can lengths or names change. */
			assert_true(!ok || bit >= 8 * (4 +
			    strlen(good_keys[i].type) + 4));
			tried++;
			taken += (size_t)ok;
		}
	}
	print_message("%zu bit flips, %zu still keys (other Ed25519, RSA or "
	    "application bytes)\n", tried, taken);
}

/* Flips in the text: base64, type and the spaces between. */
static void
ssh_key_every_text_flip_refused_or_canonical(void **state)
{
	/* One with padding. */
	const char *line = entry("", &good_keys[7], " c");
	size_t len = strlen(line), taken = 0;

	(void)state;
	for (size_t bit = 0; bit < 8 * len; bit++) {
		char *copy = strdup(line);
		struct ssh_key key;

		assert_non_null(copy);
		copy[bit / 8] = (char)(copy[bit / 8] ^ 1 << bit % 8);
		if (read_bytes(copy, len, &key) == REASON_OK) {
			size_t at = strlen(key.type) + 1;

			assert_memory_equal(copy, key.type, at - 1);
			assert_memory_equal(copy + at, key.base64,
			    key.base64_len);
			taken++;
		}
		ssh_key_free(&key);
		free(copy);
	}
	print_message("%zu of %zu text flips still keys\n", taken, 8 * len);
}

static void
ssh_key_warm_up_known_answers_right(void **state)
{
	(void)state;
	assert_true(ssh_key_warm_up());
}

/* --- public collections --- */

/* What to expect of a .pub file, from its first word. */
static enum reason
expected_of(const struct corpus_file *f)
{
	static const char cert[] = "-cert-v01@openssh.com ";
	const uint8_t *space = memchr(f->data, ' ', f->len);

	if (space == NULL)
		return REASON_KEY_TYPE;
	if (memmem(f->data, f->len, cert, sizeof(cert) - 1) != NULL ||
	    memmem(f->data, f->len, "mldsa", 5) != NULL ||
	    memcmp(f->data, "ssh-dss", 7) == 0 || f->data[0] <= '9')
		return REASON_KEY_TYPE;
	return REASON_OK;
}

static void
try_pub_files(const char *directory, size_t *good, size_t *refused)
{
	struct corpus corpus = corpus_read(directory, ".pub");

	for (size_t i = 0; i < corpus.nfiles; i++) {
		struct corpus_file *f = &corpus.files[i];
		size_t len = f->len;
		struct ssh_key key;
		enum reason reason, expected = expected_of(f);

		while (len > 0 && (f->data[len - 1] == '\n' ||
		    f->data[len - 1] == '\r'))
			len--;
		reason = read_bytes(f->data, len, &key);
		/* OpenSSH's oldest test keys are of 1024 bits. */
		if (expected == REASON_OK && reason == REASON_KEY_RSA)
			(*refused)++;
		else if (reason != expected)
			fail_msg("%s/%s: %s", directory, f->name,
			    reason_word(reason));
		else if (reason == REASON_OK) {
			assert_memory_equal(f->data + strlen(key.type) + 1,
			    key.base64, key.base64_len);
			(*good)++;
		} else
			(*refused)++;
		ssh_key_free(&key);
	}
	corpus_free(&corpus);
}

static void
ssh_key_openssh_collection_as_expected(void **state)
{
	size_t good = 0, refused = 0;

	(void)state;
	try_pub_files("openssh/sshkey", &good, &refused);
	try_pub_files("openssh/sshsig", &good, &refused);
	try_pub_files("openssh/fuzz-harness", &good, &refused);
	try_pub_files("openssh/hostkeys", &good, &refused);
	print_message("openssh: %zu keys taken, %zu refused (certificates, "
	    "unknown types, DSA, RSA below 2048)\n", good, refused);
	assert_true(good >= 32 && refused >= 34);
}

/* What we print is the key that OpenSSH has made the fingerprint of. */
static void
ssh_key_openssh_fingerprints_agree(void **state)
{
	struct corpus keys = corpus_read("openssh/sshkey", ".pub");
	struct corpus prints = corpus_read("openssh/sshkey", ".fp");
	size_t compared = 0;

	(void)state;
	for (size_t i = 0; i < keys.nfiles; i++)
		for (size_t k = 0; k < prints.nfiles; k++) {
			uint8_t blob[KEY_BASE64_MAX], digest[32];
			char text[4 * 32] = "SHA256:";
			size_t stem = strlen(keys.files[i].name) - 4, len;
			struct ssh_key key;

			if (strlen(prints.files[k].name) - 3 != stem ||
			    strncmp(keys.files[i].name, prints.files[k].name,
			    stem) != 0 || read_bytes(keys.files[i].data,
			    keys.files[i].len, &key) != REASON_OK)
				continue;
			assert_int_equal(base64_decode((uint8_t *)key.base64,
			    key.base64_len, blob, sizeof(blob), &len), ERR_OK);
			(void)SHA256(blob, len, digest);
			base64_encode(digest, sizeof(digest), text + 7);
			assert_memory_equal(text, prints.files[k].data, 7 + 43);
			compared++;
			ssh_key_free(&key);
		}
	print_message("openssh: %zu fingerprints agree\n", compared);
	assert_true(compared >= 9);
	corpus_free(&keys);
	corpus_free(&prints);
}

/* A member of an element as a NUL-terminated string. */
static void
member_text(const struct json *doc, json_value v, const char *name,
    char *out, size_t size)
{
	size_t len;

	assert_int_equal(json_string(doc, json_member(doc, v, name),
	    (uint8_t *)out, size - 1, &len), ERR_OK);
	out[len] = '\0';
}

/* sshd would take 25 of them; here no key comes with options, sound or not. */
static void
ssh_key_openssh_options_refused(void **state)
{
	struct corpus corpus = corpus_read("openssh/authopt",
	    "option_vectors.json");
	static char options[4096], before[4097];
	struct json doc = { 0 };
	size_t refused = 0, none = 0;
	json_value cases;

	(void)state;
	assert_int_equal(json_read(&doc, corpus.files[0].data,
	    corpus.files[0].len), JSON_OK);
	cases = json_member(&doc, JSON_ROOT, "parse");
	for (json_value v = json_first(&doc, cases); v != JSON_NONE;
	    v = json_next(&doc, cases, v)) {
		enum reason reason;

		member_text(&doc, v, "options", options, sizeof(options));
		(void)snprintf(before, sizeof(before), "%s ", options);
		reason = verdict_on(entry(before, &good_keys[0], ""));
		if (options[strspn(options, " ")] == '\0') {
			assert_int_equal(reason, REASON_OK);
			none++;
		} else if (reason == REASON_OK)
			fail_msg("taken: %s", options);
		else
			refused++;
	}
	print_message("openssh: %zu options refused, %zu empty\n", refused,
	    none);
	assert_true(refused >= 52 && none >= 2);
	json_free(&doc);
	corpus_free(&corpus);
}

static void
ssh_key_golang_collection_as_expected(void **state)
{
	struct corpus corpus = corpus_read("golang-x-crypto-ssh", "keys.json");
	static char type[16384], blob[16384], line[2 * 16384];
	struct json doc = { 0 };
	size_t good = 0, refused = 0;

	(void)state;
	assert_int_equal(corpus.nfiles, 1);
	assert_int_equal(json_read(&doc, corpus.files[0].data,
	    corpus.files[0].len), JSON_OK);
	for (json_value v = json_first(&doc, JSON_ROOT); v != JSON_NONE;
	    v = json_next(&doc, JSON_ROOT, v)) {
		enum reason reason;

		member_text(&doc, v, "type", type, sizeof(type));
		member_text(&doc, v, "blob", blob, sizeof(blob));
		(void)snprintf(line, sizeof(line), "%s %s", type, blob);
		reason = verdict_on(line);
		if (strstr(type, "-cert-v01") != NULL)
			assert_int_equal(reason, REASON_KEY_TYPE);
		else
			assert_true(reason == REASON_OK ||
			    reason == REASON_KEY_RSA ||
			    reason == REASON_KEY_TYPE);
		good += reason == REASON_OK;
		refused += reason != REASON_OK;
	}
	print_message("golang keys.json: %zu taken, %zu refused\n", good,
	    refused);
	assert_true(good >= 7 && refused >= 5);
	json_free(&doc);
	corpus_free(&corpus);
}

/* Puts a real blob where the vectors say {RSA}. */
static void
fill_in(const char *text, char *out, size_t size)
{
	const char *rsa = good_keys[4].base64, *at;
	size_t used = 0;

	while ((at = strstr(text, "{RSA}")) != NULL) {
		used += (size_t)snprintf(out + used, size - used, "%.*s%s",
		    (int)(at - text), text, rsa);
		text = at + 5;
	}
	(void)snprintf(out + used, size - used, "%s", text);
}

/*
 * authorized_keys lines: only the first and only line counts here, and
 * options are refused. So ours may be taken only where the line is taken
 * there without any.
 */
static void
ssh_key_golang_lines_never_more_than_expected(void **state)
{
	struct corpus corpus = corpus_read("golang-x-crypto-ssh",
	    "authkeys_vectors.json");
	static char input[16384], line[3 * 16384];
	struct json doc = { 0 };
	size_t lines = 0, taken = 0;
	json_value cases;

	(void)state;
	assert_int_equal(json_read(&doc, corpus.files[0].data,
	    corpus.files[0].len), JSON_OK);
	cases = json_member(&doc, JSON_ROOT, "cases");
	for (json_value v = json_first(&doc, cases); v != JSON_NONE;
	    v = json_next(&doc, cases, v)) {
		json_value first = json_first(&doc, json_member(&doc, v,
		    "expect"));
		json_value options = json_member(&doc, first, "options");
		int plain = json_kind(&doc, json_member(&doc, first, "ok")) ==
		    JSON_TRUE && json_first(&doc, options) == JSON_NONE;

		member_text(&doc, v, "input", input, sizeof(input));
		fill_in(input, line, sizeof(line));
		if (verdict_on(line) == REASON_OK) {
			if (!plain)
				fail_msg("taken: %s", input);
			taken++;
		} else if (plain && strchr(input, '\n') == NULL) {
			fail_msg("refused: %s", input);
		}
		lines++;
	}
	print_message("golang lines: %zu of %zu taken\n", taken, lines);
	assert_true(lines >= 17);
	json_free(&doc);
	corpus_free(&corpus);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ssh_key_every_type_reemitted),
		cmocka_unit_test(ssh_key_bad_refused_with_reason),
		cmocka_unit_test(ssh_key_bad_point_in_every_place_refused),
		cmocka_unit_test(ssh_key_options_refused),
		cmocka_unit_test(ssh_key_other_types_refused),
		cmocka_unit_test(ssh_key_line_breaks_refused_other_control_bytes_reduced),
		cmocka_unit_test(ssh_key_base64_not_canonical_refused),
		cmocka_unit_test(ssh_key_white_space_around_parts_taken),
		cmocka_unit_test(ssh_key_comment_reduced_and_cut),
		cmocka_unit_test(ssh_key_every_truncation_refused),
		cmocka_unit_test(ssh_key_every_bit_flip_refused_or_faithful),
		cmocka_unit_test(ssh_key_every_text_flip_refused_or_canonical),
		cmocka_unit_test(ssh_key_warm_up_known_answers_right),
		cmocka_unit_test(ssh_key_openssh_collection_as_expected),
		cmocka_unit_test(ssh_key_openssh_fingerprints_agree),
		cmocka_unit_test(ssh_key_openssh_options_refused),
		cmocka_unit_test(ssh_key_golang_collection_as_expected),
		cmocka_unit_test(
		    ssh_key_golang_lines_never_more_than_expected),
	};

	return cmocka_run_group_tests_name("ssh_key", tests, NULL, NULL);
}
