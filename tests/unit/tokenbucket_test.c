/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/tokenbucket.h"

#include "unit.h"

static unsigned
take_all(struct tokenbucket *b, nstime now)
{
	unsigned taken = 0;

	while (tokenbucket_take(b, now))
		taken++;
	return taken;
}

START_TEST(starts_full)
{
	struct tokenbucket b;

	tokenbucket_init(&b, 10, 50, 0);
	ck_assert_uint_eq(take_all(&b, 0), 50);
}
END_TEST

START_TEST(fills_at_its_rate)
{
	struct tokenbucket b;

	tokenbucket_init(&b, 10, 50, 0);
	take_all(&b, 0);
	ck_assert_uint_eq(take_all(&b, 99 * NSTIME_MS), 0);
	ck_assert_uint_eq(take_all(&b, 100 * NSTIME_MS), 1);
	ck_assert_uint_eq(take_all(&b, 1100 * NSTIME_MS), 10);
}
END_TEST

/* Asked often, it must not lose what each short while brings. */
START_TEST(fractions_of_a_token_are_kept)
{
	struct tokenbucket b;
	unsigned taken = 0;

	tokenbucket_init(&b, 10, 50, 0);
	take_all(&b, 0);
	for (nstime now = 0; now <= 10 * NSTIME_S; now += 7 * NSTIME_MS)
		taken += take_all(&b, now);
	ck_assert_uint_eq(taken, 99);
}
END_TEST

START_TEST(never_holds_more_than_its_burst)
{
	struct tokenbucket b;

	tokenbucket_init(&b, 10, 50, 0);
	take_all(&b, 0);
	ck_assert_uint_eq(take_all(&b, INT64_MAX), 50);
}
END_TEST

START_TEST(time_that_runs_backwards_adds_nothing)
{
	struct tokenbucket b;

	tokenbucket_init(&b, 1, 1, 100 * NSTIME_S);
	ck_assert(tokenbucket_take(&b, 100 * NSTIME_S));
	ck_assert(!tokenbucket_take(&b, 50 * NSTIME_S));
	ck_assert(!tokenbucket_take(&b, 100 * NSTIME_S));
	ck_assert(tokenbucket_take(&b, 101 * NSTIME_S));
}
END_TEST

START_TEST(ready_is_the_first_moment_take_succeeds)
{
	struct tokenbucket b;
	nstime ready;

	tokenbucket_init(&b, 3, 2, 0);
	ck_assert_int_eq(tokenbucket_ready(&b, 5), 5);
	take_all(&b, 5);
	ready = tokenbucket_ready(&b, 5);
	ck_assert(!tokenbucket_take(&b, ready - 1));
	ck_assert(tokenbucket_take(&b, ready));
}
END_TEST

/* Arguments the header forbids must at least do no harm. */
START_TEST(a_rate_of_zero_is_one_a_second)
{
	struct tokenbucket b;

	tokenbucket_init(&b, 0, 0, 0);
	ck_assert_uint_eq(take_all(&b, 0), 1);
	ck_assert_uint_eq(take_all(&b, NSTIME_S), 1);
}
END_TEST

UNIT("tokenbucket", starts_full, fills_at_its_rate,
    fractions_of_a_token_are_kept, never_holds_more_than_its_burst,
    time_that_runs_backwards_adds_nothing,
    ready_is_the_first_moment_take_succeeds, a_rate_of_zero_is_one_a_second)
