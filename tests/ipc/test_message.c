/*
 * Every rule of ipc/message.h, for every message and every field of the table.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipc/message.h"
#include "tests/ipc/sample.h"

#define ALL_TYPES UINT64_MAX
#define ALL_ROUTES (IPC_TO_WORKER | IPC_FROM_WORKER)
#define SEEDS SALLYPORT_SOURCE_ROOT "/fuzz/corpus/ipc"

static uint8_t crafted[SAMPLE_ROOM];

/* Decodes from a block of exactly n bytes, so that ASan sees the next one. */
static enum err
decode(const uint8_t *bytes, size_t n, unsigned routes, uint64_t expected,
    struct ipc_message *m)
{
	static const struct ipc_message zero;
	static uint8_t *copy;
	enum err err;

	free(copy); /* what was decoded borrows from it */
	copy = malloc(n + (n == 0));
	assert_non_null(copy);
	memcpy(copy, bytes, n);
	memset(m, 0xa5, sizeof(*m));
	err = ipc_decode(copy, n, routes, expected, m);
	if (err != ERR_OK)
		assert_memory_equal(m, &zero, sizeof(zero));
	return err;
}

static enum err
decode_any(const uint8_t *bytes, size_t n)
{
	struct ipc_message m;

	return decode(bytes, n, ALL_ROUTES, ALL_TYPES, &m);
}

static enum err
encode(const struct ipc_message *m, unsigned routes)
{
	uint8_t buf[IPC_MESSAGE_MAX];
	size_t len = 1;
	enum err err = ipc_encode(m, routes, buf, &len);

	assert_true((err == ERR_OK) == (len > 0));
	return err;
}

/* Both ends refuse it, and for the same reason. */
static void
refused(const struct ipc_message *m, const char *what, enum err expected)
{
	size_t n = sample_craft(m, crafted);
	enum err encoded = encode(m, ALL_ROUTES);
	enum err decoded = decode_any(crafted, n);

	if (encoded != expected || decoded != expected)
		fail_msg("%s.%s: encode: %s; decode: %s",
		    ipc_spec((unsigned)m->type)->name, what,
		    err_text(encoded), err_text(decoded));
}

static void
taken(const struct ipc_message *m, const char *what)
{
	refused(m, what, ERR_OK);
}

/* For each field of each message: check(a sample to spoil, the field). */
static void
each_field(enum sample which,
    void (*check)(struct ipc_message *m, const struct ipc_field *f))
{
	struct ipc_message m;

	for (unsigned type = 1; type < IPC_TYPE_END; type++)
		for (size_t i = 0; i < ipc_spec(type)->nfields; i++) {
			sample_message(type, which, &m);
			check(&m, &ipc_spec(type)->fields[i]);
		}
}

static void
message_table_sound(void **state)
{
	(void)state;
	for (unsigned type = 1; type < IPC_TYPE_END; type++) {
		const struct ipc_spec *spec = ipc_spec(type);

		/* Ids are dense: a hole would be a message without fields. */
		assert_non_null(spec);
		assert_non_null(spec->name);
		assert_true(spec->routes != 0);
		assert_int_equal(spec->routes & ~(unsigned)ALL_ROUTES, 0);
		assert_true(spec->nfields > 0);
		/* Nobody sends in both directions what means one thing. */
		assert_true((spec->routes & IPC_TO_WORKER) == 0 ||
		    (spec->routes & IPC_FROM_WORKER) == 0);
		for (size_t i = 0; i < spec->nfields; i++)
			assert_true(spec->fields[i].min <=
			    spec->fields[i].max);
	}
	assert_null(ipc_spec(0));
	assert_null(ipc_spec(IPC_TYPE_END));
	assert_null(ipc_spec(UINT32_MAX));
}

static void
round_trip(unsigned type, enum sample which)
{
	const struct ipc_spec *spec = ipc_spec(type);
	uint8_t buf[IPC_MESSAGE_MAX];
	struct ipc_message m, back;
	size_t len, n;

	sample_message(type, which, &m);
	n = sample_craft(&m, crafted);
	assert_int_equal(ipc_encode(&m, spec->routes, buf, &len), ERR_OK);
	assert_int_equal(len, n);
	assert_memory_equal(buf, crafted, n);
	assert_int_equal(decode(buf, len, spec->routes,
	    UINT64_C(1) << type, &back), ERR_OK);
	assert_int_equal(back.type, type);
	for (size_t i = 0; i < spec->nfields; i++) {
		const struct ipc_field *f = &spec->fields[i];

		assert_int_equal(sample_get(&back, f), sample_get(&m, f));
		if (sample_is_span(f) && sample_get(&m, f) > 0)
			assert_memory_equal(sample_span(&back, f)->p,
			    sample_span(&m, f)->p, sample_get(&m, f));
	}
}

