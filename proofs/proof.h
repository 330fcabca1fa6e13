/*
 * What the harnesses share. A harness calls a function of ours with
 * everything that a caller may give it, and says what must hold afterwards;
 * CBMC looks for a run where it does not, or where memory is misused, a
 * number overflows or a cast loses something on the way.
 */
#ifndef PROOFS_PROOF_H
#define PROOFS_PROOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "ipc/reason.h"
#include "parseproc/span.h"

#define PROVE(condition, text) __CPROVER_assert(condition, text)
#define ASSUME(condition) __CPROVER_assume(condition)
/*
 * A proof about nothing passes too: this must be seen to happen, or the proof
 * fails (`run` knows the word). With a bug in the code nobody asks.
 */
#ifdef MUTANT
#define POSSIBLE(condition, text) (void)(condition)
#else
#define POSSIBLE(condition, text)                                             \
	__CPROVER_assert(!(condition), "possible: " text)
#endif

/* A bound that is none: no process of ours can have so much memory (16 GiB). */
#define ANY_LEN (SIZE_MAX >> 30)

/* A family's harness has a function for each member. */
#define PROVE_OF(each) PROVE_OF_(each)
#define PROVE_OF_(each) prove_##each

/* Any value at all: what is not written, CBMC chooses. */
#define ANY(type) __extension__({ type any_; any_; })

/* Where in its object a pointer points. */
#define OFFSET(p) __CPROVER_POINTER_OFFSET(p)

/* Whether n bytes at p all lie within the size bytes at base. */
static inline bool
within(const void *p, size_t n, const void *base, size_t size)
{
	return __CPROVER_same_object(p, base) && n <= size &&
	    OFFSET(p) >= OFFSET(base) &&
	    OFFSET(p) + n <= OFFSET(base) + size;
}

/* The same for spans, in contracts. */
#define SPAN_AT(s, whole)                                                     \
	(__CPROVER_same_object((s).p, (whole).p) &&                           \
	    (s).len <= (whole).len && OFFSET((s).p) >= OFFSET((whole).p) &&   \
	    OFFSET((s).p) + (s).len <= OFFSET((whole).p) + (whole).len)
/* An empty one may be anywhere. */
#define SPAN_IN(s, whole) ((s).len == 0 || SPAN_AT(s, whole))
/* What a reader had at the start, as a span: of a function, of a loop. */
#define HAD(p, left) ((struct span){ __CPROVER_old(p), __CPROVER_old(left) })
#define HAD_AT_ENTRY(p, left)                                                 \
	((struct span){ __CPROVER_loop_entry(p),                              \
	    __CPROVER_loop_entry(left) })
/* What a reader has left is the end of a span. */
#define IS_REST(r, whole)                                                     \
	(__CPROVER_same_object((r).p, (whole).p) &&                           \
	    (r).left <= (whole).len && OFFSET((r).p) + (r).left ==            \
	    OFFSET((whole).p) + (whole).len)

/* For the contract of what reads on: out of what there was, and no further. */
#define READS(r)                                                              \
	__CPROVER_requires(__CPROVER_w_ok(r, sizeof(*(r))))                   \
	__CPROVER_requires((r)->left == 0 || __CPROVER_r_ok((r)->p,           \
	    (r)->left))                                                       \
	__CPROVER_ensures(IS_REST(*(r), HAD((r)->p, (r)->left)))

/* Whether two are the same bytes, not only equal ones. */
static inline bool
same(struct span a, struct span b)
{
	return a.p == b.p && a.len == b.len;
}

/* n bytes, any, with nothing before or behind; NULL may stand for none. */
static inline uint8_t *
any_bytes(size_t n)
{
	uint8_t *p = malloc(n);

	ASSUME(p != NULL || n == 0);
	return p;
}

/* The same as a span of at most max bytes. */
static inline struct span
any_span(size_t max)
{
	struct span s = { NULL, ANY(size_t) };

	ASSUME(s.len <= max);
	s.p = any_bytes(s.len);
	return s;
}

/* Of a span, any piece. */
static inline struct span
any_piece(struct span whole)
{
	size_t from = ANY(size_t), len = ANY(size_t);

	ASSUME(from <= whole.len && len <= whole.len - from);
	return (struct span){ from == 0 ? whole.p : whole.p + from, len };
}

static inline enum reason
any_reason(void)
{
	return (enum reason)(ANY(unsigned) % REASON_COUNT);
}

/*
 * The last n bytes, any, of an array of a fixed size, which is far quicker
 * where each byte is looked at. Nothing is behind them, and before them only
 * if they are not all of it.
 */
#define LAST(array, n) ((array) + sizeof(array) - (n))

#endif
