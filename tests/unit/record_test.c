/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/record.h"

#include "unit/unit.h"

static struct record record;

static struct slice
written(void)
{
	ck_assert(!record.failed);
	return slice_of(record.octets, record.len);
}

static void
write_one_of_each(void)
{
	size_t part;

	record_init(&record, 1000);
	record_u8(&record, 7);
	record_u32(&record, 0x01020304);
	record_time(&record, -5 * NSTIME_S);
	record_more(&record, true);
	record_text(&record, slice_text("text"));
	part = record_begin(&record);
	record_u64(&record, 9);
	record_end(&record, part);
	record_more(&record, false);
}

/* False if what is there cannot be all of it. */
static bool
read_one_of_each(struct slice octets)
{
	struct cursor c = cursor_over(octets), part;
	const bool right = record_read_below(&c, 1, 8) == 7 &&
	    cursor_le32(&c) == 0x01020304 &&
	    record_read_time(&c) == -5 * NSTIME_S && record_read_more(&c) &&
	    slice_is(record_read_text(&c, 4), "text");
	uint64_t n;

	part = record_read_part(&c);
	n = cursor_le64(&part);
	return right && n == 9 && !part.bad && part.rest.len == 0 &&
	    !record_read_more(&c) && !c.bad && c.rest.len == 0;
}

START_TEST(every_written_value_is_read_back)
{
	write_one_of_each();
	ck_assert(read_one_of_each(written()));
	record_done(&record);
}
END_TEST

START_TEST(numbers_are_little_endian)
{
	record_init(&record, 10);
	record_u32(&record, 0x01020304);
	ck_assert_mem_eq(record.octets, "\4\3\2\1", 4);
	record_done(&record);
}
END_TEST

START_TEST(is_bad_cut_at_every_octet)
{
	write_one_of_each();
	for (size_t len = 0; len < record.len; len++) {
		uint8_t *exact = unit_exact(slice_of(record.octets, len));

		ck_assert(!read_one_of_each(slice_of(exact, len)));
		free(exact);
	}
	record_done(&record);
}
END_TEST

START_TEST(values_out_of_range_are_bad)
{
	struct cursor c = cursor_over(slice_text("\2"));

	record_read_flag(&c);
	ck_assert(c.bad);
	c = cursor_over(slice_text("\377"));
	ck_assert_uint_eq(record_read_below(&c, 1, 255), 0);
	ck_assert(c.bad);
	c = cursor_over(slice_text("\377\377\377\377\377\377\377\177"));
	ck_assert_int_eq(record_read_time(&c), 0);
	ck_assert(c.bad);
	c = cursor_over(slice_of("\1\0\0\0\0\0\0\0", 8));
	ck_assert_int_eq(record_read_now(&c, 2), 3);
	c = cursor_over(slice_of("\1\0\0\0\0\0\0\0", 8));
	ck_assert_int_eq(record_read_now(&c, INT64_MAX), 0);
	ck_assert(c.bad);
	c = cursor_over(slice_of("\5\0hello", 7));
	record_read_text(&c, 4);
	ck_assert(c.bad);
	c = cursor_over(slice_of("\2\0a\n", 4));
	ck_assert_uint_eq(record_read_line(&c, 4).len, 0);
	ck_assert(c.bad);
}
END_TEST

START_TEST(never_grows_beyond_its_limit)
{
	record_init(&record, 10);
	record_u64(&record, 1);
	ck_assert_uint_eq(record_left(&record), 2);
	record_u32(&record, 1);
	ck_assert(record.failed);
	ck_assert_uint_eq(record_left(&record), 0);
	record_u8(&record, 1);
	ck_assert_uint_eq(record.len, 8);
	record_done(&record);
}
END_TEST

START_TEST(a_long_text_is_cut)
{
	static const char text[70000];

	record_init(&record, 100000);
	record_text(&record, slice_of(text, sizeof(text)));
	ck_assert_uint_eq(record.len, 2 + 65535);
	record_done(&record);
}
END_TEST

START_TEST(every_changed_octet_breaks_the_seal)
{
	struct slice content;

	write_one_of_each();
	record_seal(&record);
	ck_assert(record_unseal(written(), &content));
	ck_assert(read_one_of_each(content));
	for (size_t i = 0; i < record.len; i++) {
		record.octets[i] ^= 0x10;
		ck_assert(!record_unseal(written(), &content));
		record.octets[i] ^= 0x10;
	}
	for (size_t len = 0; len < record.len; len++)
		ck_assert(
		    !record_unseal(slice_of(record.octets, len), &content));
	record_done(&record);
}
END_TEST

UNIT("record", every_written_value_is_read_back, numbers_are_little_endian,
    is_bad_cut_at_every_octet, values_out_of_range_are_bad,
    never_grows_beyond_its_limit, a_long_text_is_cut,
    every_changed_octet_breaks_the_seal)
