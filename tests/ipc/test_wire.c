/* Integers and strings on the wire: within bounds, and nothing moves if not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "ipc/wire.h"

static const uint8_t bytes[] = { 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07,
	0xf8, 0xff };

/* A reader over a block of exactly n bytes, so that ASan sees the next one. */
static struct wire_reader
reader(const void *p, size_t n)
{
	static uint8_t *copy;

	free(copy);
	copy = malloc(n + (n == 0));
	assert_non_null(copy);
	memcpy(copy, p, n);
	return (struct wire_reader){ copy, n };
}

static void
wire_get_integers_big_endian(void **state)
{
	struct wire_reader r = reader(bytes, sizeof(bytes));
	uint64_t u64;
	uint32_t u32;
	uint8_t u8;

	(void)state;
	assert_int_equal(wire_get_u8(&r, &u8), ERR_OK);
	assert_int_equal(u8, 0x01);
	assert_int_equal(wire_get_u32(&r, &u32), ERR_OK);
	assert_int_equal(u32, 0x02030405);
	assert_int_equal(r.left, 4);
	r = reader(bytes, 8);
	assert_int_equal(wire_get_u64(&r, &u64), ERR_OK);
	assert_true(u64 == UINT64_C(0x01020304050607f8));
	assert_int_equal(r.left, 0);
	r = reader("\xff\xff\xff\xff\xff\xff\xff\xff", 8);
	assert_int_equal(wire_get_u64(&r, &u64), ERR_OK);
	assert_true(u64 == UINT64_MAX);
}

static void
wire_get_short_reader_unmoved(void **state)
{
	(void)state;
	for (size_t n = 0; n < 8; n++) {
		struct wire_reader r = reader(bytes, n), before = r;
		const uint8_t *p = bytes;
		uint64_t u64 = 1;
		uint32_t u32 = 1;
		uint8_t u8 = 1;

		if (n < 1) {
			assert_int_equal(wire_get_u8(&r, &u8), ERR_SHORT);
			assert_int_equal(u8, 0);
		}
		if (n < 4) {
			assert_int_equal(wire_get_u32(&r, &u32), ERR_SHORT);
			assert_int_equal(u32, 0);
		}
		assert_int_equal(wire_get_u64(&r, &u64), ERR_SHORT);
		assert_true(u64 == 0);
		assert_int_equal(wire_get_bytes(&r, n + 1, &p), ERR_SHORT);
		assert_null(p);
		assert_int_equal(wire_get_bytes(&r, SIZE_MAX, &p), ERR_SHORT);
		assert_ptr_equal(r.p, before.p);
		assert_int_equal(r.left, before.left);
	}
}

static void
wire_get_bytes_borrowed(void **state)
{
	struct wire_reader r = reader(bytes, sizeof(bytes)), before = r;
	const uint8_t *p;

	(void)state;
	assert_int_equal(wire_get_bytes(&r, 0, &p), ERR_OK);
	assert_ptr_equal(r.p, before.p);
	assert_int_equal(wire_get_bytes(&r, sizeof(bytes), &p), ERR_OK);
	assert_ptr_equal(p, before.p);
	assert_int_equal(r.left, 0);
	assert_int_equal(wire_get_bytes(&r, 0, &p), ERR_OK);
}

static void
wire_get_string_taken(void **state)
{
	struct wire_reader r = reader("\0\0\0\3abc\0\0\0\0x", 12);
	const uint8_t *p;
	size_t n;

	(void)state;
	assert_int_equal(wire_get_string(&r, &p, &n), ERR_OK);
	assert_int_equal(n, 3);
	assert_memory_equal(p, "abc", 3);
	assert_int_equal(wire_get_string(&r, &p, &n), ERR_OK);
	assert_int_equal(n, 0);
	assert_int_equal(r.left, 1);
}

static void
wire_get_string_length_lies_reader_unmoved(void **state)
{
	/* Four bytes of length and three of string; one byte more is a lie. */
	static const uint32_t lies[] = { 4, 7, 0x10003, INT32_MAX,
		UINT32_C(0x80000000), UINT32_MAX - 4, UINT32_MAX - 3,
		UINT32_MAX - 1, UINT32_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		uint8_t wire[7] = { (uint8_t)(lies[i] >> 24),
			(uint8_t)(lies[i] >> 16), (uint8_t)(lies[i] >> 8),
			(uint8_t)lies[i], 'a', 'b', 'c' };
		struct wire_reader r = reader(wire, sizeof(wire)), before = r;
		const uint8_t *p = wire;
		size_t n = 1;

		assert_int_equal(wire_get_string(&r, &p, &n), ERR_SHORT);
		assert_null(p);
		assert_int_equal(n, 0);
		assert_ptr_equal(r.p, before.p);
		assert_int_equal(r.left, before.left);
	}
}

