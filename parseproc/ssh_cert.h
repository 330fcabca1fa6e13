/*
 * The certificate that an OpenPubkey client offers: OpenSSH PROTOCOL.certkeys,
 * of the three types that carry a PK token. Nothing in it is authenticated
 * when it is read, so there are bounds and the wire reader only, no
 * allocation and no other parser: small enough for a model checker.
 *
 * Stricter than sshd: names of options and extensions ascend, so they are
 * unique (PROTOCOL.certkeys asks for it, and Go's clients refuse others);
 * the signature key is the certified key itself, as a plain key; nothing
 * stands behind anything.
 */
#ifndef PARSEPROC_SSH_CERT_H
#define PARSEPROC_SSH_CERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/err.h"
#include "ipc/reason.h"
#include "parseproc/jwk.h"
#include "parseproc/span.h"

/* A GQ256 token by RSA-4096 makes 14 KiB; sshd's limit for a key is 64 KiB. */
#define SSH_CERT_MAX (64 * 1024)
/* OpenSSH's SSHKEY_CERT_MAX_PRINCIPALS. */
#define SSH_CERT_PRINCIPALS_MAX 256
/* OpenSSH knows eight names, clients add two. */
#define SSH_CERT_OPTIONS_MAX 64

/* A certificate that was read; every span is borrowed from its blob. */
struct ssh_cert {
	const char *type;     /* a constant of ours that ends in NUL */
	const char *key_type; /* the same of the plain key: what is printed */
	struct jwk key;       /* the certified key */
	struct span nonce;
	uint64_t serial;
	struct span key_id;     /* any bytes */
	struct span principals; /* packed strings, each checked */
	size_t nprincipals;
	uint64_t valid_after; /* Unix time, seconds */
	uint64_t valid_before;
	struct span token;         /* openpubkey-pkt; not empty */
	struct span access_token;  /* openpubkey-act; empty if absent */
	struct span signature_key; /* a plain key's blob, the certified one's */
	struct span signed_part;   /* what the signature is over */
	struct span signature;     /* a signature's blob; ssh_cert_self.h */
};

/* What the emitted line may say of principals. */
enum ssh_cert_principal {
	SSH_CERT_REFUSED,    /* there are some, and none of them fits */
	SSH_CERT_NONE,       /* the list is empty: no principals= */
	SSH_CERT_WILDCARD,   /* the list has the wildcard */
	SSH_CERT_LOGIN_NAME, /* the list has the login name */
};

/* What clients since opkssh 0.14 put there. */
#define SSH_CERT_WILDCARD_PRINCIPAL "opkssh-wildcard"

/*
 * Whether len hostile bytes, sshd's %t, name one of the three types; as the
 * constant that ends in NUL, or NULL.
 */
const char *ssh_cert_type(const uint8_t *name, size_t len);

/*
 * Reads len hostile bytes, which must outlive their use in *cert. REASON_OK,
 * or CERT_TYPE, CERT_BLOB, CERT_HOST, CERT_PRINCIPALS (the list is malformed
 * or too long), CERT_OPTION, CERT_EXTENSION, CERT_KEY, CERT_SELF,
 * CERT_NO_TOKEN, and *cert is all zero. Nothing is verified here.
 */
enum reason ssh_cert_read(const uint8_t *blob, size_t len,
    struct ssh_cert *cert) MUST_CHECK;

/* Whether now, Unix time, is in [valid_after, valid_before). */
bool ssh_cert_valid_at(const struct ssh_cert *cert, uint64_t now);

/*
 * Which principals= fits a certificate that was read, for a login name of
 * ours (not hostile: the parent has checked it).
 */
enum ssh_cert_principal ssh_cert_principal(const struct ssh_cert *cert,
    struct span login_name);

#endif