static void
message_minimum_round_trips(void **state)
{
	(void)state;
	for (unsigned type = 1; type < IPC_TYPE_END; type++)
		round_trip(type, SAMPLE_MIN);
}

/* So the largest message of each type fits into a datagram. */
static void
message_maximum_round_trips(void **state)
{
	(void)state;
	for (unsigned type = 1; type < IPC_TYPE_END; type++)
		round_trip(type, SAMPLE_MAX);
}

static void
message_truncated_refused(void **state)
{
	struct ipc_message m;

	(void)state;
	for (unsigned type = 1; type < IPC_TYPE_END; type++)
		for (int which = SAMPLE_MIN; which <= SAMPLE_MAX; which++) {
			size_t len;

			sample_message(type, (enum sample)which, &m);
			len = sample_craft(&m, crafted);
			for (size_t n = 0; n < len; n++)
				if (decode_any(crafted, n) != ERR_SHORT)
					fail_msg("%s, %zu of %zu bytes",
					    ipc_spec(type)->name, n, len);
		}
}

static void
message_trailing_byte_refused(void **state)
{
	struct ipc_message m;

	(void)state;
	for (unsigned type = 1; type < IPC_TYPE_END; type++)
		for (int which = SAMPLE_MIN; which <= SAMPLE_MAX; which++) {
			size_t n;

			sample_message(type, (enum sample)which, &m);
			n = sample_craft(&m, crafted);
			crafted[n] = 0;
			assert_int_equal(decode_any(crafted, n), ERR_OK);
			assert_int_equal(decode_any(crafted, n + 1),
			    ERR_TRAILING);
		}
}

static void
below_minimum(struct ipc_message *m, const struct ipc_field *f)
{
	if (f->min == 0)
		return;
	sample_set(m, f, f->min - 1);
	refused(m, f->name, ERR_BOUND);
}

static void
message_below_minimum_refused(void **state)
{
	(void)state;
	each_field(SAMPLE_MIN, below_minimum);
}

static uint64_t
largest(enum ipc_kind kind)
{
	if (kind == IPC_U8)
		return UINT8_MAX;
	return kind == IPC_U64 ? UINT64_MAX : UINT32_MAX;
}

static void
above_maximum(struct ipc_message *m, const struct ipc_field *f)
{
	if (f->max == largest(f->kind))
		return;
	sample_set(m, f, f->max + 1);
	refused(m, f->name, ERR_BOUND);
	if (sample_is_span(f))
		return;
	sample_set(m, f, largest(f->kind));
	refused(m, f->name, ERR_BOUND);
}

static void
message_above_maximum_refused(void **state)
{
	(void)state;
	/* Beside small fields: each message still fits into a datagram. */
	each_field(SAMPLE_MIN, above_maximum);
}

/* A span of n bytes of which the one at i is c. */
static void
spoil(struct ipc_message *m, const struct ipc_field *f, size_t n, size_t i,
    uint8_t c)
{
	static uint8_t bytes[IPC_MESSAGE_MAX];

	sample_set(m, f, n);
	memcpy(bytes, sample_span(m, f)->p, n);
	bytes[i] = c;
	sample_span(m, f)->p = bytes;
}

/* Enough for a beginning, a middle and an end. */
static size_t
some_length(const struct ipc_field *f)
{
	size_t n = f->min > 3 ? (size_t)f->min : 3;

	return n < f->max ? n : (size_t)f->max;
}

static void
nul_inside(struct ipc_message *m, const struct ipc_field *f)
{
	if (!sample_is_span(f))
		return;
	for (size_t n = some_length(f), i = 0; i < n; i++) {
		spoil(m, f, n, i, '\0');
		if (f->kind == IPC_BYTES)
			taken(m, f->name);
		else
			refused(m, f->name, ERR_ALPHABET);
	}
}

static void
message_nul_in_string_refused(void **state)
{
	(void)state;
	each_field(SAMPLE_MIN, nul_inside);
}

