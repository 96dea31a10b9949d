/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "clock/inner/interval.h"

#include "unit/unit.h"

static const struct offset_interval low = { 0, 10 }, high = { 10, 20 };

START_TEST(intervals_that_share_a_point_overlap)
{
	ck_assert(interval_overlap(low, high));
	ck_assert(!interval_overlap(low, (struct offset_interval){ 11, 20 }));
}
END_TEST

START_TEST(less_than_the_least_step_apart_is_near)
{
	const nstime step = OFFSET_LEAST_STEP;

	ck_assert(interval_is_near(
	    low, (struct offset_interval){ 9 + step, 20 + step }));
	ck_assert(!interval_is_near(
	    low, (struct offset_interval){ 10 + step, 20 + step }));
}
END_TEST

START_TEST(the_hull_has_both_in_it)
{
	const struct offset_interval hull = interval_hull(high, low);

	ck_assert_int_eq(hull.lo, 0);
	ck_assert_int_eq(hull.hi, 20);
}
END_TEST

START_TEST(a_majority_is_where_most_agree)
{
	const struct offset_interval three[] = { { 0, 10 }, { 5, 15 },
		{ 100, 110 } };
	const struct offset_interval apart[] = { { 0, 1 }, { 5, 6 } };
	struct offset_interval i = { 0, 0 };

	ck_assert(interval_majority(three, 3, &i));
	ck_assert_int_eq(i.lo, 5);
	ck_assert_int_ge(i.hi, 10);
	ck_assert(!interval_majority(apart, 2, &i));
}
END_TEST

START_TEST(time_widens_a_sample)
{
	const struct offset_sample s = { .interval = low, .at = 0 };
	const struct offset_interval aged = interval_aged(&s, 10 * NSTIME_S);

	ck_assert_int_eq(aged.lo, -NSTIME_MS);
	ck_assert_int_eq(aged.hi, 10 + NSTIME_MS);
	ck_assert_int_eq(interval_time(10, 0), 0);
	ck_assert_int_eq(
	    interval_time(INT64_MIN, INT64_MAX), 1000 * 86400 * NSTIME_S);
}
END_TEST

UNIT("interval", intervals_that_share_a_point_overlap,
    less_than_the_least_step_apart_is_near, the_hull_has_both_in_it,
    a_majority_is_where_most_agree, time_widens_a_sample)
