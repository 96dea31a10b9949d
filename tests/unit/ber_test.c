/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/inner/ber.h"

#include "unit.h"

#define SLICE(text) slice_of(text, sizeof(text) - 1)

START_TEST(lengths_have_two_forms)
{
	struct cursor c = cursor_over(SLICE("\x04\x02hi\x04\x81\x02ho"));

	ck_assert(slice_is(ber_take(&c, BER_OCTETS), "hi"));
	ck_assert(slice_is(ber_take(&c, BER_OCTETS), "ho"));
	ck_assert(!c.bad && c.rest.len == 0);
}
END_TEST

START_TEST(endless_and_overlong_ones_are_bad)
{
	struct cursor c = cursor_over(SLICE("\x04\x80hi\0\0"));

	ck_assert_uint_eq(ber_take(&c, BER_OCTETS).len, 0);
	ck_assert(c.bad);
	c = cursor_over(SLICE("\x04\x85\0\0\0\0\x01h"));
	ber_take(&c, BER_OCTETS);
	ck_assert(c.bad);
	c = cursor_over(SLICE("\x04\x03hi"));
	ber_take(&c, BER_OCTETS);
	ck_assert(c.bad);
	c = cursor_over(SLICE("\x05\x02hi"));
	ber_take(&c, BER_OCTETS);
	ck_assert(c.bad);
}
END_TEST

START_TEST(what_is_cut_short_is_given_as_far_as_it_goes)
{
	struct cursor c = cursor_over(SLICE("\x30\x09hi"));
	bool cut = false;
	const struct cursor inner = ber_into_cut(&c, BER_SEQUENCE, &cut);

	ck_assert(cut && !c.bad);
	ck_assert(slice_is(inner.rest, "hi"));
}
END_TEST

START_TEST(integers_have_signs_and_bounds)
{
	struct cursor c = cursor_over(SLICE("\x02\x01\xff\x02\x02\x01\0"
					    "\xa1\x03\x02\x01\x05"));

	ck_assert_int_eq(ber_integer(&c), -1);
	ck_assert_int_eq(ber_integer(&c), 256);
	ck_assert(ber_has(&c, 1) && !ber_has(&c, 2));
	ck_assert_int_eq(ber_bounded(&c, 1, 0, 5), 5);
	ck_assert(!c.bad);
	c = cursor_over(SLICE("\xa1\x03\x02\x01\x06"));
	ber_bounded(&c, 1, 0, 5);
	ck_assert(c.bad);
	c = cursor_over(SLICE("\x02\x00"));
	ber_integer(&c);
	ck_assert(c.bad);
	c = cursor_over(SLICE("\x02\x06\0\0\0\0\0\0"));
	ber_integer(&c);
	ck_assert(c.bad);
}
END_TEST

START_TEST(a_field_holds_one_element)
{
	struct cursor c =
	    cursor_over(SLICE("\xa1\x06\x02\x01\x05\x02\x01\x05"));

	ber_bounded(&c, 1, 0, 5);
	ck_assert(c.bad);
}
END_TEST

START_TEST(times_are_of_utc)
{
	nstime time;

	ck_assert(ber_parse_time(slice_text("20101113232900Z"), &time));
	ck_assert_int_eq(time, 1289690940 * NSTIME_S);
	ck_assert(ber_parse_time(slice_text("20101113232900.5Z"), &time));
	ck_assert_int_eq(time, 1289690940 * NSTIME_S + NSTIME_S / 2);
	ck_assert(!ber_parse_time(slice_text("20101113232900"), &time));
	ck_assert(!ber_parse_time(slice_text("20101113232900+0100"), &time));
	ck_assert(!ber_parse_time(slice_text("20101113232900Zx"), &time));
}
END_TEST

UNIT("ber", lengths_have_two_forms, endless_and_overlong_ones_are_bad,
    what_is_cut_short_is_given_as_far_as_it_goes,
    integers_have_signs_and_bounds, a_field_holds_one_element, times_are_of_utc)
