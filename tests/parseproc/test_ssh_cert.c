/*
 * Certificates: what real clients make is taken, whole and with every field;
 * everything else is refused with its reason.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipc/wire.h"
#include "parseproc/jws.h"
#include "parseproc/json.h"
#include "parseproc/ssh_cert.h"
#include "parseproc/ssh_cert_self.h"
#include "parseproc/ssh_user_key.h"
#include "tests/parseproc/corpora.h"
#include "tests/parseproc/vectors.h"

#define INIT(s) { (const uint8_t *)(s), sizeof(s) - 1 }
#define TEXT(s) ((struct span)INIT(s))

/* Every field of a certificate, packed lists as they stand in it. */
struct fields {
	struct span type, nonce, key; /* key: with its lengths */
	uint64_t serial;
	uint32_t kind;
	struct span key_id, principals;
	uint64_t after, before;
	struct span options, extensions, reserved, signature_key, signature;
	struct span behind;
};

static const uint8_t ed25519_key[] = "\0\0\0\x20"
    "0123456789abcdef0123456789abcdef";
static const uint8_t ed25519_blob[] = "\0\0\0\x0bssh-ed25519\0\0\0\x20"
    "0123456789abcdef0123456789abcdef";

static const struct fields good = {
	.type = INIT("ssh-ed25519-cert-v01@openssh.com"),
	.nonce = INIT("nonce"),
	.key = { ed25519_key, sizeof(ed25519_key) - 1 },
	.serial = 7,
	.kind = 1,
	.key_id = INIT("id"),
	.principals = INIT("\0\0\0\x0fopkssh-wildcard"),
	.before = UINT64_MAX,
	.extensions = INIT("\0\0\0\x0eopenpubkey-pkt\0\0\0\x07\0\0\0\x03tok"
	    "\0\0\0\npermit-pty\0\0\0\0"),
	.signature_key = { ed25519_blob, sizeof(ed25519_blob) - 1 },
	.signature = INIT("\0\0\0\x0bssh-ed25519\0\0\0\0"),
};

static uint8_t blob[128 * 1024];

static void
put(struct wire_writer *w, struct span s)
{
	assert_int_equal(wire_put_string(w, s.p, s.len), ERR_OK);
}

static size_t
write_blob(const struct fields *f)
{
	struct wire_writer w = { blob, sizeof(blob), 0 };

	put(&w, f->type);
	put(&w, f->nonce);
	assert_int_equal(wire_put_bytes(&w, f->key.p, f->key.len), ERR_OK);
	assert_int_equal(wire_put_u64(&w, f->serial), ERR_OK);
	assert_int_equal(wire_put_u32(&w, f->kind), ERR_OK);
	put(&w, f->key_id);
	put(&w, f->principals);
	assert_int_equal(wire_put_u64(&w, f->after), ERR_OK);
	assert_int_equal(wire_put_u64(&w, f->before), ERR_OK);
	put(&w, f->options);
	put(&w, f->extensions);
	put(&w, f->reserved);
	put(&w, f->signature_key);
	put(&w, f->signature);
	assert_int_equal(wire_put_bytes(&w, f->behind.p, f->behind.len),
	    ERR_OK);
	return w.used;
}

static enum reason
read_fields(const struct fields *f)
{
	static const struct ssh_cert zero;
	struct ssh_cert cert;
	enum reason reason = ssh_cert_read(blob, write_blob(f), &cert);

	if (reason != REASON_OK)
		assert_memory_equal(&cert, &zero, sizeof(cert));
	return reason;
}

static void
ssh_cert_of_each_vector_read_and_verified(void **state)
{
	(void)state;
	for (size_t i = 0; i < NVECTORS; i++) {
		struct vector v = vector_read(vector_names[i]);
		struct span root = TEXT("root");
		struct ssh_cert cert;

		assert_int_equal(ssh_cert_read(v.blob, v.len, &cert),
		    REASON_OK);
		assert_true(span_is(v.type, cert.type));
		assert_ptr_equal(ssh_cert_type(v.type.p, v.type.len),
		    cert.type);
		assert_int_equal(ssh_cert_self_verify(&cert), REASON_OK);
		assert_true(ssh_cert_valid_at(&cert, v.now));
		assert_int_equal(ssh_cert_principal(&cert, root),
		    SSH_CERT_WILDCARD);
		assert_int_equal(cert.nprincipals, 1);
		assert_int_equal(cert.nonce.len, 32);
		assert_true(i == 4 ? cert.key_id.len == 0 :
		    span_is(cert.key_id, "alice@example.com"));
		assert_int_equal(cert.access_token.len, 0);
		assert_memory_equal(cert.token.p, "eyJ", 3);
		vector_free(&v);
	}
}

