/*
 * ipc/wire.c as the proofs wire_get and wire_put have it: a reader steps over
 * what there is, a writer over what there is room for, each within its bytes,
 * or does not move. Which numbers are read is left open, and so what is
 * proved with this holds for all bytes.
 */
#include "ipc/wire.h"
#include "proofs/proof.h"

static enum err
step(struct wire_reader *r, size_t n)
{
	bool there = r->left == 0 || __CPROVER_r_ok(r->p, r->left);

	__CPROVER_precondition(there, "wire: bytes");
	/* What was just asked is known from here on: no long sums later. */
	ASSUME(there);
	if (r->left < n)
		return ERR_SHORT;
	r->p += n;
	r->left -= n;
	return ERR_OK;
}

enum err
wire_get_u8(struct wire_reader *r, uint8_t *v)
{
	*v = r->left < 1 ? 0 : ANY(uint8_t);
	return step(r, 1);
}

enum err
wire_get_u32(struct wire_reader *r, uint32_t *v)
{
	*v = r->left < 4 ? 0 : ANY(uint32_t);
	return step(r, 4);
}

enum err
wire_get_u64(struct wire_reader *r, uint64_t *v)
{
	*v = r->left < 8 ? 0 : ANY(uint64_t);
	return step(r, 8);
}

enum err
wire_get_string(struct wire_reader *r, const uint8_t **p, size_t *n)
{
	uint32_t len = ANY(uint32_t);
	const uint8_t *start = r->p;

	*p = NULL;
	*n = 0;
	if (step(r, 4 + (size_t)len) != ERR_OK)
		return ERR_SHORT;
	*p = start + 4;
	*n = len;
	return ERR_OK;
}

static enum err
fill(struct wire_writer *w, size_t n)
{
	if (w->size - w->used < n)
		return ERR_TOO_BIG;
	__CPROVER_precondition(__CPROVER_w_ok(w->buf + w->used, n),
	    "wire: room");
	w->used += n;
	return ERR_OK;
}

enum err
wire_put_u8(struct wire_writer *w, uint8_t v)
{
	(void)v;
	return fill(w, 1);
}

enum err
wire_put_u32(struct wire_writer *w, uint32_t v)
{
	(void)v;
	return fill(w, 4);
}

enum err
wire_put_u64(struct wire_writer *w, uint64_t v)
{
	(void)v;
	return fill(w, 8);
}

enum err
wire_put_string(struct wire_writer *w, const void *p, size_t n)
{
	__CPROVER_precondition(__CPROVER_r_ok(p, n), "wire: string");
	return n > UINT32_MAX ? ERR_TOO_BIG : fill(w, 4 + n);
}
