/*
 * One entry of an authorized_keys file, as a source sends it, taken apart,
 * checked to the last byte, and put together anew: nothing of the stranger's
 * text is copied but the bytes of a key that was understood completely.
 *
 * The entry is "type base64 [comment]" (sshd(8), AUTHORIZED_KEYS FILE FORMAT)
 * without options; the blob inside is RFC 4253 section 6.6 (RSA), RFC 5656
 * section 3.1 (ECDSA), RFC 8709 section 4 (Ed25519) or OpenSSH's PROTOCOL.u2f
 * (sk-).
 */
#ifndef PARSEPROC_SSH_KEY_H
#define PARSEPROC_SSH_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/err.h"
#include "ipc/reason.h"

struct ssh_key {
	const char *type; /* a constant of ours */
	char *base64;     /* canonical, RFC 4648 section 4; owned */
	size_t base64_len;
	char *comment; /* printable ASCII; owned together with base64 */
	size_t comment_len;
};

/*
 * Makes and checks what BoringSSL makes on first use (curves, error queue),
 * which takes system calls: to be called before the cage shuts. Returns
 * false if a known answer is wrong: a good point refused or a bad one taken.
 */
bool ssh_key_warm_up(void) MUST_CHECK;

/*
 * Reads the entry of len hostile bytes. REASON_OK: *key owns memory, to be
 * freed with ssh_key_free(), and both of its strings end in NUL as well.
 * REASON_MEMORY: the process is at its bound. Any other reason (KEY_...)
 * says why the entry must be left out. *key is all zero unless REASON_OK.
 *
 * The comment is everything behind the blob without the white space around
 * it; every character outside 0x20 to 0x7e becomes one '?'; what is longer
 * than KEY_COMMENT_MAX is cut. Line breaks at the very end are passed over;
 * one anywhere else, or a NUL, refuses the entry (KEY_LINE).
 */
enum reason ssh_key_read(const uint8_t *line, size_t len, struct ssh_key *key)
    MUST_CHECK;

/* Frees what ssh_key_read() gave and makes *key all zero. */
void ssh_key_free(struct ssh_key *key);

#endif