static void
ssh_cert_fields_are_where_they_belong(void **state)
{
	struct fields f = good;
	struct ssh_cert cert;

	(void)state;
	f.after = 5;
	f.before = 9;
	f.principals = TEXT("\0\0\0\x01" "a\0\0\0\x02" "bc");
	f.extensions = TEXT("\0\0\0\x0eopenpubkey-act\0\0\0\x07\0\0\0\x03"
	    "a=+\0\0\0\x0eopenpubkey-pkt\0\0\0\x07\0\0\0\x03tok");
	assert_int_equal(ssh_cert_read(blob, write_blob(&f), &cert),
	    REASON_OK);
	assert_string_equal(cert.type, "ssh-ed25519-cert-v01@openssh.com");
	assert_string_equal(cert.key_type, "ssh-ed25519");
	assert_int_equal(cert.key.type, JWK_ED25519);
	assert_true(span_is(cert.key.point,
	    "0123456789abcdef0123456789abcdef"));
	assert_true(span_is(cert.nonce, "nonce"));
	assert_int_equal(cert.serial, 7);
	assert_true(span_is(cert.key_id, "id"));
	assert_int_equal(cert.nprincipals, 2);
	assert_int_equal(cert.valid_after, 5);
	assert_int_equal(cert.valid_before, 9);
	assert_true(span_is(cert.token, "tok"));
	assert_true(span_is(cert.access_token, "a=+"));
	assert_true(span_equal(cert.signature_key, f.signature_key));
	assert_true(span_equal(cert.signature, f.signature));
	assert_ptr_equal(cert.signed_part.p, blob);
	/* Up to the signature's length. */
	assert_ptr_equal(cert.signed_part.p + cert.signed_part.len,
	    cert.signature.p - 4);
}

static void
ssh_cert_type_other_refused(void **state)
{
	static const char *const others[] = {
		"", "ssh-ed25519", "ssh-ed25519-cert-v01@openssh.co",
		"ssh-ed25519-cert-v00@openssh.com",
		"ssh-ed25519-cert-v01@openssh.com ",
		"SSH-ED25519-cert-v01@openssh.com",
		"ssh-dss-cert-v01@openssh.com",
		"ecdsa-sha2-nistp384-cert-v01@openssh.com",
		"ecdsa-sha2-nistp521-cert-v01@openssh.com",
		"sk-ssh-ed25519-cert-v01@openssh.com",
		"rsa-sha2-256-cert-v01@openssh.com",
		"rsa-sha2-512-cert-v01@openssh.com",
	};
	struct fields f = good;

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		f.type = span_of(others[i]);
		assert_null(ssh_cert_type(f.type.p, f.type.len));
		assert_int_equal(read_fields(&f), REASON_CERT_TYPE);
	}
	assert_null(ssh_cert_type(NULL, 0));
}

static void
ssh_cert_host_refused(void **state)
{
	static const uint32_t kinds[] = { 0, 2, 3, 0x101, 0x01000000,
		UINT32_MAX };
	struct fields f = good;

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		f.kind = kinds[i];
		assert_int_equal(read_fields(&f), REASON_CERT_HOST);
	}
}

static void
ssh_cert_trailing_bytes_refused(void **state)
{
	struct fields f = good;

	(void)state;
	assert_int_equal(read_fields(&f), REASON_OK);
	f.behind = TEXT("\0");
	assert_int_equal(read_fields(&f), REASON_CERT_BLOB);
	f = good;
	f.reserved = TEXT("\0");
	assert_int_equal(read_fields(&f), REASON_CERT_BLOB);
	f = good;
	f.key = (struct span){ ed25519_key, sizeof(ed25519_key) - 2 };
	assert_int_not_equal(read_fields(&f), REASON_OK);
}

static void
ssh_cert_above_64_kib_refused(void **state)
{
	static uint8_t long_id[SSH_CERT_MAX];
	struct fields f = good;
	size_t rest = write_blob(&f) - f.key_id.len;

	(void)state;
	f.key_id = (struct span){ long_id, SSH_CERT_MAX - rest };
	assert_int_equal(read_fields(&f), REASON_OK);
	f.key_id.len++;
	assert_int_equal(read_fields(&f), REASON_CERT_BLOB);
}

/* Every list that sshd, Go or we would read differently. */
static void
ssh_cert_extension_odd_refused(void **state)
{
	static const struct span lists[] = {
		/* twice */
		INIT("\0\0\0\x0eopenpubkey-pkt\0\0\0\x05\0\0\0\x01" "a"
		    "\0\0\0\x0eopenpubkey-pkt\0\0\0\x05\0\0\0\x01" "b"),
		INIT("\0\0\0\x01x\0\0\0\0\0\0\0\x01x\0\0\0\0"),
		/* not in order */
		INIT("\0\0\0\x01y\0\0\0\0\0\0\0\x01x\0\0\0\0"),
		INIT("\0\0\0\x02xa\0\0\0\0\0\0\0\x01x\0\0\0\0"),
		/* no name, no data, a bit of it */
		INIT("\0\0\0\0\0\0\0\0"), INIT("\0\0\0\x01x"),
		INIT("\0\0\0\x01x\0\0\0"), INIT("\0"),
		/* data that is no string, or more than one */
		INIT("\0\0\0\x01x\0\0\0\x01" "a"),
		INIT("\0\0\0\x01x\0\0\0\x03\0\0\0"),
		INIT("\0\0\0\x01x\0\0\0\x04\0\0\0\x01"),
		INIT("\0\0\0\x01x\0\0\0\x06\0\0\0\x01" "ab"),
		INIT("\0\0\0\x01x\0\0\0\x08\0\0\0\0\0\0\0\0"),
		/* an access token that could not stand in a header */
		INIT("\0\0\0\x0eopenpubkey-act\0\0\0\0"),
		INIT("\0\0\0\x0eopenpubkey-act\0\0\0\x04\0\0\0\0"),
		INIT("\0\0\0\x0eopenpubkey-act\0\0\0\x05\0\0\0\x01\n"),
		INIT("\0\0\0\x0eopenpubkey-act\0\0\0\x05\0\0\0\x01 "),
		INIT("\0\0\0\x0eopenpubkey-act\0\0\0\x05\0\0\0\x01\0"),
	};
	struct fields f = good;

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		f.extensions = lists[i];
		if (read_fields(&f) != REASON_CERT_EXTENSION)
			fail_msg("list %zu", i);
	}
}

