/*
 * Whom we trust: handshakes in memory, with certificates made on the spot,
 * against servers whose certificate is in order, or is not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <openssl/evp.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "netproc/roots.h"

#define DAY 86400L

/* A key and a certificate for it. */
struct identity {
	EVP_PKEY *key;
	X509 *cert;
};

/* What stands in a certificate; all but the name may be missing. */
struct wish {
	const char *name;
	const char *san, *usage, *constraints;
	long from_s, until_s; /* from now */
};

static const struct wish good_ca = { .name = "CA",
	.constraints = "critical,CA:TRUE", .from_s = -DAY, .until_s = DAY };
static const struct wish good_leaf = { .name = "leaf",
	.san = "DNS:key9.example", .usage = "serverAuth",
	.constraints = "CA:FALSE", .from_s = -DAY, .until_s = DAY };

static struct identity ca, other_ca;

static void
add_extension(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *extension;

	if (value == NULL)
		return;
	extension = X509V3_EXT_nconf_nid(NULL, NULL, nid, value);
	assert_non_null(extension);
	assert_int_equal(X509_add_ext(cert, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

static void
set_name(X509_NAME *name, const char *text)
{
	assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const unsigned char *)text, -1, -1, 0), 1);
}

static EVP_PKEY *
new_key(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
	EVP_PKEY *key = NULL;

	assert_non_null(ctx);
	assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_ec_paramgen_curve_nid(ctx,
	    NID_X9_62_prime256v1), 1);
	assert_int_equal(EVP_PKEY_keygen(ctx, &key), 1);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

/* issuer: NULL for one that signs itself. */
static struct identity
issue(const struct identity *issuer, const struct wish *wish)
{
	static long serial;
	struct identity id = { new_key(), X509_new() };
	X509 *cert = id.cert;

	assert_non_null(cert);
	assert_int_equal(X509_set_version(cert, 2), 1);
	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(cert),
	    ++serial), 1);
	set_name(X509_get_subject_name(cert), wish->name);
	assert_int_equal(X509_set_issuer_name(cert, X509_get_subject_name(
	    issuer != NULL ? issuer->cert : cert)), 1);
	assert_non_null(X509_gmtime_adj(X509_getm_notBefore(cert),
	    wish->from_s));
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(cert),
	    wish->until_s));
	assert_int_equal(X509_set_pubkey(cert, id.key), 1);
	add_extension(cert, NID_basic_constraints, wish->constraints);
	add_extension(cert, NID_ext_key_usage, wish->usage);
	add_extension(cert, NID_subject_alt_name, wish->san);
	assert_true(X509_sign(cert, issuer != NULL ? issuer->key : id.key,
	    EVP_sha256()) > 0);
	return id;
}

static void
drop(struct identity *id)
{
	EVP_PKEY_free(id->key);
	X509_free(id->cert);
}

/* Certificates as PEM text, one after the other; to be freed. */
static char *
pem_of(X509 *const certs[], size_t n, size_t *len)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data, *copy;
	long size;

	assert_non_null(bio);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(PEM_write_bio_X509(bio, certs[i]), 1);
	size = BIO_get_mem_data(bio, &data);
	assert_true(size > 0);
	*len = (size_t)size;
	copy = malloc(*len);
	assert_non_null(copy);
	memcpy(copy, data, *len);
	BIO_free(bio);
	return copy;
}

static struct roots
bundle_of(X509 *const certs[], size_t n)
{
	struct roots roots = { .verify_error = -1 };
	size_t len;
	char *pem = pem_of(certs, n, &len);

	assert_true(roots_add_text(&roots, pem, len));
	free(pem);
	return roots;
}

static void
drop_roots(struct roots *roots)
{
	for (size_t i = 0; i < roots->nhashed; i++)
		free(roots->hashed[i].pem);
	free(roots->hashed);
	free(roots->bundle);
}

/* --- a handshake in memory --- */

static bool
one_step(SSL *ssl, bool *done)
{
	int rc, error;

	if (*done)
		return true;
	rc = SSL_do_handshake(ssl);
	*done = rc == 1;
	error = SSL_get_error(ssl, rc);
	return *done || error == SSL_ERROR_WANT_READ ||
	    error == SSL_ERROR_WANT_WRITE;
}

static bool
handshake(SSL_CTX *client_ctx, SSL_CTX *server_ctx)
{
	SSL *client = SSL_new(client_ctx), *server = SSL_new(server_ctx);
	BIO *one, *two;
	bool client_done = false, server_done = false, alive = true;

	assert_int_equal(BIO_new_bio_pair(&one, 0, &two, 0), 1);
	SSL_set_bio(client, one, one);
	SSL_set_bio(server, two, two);
	SSL_set_connect_state(client);
	SSL_set_accept_state(server);
	while (alive && !(client_done && server_done))
		alive = one_step(client, &client_done) &&
		    one_step(server, &server_done);
	SSL_free(client);
	SSL_free(server);
	return client_done;
}

