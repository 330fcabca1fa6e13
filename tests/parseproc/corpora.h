/*
 * The public test data: in $SALLYPORT_CORPORA, else in ../shared/corpora
 * beside the source tree. It is not part of this repository: without it a
 * test is skipped, or fails where CI is set in the environment.
 */
#ifndef TESTS_PARSEPROC_CORPORA_H
#define TESTS_PARSEPROC_CORPORA_H

#include <stddef.h>
#include <stdint.h>

struct corpus_file {
	char *name; /* without its directory */
	uint8_t *data;
	size_t len;
};

struct corpus {
	struct corpus_file *files; /* sorted by name */
	size_t nfiles;
};

/*
 * All regular files in a directory of the corpora whose names end in suffix.
 * Skips or fails the calling test if there is none.
 */
struct corpus corpus_read(const char *directory, const char *suffix);

void corpus_free(struct corpus *corpus);

#endif
