/*
 * Keys for tests, made for them with ssh-keygen and by hand: good ones of
 * every type and at every limit, and bad ones with what is wrong about them.
 */
#ifndef TESTS_PARSEPROC_SAMPLE_KEYS_H
#define TESTS_PARSEPROC_SAMPLE_KEYS_H

#include <stddef.h>

#include "ipc/reason.h"

struct sample_key {
	const char *name;
	const char *type;
	const char *base64;
	enum reason reason; /* REASON_OK: a good one */
};

extern const struct sample_key good_keys[];
extern const size_t ngood_keys;
extern const struct sample_key bad_keys[];
extern const size_t nbad_keys;

#endif