/* Whether we talk to a server that shows this certificate (and another). */
static bool
trusts(struct roots *roots, const struct identity *id, X509 *between)
{
	SSL_CTX *client = SSL_CTX_new(TLS_method());
	SSL_CTX *server = SSL_CTX_new(TLS_method());
	bool ok;

	assert_non_null(client);
	assert_non_null(server);
	SSL_CTX_set_verify(client, SSL_VERIFY_PEER, NULL);
	roots_use(roots, client);
	assert_int_equal(SSL_CTX_use_certificate(server, id->cert), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(server, id->key), 1);
	if (between != NULL)
		assert_int_equal(SSL_CTX_add1_chain_cert(server, between), 1);
	ok = handshake(client, server);
	/* What the log will say must fit what was decided. */
	assert_int_equal(ok, roots->verify_error == X509_V_OK);
	SSL_CTX_free(client);
	SSL_CTX_free(server);
	return ok;
}

static int
setup(void **state)
{
	struct wish wish = good_ca;

	(void)state;
	ca = issue(NULL, &wish);
	wish.name = "another CA";
	other_ca = issue(NULL, &wish);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	drop(&ca);
	drop(&other_ca);
	return 0;
}

/* A leaf by that issuer, against a bundle of our CA alone. */
static bool
trusts_leaf(const struct identity *issuer, const struct wish *wish, int *error)
{
	struct identity leaf = issue(issuer, wish);
	struct roots roots = bundle_of(&ca.cert, 1);
	bool ok = trusts(&roots, &leaf, NULL);

	*error = roots.verify_error;
	drop_roots(&roots);
	drop(&leaf);
	return ok;
}

/* --- the configuration's own bundle --- */

static void
roots_bundle_signed_by_it_trusted(void **state)
{
	int error;

	(void)state;
	assert_true(trusts_leaf(&ca, &good_leaf, &error));
}

static void
roots_bundle_of_several_each_trusted(void **state)
{
	X509 *const certs[] = { other_ca.cert, ca.cert };
	struct identity one = issue(&ca, &good_leaf);
	struct identity two = issue(&other_ca, &good_leaf);
	struct roots roots = bundle_of(certs, 2);

	(void)state;
	assert_true(trusts(&roots, &one, NULL));
	assert_true(trusts(&roots, &two, NULL));
	drop_roots(&roots);
	drop(&one);
	drop(&two);
}

static void
roots_intermediate_followed(void **state)
{
	struct wish wish = good_ca;
	struct identity middle, leaf;
	struct roots roots = bundle_of(&ca.cert, 1);

	(void)state;
	wish.name = "middle";
	middle = issue(&ca, &wish);
	leaf = issue(&middle, &good_leaf);
	assert_true(trusts(&roots, &leaf, middle.cert));
	assert_false(trusts(&roots, &leaf, NULL));
	drop(&leaf);
	drop(&middle);
	/* Whoever holds a server's certificate is not a CA. */
	middle = issue(&ca, &good_leaf);
	leaf = issue(&middle, &good_leaf);
	assert_false(trusts(&roots, &leaf, middle.cert));
	drop(&leaf);
	drop(&middle);
	drop_roots(&roots);
}

static void
roots_signed_by_another_refused(void **state)
{
	struct identity impostor = issue(NULL, &good_ca);
	int error;

	(void)state;
	assert_false(trusts_leaf(&other_ca, &good_leaf, &error));
	/* The name of our CA, but not its key. */
	assert_false(trusts_leaf(&impostor, &good_leaf, &error));
	assert_false(trusts_leaf(NULL, &good_leaf, &error));
	assert_true(error == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT);
	drop(&impostor);
}

static void
roots_wrong_time_refused(void **state)
{
	struct wish wish = good_leaf;
	int error;

	(void)state;
	wish.until_s = -60;
	assert_false(trusts_leaf(&ca, &wish, &error));
	assert_int_equal(error, X509_V_ERR_CERT_HAS_EXPIRED);
	wish = good_leaf;
	wish.from_s = 3600;
	assert_false(trusts_leaf(&ca, &wish, &error));
	assert_int_equal(error, X509_V_ERR_CERT_NOT_YET_VALID);
}

