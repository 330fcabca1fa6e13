/*
 * A certificate's own signature, made with the key that it certifies. sshd
 * has checked it before it asks us; we do so again, because someone else may
 * ask. Only what clients make: SHA-1 (ssh-rsa) never.
 */
#ifndef PARSEPROC_SSH_CERT_SELF_H
#define PARSEPROC_SSH_CERT_SELF_H

#include "ipc/err.h"
#include "ipc/reason.h"
#include "parseproc/ssh_cert.h"

/*
 * Verifies a certificate that ssh_cert_read() took; the bounds on its key
 * were checked there, the rest of it is hostile. The signature is a string
 * with its format (ecdsa-sha2-nistp256, RFC 5656 section 3.1.2; ssh-ed25519,
 * RFC 8709 section 6; rsa-sha2-256 or rsa-sha2-512, RFC 8332 section 3), and
 * one with its bytes. REASON_OK, CERT_SIGNATURE or MEMORY.
 *
 * No system calls once jws_prepare() has run for ES256, EdDSA and RS256.
 */
enum reason ssh_cert_self_verify(const struct ssh_cert *cert) MUST_CHECK;

#endif
