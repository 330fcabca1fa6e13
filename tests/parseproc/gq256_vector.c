#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/parseproc/gq256_vector.h"

#define FILE_MAX (64 * 1024)

static const uint8_t e[] = { 1, 0, 1 };

/* Exactly as large as the file, so that ASan sees a byte read too much. */
static uint8_t *
read_file(const char *directory, const char *name, struct span *bytes)
{
	char path[4096];
	uint8_t *p = malloc(FILE_MAX);
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/tests/vectors/gq256/%s/%s",
	    SALLYPORT_SOURCE_ROOT, directory, name);
	f = fopen(path, "rb");
	if (f == NULL)
		fail_msg("%s", path);
	assert_non_null(p);
	bytes->len = fread(p, 1, FILE_MAX, f);
	assert_in_range(bytes->len, 1, FILE_MAX - 1);
	p = realloc(p, bytes->len);
	assert_non_null(p);
	(void)fclose(f);
	bytes->p = p;
	return p;
}

void
gq256_vector_read(const char *name, struct gq256_vector *v)
{
	memset(v, 0, sizeof(*v));
	v->header64 = read_file(name, "header64", &v->token.header64);
	v->payload64 = read_file(name, "payload64", &v->token.payload64);
	v->original64 = read_file(name, "original64", &v->token.original64);
	v->signature = read_file(name, "signature", &v->token.signature);
	v->n = read_file(name, "n", &v->key.n);
	v->key.e = (struct span){ e, sizeof(e) };
}

void
gq256_vector_free(struct gq256_vector *v)
{
	free(v->header64);
	free(v->payload64);
	free(v->original64);
	free(v->signature);
	free(v->n);
	memset(v, 0, sizeof(*v));
}