/* A name in the subject is no name, whatever else stands in the SAN. */
static void
roots_no_host_in_san_refused(void **state)
{
	static const char *const sans[] = { NULL, "email:root@key9.example",
		"URI:https://key9.example/", "RID:1.2.3.4",
		"email:root@key9.example,URI:https://key9.example/" };
	struct wish wish = good_leaf;
	int error;

	(void)state;
	wish.name = "key9.example";
	for (size_t i = 0; i < sizeof(sans) / sizeof(sans[0]); i++) {
		wish.san = sans[i];
		assert_false(trusts_leaf(&ca, &wish, &error));
		assert_int_equal(error, X509_V_ERR_HOSTNAME_MISMATCH);
	}
}

/* Two of them are none: which one is read depends on who reads. */
static void
roots_two_sans_refused(void **state)
{
	struct identity leaf = issue(&ca, &good_leaf);
	struct roots roots = bundle_of(&ca.cert, 1);

	(void)state;
	add_extension(leaf.cert, NID_subject_alt_name, good_leaf.san);
	assert_true(X509_sign(leaf.cert, ca.key, EVP_sha256()) > 0);
	assert_false(trusts(&roots, &leaf, NULL));
	assert_int_equal(roots.verify_error, X509_V_ERR_HOSTNAME_MISMATCH);
	drop_roots(&roots);
	drop(&leaf);
}

static void
roots_host_anywhere_in_san_trusted(void **state)
{
	static const char *const sans[] = { "IP:192.0.2.1", "IP:2001:db8::1",
		"email:root@key9.example,DNS:key9.example",
		"URI:https://key9.example/,IP:192.0.2.1" };
	struct wish wish = good_leaf;
	int error;

	(void)state;
	for (size_t i = 0; i < sizeof(sans) / sizeof(sans[0]); i++) {
		wish.san = sans[i];
		assert_true(trusts_leaf(&ca, &wish, &error));
	}
}

static void
roots_not_for_servers_refused(void **state)
{
	struct wish wish = good_leaf;
	int error;

	(void)state;
	wish.usage = "clientAuth";
	assert_false(trusts_leaf(&ca, &wish, &error));
	assert_int_equal(error, X509_V_ERR_INVALID_PURPOSE);
}

#define BEGIN "-----BEGIN CERTIFICATE-----\n"
#define END "-----END CERTIFICATE-----\n"

static void
roots_bundle_of_nothing_trusts_nobody(void **state)
{
	static const char *const texts[] = { "", "\n", "no PEM at all", BEGIN,
		BEGIN "AAAA\n" END };
	struct identity leaf = issue(&ca, &good_leaf);

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct roots roots = { .verify_error = -1 };

		assert_true(roots_add_text(&roots, texts[i],
		    strlen(texts[i])));
		assert_false(trusts(&roots, &leaf, NULL));
		drop_roots(&roots);
	}
	drop(&leaf);
}

/* --- the system's hashed directory --- */

static struct roots
hashed_of(X509 *cert, unsigned long hash)
{
	struct roots roots = { .verify_error = -1 };

	roots.hashed = calloc(1, sizeof(*roots.hashed));
	assert_non_null(roots.hashed);
	roots.hashed[0].hash = hash;
	roots.hashed[0].pem = pem_of(&cert, 1, &roots.hashed[0].len);
	roots.nhashed = 1;
	return roots;
}

/* What the configuration adds leaves what was there. */
static void
roots_text_added_to_others(void **state)
{
	struct identity leaf = issue(&ca, &good_leaf);
	struct identity stranger = issue(&other_ca, &good_leaf);
	struct roots roots = bundle_of(&ca.cert, 1);
	size_t len;
	char *pem = pem_of(&other_ca.cert, 1, &len);

	(void)state;
	assert_false(trusts(&roots, &stranger, NULL));
	/* The first may end without a line break. */
	roots.bundle_len--;
	assert_true(roots_add_text(&roots, pem, len));
	assert_true(trusts(&roots, &leaf, NULL));
	assert_true(trusts(&roots, &stranger, NULL));
	drop_roots(&roots);
	roots = hashed_of(ca.cert, X509_NAME_hash(X509_get_subject_name(
	    ca.cert)) & 0xffffffffUL);
	assert_true(roots_add_text(&roots, pem, len));
	assert_true(trusts(&roots, &leaf, NULL));
	assert_true(trusts(&roots, &stranger, NULL));
	drop_roots(&roots);
	free(pem);
	drop(&stranger);
	drop(&leaf);
}

