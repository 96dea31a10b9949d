/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/cursor.h"

#include "unit.h"

static const uint8_t octets[] = { 1, 2, 3, 4, 5, 6, 7, 8, 0xff };

START_TEST(numbers_are_in_network_order)
{
	struct cursor c = cursor_over(slice_of(octets, sizeof(octets)));

	ck_assert_uint_eq(cursor_u8(&c), 1);
	ck_assert_uint_eq(cursor_u16(&c), 0x0203);
	ck_assert_uint_eq(cursor_u24(&c), 0x040506);
	ck_assert_uint_eq(cursor_u16(&c), 0x0708);
	ck_assert_uint_eq(c.rest.len, 1);
	c = cursor_over(slice_of(octets, sizeof(octets)));
	ck_assert_uint_eq(cursor_u64(&c), 0x0102030405060708);
	c = cursor_over(slice_of(octets, sizeof(octets)));
	ck_assert_uint_eq(cursor_u32(&c), 0x01020304);
	ck_assert(!c.bad);
}
END_TEST

START_TEST(le_numbers_are_little_endian)
{
	struct cursor c = cursor_over(slice_of(octets, sizeof(octets)));

	ck_assert_uint_eq(cursor_le16(&c), 0x0201);
	ck_assert_uint_eq(cursor_le32(&c), 0x06050403);
	c = cursor_over(slice_of(octets, sizeof(octets)));
	ck_assert_uint_eq(cursor_le64(&c), 0x0807060504030201);
}
END_TEST

/* From buffers of exact size: whatever was read before, the read that goes
 * past the end is bad, and so is everything after it. */
START_TEST(the_first_read_past_the_end_latches)
{
	for (size_t len = 0; len < 7; len++) {
		uint8_t *exact = unit_exact(slice_of(octets, len));
		struct cursor c = cursor_over(slice_of(exact, len));
		const bool first = len >= 4, second = len >= 6;

		ck_assert_uint_eq(cursor_u32(&c), first ? 0x01020304 : 0);
		ck_assert_int_eq(c.bad, !first);
		ck_assert_uint_eq(cursor_u16(&c), second ? 0x0506 : 0);
		ck_assert_int_eq(c.bad, !second);
		ck_assert_uint_eq(cursor_u64(&c), 0);
		ck_assert(c.bad);
		ck_assert_uint_eq(cursor_u8(&c), 0);
		ck_assert_uint_eq(cursor_take(&c, 0).len, 0);
		ck_assert(c.bad);
		free(exact);
	}
}
END_TEST

START_TEST(take_lends_what_is_there)
{
	struct cursor c = cursor_over(slice_of(octets, sizeof(octets)));

	ck_assert_ptr_eq(cursor_take(&c, 3).p, octets);
	ck_assert_uint_eq(cursor_take(&c, 6).len, 6);
	ck_assert_uint_eq(cursor_take(&c, 0).len, 0);
	ck_assert(!c.bad);
	ck_assert_uint_eq(cursor_take(&c, SIZE_MAX).len, 0);
	ck_assert(c.bad);
}
END_TEST

START_TEST(nothing_holds_nothing)
{
	struct cursor c = cursor_over(slice_of(NULL, 0));

	ck_assert_uint_eq(cursor_take(&c, 0).len, 0);
	ck_assert(!c.bad);
	ck_assert_uint_eq(cursor_u8(&c), 0);
	ck_assert(c.bad);
}
END_TEST

UNIT("cursor", numbers_are_in_network_order, le_numbers_are_little_endian,
    the_first_read_past_the_end_latches, take_lends_what_is_there,
    nothing_holds_nothing)
