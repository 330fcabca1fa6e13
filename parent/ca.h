/*
 * The CA certificates that the configuration names, as one PEM text for a
 * netproc. Files are opened and joined here; what stands in them is not read.
 */
#ifndef PARENT_CA_H
#define PARENT_CA_H

#include <stdbool.h>

#include "ipc/limits.h"
#include "parent/starter.h"
#include "parent/trusted_file.h"

/*
 * Which netproc SSL_CERT_FILE and SSL_CERT_DIR ask for, each "" if not set,
 * as Go's crypto/x509 has it where both kinds of the system's exist: one of
 * them alone stands in for the system's of its own kind, so the certificates
 * of the other kind stay, which on Debian are the same; both replace them.
 */
enum net_ca ca_wanted(const char *file, const char *dirs);

struct ca {
	struct trusted_file pem; /* owned, also after a failure */
	struct file_problem problem;
	char path[PATH_LEN_MAX + 1]; /* what the problem is about */
};

/*
 * Reads the file (an absolute path, or "") and all regular files of the
 * directories (absolute paths with ':' between, or ""), in the order of their
 * names, CA_FILE_MAX bytes in all. As everywhere, nobody but root or us may
 * be able to change them (trusted_file.h), and one that others can change
 * spoils the whole. Links from a directory to itself, as c_rehash makes them,
 * and links to nothing are passed over. False with ca->problem and ca->path.
 */
bool ca_read(const char *file, const char *dirs, struct ca *ca)
    __attribute__((warn_unused_result));

void ca_free(struct ca *ca);

#endif
