/*
 * What pk_token.c's own functions promise each other: each contract is proved
 * in a proof of its own (pk_token_split and so on), and taken for granted
 * where another function is proved that calls them.
 */
#include "parseproc/pk_token.h"
#include "proofs/proof.h"

/* Of n parts, what the first i take up, each with a separator. */
#define TAKEN(parts, n, i) ((n) < (i) ? 0 : (parts)[(i) - 1].len + 1)
#define BEFORE_1(parts, n) TAKEN(parts, n, 1)
#define BEFORE_2(parts, n) (BEFORE_1(parts, n) + TAKEN(parts, n, 2))
#define BEFORE_3(parts, n) (BEFORE_2(parts, n) + TAKEN(parts, n, 3))
#define BEFORE_4(parts, n) (BEFORE_3(parts, n) + TAKEN(parts, n, 4))
#define BEFORE_5(parts, n) (BEFORE_4(parts, n) + TAKEN(parts, n, 5))

/* The i-th part is not empty, and stands behind the others. */
#define IS_PART(text, parts, n, i, before)                                    \
	((n) <= (i) || ((parts)[i].len > 0 &&                                 \
	    (parts)[i].len <= (text).len &&                                   \
	    __CPROVER_same_object((parts)[i].p, (text).p) &&                  \
	    OFFSET((parts)[i].p) == OFFSET((text).p) + (before) &&            \
	    OFFSET((parts)[i].p) + (parts)[i].len <=                          \
	    OFFSET((text).p) + (text).len))

/* n parts stand in the text, one behind the other, and take up so much. */
#define ARE_PARTS(text, parts, n, taken)                                      \
	(IS_PART(text, parts, n, 0, 0) &&                                     \
	    IS_PART(text, parts, n, 1, BEFORE_1(parts, n)) &&                 \
	    IS_PART(text, parts, n, 2, BEFORE_2(parts, n)) &&                 \
	    IS_PART(text, parts, n, 3, BEFORE_3(parts, n)) &&                 \
	    IS_PART(text, parts, n, 4, BEFORE_4(parts, n)) &&                 \
	    BEFORE_5(parts, n) == (taken))

/* What is left of the room, to the end of the object that base points to. */
#define ROOM_MAX PK_TOKEN_ROOM(PK_TOKEN_MAX)
#define IS_ROOM(room, base)                                                   \
	(__CPROVER_same_object((room)->p, base) &&                            \
	    (room)->left <= ROOM_MAX && OFFSET((room)->p) + (room)->left ==   \
	    __CPROVER_OBJECT_SIZE(base))
#define IN_ROOM(s, base)                                                      \
	(__CPROVER_same_object((s).p, base) && (s).len <= ROOM_MAX &&         \
	    OFFSET((s).p) + (s).len <= __CPROVER_OBJECT_SIZE(base))

/* Here, so that the contracts in its loops know the words above. */
#include "parseproc/pk_token.c"

static bool split(struct span text, uint8_t separator, struct span *parts,
    size_t n)
__CPROVER_requires(n == 3 || n == 5)
__CPROVER_requires(text.len <= PK_TOKEN_MAX)
__CPROVER_requires(__CPROVER_r_ok(text.p, text.len))
__CPROVER_requires(__CPROVER_w_ok(parts, n * sizeof(*parts)))
__CPROVER_assigns(__CPROVER_object_upto(parts, n * sizeof(*parts)))
__CPROVER_ensures(!__CPROVER_return_value ||
    ARE_PARTS(text, parts, n, text.len + 1));

static bool decode(struct span text, struct room *room, struct span *out)
__CPROVER_requires(text.len <= PK_TOKEN_MAX)
__CPROVER_requires(__CPROVER_r_ok(text.p, text.len))
__CPROVER_requires(__CPROVER_w_ok(room, sizeof(*room)))
__CPROVER_requires(__CPROVER_w_ok(room->p, room->left))
__CPROVER_requires(IS_ROOM(room, room->p))
__CPROVER_requires(__CPROVER_w_ok(out, sizeof(*out)))
__CPROVER_assigns(*room, *out, __CPROVER_object_whole(room->p))
__CPROVER_ensures(IS_ROOM(room, __CPROVER_old(room->p)))
__CPROVER_ensures(!__CPROVER_return_value ||
    IN_ROOM(*out, __CPROVER_old(room->p)));

static bool join_input(struct pk_jws *jws, struct room *room)
__CPROVER_requires(__CPROVER_w_ok(jws, sizeof(*jws)))
__CPROVER_requires(jws->protected_text.len <= PK_TOKEN_MAX &&
    jws->payload_text.len <= PK_TOKEN_MAX)
__CPROVER_requires(__CPROVER_r_ok(jws->protected_text.p,
    jws->protected_text.len))
__CPROVER_requires(__CPROVER_r_ok(jws->payload_text.p,
    jws->payload_text.len))
__CPROVER_requires(__CPROVER_w_ok(room, sizeof(*room)))
__CPROVER_requires(__CPROVER_w_ok(room->p, room->left))
__CPROVER_requires(IS_ROOM(room, room->p))
__CPROVER_assigns(*room, jws->input, __CPROVER_object_whole(room->p))
__CPROVER_ensures(IS_ROOM(room, __CPROVER_old(room->p)))
__CPROVER_ensures(!__CPROVER_return_value ||
    (IN_ROOM(jws->input, __CPROVER_old(room->p)) && jws->input.len ==
    jws->protected_text.len + 1 + jws->payload_text.len));
