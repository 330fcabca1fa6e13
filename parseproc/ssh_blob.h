/*
 * The blob of a plain SSH public key: RFC 4253 section 6.6 (RSA), RFC 5656
 * section 3.1 (ECDSA), RFC 8709 section 4 (Ed25519), OpenSSH PROTOCOL.u2f
 * (sk-). Only what sshd can use and what has one encoding passes.
 */
#ifndef PARSEPROC_SSH_BLOB_H
#define PARSEPROC_SSH_BLOB_H

#include <stddef.h>
#include <stdint.h>

#include "ipc/err.h"
#include "ipc/reason.h"

/* Less is broken or near it; more is what sshd itself refuses. */
#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 16384
/*
 * Usual exponents are 3 to 65537. OpenSSL, which sshd may be built with,
 * takes no longer ones than this for large moduli: longer ones only burn
 * processor time.
 */
#define RSA_EXPONENT_BITS_MAX 64
/* "ssh:" by default; people may choose another, as a name or URL. */
#define SK_APPLICATION_MAX 256

/*
 * One of our key types as a constant that ends in NUL, if the len hostile
 * bytes are its name; otherwise NULL.
 */
const char *ssh_blob_type(const uint8_t *name, size_t len);

/*
 * Checks len hostile bytes, which must be a key of the type (a result of
 * ssh_blob_type()) and nothing behind it: REASON_OK, KEY_BLOB,
 * KEY_INNER_TYPE, KEY_CURVE, KEY_RSA or MEMORY.
 */
enum reason ssh_blob_check(const char *type, const uint8_t *blob, size_t len)
    MUST_CHECK;

#endif