/* Whatever stands in a header line must not end it. */
static void
ssh_cert_access_token_alphabet_is_bearers(void **state)
{
	uint8_t list[] = "\0\0\0\x0eopenpubkey-act\0\0\0\x07\0\0\0\x03" "a?a"
	    "\0\0\0\x0eopenpubkey-pkt\0\0\0\x07\0\0\0\x03tok";
	struct fields f = good;

	(void)state;
	f.extensions = (struct span){ list, sizeof(list) - 1 };
	for (int c = 0; c < 256; c++) {
		bool bearers = c != 0 && strchr("-._~+/=0123456789"
		    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
		    c) != NULL;

		list[4 + 14 + 4 + 4 + 1] = (uint8_t)c;
		assert_int_equal(read_fields(&f), bearers ? REASON_OK :
		    REASON_CERT_EXTENSION);
	}
}

static void
ssh_cert_extension_count_bounded(void **state)
{
	static uint8_t many[SSH_CERT_OPTIONS_MAX * 10 + 100];
	struct fields f = good;

	(void)state;
	for (size_t n = SSH_CERT_OPTIONS_MAX - 1; n <= SSH_CERT_OPTIONS_MAX;
	     n++) {
		struct wire_writer w = { many, sizeof(many), 0 };

		for (size_t i = 0; i < n; i++) {
			uint8_t name[2] = { (uint8_t)('a' + i / 26),
				(uint8_t)('a' + i % 26) };

			put(&w, (struct span){ name, 2 });
			put(&w, (struct span){ NULL, 0 });
		}
		put(&w, TEXT("openpubkey-pkt"));
		put(&w, TEXT("\0\0\0\x01x"));
		f.extensions = (struct span){ many, w.used };
		assert_int_equal(read_fields(&f), n < SSH_CERT_OPTIONS_MAX ?
		    REASON_OK : REASON_CERT_EXTENSION);
	}
}

static void
ssh_cert_no_token_refused(void **state)
{
	static const struct span lists[] = {
		INIT(""), INIT("\0\0\0\npermit-pty\0\0\0\0"),
		INIT("\0\0\0\x0eopenpubkey-pkt\0\0\0\0"),
		INIT("\0\0\0\x0eopenpubkey-pkt\0\0\0\x04\0\0\0\0"),
		INIT("\0\0\0\x0eopenpubkey-PKT\0\0\0\x05\0\0\0\x01x"),
	};
	struct fields f = good;

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		f.extensions = lists[i];
		assert_int_equal(read_fields(&f), REASON_CERT_NO_TOKEN);
	}
}

static void
ssh_cert_option_unknown_or_odd_refused(void **state)
{
	static const struct span lists[] = {
		INIT("\0\0\0\x01x\0\0\0\0"),
		INIT("\0\0\0\x0fverify-required\0\0\0\0"),
		INIT("\0\0\0\rforce-command\0\0\0\0"),
		INIT("\0\0\0\rforce-command\0\0\0\x05\0\0\0\x01x"
		    "\0\0\0\rforce-command\0\0\0\x05\0\0\0\x01x"),
		INIT("\0\0\0\x0esource-address\0\0\0\x05\0\0\0\x01x"
		    "\0\0\0\rforce-command\0\0\0\x05\0\0\0\x01x"),
		INIT("\0\0\0\rforce-command\0\0\0\x06\0\0\0\x01xx"),
		INIT("\0"),
	};
	struct fields f = good;

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		f.options = lists[i];
		if (read_fields(&f) != REASON_CERT_OPTION)
			fail_msg("list %zu", i);
	}
	f.options = TEXT("\0\0\0\rforce-command\0\0\0\x05\0\0\0\x01x"
	    "\0\0\0\x0esource-address\0\0\0\x05\0\0\0\x01x");
	assert_int_equal(read_fields(&f), REASON_OK);
}

/*
 * CVE-2025-49825 (Teleport): a signature key that is itself a certificate
 * went past the check of who signed.
 */
