#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipc/base64.h"
#include "tests/parseproc/vectors.h"

#ifndef SALLYPORT_SOURCE_ROOT
#define SALLYPORT_SOURCE_ROOT "."
#endif

#define FILE_MAX (256 * 1024)

const char *const vector_names[NVECTORS] = {
	"RS256-ecdsa", "RS256-ed25519", "ES256-ecdsa", "EdDSA-ed25519",
	"gha-gq256",
};

/* Exactly as large as the file, so that ASan sees a byte read too much. */
static struct span
copy(const uint8_t *p, size_t n)
{
	uint8_t *own = malloc(n + (n == 0));

	assert_non_null(own);
	memcpy(own, p, n);
	return (struct span){ own, n };
}

static struct span
read_file(const char *directory, const char *name)
{
	static uint8_t all[FILE_MAX];
	char path[4096];
	size_t n;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/tests/vectors/%s/%s",
	    SALLYPORT_SOURCE_ROOT, directory, name);
	f = fopen(path, "rb");
	if (f == NULL)
		fail_msg("%s is missing", path);
	n = fread(all, 1, sizeof(all), f);
	assert_true(feof(f));
	(void)fclose(f);
	return copy(all, n);
}

struct vector
certificate_of_line(const uint8_t *line, size_t len)
{
	struct vector v = { 0 };
	const uint8_t *space, *end, *base64;
	uint8_t *blob;
	size_t size;

	v.line = copy(line, len);
	space = memchr(v.line.p, ' ', len);
	assert_non_null(space);
	base64 = space + 1;
	end = base64;
	while (end < v.line.p + len && *end > ' ')
		end++;
	v.type = (struct span){ v.line.p, (size_t)(space - v.line.p) };
	size = base64_decoded_max((size_t)(end - base64));
	assert_non_null(blob = malloc(size));
	assert_int_equal(base64_decode(base64, (size_t)(end - base64), blob,
	    size, &v.len), ERR_OK);
	v.blob = malloc(v.len);
	assert_non_null(v.blob);
	memcpy(v.blob, blob, v.len);
	free(blob);
	return v;
}

static struct vector
read_certificate(const char *directory, const char *name)
{
	struct span line = read_file(directory, name);
	struct vector v = certificate_of_line(line.p, line.len);

	free((void *)(uintptr_t)line.p);
	return v;
}

struct vector
certificate_read(const char *name)
{
	char file[256];

	(void)snprintf(file, sizeof(file), "%s.pub", name);
	return read_certificate("ssh-keygen", file);
}

struct vector
vector_read(const char *name)
{
	char directory[256];
	struct vector v;
	struct span now;

	(void)snprintf(directory, sizeof(directory), "opkssh/%s", name);
	v = read_certificate(directory, "id-cert.pub");
	v.jwks = read_file(directory, "jwks.json");
	now = read_file(directory, "now");
	for (size_t i = 0; i < now.len && now.p[i] != '\n'; i++)
		v.now = v.now * 10 + (uint64_t)(now.p[i] - '0');
	free((void *)(uintptr_t)now.p);
	return v;
}

void
vector_free(struct vector *v)
{
	free((void *)(uintptr_t)v->line.p);
	free((void *)(uintptr_t)v->jwks.p);
	free(v->blob);
	*v = (struct vector){ 0 };
}
