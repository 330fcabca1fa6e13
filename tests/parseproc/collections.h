/*
 * The public test data, all of it: each folder's files by the end of their
 * names, how many there were, and whose tests read them, or why none does.
 */
#ifndef TESTS_PARSEPROC_COLLECTIONS_H
#define TESTS_PARSEPROC_COLLECTIONS_H

#include <stddef.h>

#define NONE "none: "

static const struct collection {
	const char *folder, *suffix;
	size_t files;
	const char *used_by; /* tests/parseproc/test_NAME.c, NAME, ... */
} collections[] = {
	{ "json-test-suite/test_parsing", ".json", 318, "json, key9_answer" },
	{ "json-test-suite/test_transform", ".json", 22, "json" },
	{ "json-checker", ".json", 34, "json" },
	{ "wycheproof", "_test.json", 27, "jws" },
	{ "wycheproof/schemas", ".json", 11,
	    NONE "they describe the files above" },
	{ "jose-rfc-vectors", ".jwk", 25, "jws, public" },
	{ "jose-rfc-vectors", ".jwkset", 5, "jwks" },
	{ "jose-rfc-vectors", ".jwsc", 10, "jws, public" },
	{ "jose-rfc-vectors", ".jwsf", 8, "public" },
	{ "jose-rfc-vectors", ".jwsg", 9, "public" },
	{ "jose-rfc-vectors", ".jwec", 9, "jws, public" },
	{ "jose-rfc-vectors", ".thp", 1, "public" },
	{ "jose-rfc-vectors", ".payl", 1,
	    NONE "a detached payload, under a symmetric key" },
	{ "jose-cookbook", "6.nesting_signatures_and_encryption.json", 1,
	    "jws" },
	{ "jose-cookbook/jws", ".json", 8, "jws" },
	{ "jose-cookbook/jwk", ".json", 6, "public" },
	{ "jose-cookbook/curve25519", "jws.json", 1, "jws" },
	{ "jose-cookbook/curve25519", "ecdh-es.json", 1,
	    NONE "nothing is encrypted here" },
	{ "jose-cookbook/rfc7797", ".json", 2, "jws" },
	{ "openpubkey", ".json", 5, "pk_token, public" },
	{ "golang-x-crypto-ssh", ".json", 2, "ssh_key, ssh_cert" },
	{ "openssh/sshkey", ".pub", 24, "ssh_key, ssh_cert" },
	{ "openssh/sshkey", ".param.pub", 2, "ssh_cert" },
	{ "openssh/sshkey", ".param.n", 2, "ssh_cert" },
	{ "openssh/sshkey", ".param.curve", 2, "ssh_cert" },
	{ "openssh/sshkey", ".fp", 18, "ssh_key" },
	{ "openssh/sshkey", ".fp.bb", 12,
	    NONE "the same keys' SHA-1 in syllables, which we never say" },
	{ "openssh/authopt", ".cert", 17, "ssh_cert" },
	{ "openssh/authopt", ".json", 1, "ssh_key" },
	{ "openssh/fuzz-harness", ".pub", 11, "ssh_key, ssh_cert" },
	{ "openssh/sshsig", ".pub", 7, "ssh_key" },
	{ "openssh/sshsig", ".sig", 7,
	    NONE "signatures of files; ours are inside certificates" },
	{ "openssh/sshsig", "signed-data", 1, NONE "what they sign" },
	{ "openssh/sshsig", "namespace", 1, NONE "what they sign it for" },
	{ "openssh/hostkeys", ".pub", 24, "ssh_key" },
	{ "openssh/hostkeys", "known_hosts", 1,
	    NONE "names of hosts, which we never ask for" },
};

#define NCOLLECTIONS (sizeof(collections) / sizeof(collections[0]))

#endif