static void
ssh_cert_cve_2025_49825_signature_key_is_certificate_refused(void **state)
{
	struct vector v = vector_read("EdDSA-ed25519");
	struct fields f = good;

	(void)state;
	f.signature_key = (struct span){ v.blob, v.len };
	assert_int_equal(read_fields(&f), REASON_CERT_SELF);
	/* The certificate's name with nothing but the certified key in it. */
	f.signature_key = TEXT("\0\0\0\x20ssh-ed25519-cert-v01@openssh.com"
	    "\0\0\0\x20" "0123456789abcdef0123456789abcdef");
	assert_int_equal(read_fields(&f), REASON_CERT_SELF);
	vector_free(&v);
}

static void
ssh_cert_signature_key_other_refused(void **state)
{
	static const struct span others[] = {
		INIT(""), INIT("\0"), INIT("\0\0\0\x0bssh-ed25519"),
		INIT("\0\0\0\x0bssh-ed25519\0\0\0\x20"
		    "0123456789abcdef0123456789abcdeF"),
		INIT("\0\0\0\x0bssh-ed25519\0\0\0\x20"
		    "0123456789abcdef0123456789abcdef\0"),
		INIT("\0\0\0\x07ssh-rsa\0\0\0\x20"
		    "0123456789abcdef0123456789abcdef"),
	};
	struct fields f = good;

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		f.signature_key = others[i];
		assert_int_equal(read_fields(&f), REASON_CERT_SELF);
	}
}

/* The certified key's bounds, before anybody computes with it. */
static void
ssh_cert_key_out_of_bounds_refused(void **state)
{
	static uint8_t modulus[4 + 3 + 4 + 1 + 1025];
	struct fields f = good;
	struct { size_t bytes; uint8_t first, last; bool ok; } cases[] = {
		{ 256, 0x80, 1, true }, { 256, 0x7f, 1, false },
		{ 255, 0xff, 1, false }, { 256, 0x80, 2, false },
		{ 1024, 0xff, 1, true }, { 1025, 0x01, 1, false },
	};

	(void)state;
	f.type = TEXT("ssh-rsa-cert-v01@openssh.com");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct wire_writer w = { modulus, sizeof(modulus), 0 };
		uint8_t n[1026] = { 0 };
		size_t sign = cases[i].first >= 0x80;

		n[sign] = cases[i].first;
		n[sign + cases[i].bytes - 1] = cases[i].last;
		put(&w, TEXT("\x03"));
		put(&w, (struct span){ n, sign + cases[i].bytes });
		f.key = (struct span){ modulus, w.used };
		/* Beyond its key it is wrong too: the signature key. */
		assert_int_equal(read_fields(&f), cases[i].ok ?
		    REASON_CERT_SELF : REASON_CERT_KEY);
	}
	/* An exponent with a zero that is no sign, a negative modulus. */
	for (size_t negative = 0; negative < 2; negative++) {
		struct wire_writer w = { modulus, sizeof(modulus), 0 };
		uint8_t n[257] = { 0, 0x80, [256] = 1 };

		put(&w, negative ? TEXT("\x03") : TEXT("\0\x03"));
		put(&w, (struct span){ n + negative, 257 - negative });
		f.key = (struct span){ modulus, w.used };
		assert_int_equal(read_fields(&f), REASON_CERT_KEY);
	}
	f = good;
	f.key = TEXT("\0\0\0\x1f" "0123456789abcdef0123456789abcde");
	assert_int_equal(read_fields(&f), REASON_CERT_KEY);
	f.type = TEXT("ecdsa-sha2-nistp256-cert-v01@openssh.com");
	f.key = TEXT("\0\0\0\x08nistp384\0\0\0\x41\x04"
	    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
	assert_int_equal(read_fields(&f), REASON_CERT_KEY);
	f.key = TEXT("\0\0\0\x08nistp256\0\0\0\x41\x02"
	    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
	assert_int_equal(read_fields(&f), REASON_CERT_KEY);
}

static void
ssh_cert_principals_by_rule(void **state)
{
	static const struct {
		struct span list;
		enum ssh_cert_principal expected;
	} cases[] = {
		{ INIT(""), SSH_CERT_NONE },
		{ INIT("\0\0\0\x0fopkssh-wildcard"), SSH_CERT_WILDCARD },
		{ INIT("\0\0\0\x04root"), SSH_CERT_LOGIN_NAME },
		{ INIT("\0\0\0\x05" "alice\0\0\0\x04root"),
		    SSH_CERT_LOGIN_NAME },
		{ INIT("\0\0\0\x0fopkssh-wildcard\0\0\0\x04root"),
		    SSH_CERT_WILDCARD },
		{ INIT("\0\0\0\x0fopkssh-wildcard\0\0\0\x05" "alice"),
		    SSH_CERT_WILDCARD },
		{ INIT("\0\0\0\x05" "alice\0\0\0\x0fopkssh-wildcard"),
		    SSH_CERT_WILDCARD },
		{ INIT("\0\0\0\x05" "alice"), SSH_CERT_REFUSED },
		{ INIT("\0\0\0\x0fOpkssh-wildcard"), SSH_CERT_REFUSED },
		{ INIT("\0\0\0\x04Root"), SSH_CERT_REFUSED },
		{ INIT("\0\0\0\x05root\0"), SSH_CERT_REFUSED },
		{ INIT("\0\0\0\x05root,"), SSH_CERT_REFUSED },
		{ INIT("\0\0\0\nalice,root"), SSH_CERT_REFUSED },
		{ INIT("\0\0\0\x01*"), SSH_CERT_REFUSED },
	};
	struct fields f = good;
	struct ssh_cert cert;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		f.principals = cases[i].list;
		assert_int_equal(ssh_cert_read(blob, write_blob(&f), &cert),
		    REASON_OK);
		if (ssh_cert_principal(&cert, TEXT("root")) !=
		    cases[i].expected)
			fail_msg("list %zu", i);
	}
}

