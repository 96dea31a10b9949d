/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/nstime.h"

#include "unit.h"

START_TEST(units_are_nanoseconds)
{
	ck_assert_int_eq(NSTIME_S, 1000000000);
	ck_assert_int_eq(NSTIME_S, 1000 * NSTIME_MS);
	ck_assert_int_eq(NSTIME_MS, 1000 * NSTIME_US);
	ck_assert_int_eq(NSTIME_NEVER / NSTIME_S / 86400 / 365, 292);
}
END_TEST

START_TEST(deadlines_saturate)
{
	ck_assert_int_eq(nstime_after(5, 3), 8);
	ck_assert_int_eq(nstime_after(5, -8), -3);
	ck_assert_int_eq(nstime_after(NSTIME_NEVER - 1, 2), NSTIME_NEVER);
	ck_assert_int_eq(nstime_after(INT64_MIN + 1, -2), INT64_MIN);
}
END_TEST

START_TEST(a_duration_has_passed_at_its_end)
{
	ck_assert(!nstime_passed(5, 3, 7));
	ck_assert(nstime_passed(5, 3, 8));
	ck_assert(!nstime_passed(NSTIME_NEVER - 1, 2, NSTIME_NEVER - 1));
}
END_TEST

START_TEST(a_magnitude_has_no_sign_and_does_not_overflow)
{
	ck_assert_int_eq(nstime_magnitude(-NSTIME_S), NSTIME_S);
	ck_assert_int_eq(nstime_magnitude(NSTIME_S), NSTIME_S);
	ck_assert_int_eq(nstime_magnitude(0), 0);
	ck_assert_int_eq(nstime_magnitude(INT64_MIN), NSTIME_NEVER);
}
END_TEST

START_TEST(the_middle_of_times_is_found_in_any_order)
{
	nstime one[] = { -7 }, two[] = { 9, 4 };
	nstime odd[] = { 5, INT64_MIN, NSTIME_NEVER, -1, 5 };

	ck_assert_int_eq(nstime_middle(one, 1), -7);
	ck_assert_int_eq(nstime_middle(two, 2), 9);
	ck_assert_int_eq(nstime_middle(odd, 5), 5);
	ck_assert_int_eq(odd[0], INT64_MIN);
	ck_assert_int_eq(odd[4], NSTIME_NEVER);
}
END_TEST

UNIT("nstime", units_are_nanoseconds, deadlines_saturate,
    a_duration_has_passed_at_its_end,
    a_magnitude_has_no_sign_and_does_not_overflow,
    the_middle_of_times_is_found_in_any_order)
