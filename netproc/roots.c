#include "netproc/roots.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CA_DIRECTORY "/etc/ssl/certs"
/* Debian has 140 roots, nobody has a thousand. */
#define ROOTS_MAX 1024
/* One root is 2 KB; a file with its text form, 8 KB. */
#define ROOT_SIZE_MAX (64 * 1024)
#define BUNDLE_SIZE_MAX (4 * 1024 * 1024)

/* The two TLS libraries that we build with count differently. */
#ifdef OPENSSL_IS_BORINGSSL
typedef size_t stack_index;
#else
typedef int stack_index;
#endif

/* Where there is no hashed directory: Debian, Fedora, SUSE, Alpine. */
static const char *const bundles[] = {
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/ssl/ca-bundle.pem",
	"/etc/ssl/cert.pem",
};

/* The whole file, or NULL. dir: to which name is relative. */
static char *
read_file(int dir, const char *name, size_t max, size_t *len)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *data = NULL;
	ssize_t n;

	if (fd == -1)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
	    (size_t)st.st_size <= max)
		data = malloc((size_t)st.st_size);
	if (data != NULL) {
		n = read(fd, data, (size_t)st.st_size);
		*len = n > 0 ? (size_t)n : 0;
	}
	(void)close(fd);
	return data;
}

/* c_rehash's names: eight hex digits, a dot, a number. */
static bool
hash_of_name(const char *name, unsigned long *hash)
{
	char *end;

	if (strspn(name, "0123456789abcdef") != 8 || name[8] != '.' ||
	    name[9] == '\0' || strspn(name + 9, "0123456789") !=
	    strlen(name + 9))
		return false;
	*hash = strtoul(name, &end, 16);
	return *end == '.';
}

static void
load_directory(struct roots *roots, DIR *dir)
{
	const struct dirent *entry;

	while (roots->nhashed < ROOTS_MAX && (entry = readdir(dir)) != NULL) {
		struct root *root = &roots->hashed[roots->nhashed];

		if (!hash_of_name(entry->d_name, &root->hash))
			continue;
		root->pem = read_file(dirfd(dir), entry->d_name,
		    ROOT_SIZE_MAX, &root->len);
		if (root->pem != NULL)
			roots->nhashed++;
	}
}

bool
roots_load_system(struct roots *roots)
{
	DIR *dir = opendir(CA_DIRECTORY);

	roots->hashed = calloc(ROOTS_MAX, sizeof(*roots->hashed));
	if (dir != NULL && roots->hashed != NULL)
		load_directory(roots, dir);
	if (dir != NULL)
		(void)closedir(dir);
	for (size_t i = 0; roots->nhashed == 0 && roots->bundle == NULL &&
	    i < sizeof(bundles) / sizeof(bundles[0]); i++)
		roots->bundle = read_file(AT_FDCWD, bundles[i],
		    BUNDLE_SIZE_MAX, &roots->bundle_len);
	return roots->hashed != NULL;
}

bool
roots_add_text(struct roots *roots, const void *pem, size_t len)
{
	char *both = realloc(roots->bundle, roots->bundle_len + 1 + len);

	if (both == NULL)
		return false;
	/* Whatever the first text ends with, the second begins a line. */
	both[roots->bundle_len++] = '\n';
	if (len > 0)
		memcpy(both + roots->bundle_len, pem, len);
	roots->bundle = both;
	roots->bundle_len += len;
	return true;
}

/* Adds every certificate in the PEM text to the store as a trust anchor. */
static void
add_anchors(X509_STORE *store, const char *pem, size_t len)
{
	BIO *bio = BIO_new_mem_buf(pem, (int)len);
	X509 *cert;

	if (bio == NULL)
		return;
	while ((cert = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
		(void)X509_STORE_add_cert(store, cert);
		X509_free(cert);
	}
	/* The end of the text counts as an error there. */
	ERR_clear_error();
	BIO_free(bio);
}

/* Adds the roots that might have issued cert, by the name of its issuer. */
static void
add_issuers(const struct roots *roots, X509_STORE *store, X509 *cert)
{
	unsigned long hash = X509_NAME_hash(X509_get_issuer_name(cert)) &
	    0xffffffffUL;

	for (size_t i = 0; i < roots->nhashed; i++)
		if (roots->hashed[i].hash == hash)
			add_anchors(store, roots->hashed[i].pem,
			    roots->hashed[i].len);
}

/*
 * Whether the SAN holds a host's name or address. If not, be it that it cannot
 * be read, libcurl would look for one in the subject.
 */
static bool
names_a_host(const X509 *leaf)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(leaf, NID_subject_alt_name,
	    NULL, NULL);
	bool found = false;

	for (stack_index i = 0; names != NULL && !found &&
	    i < sk_GENERAL_NAME_num(names); i++) {
		int type = sk_GENERAL_NAME_value(names, i)->type;

		found = type == GEN_DNS || type == GEN_IPADD;
	}
	GENERAL_NAMES_free(names);
	return found;
}

/* In place of the library's own look-up; verification stays the library's. */
static int
verify(X509_STORE_CTX *ctx, void *arg)
{
	struct roots *roots = arg;
	X509_STORE *store = X509_STORE_CTX_get0_store(ctx);
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_untrusted(ctx);
	X509 *leaf = X509_STORE_CTX_get0_cert(ctx);
	int ok;

	/* Names stand in the SAN; the subject's is a habit of the 1990s. */
	if (leaf == NULL || !names_a_host(leaf)) {
		roots->verify_error = X509_V_ERR_HOSTNAME_MISMATCH;
		return 0;
	}
	add_issuers(roots, store, leaf);
	for (stack_index i = 0; chain != NULL && i < sk_X509_num(chain); i++)
		add_issuers(roots, store, sk_X509_value(chain, i));
	if (roots->bundle != NULL)
		add_anchors(store, roots->bundle, roots->bundle_len);
	ok = X509_verify_cert(ctx);
	roots->verify_error = ok == 1 ? X509_V_OK :
	    X509_STORE_CTX_get_error(ctx);
	return ok == 1;
}

void
roots_use(struct roots *roots, SSL_CTX *ctx)
{
	SSL_CTX_set_cert_verify_callback(ctx, verify, roots);
}
