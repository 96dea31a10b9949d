/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/deadlines.h"

#include "unit/unit.h"

enum { MOST = 8 };

/* Rooms with up to MOST deadlines, the earliest first. */
static nstime waiting[MOST], fired[MOST];
static size_t begun, count;
static unsigned asked;
static bool stuck; /* firing leaves a deadline where it is */

static nstime
next(void *arg)
{
	(void)arg;
	asked++;
	return begun < MOST && waiting[begun] != 0 ? waiting[begun]
						   : NSTIME_NEVER;
}

static void
fire(void *arg, nstime now)
{
	(void)arg;
	ck_assert_uint_lt(count, MOST);
	fired[count++] = now;
	if (!stuck)
		begun++;
}

static struct deadlines
deadlines_of(nstime first, nstime second)
{
	struct deadlines d = { .next = next, .fire = fire };

	memset(waiting, 0, sizeof(waiting));
	waiting[0] = first;
	waiting[1] = second;
	begun = count = asked = 0;
	stuck = false;
	deadlines_begin(&d, 1);
	return d;
}

START_TEST(each_fires_at_its_own_time)
{
	struct deadlines d = deadlines_of(5, 7);

	deadlines_advance(&d, 9);
	ck_assert_uint_eq(count, 2);
	ck_assert_int_eq(fired[0], 5);
	ck_assert_int_eq(fired[1], 7);
	ck_assert_int_eq(d.now, 9);
}
END_TEST

START_TEST(what_is_later_waits)
{
	struct deadlines d = deadlines_of(5, 7);

	deadlines_advance(&d, 6);
	ck_assert_uint_eq(count, 1);
	deadlines_advance(&d, 7);
	ck_assert_uint_eq(count, 2);
}
END_TEST

START_TEST(one_that_is_overdue_fires_now)
{
	struct deadlines d = deadlines_of(5, 0);

	deadlines_begin(&d, 8);
	deadlines_advance(&d, 9);
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(fired[0], 8);
}
END_TEST

START_TEST(the_rooms_are_asked_again_only_after_a_change)
{
	struct deadlines d = deadlines_of(50, 0);

	deadlines_advance(&d, 2);
	deadlines_advance(&d, 3);
	ck_assert_uint_eq(asked, 1);
	waiting[0] = 4;
	deadlines_changed(&d);
	deadlines_advance(&d, 4);
	ck_assert_uint_eq(count, 1);
}
END_TEST

START_TEST(one_that_firing_does_not_move_fires_once)
{
	struct deadlines d = deadlines_of(5, 0);

	stuck = true;
	deadlines_advance(&d, 9);
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(d.now, 9);
}
END_TEST

START_TEST(now_never_moves_back)
{
	struct deadlines d = deadlines_of(0, 0);

	deadlines_advance(&d, 9);
	deadlines_advance(&d, 4);
	ck_assert_int_eq(d.now, 9);
}
END_TEST

UNIT("deadlines", each_fires_at_its_own_time, what_is_later_waits,
    one_that_is_overdue_fires_now,
    the_rooms_are_asked_again_only_after_a_change,
    one_that_firing_does_not_move_fires_once, now_never_moves_back)