static void
wire_get_string_length_cut_reader_unmoved(void **state)
{
	(void)state;
	for (size_t cut = 0; cut < 7; cut++) {
		struct wire_reader r = reader("\0\0\0\3abc", cut), before = r;
		const uint8_t *p;
		size_t n;

		assert_int_equal(wire_get_string(&r, &p, &n), ERR_SHORT);
		assert_ptr_equal(r.p, before.p);
		assert_int_equal(r.left, cut);
	}
}

static void
wire_put_big_endian(void **state)
{
	static const uint8_t expected[] = { 0xab, 0x01, 0x02, 0x03, 0x04,
		0x80, 0, 0, 0, 0, 0, 0, 0x7f, 'x', 'y', 0, 0, 0, 1, 'z', 0, 0,
		0, 0 };
	uint8_t buf[sizeof(expected)];
	struct wire_writer w = { buf, sizeof(buf), 0 };

	(void)state;
	assert_int_equal(wire_put_u8(&w, 0xab), ERR_OK);
	assert_int_equal(wire_put_u32(&w, 0x01020304), ERR_OK);
	assert_int_equal(wire_put_u64(&w, UINT64_C(0x800000000000007f)),
	    ERR_OK);
	assert_int_equal(wire_put_bytes(&w, "xy", 2), ERR_OK);
	assert_int_equal(wire_put_string(&w, "z", 1), ERR_OK);
	assert_int_equal(wire_put_string(&w, NULL, 0), ERR_OK);
	assert_int_equal(w.used, sizeof(expected));
	assert_memory_equal(buf, expected, sizeof(expected));
	assert_int_equal(wire_put_bytes(&w, NULL, 0), ERR_OK);
}

/* Whatever does not fit: not a byte of it is written. */
static void
wire_put_no_room_nothing_written(void **state)
{
	static const uint8_t untouched[16];

	(void)state;
	for (size_t room = 0; room < 8; room++) {
		uint8_t buf[16] = { 0 };
		struct wire_writer w = { buf, sizeof(buf) / 2 + room,
			sizeof(buf) / 2 };

		if (room < 1)
			assert_int_equal(wire_put_u8(&w, 0xff), ERR_TOO_BIG);
		if (room < 4)
			assert_int_equal(wire_put_u32(&w, UINT32_MAX),
			    ERR_TOO_BIG);
		assert_int_equal(wire_put_u64(&w, UINT64_MAX), ERR_TOO_BIG);
		assert_int_equal(wire_put_bytes(&w, bytes, room + 1),
		    ERR_TOO_BIG);
		assert_int_equal(wire_put_string(&w, bytes,
		    room < 4 ? 0 : room - 3), ERR_TOO_BIG);
		assert_int_equal(w.used, sizeof(buf) / 2);
		assert_memory_equal(buf, untouched, sizeof(buf));
	}
}

/* The length of a string is four bytes: more cannot be said. */
static void
wire_put_string_longer_than_its_length_refused(void **state)
{
	uint8_t buf[8] = { 0 };
	/* A writer that claims all memory: no other bound steps in. */
	struct wire_writer w = { buf, SIZE_MAX, 0 };

	(void)state;
	assert_int_equal(wire_put_string(&w, bytes, (size_t)UINT32_MAX + 1),
	    ERR_TOO_BIG);
	assert_int_equal(w.used, 0);
	w.size = sizeof(buf);
	assert_int_equal(wire_put_string(&w, bytes, UINT32_MAX), ERR_TOO_BIG);
	assert_int_equal(wire_put_string(&w, bytes, SIZE_MAX), ERR_TOO_BIG);
	assert_int_equal(wire_put_string(&w, bytes, SIZE_MAX - 3),
	    ERR_TOO_BIG);
	assert_int_equal(w.used, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wire_get_integers_big_endian),
		cmocka_unit_test(wire_get_short_reader_unmoved),
		cmocka_unit_test(wire_get_bytes_borrowed),
		cmocka_unit_test(wire_get_string_taken),
		cmocka_unit_test(wire_get_string_length_lies_reader_unmoved),
		cmocka_unit_test(wire_get_string_length_cut_reader_unmoved),
		cmocka_unit_test(wire_put_big_endian),
		cmocka_unit_test(wire_put_no_room_nothing_written),
		cmocka_unit_test(wire_put_string_longer_than_its_length_refused),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