static void
roots_hashed_found_by_issuer(void **state)
{
	unsigned long hash = X509_NAME_hash(X509_get_subject_name(ca.cert)) &
	    0xffffffffUL;
	struct identity leaf = issue(&ca, &good_leaf);
	struct identity stranger = issue(&other_ca, &good_leaf);
	struct roots roots = hashed_of(ca.cert, hash);

	(void)state;
	assert_true(trusts(&roots, &leaf, NULL));
	assert_false(trusts(&roots, &stranger, NULL));
	drop_roots(&roots);
	/* One whose name says that it cannot have issued it: not read. */
	roots = hashed_of(ca.cert, hash ^ 1);
	assert_false(trusts(&roots, &leaf, NULL));
	drop_roots(&roots);
	/* A name that lies makes nobody trusted. */
	roots = hashed_of(other_ca.cert, hash);
	assert_false(trusts(&roots, &leaf, NULL));
	drop_roots(&roots);
	drop(&stranger);
	drop(&leaf);
}

/* A server may leave out nothing but the root itself. */
static void
roots_hashed_found_behind_intermediate(void **state)
{
	struct wish wish = good_ca;
	struct identity middle, leaf;
	struct roots roots = hashed_of(ca.cert,
	    X509_NAME_hash(X509_get_subject_name(ca.cert)) & 0xffffffffUL);

	(void)state;
	wish.name = "middle";
	middle = issue(&ca, &wish);
	leaf = issue(&middle, &good_leaf);
	assert_true(trusts(&roots, &leaf, middle.cert));
	assert_false(trusts(&roots, &leaf, NULL));
	drop(&leaf);
	drop(&middle);
	drop_roots(&roots);
}

/* How many of c_rehash's links there are, by another count than the code's. */
static size_t
hash_links(void)
{
	DIR *dir = opendir("/etc/ssl/certs");
	const struct dirent *entry;
	unsigned long hash;
	unsigned number;
	size_t n = 0;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		char rest;
		struct stat st;

		if (strlen(entry->d_name) >= 10 && entry->d_name[8] == '.' &&
		    sscanf(entry->d_name, "%8lx.%u%c", &hash, &number,
		    &rest) == 2 && fstatat(dirfd(dir), entry->d_name, &st,
		    0) == 0 && S_ISREG(st.st_mode))
			n++;
	}
	if (dir != NULL)
		(void)closedir(dir);
	return n;
}

static void
roots_system_all_loaded_strangers_refused(void **state)
{
	struct roots roots = { .verify_error = -1 };
	struct identity leaf = issue(&ca, &good_leaf);
	size_t links = hash_links();

	(void)state;
	assert_true(roots_load_system(&roots));
	assert_int_equal(roots.nhashed, links);
	if (links > 0)
		assert_null(roots.bundle);
	for (size_t i = 0; i < roots.nhashed; i++)
		assert_non_null(roots.hashed[i].pem);
	assert_false(trusts(&roots, &leaf, NULL));
	drop_roots(&roots);
	drop(&leaf);
	if (links == 0) {
		print_message("skipped: this machine has no hashed CAs\n");
		skip();
	}
}

/* Each file's name must be the hash that is looked for. */
static void
roots_system_hashes_are_the_librarys(void **state)
{
	struct roots roots = { .verify_error = -1 };

	(void)state;
	assert_true(roots_load_system(&roots));
	for (size_t i = 0; i < roots.nhashed; i++) {
		const struct root *root = &roots.hashed[i];
		BIO *bio = BIO_new_mem_buf(root->pem, (int)root->len);
		X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);

		assert_non_null(cert);
		assert_true((X509_NAME_hash(X509_get_subject_name(cert)) &
		    0xffffffffUL) == root->hash);
		X509_free(cert);
		BIO_free(bio);
	}
	drop_roots(&roots);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roots_bundle_signed_by_it_trusted),
		cmocka_unit_test(roots_bundle_of_several_each_trusted),
		cmocka_unit_test(roots_intermediate_followed),
		cmocka_unit_test(roots_signed_by_another_refused),
		cmocka_unit_test(roots_wrong_time_refused),
		cmocka_unit_test(roots_no_host_in_san_refused),
		cmocka_unit_test(roots_two_sans_refused),
		cmocka_unit_test(roots_host_anywhere_in_san_trusted),
		cmocka_unit_test(roots_not_for_servers_refused),
		cmocka_unit_test(roots_bundle_of_nothing_trusts_nobody),
		cmocka_unit_test(roots_text_added_to_others),
		cmocka_unit_test(roots_hashed_found_by_issuer),
		cmocka_unit_test(roots_hashed_found_behind_intermediate),
		cmocka_unit_test(roots_system_all_loaded_strangers_refused),
		cmocka_unit_test(roots_system_hashes_are_the_librarys),
	};

	return cmocka_run_group_tests_name("roots", tests, setup, teardown);
}
