#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/parseproc/corpora.h"

/* Where the sources are; the build says it. */
#ifndef SALLYPORT_SOURCE_ROOT
#define SALLYPORT_SOURCE_ROOT "."
#endif

#define FILE_MAX (4 * 1024 * 1024)

static void
missing(const char *path)
{
	print_message("no public test data in %s: set SALLYPORT_CORPORA\n",
	    path);
	if (getenv("CI") != NULL)
		fail();
	skip();
}

static void
path_of(char *path, size_t size, const char *directory)
{
	const char *root = getenv("SALLYPORT_CORPORA");

	if (root != NULL)
		(void)snprintf(path, size, "%s/%s", root, directory);
	else
		(void)snprintf(path, size, "%s/../shared/corpora/%s",
		    SALLYPORT_SOURCE_ROOT, directory);
}

static int
by_name(const void *a, const void *b)
{
	const struct corpus_file *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* Exactly as large as the file, so that ASan sees a byte read too much. */
static void
read_file(const char *path, struct corpus_file *file)
{
	FILE *f = fopen(path, "rb");
	uint8_t *all = malloc(FILE_MAX);

	assert_non_null(f);
	assert_non_null(all);
	file->len = fread(all, 1, FILE_MAX, f);
	assert_true(feof(f));
	(void)fclose(f);
	file->data = malloc(file->len + (file->len == 0));
	assert_non_null(file->data);
	memcpy(file->data, all, file->len);
	free(all);
}

static int
ends_in(const char *name, const char *suffix)
{
	size_t n = strlen(name), m = strlen(suffix);

	return n >= m && strcmp(name + n - m, suffix) == 0;
}

struct corpus
corpus_read(const char *directory, const char *suffix)
{
	struct corpus corpus = { NULL, 0 };
	char root[2048], path[4096];
	struct dirent *entry;
	struct stat st;
	DIR *dir;

	path_of(root, sizeof(root), directory);
	dir = opendir(root);
	if (dir == NULL) {
		missing(root);
		return corpus;
	}
	while ((entry = readdir(dir)) != NULL) {
		struct corpus_file file = { NULL, NULL, 0 };

		(void)snprintf(path, sizeof(path), "%s/%s", root,
		    entry->d_name);
		if (!ends_in(entry->d_name, suffix) || stat(path, &st) != 0 ||
		    !S_ISREG(st.st_mode))
			continue;
		file.name = strdup(entry->d_name);
		read_file(path, &file);
		corpus.files = realloc(corpus.files,
		    (corpus.nfiles + 1) * sizeof(corpus.files[0]));
		assert_non_null(corpus.files);
		corpus.files[corpus.nfiles++] = file;
	}
	(void)closedir(dir);
	if (corpus.nfiles == 0)
		missing(root);
	else
		qsort(corpus.files, corpus.nfiles, sizeof(corpus.files[0]),
		    by_name);
	return corpus;
}

void
corpus_free(struct corpus *corpus)
{
	for (size_t i = 0; i < corpus->nfiles; i++) {
		free(corpus->files[i].name);
		free(corpus->files[i].data);
	}
	free(corpus->files);
	corpus->files = NULL;
	corpus->nfiles = 0;
}
