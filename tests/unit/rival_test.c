/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "clock/inner/rival.h"

#include "unit/unit.h"

static struct rival rival;
static const struct offset_sample present = {
	.interval = { 0, NSTIME_S },
};

/* A stamp that contradicts: that far ahead of the estimate. */
static unsigned
contradict(nstime ahead)
{
	return rival_contradict(&rival, &present,
	    &(struct rival_stamp){
		.sample = { .interval = { ahead, ahead + NSTIME_S } },
		.is_first = true,
	    });
}

START_TEST(stamps_that_agree_with_each_other_are_a_run)
{
	rival = (struct rival){ .against = 0 };
	ck_assert_uint_eq(contradict(100 * NSTIME_S), 0);
	ck_assert_uint_eq(contradict(100 * NSTIME_S + NSTIME_MS), 0);
	ck_assert_uint_eq(rival.run_length, 2);
	ck_assert_int_eq(rival.run_interval.lo, 100 * NSTIME_S + NSTIME_MS);
	ck_assert_int_eq(rival.run_interval.hi, 101 * NSTIME_S);
	ck_assert_uint_eq(rival.against, 3);
}
END_TEST

START_TEST(a_run_that_ends_was_of_outliers)
{
	rival = (struct rival){ .against = 0 };
	contradict(100 * NSTIME_S);
	contradict(100 * NSTIME_S);
	ck_assert_uint_eq(contradict(200 * NSTIME_S), 2);
	ck_assert_uint_eq(rival_agree(&rival), 1);
	ck_assert_uint_eq(rival_agree(&rival), 0);
	ck_assert_uint_eq(rival.against, 7 << 2);
}
END_TEST

START_TEST(the_latest_of_a_run_are_kept_the_oldest_first)
{
	rival = (struct rival){ .against = 0 };
	for (unsigned i = 0; i < RIVAL_RUN + 3; i++)
		contradict(100 * NSTIME_S + i * NSTIME_MS);
	ck_assert_uint_eq(rival_kept(&rival), RIVAL_RUN);
	for (unsigned i = 0; i < RIVAL_RUN; i++)
		ck_assert_int_eq(rival_run(&rival, i)->interval.lo,
		    100 * NSTIME_S + (i + 3) * NSTIME_MS);
}
END_TEST

START_TEST(less_than_a_step_away_is_jitter)
{
	rival = (struct rival){ .against = 0 };
	contradict(2 * NSTIME_S);
	ck_assert_uint_eq(rival.near, 1);
	ck_assert_uint_eq(rival.against | rival.elsewhere, 0);
	ck_assert(rival_run_is_near(&rival, &present.interval));
	ck_assert_int_eq(rival.jitter.hi, 3 * NSTIME_S);
}
END_TEST

START_TEST(two_clocks_by_turns_are_told_from_a_step)
{
	rival = (struct rival){ .against = 0 };
	for (unsigned i = 0; i < 3; i++)
		contradict(100 * NSTIME_S);
	ck_assert(!rival_is_clock(&rival, 3));
	rival = (struct rival){ .against = 0 };
	for (unsigned i = 1; i <= 8; i++) {
		if (i % 2 == 0)
			contradict(100 * NSTIME_S);
		else
			rival_agree(&rival);
	}
	ck_assert(rival_is_clock(&rival, 8));
}
END_TEST

START_TEST(what_takes_over_leaves_the_former_clock_elsewhere)
{
	rival = (struct rival){ .against = 0 };
	for (unsigned i = 0; i < 3; i++)
		rival_agree(&rival);
	for (unsigned i = 0; i < 2; i++)
		contradict(100 * NSTIME_S);
	rival_take_over(&rival, &present, 5);
	ck_assert_uint_eq(rival.elsewhere, 7 << 2);
	ck_assert_int_eq(rival.other.interval.hi, NSTIME_S);
	ck_assert_uint_eq(rival.run_length | rival.against, 0);
}
END_TEST

UNIT("rival", stamps_that_agree_with_each_other_are_a_run,
    a_run_that_ends_was_of_outliers,
    the_latest_of_a_run_are_kept_the_oldest_first,
    less_than_a_step_away_is_jitter, two_clocks_by_turns_are_told_from_a_step,
    what_takes_over_leaves_the_former_clock_elsewhere)
