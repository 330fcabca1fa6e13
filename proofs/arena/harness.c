/*
 * The arena, by induction: it is sound at first, and a call in any sound state
 * leaves another, in which everybody else's block is where and what it was.
 */
#include "parseproc/arena.c"
#include "proofs/proof.h"

/* Of a block with its head; and how many there can be. */
#define SMALLEST (sizeof(struct head) + ALIGN)
#define NBLOCKS (ARENA_SIZE / SMALLEST)

/*
 * From the last one back, each block with its head ends where the next begins,
 * and the first one begins at 0; the last one has not been freed. `found`
 * becomes whether a block that has not been freed has its head at `at`.
 */
static bool
is_sound(size_t at, bool *found)
{
	size_t here = last, end = used;

	*found = false;
	if (used > ARENA_SIZE || used % ALIGN != 0)
		return false;
	for (size_t i = 0; i < NBLOCKS && end > 0; i++) {
		if (end < SMALLEST || here > end - SMALLEST ||
		    here % ALIGN != 0 ||
		    head_at(here)->size != end - here - sizeof(struct head) ||
		    (end == used && head_at(here)->freed))
			return false;
		*found = *found || (here == at && !head_at(here)->freed);
		end = here;
		here = head_at(here)->previous;
	}
	return end == 0 && here < ARENA_SIZE;
}

/* The heads of two blocks, if they are any: one that the call is about, and
 * somebody else's. And any byte of the arena. */
static size_t ours, theirs, place;
static bool have_ours, have_theirs;
/* Before the call. */
static size_t was_used, was_size;
static uint8_t was_byte;

static void
at_first(void)
{
	PROVE(used == 0 && is_sound(0, &have_ours), "sound at first");
}

static void
any_state(void)
{
	__CPROVER_havoc_object(arena);
	used = ANY(size_t);
	last = ANY(size_t);
	ours = ANY(size_t);
	theirs = ANY(size_t);
	place = ANY(size_t);
	ASSUME(is_sound(ours, &have_ours) && is_sound(theirs, &have_theirs));
	ASSUME(place < ARENA_SIZE && ours != theirs);
	was_used = used;
	was_size = have_ours ? head_at(ours)->size : 0;
	was_byte = arena[place];
}

/* Whether the place is in a block of this size that has its head at `at`. */
static bool
has_place(size_t at, size_t size)
{
	return place >= at + sizeof(struct head) &&
	    place - at - sizeof(struct head) < size;
}

/* What must hold after each call. */
static void
theirs_is_as_it_was(void)
{
	bool have;

	PROVE(is_sound(theirs, &have) && arena_used() == used, "sound");
	PROVE(have || !have_theirs, "their block is there");
	if (have_theirs && place >= theirs &&
	    place < theirs + sizeof(struct head) + head_at(theirs)->size)
		PROVE(arena[place] == was_byte, "and what is in it");
}

/* What a block of n bytes is that somebody gets. */
static void
is_block(const void *p, size_t n)
{
	size_t at;
	bool have;

	PROVE(within(p, n, arena, ARENA_SIZE), "in the arena");
	at = OFFSET(p) - sizeof(struct head);
	PROVE(at % ALIGN == 0, "aligned");
	PROVE(is_sound(at, &have) && have, "a block");
	PROVE(head_at(at)->size >= n, "as large as was asked for");
}

/* Whether there was room for n bytes more. */
static bool
fits(size_t n)
{
	return n <= ARENA_SIZE && was_used + sizeof(struct head) +
	    (n == 0 ? ALIGN : (n + ALIGN - 1) / ALIGN * ALIGN) <= ARENA_SIZE;
}

static void
alloc(void)
{
	size_t n = ANY(size_t);
	void *p;

	any_state();
	p = arena_alloc(n);
	theirs_is_as_it_was();
	PROVE((p != NULL) == fits(n), "whenever there is room");
	if (p == NULL) {
		PROVE(errno == ENOMEM && used == was_used, "nothing happened");
		return;
	}
	is_block(p, n);
	PROVE(OFFSET(p) == was_used + sizeof(struct head), "behind all others");
	POSSIBLE(was_used > 0 && have_theirs, "one of several");
	POSSIBLE(used == ARENA_SIZE, "the last there is room for");
}

static void
free_(void)
{
	bool have;

	any_state();
	ASSUME(have_ours);
	arena_free(arena + ours + sizeof(struct head));
	theirs_is_as_it_was();
	PROVE(used <= was_used, "no more than there was");
	PROVE(is_sound(ours, &have) && !have, "it is freed");
	if (has_place(ours, was_size))
		PROVE(arena[place] == 0, "nothing is left in it");
	POSSIBLE(have_theirs && theirs > ours, "not the last one");
	POSSIBLE(have_theirs && used < was_used - SMALLEST * 2, "several");
	POSSIBLE(used == 0 && was_used > SMALLEST * 2, "all");
}

static void
resize(void)
{
	size_t n = ANY(size_t);
	bool have;
	void *p;

	any_state();
	ASSUME(have_ours);
	p = arena_realloc(arena + ours + sizeof(struct head), n);
	theirs_is_as_it_was();
	if (p == NULL) {
		PROVE(!fits(n), "no room");
		PROVE(errno == ENOMEM && used == was_used, "nothing happened");
		PROVE(is_sound(ours, &have) && have, "the block stays");
		PROVE(arena[place] == was_byte, "with all that is in it");
		return;
	}
	is_block(p, n);
	if (has_place(ours, was_size) &&
	    place - ours - sizeof(struct head) < n)
		PROVE(((uint8_t *)p)[place - ours - sizeof(struct head)] ==
		    was_byte, "what was in it");
	if (OFFSET(p) != ours + sizeof(struct head)) {
		PROVE(is_sound(ours, &have) && !have, "it is freed");
		PROVE(!has_place(ours, was_size) || arena[place] == 0,
		    "and nothing is left in it");
	}
	POSSIBLE(OFFSET(p) != ours + sizeof(struct head), "moved");
	POSSIBLE(OFFSET(p) == ours + sizeof(struct head) && used < was_used,
	    "smaller");
	POSSIBLE(have_theirs && used > was_used, "larger");
}

/* Byte by byte, since what is in the arena matters here. */
void
explicit_bzero(void *p, size_t n)
{
	__CPROVER_precondition(__CPROVER_w_ok(p, n), "bytes");
	for (size_t i = 0; i < n; i++)
		((uint8_t *)p)[i] = 0;
}

void *
memcpy(void *to, const void *from, size_t n)
{
	__CPROVER_precondition(n <= was_size, "what is in the block");
	__CPROVER_precondition(__CPROVER_w_ok(to, n), "destination");
	__CPROVER_precondition((const uint8_t *)from + n <= (uint8_t *)to ||
	    (uint8_t *)to + n <= (const uint8_t *)from, "apart");
	for (size_t i = 0; i < n; i++)
		((uint8_t *)to)[i] = ((const uint8_t *)from)[i];
	return to;
}

void
harness(void)
{
	EACH();
}