static void
every_byte(struct ipc_message *m, const struct ipc_field *f)
{
	size_t n = some_length(f);

	for (unsigned c = 1; sample_is_span(f) && c <= UINT8_MAX; c++) {
		spoil(m, f, n, n - 1, (uint8_t)c);
		if (f->kind == IPC_PRINT && (c < 0x20 || c > 0x7e))
			refused(m, f->name, ERR_ALPHABET);
		else
			taken(m, f->name);
	}
}

static void
message_unprintable_in_print_refused(void **state)
{
	(void)state;
	each_field(SAMPLE_MIN, every_byte);
}

/* What the parent prints is lines: a key must not be two of them. */
static void
line_feed_inside(struct ipc_message *m, const struct ipc_field *f)
{
	size_t n = some_length(f);

	if (m->type != IPC_KEY && m->type != IPC_LINE)
		return;
	for (size_t i = 0; i < n; i++) {
		spoil(m, f, n, i, '\n');
		refused(m, f->name, ERR_ALPHABET);
	}
}

static void
message_key_of_two_lines_refused(void **state)
{
	(void)state;
	each_field(SAMPLE_MIN, line_feed_inside);
}

/* netproc says how it is and what the server answered: it names no key. */
static void
message_from_net_is_an_answer_only(void **state)
{
	const uint64_t from_net = IPC_SET(READY) | IPC_SET(FETCH_DATA) |
	    IPC_SET(FETCH_DONE);
	struct ipc_message m, back;

	(void)state;
	for (unsigned type = 1; type < IPC_TYPE_END; type++) {
		size_t n;

		sample_message(type, SAMPLE_MIN, &m);
		n = sample_craft(&m, crafted);
		assert_int_equal(decode(crafted, n, IPC_FROM_NET, ALL_TYPES,
		    &back), (from_net & UINT64_C(1) << type) != 0 ? ERR_OK :
		    ERR_DIRECTION);
	}
}

static void
message_wrong_direction_refused(void **state)
{
	struct ipc_message m, back;

	(void)state;
	for (unsigned type = 1; type < IPC_TYPE_END; type++)
		for (unsigned routes = 0; routes <= ALL_ROUTES; routes++) {
			bool right = (routes & ipc_spec(type)->routes) != 0;
			enum err err = right ? ERR_OK : ERR_DIRECTION;
			size_t n;

			sample_message(type, SAMPLE_MIN, &m);
			n = sample_craft(&m, crafted);
			assert_int_equal(encode(&m, routes), err);
			assert_int_equal(decode(crafted, n, routes, ALL_TYPES,
			    &back), err);
		}
}

static void
message_wrong_turn_refused(void **state)
{
	struct ipc_message m, back;

	(void)state;
	for (unsigned type = 1; type < IPC_TYPE_END; type++) {
		uint64_t only = UINT64_C(1) << type;
		size_t n;

		sample_message(type, SAMPLE_MIN, &m);
		n = sample_craft(&m, crafted);
		assert_int_equal(decode(crafted, n, ALL_ROUTES, only, &back),
		    ERR_OK);
		assert_int_equal(decode(crafted, n, ALL_ROUTES, ~only, &back),
		    ERR_TURN);
		for (unsigned other = 0; other < 64; other++)
			if (other != type)
				assert_int_equal(decode(crafted, n, ALL_ROUTES,
				    UINT64_C(1) << other, &back), ERR_TURN);
		assert_int_equal(decode(crafted, n, ALL_ROUTES, 0, &back),
		    ERR_TURN);
	}
}

static void
message_unknown_type_refused(void **state)
{
	struct ipc_message m;
	size_t n;

	(void)state;
	sample_message(1, SAMPLE_MAX, &m);
	n = sample_craft(&m, crafted);
	for (unsigned type = 0; type <= UINT8_MAX; type++) {
		if (type != 0 && type < IPC_TYPE_END)
			continue;
		crafted[0] = (uint8_t)type;
		assert_int_equal(decode_any(crafted, n), ERR_TYPE);
		assert_int_equal(decode_any(crafted, 1), ERR_TYPE);
		m.type = (enum ipc_type)type;
		assert_int_equal(encode(&m, ALL_ROUTES), ERR_TYPE);
	}
	/* 256 times over is the same byte on the wire. */
	m.type = (enum ipc_type)(256 + 1);
	assert_int_equal(encode(&m, ALL_ROUTES), ERR_TYPE);
}

