/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "clock/timeline.h"

#include "unit/unit.h"

#define EPOCH (1700000000 * NSTIME_S)
#define TOLERANCE (100 * NSTIME_MS)

static nstime reached;

/* Monotonic time counts from 1000 s; the wall clock shows EPOCH then. */
static struct timeline
timeline_at_epoch(void)
{
	struct timeline t;

	timeline_init(&t, EPOCH - 1000 * NSTIME_S);
	reached = 1000 * NSTIME_S;
	return t;
}

static nstime
now_of(const struct timeline *t, nstime after_epoch, nstime monotonic)
{
	return timeline_now(t, &reached, EPOCH + after_epoch, monotonic);
}

static nstime
measure(struct timeline *t, nstime shift, nstime monotonic)
{
	return timeline_measure(
	    t, EPOCH - 1000 * NSTIME_S + shift, TOLERANCE, monotonic);
}

START_TEST(a_stamp_becomes_monotonic_by_the_offset)
{
	struct timeline t = timeline_at_epoch();

	ck_assert_int_eq(
	    now_of(&t, NSTIME_S, 1002 * NSTIME_S), 1001 * NSTIME_S);
}
END_TEST

START_TEST(a_step_of_an_hour_moves_no_timer)
{
	struct timeline t = timeline_at_epoch();
	const nstime hour = 3600 * NSTIME_S;

	ck_assert_int_eq(measure(&t, -hour, 1001 * NSTIME_S), -hour);
	ck_assert_int_eq(
	    now_of(&t, NSTIME_S - hour, 1001 * NSTIME_S), 1001 * NSTIME_S);
	ck_assert_int_eq(measure(&t, 0, 1002 * NSTIME_S), hour);
	ck_assert_int_eq(
	    now_of(&t, 2 * NSTIME_S, 1002 * NSTIME_S), 1002 * NSTIME_S);
}
END_TEST

START_TEST(packets_stamped_before_the_step_are_read_as_before)
{
	struct timeline t = timeline_at_epoch();

	measure(&t, 3600 * NSTIME_S, 1001 * NSTIME_S);
	ck_assert_int_eq(
	    now_of(&t, NSTIME_S, 1001 * NSTIME_S), 1001 * NSTIME_S);
}
END_TEST

/* A second's lag of the ring must not be taken for the time before a step
 * that is long over. */
START_TEST(the_time_before_a_step_is_forgotten_soon)
{
	struct timeline t = timeline_at_epoch();

	measure(&t, -2 * NSTIME_S, 1001 * NSTIME_S);
	ck_assert_int_eq(now_of(&t, 98 * NSTIME_S - NSTIME_S, 1101 * NSTIME_S),
	    1099 * NSTIME_S);
}
END_TEST

START_TEST(slewing_is_followed_and_is_no_step)
{
	struct timeline t = timeline_at_epoch();

	for (nstime slew = 0; slew < NSTIME_S; slew += 50 * NSTIME_MS)
		ck_assert_int_eq(measure(&t, slew, 1000 * NSTIME_S + slew), 0);
}
END_TEST

START_TEST(now_never_runs_backwards_nor_ahead)
{
	struct timeline t = timeline_at_epoch();

	ck_assert_int_eq(
	    now_of(&t, 10 * NSTIME_S, 1010 * NSTIME_S), 1010 * NSTIME_S);
	ck_assert_int_eq(
	    now_of(&t, NSTIME_S, 1011 * NSTIME_S), 1010 * NSTIME_S);
	ck_assert_int_eq(
	    now_of(&t, 50 * NSTIME_S, 1012 * NSTIME_S), 1012 * NSTIME_S);
}
END_TEST

UNIT("timeline", a_stamp_becomes_monotonic_by_the_offset,
    a_step_of_an_hour_moves_no_timer,
    packets_stamped_before_the_step_are_read_as_before,
    the_time_before_a_step_is_forgotten_soon,
    slewing_is_followed_and_is_no_step, now_never_runs_backwards_nor_ahead)
