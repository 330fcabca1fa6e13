/* The reader of everything foreign: it stays within its bytes. */
#include "ipc/wire.h"
#include "proofs/proof.h"

/* What a failed read leaves, and what a good one has stepped over. */
static void
moved(const struct wire_reader *before, const struct wire_reader *after,
    enum err err, size_t n)
{
	size_t step = err == ERR_OK ? n : 0;

	PROVE(err == ERR_OK || err == ERR_SHORT, "good or short");
	PROVE((err == ERR_OK) == (before->left >= n), "good if it is there");
	PROVE(after->left == before->left - step, "reads just that");
	PROVE(after->p == (step == 0 ? before->p : before->p + step),
	    "and stands behind it");
}

static void
integers(const struct wire_reader *start)
{
	struct wire_reader r = *start;
	const uint8_t *p = start->p;
	uint8_t u8;
	uint32_t u32;
	uint64_t u64;

	moved(start, &r, wire_get_u8(&r, &u8), 1);
	PROVE(u8 == (start->left < 1 ? 0 : p[0]), "the byte");
	r = *start;
	moved(start, &r, wire_get_u32(&r, &u32), 4);
	PROVE(u32 == (start->left < 4 ? 0 : (uint32_t)p[0] << 24 |
	    (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]),
	    "the number, big-endian");
	r = *start;
	moved(start, &r, wire_get_u64(&r, &u64), 8);
	PROVE(start->left >= 8 || u64 == 0, "zero if there is none");
	PROVE(start->left < 8 || (u64 >> 56 == p[0] &&
	    (u64 >> 32 & 0xff) == p[3] && (u64 & 0xff) == p[7]),
	    "the number, big-endian");
}

static void
strings(const struct wire_reader *start)
{
	struct wire_reader r = *start;
	const uint8_t *p;
	uint32_t told;
	size_t len;
	enum err err = wire_get_string(&r, &p, &len);

	PROVE(err == ERR_OK || (len == 0 && p == NULL), "none");
	POSSIBLE(err == ERR_OK && len > 100000, "a long string");
	if (err != ERR_OK)
		PROVE(r.p == start->p && r.left == start->left, "unmoved");
	if (err != ERR_OK)
		return;
	moved(start, &r, err, 4 + len);
	PROVE(p == start->p + 4, "it stands behind its length");
	r = *start;
	PROVE(wire_get_u32(&r, &told) == ERR_OK && told == len,
	    "as long as it says");
}

static void
bytes(const struct wire_reader *start)
{
	struct wire_reader r = *start;
	size_t n = ANY(size_t);
	const uint8_t *p;
	enum err err = wire_get_bytes(&r, n, &p);

	moved(start, &r, err, n);
	PROVE(p == (err == ERR_OK ? start->p : NULL), "borrowed, or none");
}

void
harness(void)
{
	struct wire_reader r = { NULL, ANY(size_t) };

	ASSUME(r.left <= ANY_LEN);
	r.p = any_bytes(r.left);
	integers(&r);
	strings(&r);
	/* As wire.h asks. */
	if (r.p != NULL)
		bytes(&r);
}
