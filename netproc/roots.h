/*
 * The CAs we trust, in memory before the cage shuts: afterwards nothing can
 * be opened, so nothing can be looked up in a directory any more.
 *
 * A hashed directory (c_rehash) is read as bytes only; of its 140 files those
 * get parsed whose name says that they might have issued a certificate at
 * hand. That is what makes it three times faster than a bundle.
 */
#ifndef NETPROC_ROOTS_H
#define NETPROC_ROOTS_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>

struct root {
	unsigned long hash; /* X509_NAME_hash() of its subject, as its name
	                       has it */
	char *pem;          /* owned */
	size_t len;
};

struct roots {
	struct root *hashed; /* owned; sorted by nothing */
	size_t nhashed;
	char *bundle;        /* owned; PEM certificates one after the other */
	size_t bundle_len;
	int verify_error;    /* X509_V_ERR_* of the last handshake, or X509_V_OK */
};

/* Loads the system's: its hashed directory, else its bundle. */
bool roots_load_system(struct roots *roots) __attribute__((warn_unused_result));

/* Adds the certificates of a PEM text to what there is; copies it. */
bool roots_add_text(struct roots *roots, const void *pem, size_t len)
    __attribute__((warn_unused_result));

/*
 * Lets ctx verify peers against these roots, which must outlive it. What they
 * add are trust anchors; the verification itself is the library's.
 */
void roots_use(struct roots *roots, SSL_CTX *ctx);

#endif
