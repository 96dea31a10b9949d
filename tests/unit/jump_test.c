/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "clock/jump.h"

#include "unit/unit.h"

#define HOUR (3600 * NSTIME_S)
#define YEAR (31556952 * NSTIME_S)

static struct jump jump;
static nstime step;

static void
open_new(nstime size)
{
	jump = (struct jump){ .open = false };
	jump_open(&jump, size, 0);
}

/* The clock of a host was `before' ahead of ours, and is `after' ahead now. */
static bool
witness(nstime before, nstime after)
{
	const struct offset_interval a = { before, before + NSTIME_S };
	const struct offset_interval b = { after, after + NSTIME_S };

	step = 0;
	return jump_witness(&jump, &a, 0, &b, &step);
}

START_TEST(clocks_that_did_not_move_tell_that_time_passed)
{
	open_new(HOUR);
	for (unsigned i = 0; i < 3; i++)
		ck_assert(!witness(i * HOUR, i * HOUR));
	/* It is known by now: a host that moves does so alone. */
	ck_assert(!witness(0, -HOUR));
	ck_assert(!witness(0, -HOUR));
}
END_TEST

/* A router boots in 1970 and meets NTP. */
START_TEST(one_clock_proves_a_step_that_is_the_whole_jump)
{
	open_new(44 * YEAR + 3 * NSTIME_S);
	ck_assert(witness(44 * YEAR, 0));
	ck_assert_int_eq(step, 44 * YEAR);
	ck_assert(!witness(44 * YEAR, 0));
}
END_TEST

START_TEST(a_step_back_is_proven_likewise)
{
	open_new(-HOUR + NSTIME_S);
	ck_assert(witness(0, HOUR));
	ck_assert_int_eq(step, -HOUR);
}
END_TEST

/* A message that waited in a queue while nothing was captured. */
START_TEST(one_stamp_that_may_have_waited_proves_nothing)
{
	open_new(30 * NSTIME_S);
	ck_assert(!witness(0, -30 * NSTIME_S));
	ck_assert(witness(0, -30 * NSTIME_S));
	ck_assert_int_eq(step, 30 * NSTIME_S);
}
END_TEST

START_TEST(where_time_passed_as_well_two_clocks_are_asked_for)
{
	open_new(2 * HOUR);
	ck_assert(!witness(0, -HOUR));
	ck_assert(witness(500 * NSTIME_S, -HOUR + 501 * NSTIME_S));
	ck_assert_int_eq(step, HOUR - NSTIME_S);
}
END_TEST

START_TEST(clocks_that_moved_differently_prove_nothing)
{
	open_new(2 * HOUR);
	ck_assert(!witness(0, -HOUR));
	ck_assert(!witness(0, -HOUR / 2));
}
END_TEST

START_TEST(one_that_did_not_move_contradicts_those_that_did)
{
	open_new(HOUR);
	ck_assert(!witness(0, 0));
	ck_assert(!witness(0, -HOUR));
	/* Unless they are more: it may be the capturing host itself. */
	ck_assert(witness(0, -HOUR));
	open_new(HOUR);
	ck_assert(!witness(0, 0));
	ck_assert(!witness(0, 0));
	ck_assert(!witness(0, -HOUR));
	ck_assert(!witness(0, -HOUR));
}
END_TEST

/* A clock cannot be set by more than the stamps jumped, nor the other way. */
START_TEST(impossible_steps_are_the_hosts_own)
{
	open_new(HOUR);
	ck_assert(!witness(0, -2 * HOUR));
	ck_assert(!witness(0, HOUR));
	open_new(-HOUR);
	ck_assert(!witness(0, -HOUR));
	ck_assert(!witness(0, HOUR / 2));
}
END_TEST

START_TEST(only_the_first_stamp_after_it_is_a_witness)
{
	const struct offset_interval before = { 0, 0 };
	const struct offset_interval after = { -HOUR, -HOUR };

	open_new(HOUR);
	ck_assert(!jump_witness(&jump, &before, 1, &after, &step));
	ck_assert(jump_witness(&jump, &before, 0, &after, &step));
}
END_TEST

START_TEST(a_pause_does_not_close_a_large_jump)
{
	open_new(HOUR);
	jump_open(&jump, 10 * NSTIME_S, 1);
	ck_assert(witness(0, -HOUR));
	open_new(HOUR);
	jump_open(&jump, 2 * HOUR, 1);
	ck_assert(witness(0, -2 * HOUR));
}
END_TEST

START_TEST(small_jumps_are_none)
{
	open_new(4 * NSTIME_S);
	ck_assert(!witness(0, -4 * NSTIME_S));
	open_new(INT64_MAX);
	ck_assert(!witness(0, -HOUR));
	open_new(INT64_MIN);
	ck_assert(!witness(0, HOUR));
}
END_TEST

UNIT("jump", clocks_that_did_not_move_tell_that_time_passed,
    one_clock_proves_a_step_that_is_the_whole_jump,
    a_step_back_is_proven_likewise,
    one_stamp_that_may_have_waited_proves_nothing,
    where_time_passed_as_well_two_clocks_are_asked_for,
    clocks_that_moved_differently_prove_nothing,
    one_that_did_not_move_contradicts_those_that_did,
    impossible_steps_are_the_hosts_own,
    only_the_first_stamp_after_it_is_a_witness,
    a_pause_does_not_close_a_large_jump, small_jumps_are_none)
