#include "ipc/wire.h"

#include <string.h>

/* Reads a big-endian integer of n <= 8 bytes. */
static enum err
get_int(struct wire_reader *r, size_t n, uint64_t *v)
{
	uint64_t sum = 0;

	*v = 0;
	if (r->left < n)
		return ERR_SHORT;
	for (size_t i = 0; i < n; i++)
		sum = sum << 8 | r->p[i];
	r->p += n;
	r->left -= n;
	*v = sum;
	return ERR_OK;
}

enum err
wire_get_u8(struct wire_reader *r, uint8_t *v)
{
	uint64_t wide;
	enum err err = get_int(r, 1, &wide);

	*v = (uint8_t)wide;
	return err;
}

enum err
wire_get_u32(struct wire_reader *r, uint32_t *v)
{
	uint64_t wide;
	enum err err = get_int(r, 4, &wide);

	*v = (uint32_t)wide;
	return err;
}

enum err
wire_get_u64(struct wire_reader *r, uint64_t *v)
{
	return get_int(r, 8, v);
}

enum err
wire_get_bytes(struct wire_reader *r, size_t n, const uint8_t **p)
{
	*p = NULL;
	if (r->left < n)
		return ERR_SHORT;
	*p = r->p;
	r->p += n;
	r->left -= n;
	return ERR_OK;
}

enum err
wire_get_string(struct wire_reader *r, const uint8_t **p, size_t *n)
{
	struct wire_reader ahead = *r;
	uint32_t len;

	*p = NULL;
	*n = 0;
	if (wire_get_u32(&ahead, &len) != ERR_OK ||
	    wire_get_bytes(&ahead, len, p) != ERR_OK)
		return ERR_SHORT;
	*n = len;
	*r = ahead;
	return ERR_OK;
}

/* Writes the low n <= 8 bytes of v, most significant first. */
static enum err
put_int(struct wire_writer *w, size_t n, uint64_t v)
{
	if (w->size - w->used < n)
		return ERR_TOO_BIG;
	for (size_t i = n; i > 0; i--) {
		w->buf[w->used + i - 1] = (uint8_t)(v & 0xff);
		v >>= 8;
	}
	w->used += n;
	return ERR_OK;
}

enum err
wire_put_u8(struct wire_writer *w, uint8_t v)
{
	return put_int(w, 1, v);
}

enum err
wire_put_u32(struct wire_writer *w, uint32_t v)
{
	return put_int(w, 4, v);
}

enum err
wire_put_u64(struct wire_writer *w, uint64_t v)
{
	return put_int(w, 8, v);
}

enum err
wire_put_bytes(struct wire_writer *w, const void *p, size_t n)
{
	if (w->size - w->used < n)
		return ERR_TOO_BIG;
	if (n > 0)
		memcpy(w->buf + w->used, p, n);
	w->used += n;
	return ERR_OK;
}

enum err
wire_put_string(struct wire_writer *w, const void *p, size_t n)
{
	if (n > UINT32_MAX || w->size - w->used < 4 ||
	    w->size - w->used - 4 < n)
		return ERR_TOO_BIG;
	(void)!put_int(w, 4, n);
	(void)!wire_put_bytes(w, p, n);
	return ERR_OK;
}