static void
message_larger_than_a_datagram_refused(void **state)
{
	struct ipc_message m;

	(void)state;
	memset(crafted, 0, sizeof(crafted));
	for (unsigned type = 1; type < IPC_TYPE_END; type++) {
		sample_message(type, SAMPLE_MIN, &m);
		(void)sample_craft(&m, crafted);
		/* Up to the last byte allowed it is only trailing bytes. */
		assert_int_equal(decode_any(crafted, IPC_MESSAGE_MAX),
		    ERR_TRAILING);
		assert_int_equal(decode_any(crafted, IPC_MESSAGE_MAX + 1),
		    ERR_TOO_BIG);
	}
}

/* A string whose length says more than there is, or than there could be. */
static void
lying_length(struct ipc_message *m, const struct ipc_field *f)
{
	static const uint32_t lies[] = { 1, IPC_MESSAGE_MAX, INT32_MAX,
		UINT32_C(0x80000000), UINT32_MAX - 4, UINT32_MAX };
	size_t at, n;

	if (!sample_is_span(f))
		return;
	/* The message ends with this field's length. */
	sample_set(m, f, 0);
	n = sample_craft(m, crafted);
	for (const struct ipc_field *next = f + 1;
	    next < ipc_spec((unsigned)m->type)->fields +
	    ipc_spec((unsigned)m->type)->nfields; next++)
		n -= sample_is_span(next) ? 4 + (size_t)next->min :
		    next->kind == IPC_U8 ? 1 : next->kind == IPC_U32 ? 4 : 8;
	at = n - 4;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		for (size_t byte = 0; byte < 4; byte++)
			crafted[at + byte] = (uint8_t)(lies[i] >>
			    8 * (3 - byte));
		assert_int_equal(decode_any(crafted, n), ERR_SHORT);
	}
}

static void
message_length_beyond_its_end_refused(void **state)
{
	(void)state;
	each_field(SAMPLE_MIN, lying_length);
}

/* --- the fuzz target's seeds: one message of each type --- */

/* Two bytes for the target (fuzz/fuzz_ipc.c), then the datagram. */
static size_t
make_seed(unsigned type, uint8_t *buf)
{
	const struct ipc_spec *spec = ipc_spec(type);
	struct ipc_message m;

	sample_message(type, SAMPLE_MIN, &m);
	for (size_t i = 0; i < spec->nfields; i++)
		if (sample_is_span(&spec->fields[i]))
			sample_set(&m, &spec->fields[i],
			    some_length(&spec->fields[i]));
	buf[0] = (uint8_t)spec->routes;
	buf[1] = 0;
	return 2 + sample_craft(&m, buf + 2);
}

/* After a change of the table: SALLYPORT_WRITE_SEEDS=1 writes them anew. */
static void
message_every_type_has_a_seed(void **state)
{
	uint8_t found[IPC_MESSAGE_MAX];
	char path[512];
	FILE *file;
	size_t n;

	(void)state;
	for (unsigned type = 1; type < IPC_TYPE_END; type++) {
		n = make_seed(type, crafted);
		(void)snprintf(path, sizeof(path), SEEDS "/%s",
		    ipc_spec(type)->name);
		if (getenv("SALLYPORT_WRITE_SEEDS") != NULL) {
			file = fopen(path, "w");
			assert_non_null(file);
			assert_int_equal(fwrite(crafted, 1, n, file), n);
			assert_int_equal(fclose(file), 0);
		}
		if ((file = fopen(path, "r")) == NULL)
			fail_msg("%s is missing", path);
		assert_int_equal(fread(found, 1, sizeof(found), file), n);
		(void)fclose(file);
		assert_memory_equal(found, crafted, n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(message_table_sound),
		cmocka_unit_test(message_minimum_round_trips),
		cmocka_unit_test(message_maximum_round_trips),
		cmocka_unit_test(message_truncated_refused),
		cmocka_unit_test(message_trailing_byte_refused),
		cmocka_unit_test(message_below_minimum_refused),
		cmocka_unit_test(message_above_maximum_refused),
		cmocka_unit_test(message_nul_in_string_refused),
		cmocka_unit_test(message_unprintable_in_print_refused),
		cmocka_unit_test(message_key_of_two_lines_refused),
		cmocka_unit_test(message_from_net_is_an_answer_only),
		cmocka_unit_test(message_wrong_direction_refused),
		cmocka_unit_test(message_wrong_turn_refused),
		cmocka_unit_test(message_unknown_type_refused),
		cmocka_unit_test(message_larger_than_a_datagram_refused),
		cmocka_unit_test(message_length_beyond_its_end_refused),
		cmocka_unit_test(message_every_type_has_a_seed),
	};

	return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