/*
 * opkssh issue 588: principals with a quote or a line break were copied into
 * the line that sshd reads. No such byte can come back from here: the answer
 * is one of four words.
 */
static void
ssh_cert_opkssh_588_principal_never_copied(void **state)
{
	static const char bytes[] = "\"\n\r\0, \\\x80\xff";
	struct fields f = good;
	struct ssh_cert cert;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes) - 1; i++) {
		uint8_t list[4 + 16] = { 0, 0, 0, 16 };

		memcpy(list + 4, "opkssh-wildcard", 15);
		list[19] = (uint8_t)bytes[i];
		f.principals = (struct span){ list, sizeof(list) };
		assert_int_equal(ssh_cert_read(blob, write_blob(&f), &cert),
		    REASON_OK);
		assert_int_equal(ssh_cert_principal(&cert, TEXT("root")),
		    SSH_CERT_REFUSED);
	}
}

/* OpenSSH takes 256 of them. */
static void
ssh_cert_principals_bounded(void **state)
{
	static uint8_t list[257 * 5];
	struct fields f = good;

	(void)state;
	for (size_t i = 0; i < 257; i++)
		memcpy(list + 5 * i, "\0\0\0\x01x", 5);
	f.principals = (struct span){ list, 256 * 5 };
	assert_int_equal(read_fields(&f), REASON_OK);
	f.principals.len += 5;
	assert_int_equal(read_fields(&f), REASON_CERT_PRINCIPALS);
	f.principals = TEXT("\0\0\0\0");
	assert_int_equal(read_fields(&f), REASON_CERT_PRINCIPALS);
	f.principals = TEXT("\0\0\0\x02x");
	assert_int_equal(read_fields(&f), REASON_CERT_PRINCIPALS);
}

static void
ssh_cert_time_is_half_open(void **state)
{
	struct ssh_cert cert = { .valid_after = 5, .valid_before = 9 };

	(void)state;
	assert_false(ssh_cert_valid_at(&cert, 0));
	assert_false(ssh_cert_valid_at(&cert, 4));
	assert_true(ssh_cert_valid_at(&cert, 5));
	assert_true(ssh_cert_valid_at(&cert, 8));
	assert_false(ssh_cert_valid_at(&cert, 9));
	assert_false(ssh_cert_valid_at(&cert, UINT64_MAX));
	cert.valid_before = UINT64_MAX;
	assert_true(ssh_cert_valid_at(&cert, UINT64_MAX - 1));
	cert.valid_before = 5;
	assert_false(ssh_cert_valid_at(&cert, 5));
}

