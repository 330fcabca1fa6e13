/*
 * What message.c's own functions promise each other: each contract is proved
 * in a proof of its own (ipc_printable, ipc_fields), and taken for granted
 * where another function is proved that calls them.
 */
#include "ipc/message.h"
#include "proofs/proof.h"

/* Any place of a text: what holds of it holds of all. */
static size_t place;
#define PRINTABLE(c) ((c) >= 0x20 && (c) <= 0x7e)

/* Here, so that the contracts in its loops know the words above. */
#include "ipc/message.c"

bool ipc_printable(const void *p, size_t n)
__CPROVER_requires(__CPROVER_r_ok(p, n))
__CPROVER_assigns()
__CPROVER_ensures(!__CPROVER_return_value || place >= n ||
    PRINTABLE(((const uint8_t *)p)[place]));

/* What a field takes up in a message's struct. */
#define FIELD_SIZE(kind)                                                      \
	((kind) == IPC_U8 ? sizeof(uint8_t) :                                 \
	    (kind) == IPC_U32 ? sizeof(uint32_t) :                            \
	    (kind) == IPC_U64 ? sizeof(uint64_t) : sizeof(struct ipc_span))
#define IS_TEXT(kind)                                                         \
	((kind) == IPC_PRINT || (kind) == IPC_STR || (kind) == IPC_BYTES)
#define TEXT_AT(at) (*(const struct ipc_span *)(at))
/* The value of a number, the length of a text. */
#define FIELD_VALUE(kind, at)                                                 \
	((kind) == IPC_U8 ? *(const uint8_t *)(at) :                          \
	    (kind) == IPC_U32 ? *(const uint32_t *)(at) :                     \
	    (kind) == IPC_U64 ? *(const uint64_t *)(at) : TEXT_AT(at).len)

/* A field as the table wants it. */
#define FIELD_FITS(f, at)                                                     \
	(FIELD_VALUE((f)->kind, at) >= (f)->min &&                            \
	    FIELD_VALUE((f)->kind, at) <= (f)->max &&                         \
	    ((f)->kind != IPC_PRINT || place >= TEXT_AT(at).len ||            \
	    PRINTABLE(((const uint8_t *)TEXT_AT(at).p)[place])))

static enum err get_field(struct wire_reader *r, const struct ipc_field *f,
    void *at)
READS(r)
__CPROVER_requires(__CPROVER_r_ok(f, sizeof(*f)))
__CPROVER_requires(__CPROVER_w_ok(at, FIELD_SIZE(f->kind)))
__CPROVER_assigns(*r;
    f->kind == IPC_U8: *(uint8_t *)at;
    f->kind == IPC_U32: *(uint32_t *)at;
    f->kind == IPC_U64: *(uint64_t *)at;
    IS_TEXT(f->kind): *(struct ipc_span *)at)
__CPROVER_ensures(__CPROVER_return_value != ERR_OK ||
    (FIELD_FITS(f, at) && (!IS_TEXT(f->kind) ||
    SPAN_AT(TEXT_AT(at), HAD(r->p, r->left)))));

static enum err get_fields(struct wire_reader *r, const struct ipc_spec *spec,
    struct ipc_message *m)
READS(r)
__CPROVER_requires(__CPROVER_same_object(spec, specs) &&
    OFFSET(spec) > 0 && OFFSET(spec) % sizeof(*spec) == 0 &&
    OFFSET(spec) / sizeof(*spec) < IPC_TYPE_END)
__CPROVER_requires(__CPROVER_w_ok(m, sizeof(*m)))
__CPROVER_assigns(*r, m->as)
__CPROVER_ensures(__CPROVER_return_value != ERR_OK || r->left == 0);

static enum err put_field(struct wire_writer *w, const struct ipc_field *f,
    const void *at)
__CPROVER_requires(__CPROVER_w_ok(w, sizeof(*w)))
__CPROVER_requires(w->used <= w->size && __CPROVER_w_ok(w->buf, w->size))
__CPROVER_requires(__CPROVER_r_ok(f, sizeof(*f)))
__CPROVER_requires(__CPROVER_r_ok(at, FIELD_SIZE(f->kind)))
__CPROVER_requires(!IS_TEXT(f->kind) ||
    __CPROVER_r_ok(TEXT_AT(at).p, TEXT_AT(at).len))
__CPROVER_assigns(w->used, __CPROVER_object_whole(w->buf))
__CPROVER_ensures(w->used <= w->size && w->used >= __CPROVER_old(w->used))
__CPROVER_ensures(__CPROVER_return_value != ERR_OK ||
    FIELD_FITS(f, at));
