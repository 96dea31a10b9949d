/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/pcapngtime.h"

#include "unit/unit.h"

static nstime
read_time(uint8_t resolution, int64_t offset, uint64_t units)
{
	const struct pcapngtime clock = { resolution, offset };
	nstime wall = -1;

	return pcapngtime_read(&clock, units, &wall) ? wall : -1;
}

START_TEST(powers_of_ten_and_of_two_are_read)
{
	ck_assert_int_eq(read_time(6, 0, 1500000), 1500 * NSTIME_MS);
	ck_assert_int_eq(read_time(0, 0, 7), 7 * NSTIME_S);
	ck_assert_int_eq(read_time(9, 0, 7), 7);
	ck_assert_int_eq(read_time(19, 0, 10000000000), 1);
	ck_assert_int_eq(read_time(0x80, 0, 7), 7 * NSTIME_S);
	ck_assert_int_eq(read_time(0x81, 0, 3), 1500 * NSTIME_MS);
	ck_assert_int_eq(
	    read_time(0x80 | 63, 0, UINT64_MAX / 4 + 1), NSTIME_S / 2);
}
END_TEST

START_TEST(the_offset_goes_on_top)
{
	ck_assert_int_eq(read_time(6, 5, 1), 5 * NSTIME_S + 1000);
	ck_assert_int_eq(read_time(6, -5, 5000001), 1000);
}
END_TEST

START_TEST(times_out_of_range_are_refused)
{
	ck_assert_int_eq(read_time(6, -5, 4999999), -1);
	ck_assert_int_eq(read_time(0, 0, 7258118400), -1);
	ck_assert_int_eq(read_time(0, INT64_MAX, 1), -1);
	ck_assert_int_eq(read_time(0, INT64_MIN, 1), -1);
	ck_assert_int_eq(read_time(20, 0, 1), -1);
	ck_assert_int_eq(read_time(0x80 | 64, 0, 1), -1);
}
END_TEST

UNIT("pcapngtime", powers_of_ten_and_of_two_are_read, the_offset_goes_on_top,
    times_out_of_range_are_refused)