/* What ssh-keygen makes, from OpenSSH's own list of cases. */
static void
ssh_cert_made_by_ssh_keygen_decided(void **state)
{
	static const struct {
		const char *name;
		enum reason read, self;
		enum ssh_cert_principal principal;
		bool valid;
	} cases[] = {
		{ "ed25519", REASON_OK, REASON_OK, SSH_CERT_WILDCARD, true },
		{ "ecdsa", REASON_OK, REASON_OK, SSH_CERT_WILDCARD, true },
		{ "rsa_sha256", REASON_OK, REASON_OK, SSH_CERT_WILDCARD, true },
		{ "rsa_sha512", REASON_OK, REASON_OK, SSH_CERT_WILDCARD, true },
		{ "rsa_sha1", REASON_OK, REASON_CERT_SIGNATURE,
		    SSH_CERT_WILDCARD, true },
		{ "other_ca", REASON_CERT_SELF, 0, 0, false },
		{ "host", REASON_CERT_HOST, 0, 0, false },
		{ "expired", REASON_OK, REASON_OK, SSH_CERT_WILDCARD, false },
		{ "future", REASON_OK, REASON_OK, SSH_CERT_WILDCARD, false },
		{ "empty_principals", REASON_OK, REASON_OK, SSH_CERT_NONE,
		    true },
		{ "login_name", REASON_OK, REASON_OK, SSH_CERT_LOGIN_NAME,
		    true },
		{ "wildcard_and_email", REASON_OK, REASON_OK,
		    SSH_CERT_WILDCARD, true },
		{ "unknown_critical", REASON_CERT_OPTION, 0, 0, false },
		{ "known_critical", REASON_OK, REASON_OK, SSH_CERT_WILDCARD,
		    true },
		{ "verify_required", REASON_CERT_OPTION, 0, 0, false },
		{ "no_token", REASON_CERT_NO_TOKEN, 0, 0, false },
		{ "access_token", REASON_OK, REASON_OK, SSH_CERT_WILDCARD,
		    true },
		{ "access_token_break", REASON_CERT_EXTENSION, 0, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vector v = certificate_read(cases[i].name);
		struct ssh_cert cert;

		print_message("%s\n", cases[i].name);
		assert_int_equal(ssh_cert_read(v.blob, v.len, &cert),
		    cases[i].read);
		if (cases[i].read == REASON_OK) {
			assert_int_equal(ssh_cert_self_verify(&cert),
			    cases[i].self);
			assert_int_equal(ssh_cert_principal(&cert,
			    TEXT("root")), cases[i].principal);
			/* 2027 */
			assert_int_equal(ssh_cert_valid_at(&cert,
			    1800000000), cases[i].valid);
		}
		vector_free(&v);
	}
}

/* Every prefix, and every suffix. */
static void
ssh_cert_truncated_refused(void **state)
{
	struct ssh_cert cert;
	size_t tried = 0;

	(void)state;
	for (size_t i = 0; i < NVECTORS; i++) {
		struct vector v = vector_read(vector_names[i]);

		for (size_t n = 0; n < v.len; n++, tried += 2) {
			/* In memory of its own, so that ASan sees its end. */
			uint8_t *cut = malloc(n + (n == 0));

			assert_non_null(cut);
			memcpy(cut, v.blob, n);
			if (ssh_cert_read(cut, n, &cert) == REASON_OK)
				fail_msg("%s cut at %zu", vector_names[i], n);
			free(cut);
			if (n > 0 && ssh_cert_read(v.blob + n, v.len - n,
			    &cert) == REASON_OK)
				fail_msg("%s from %zu", vector_names[i], n);
		}
		vector_free(&v);
	}
	print_message("%zu truncations refused\n", tried);
}

/*
 * Every bit turned over, and every byte zeroed and set: not read, or not
 * verified. The GQ256 one, five times as long, has one bit of each byte.
 */
static void
ssh_cert_every_bit_counts(void **state)
{
	size_t not_read = 0, not_verified = 0;
	struct ssh_cert cert;

	(void)state;
	for (size_t i = 0; i < NVECTORS; i++) {
		struct vector v = vector_read(vector_names[i]);
		size_t step = v.len > 4096 ? 8 : 1;

		for (size_t bit = 0; bit < 8 * v.len; bit += step) {
			size_t byte = bit / 8;
			uint8_t was = v.blob[byte];

			v.blob[byte] ^= (uint8_t)(1u << ((bit + byte) % 8));
			if (ssh_cert_read(v.blob, v.len, &cert) != REASON_OK)
				not_read++;
			else if (ssh_cert_self_verify(&cert) ==
			    REASON_CERT_SIGNATURE)
				not_verified++;
			else
				fail_msg("%s, bit %zu", vector_names[i], bit);
			v.blob[byte] = was;
		}
		vector_free(&v);
	}
	print_message("%zu changed certificates not read, %zu not verified\n",
	    not_read, not_verified);
}

/* A signature of every other form than the one that clients make. */
static void
ssh_cert_self_signature_odd_refused(void **state)
{
	static const struct span signatures[] = {
		INIT(""), INIT("\0\0\0\x0bssh-ed25519"),
		INIT("\0\0\0\x0bssh-ed25519\0\0\0\0"),
		INIT("\0\0\0\x13" "ecdsa-sha2-nistp256\0\0\0\0"),
		INIT("\0\0\0\x13" "ecdsa-sha2-nistp256\0\0\0\x08\0\0\0\0"
		    "\0\0\0\0"),
		/* r = s = 1; with a zero too many; r too long */
		INIT("\0\0\0\x13" "ecdsa-sha2-nistp256\0\0\0\n\0\0\0\x01\x01"
		    "\0\0\0\x01\x01"),
		INIT("\0\0\0\x13" "ecdsa-sha2-nistp256\0\0\0\x0b\0\0\0\x02\0"
		    "\x01\0\0\0\x01\x01"),
		INIT("\0\0\0\x13" "ecdsa-sha2-nistp256\0\0\0\x2a\0\0\0\x21"
		    "0123456789abcdef0123456789abcdef0\0\0\0\x01\x01"),
	};
	static const char *const names[] = { "ed25519", "ecdsa",
		"rsa_sha256" };

	(void)state;
	for (size_t k = 0; k < 3; k++) {
		struct vector v = certificate_read(names[k]);
		struct span good_one, others;
		struct ssh_cert cert;
		uint8_t longer[1024];

		assert_int_equal(ssh_cert_read(v.blob, v.len, &cert),
		    REASON_OK);
		good_one = cert.signature;
		for (size_t i = 0; i < sizeof(signatures) /
		     sizeof(signatures[0]); i++) {
			cert.signature = signatures[i];
			assert_int_equal(ssh_cert_self_verify(&cert),
			    REASON_CERT_SIGNATURE);
		}
		/* Good, and a byte behind it. */
		memcpy(longer, good_one.p, good_one.len);
		longer[good_one.len] = 0;
		others = (struct span){ longer, good_one.len };
		cert.signature = others;
		assert_int_equal(ssh_cert_self_verify(&cert), REASON_OK);
		cert.signature.len++;
		assert_int_equal(ssh_cert_self_verify(&cert),
		    REASON_CERT_SIGNATURE);
		vector_free(&v);
	}
}

/* One byte behind r and s, inside their string. */
static void
ssh_cert_self_ecdsa_trailing_byte_refused(void **state)
{
	struct vector v = certificate_read("ecdsa");
	struct ssh_cert cert;
	uint8_t longer[256];
	size_t n;

	(void)state;
	assert_int_equal(ssh_cert_read(v.blob, v.len, &cert), REASON_OK);
	n = cert.signature.len;
	memcpy(longer, cert.signature.p, n);
	longer[n] = 0;
	/* The low byte of that string's length, behind the format's name. */
	longer[4 + 19 + 3]++;
	cert.signature = (struct span){ longer, n + 1 };
	assert_int_equal(ssh_cert_self_verify(&cert), REASON_CERT_SIGNATURE);
	vector_free(&v);
}

/* A certified point that is on no curve verifies nothing. */
static void
ssh_cert_self_point_off_curve_refused(void **state)
{
	struct vector v = certificate_read("ecdsa");
	struct ssh_cert cert;
	uint8_t point[JWK_P256_LEN];

	(void)state;
	assert_int_equal(ssh_cert_read(v.blob, v.len, &cert), REASON_OK);
	memcpy(point, cert.key.point.p, sizeof(point));
	point[64] ^= 1;
	cert.key.point.p = point;
	assert_int_equal(ssh_cert_self_verify(&cert), REASON_CERT_SIGNATURE);
	vector_free(&v);
}

/* Nothing in OpenSSH's test data was made by such a client: all refused. */
static void
ssh_cert_openssh_corpus_refused(void **state)
{
	static const char *const folders[] = { "openssh/sshkey",
		"openssh/fuzz-harness", "openssh/authopt" };
	size_t count[REASON_COUNT] = { 0 }, used = 0;

	(void)state;
	for (size_t k = 0; k < 3; k++) {
		struct corpus corpus = corpus_read(folders[k],
		    k == 2 ? ".cert" : "-cert.pub");

		for (size_t i = 0; i < corpus.nfiles; i++) {
			struct vector v = certificate_of_line(
			    corpus.files[i].data, corpus.files[i].len);
			struct ssh_cert cert;
			enum reason reason = ssh_cert_read(v.blob, v.len,
			    &cert);

			if (reason == REASON_OK)
				fail_msg("%s", corpus.files[i].name);
			count[reason]++;
			used++;
			vector_free(&v);
		}
		corpus_free(&corpus);
	}
	print_message("%zu certificates:", used);
	for (int i = 0; i < REASON_COUNT; i++)
		if (count[i] > 0)
			print_message(" %zu %s", count[i],
			    reason_word((enum reason)i));
	print_message("\n");
	assert_true(used >= 30);
}

/* The same of Go's: hosts' ones, and users' without a token. */
static void
ssh_cert_golang_corpus_refused(void **state)
{
	struct corpus corpus = corpus_read("golang-x-crypto-ssh", "keys.json");
	static char type[256], base64[16384], line[20000];
	struct json doc = { 0 };
	size_t certificates = 0;

	(void)state;
	assert_int_equal(json_read(&doc, corpus.files[0].data,
	    corpus.files[0].len), JSON_OK);
	for (json_value v = json_first(&doc, JSON_ROOT); v != JSON_NONE;
	    v = json_next(&doc, JSON_ROOT, v)) {
		struct ssh_cert cert;
		struct vector one;
		size_t n, m;

		assert_int_equal(json_string(&doc, json_member(&doc, v,
		    "type"), (uint8_t *)type, sizeof(type), &n), ERR_OK);
		assert_int_equal(json_string(&doc, json_member(&doc, v,
		    "blob"), (uint8_t *)base64, sizeof(base64), &m), ERR_OK);
		(void)snprintf(line, sizeof(line), "%.*s %.*s\n", (int)n,
		    type, (int)m, base64);
		one = certificate_of_line((const uint8_t *)line,
		    strlen(line));
		assert_int_not_equal(ssh_cert_read(one.blob, one.len, &cert),
		    REASON_OK);
		certificates += memmem(type, n, "-cert-v01", 9) != NULL;
		vector_free(&one);
	}
	print_message("golang: %zu certificates refused\n", certificates);
	assert_true(certificates >= 4);
	json_free(&doc);
	corpus_free(&corpus);
}

/* The plain keys among them: our three types are read, all others not. */
static void
ssh_user_key_openssh_corpus_agrees(void **state)
{
	struct corpus corpus = corpus_read("openssh/sshkey", ".pub");
	size_t taken = 0, refused = 0;

	(void)state;
	for (size_t i = 0; i < corpus.nfiles; i++) {
		struct corpus_file *file = &corpus.files[i];
		struct vector v;
		struct jwk key;
		bool ok;

		/* A point in hexadecimal. */
		if (strstr(file->name, ".param.") != NULL)
			continue;
		v = certificate_of_line(file->data, file->len);
		ok = ssh_user_key_read((struct span){ v.blob, v.len }, &key);
		/* Their RSA-1024 is below the bound. */
		if (ok && !span_is(v.type, ssh_user_key_name(key.type)))
			fail_msg("%s", file->name);
		if (span_is(v.type, "ssh-ed25519") && !ok)
			fail_msg("%s", file->name);
		taken += ok;
		refused += !ok;
		vector_free(&v);
	}
	print_message("%zu plain keys taken, %zu others not\n", taken,
	    refused);
	assert_true(taken >= 4 && refused >= 18);
	corpus_free(&corpus);
}

/* Reads NAME.pub, the key of NAME.param.SOMETHING; *key borrows from *v. */
static bool
read_key_of(const struct corpus_file *param, struct vector *v,
    struct jwk *key)
{
	struct corpus corpus;
	char name[64];

	(void)snprintf(name, sizeof(name), "%.*s.pub",
	    (int)strcspn(param->name, "."), param->name);
	corpus = corpus_read("openssh/sshkey", name);
	*v = certificate_of_line(corpus.files[0].data, corpus.files[0].len);
	corpus_free(&corpus);
	return ssh_user_key_read((struct span){ v->blob, v->len }, key);
}

/* Whether the parameter is this number: in hexadecimal, RSA's with a sign. */
static bool
number_is(const struct corpus_file *param, struct span number)
{
	static char hex[4096];
	size_t used = 0;

	if (strstr(param->name, ".n") != NULL)
		used += (size_t)snprintf(hex, sizeof(hex), "00");
	for (size_t i = 0; i < number.len; i++)
		used += (size_t)snprintf(hex + used, sizeof(hex) - used,
		    "%02x", number.p[i]);
	return param->len == used + 1 && memcmp(param->data, hex, used) == 0;
}

/* One of each is a key of ours; the others are RSA-1024 and of P-521. */
static void
ssh_user_key_openssh_parameters_agree(void **state)
{
	static const char *const suffixes[] = { ".param.n", ".param.pub" };
	struct corpus curves = corpus_read("openssh/sshkey", ".param.curve");
	struct vector v;
	struct jwk key;

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		struct corpus corpus = corpus_read("openssh/sshkey",
		    suffixes[k]);
		size_t agreed = 0;

		for (size_t i = 0; i < corpus.nfiles; i++) {
			struct corpus_file *param = &corpus.files[i];

			if (read_key_of(param, &v, &key)) {
				assert_true(number_is(param,
				    k == 0 ? key.n : key.point));
				agreed++;
			}
			vector_free(&v);
		}
		assert_int_equal(agreed, 1);
		corpus_free(&corpus);
	}
	for (size_t i = 0; i < curves.nfiles; i++) {
		assert_int_equal(read_key_of(&curves.files[i], &v, &key),
		    memcmp(curves.files[i].data, "prime256v1", 10) == 0);
		vector_free(&v);
	}
	corpus_free(&curves);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ssh_cert_of_each_vector_read_and_verified),
		cmocka_unit_test(ssh_cert_fields_are_where_they_belong),
		cmocka_unit_test(ssh_cert_type_other_refused),
		cmocka_unit_test(ssh_cert_host_refused),
		cmocka_unit_test(ssh_cert_trailing_bytes_refused),
		cmocka_unit_test(ssh_cert_above_64_kib_refused),
		cmocka_unit_test(ssh_cert_extension_odd_refused),
		cmocka_unit_test(ssh_cert_access_token_alphabet_is_bearers),
		cmocka_unit_test(ssh_cert_extension_count_bounded),
		cmocka_unit_test(ssh_cert_no_token_refused),
		cmocka_unit_test(ssh_cert_option_unknown_or_odd_refused),
		cmocka_unit_test(
	    ssh_cert_cve_2025_49825_signature_key_is_certificate_refused),
		cmocka_unit_test(ssh_cert_signature_key_other_refused),
		cmocka_unit_test(ssh_cert_key_out_of_bounds_refused),
		cmocka_unit_test(ssh_cert_principals_by_rule),
		cmocka_unit_test(ssh_cert_opkssh_588_principal_never_copied),
		cmocka_unit_test(ssh_cert_principals_bounded),
		cmocka_unit_test(ssh_cert_time_is_half_open),
		cmocka_unit_test(ssh_cert_made_by_ssh_keygen_decided),
		cmocka_unit_test(ssh_cert_truncated_refused),
		cmocka_unit_test(ssh_cert_every_bit_counts),
		cmocka_unit_test(ssh_cert_self_signature_odd_refused),
		cmocka_unit_test(ssh_cert_self_ecdsa_trailing_byte_refused),
		cmocka_unit_test(ssh_cert_self_point_off_curve_refused),
		cmocka_unit_test(ssh_cert_openssh_corpus_refused),
		cmocka_unit_test(ssh_cert_golang_corpus_refused),
		cmocka_unit_test(ssh_user_key_openssh_corpus_agrees),
		cmocka_unit_test(ssh_user_key_openssh_parameters_agree),
	};

	return cmocka_run_group_tests_name("ssh_cert", tests, NULL, NULL);
}
