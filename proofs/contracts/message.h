/*
 * What message.c's own functions promise each other. Of ipc_printable() it is
 * proved in the proof of that name, of get_fields() taken for granted.
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

static enum err get_fields(struct wire_reader *r, const struct ipc_spec *spec,
    struct ipc_message *m)
__CPROVER_requires(__CPROVER_r_ok(r->p, r->left))
__CPROVER_requires(__CPROVER_same_object(spec, specs))
__CPROVER_requires(__CPROVER_w_ok(m, sizeof(*m)))
__CPROVER_assigns(*r, m->as)
__CPROVER_ensures(__CPROVER_return_value != ERR_OK || r->left == 0);
