/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "clock/inner/rival.h"

#include "unit/saved.h"

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

static bool
load(struct slice octets)
{
	struct cursor c = cursor_over(octets);

	rival = (struct rival){ .against = 0 };
	rival_load(&rival, &c, 1000 * NSTIME_S);
	return !c.bad;
}

START_TEST(a_run_goes_on_after_a_restart)
{
	const struct offset_sample *last;
	struct rival before;
	struct record r;

	rival = (struct rival){ .flaps = true, .stepped = true, .step = -7 };
	for (unsigned i = 0; i < RIVAL_RUN + 3; i++)
		contradict(100 * NSTIME_S + i * NSTIME_MS);
	before = rival;
	record_init(&r, 10000);
	rival_save(&r, &rival);
	saved_whole_or_not_at_all(&r, load);
	ck_assert_uint_eq(rival.run_length, RIVAL_RUN + 3);
	for (unsigned i = 0; i < RIVAL_RUN; i++)
		ck_assert_int_eq(rival_run(&rival, i)->interval.lo,
		    rival_run(&before, i)->interval.lo);
	last = rival_run(&rival, RIVAL_RUN - 1);
	ck_assert_int_eq(last->at, 1000 * NSTIME_S);
	ck_assert_uint_eq(rival.against, before.against);
	ck_assert_int_eq(rival.run_interval.hi, before.run_interval.hi);
	ck_assert_int_eq(rival.step, -7);
	ck_assert(rival.flaps && rival.stepped);
	contradict(100 * NSTIME_S);
	ck_assert_uint_eq(rival.run_length, RIVAL_RUN + 4);
}
END_TEST

/* Bounds upside down, far beyond any clock, and a run of any length. */
START_TEST(a_run_that_makes_no_sense_is_refused)
{
	struct record r;

	for (unsigned i = 0; i < 3; i++) {
		rival = (struct rival){ .run_length = UINT32_MAX };
		if (i == 1)
			rival.run[3].interval.lo = 1;
		else if (i == 2)
			rival.strays.hi = INT64_MAX;
		record_init(&r, 10000);
		rival_save(&r, &rival);
		ck_assert_int_eq(load(slice_of(r.octets, r.len)), i == 0);
		record_done(&r);
	}
}
END_TEST

UNIT("rival", stamps_that_agree_with_each_other_are_a_run,
    a_run_that_ends_was_of_outliers,
    the_latest_of_a_run_are_kept_the_oldest_first,
    less_than_a_step_away_is_jitter, two_clocks_by_turns_are_told_from_a_step,
    what_takes_over_leaves_the_former_clock_elsewhere,
    a_run_goes_on_after_a_restart, a_run_that_makes_no_sense_is_refused)
