/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fleet/fleetlease.h"

#include "unit/fleetfake.h"

static struct fleetdoor_member members[2];
static struct fleetlease a, b;

static void
begin(void)
{
	members[0] = fleetfake_member("a");
	members[1] = fleetfake_member("b");
	fleetlease_init(&a, &members[0], "lease");
	fleetlease_init(&b, &members[1], "lease");
}

/* Both look, every half second; `both': the first too. */
static void
pass(unsigned seconds, bool both)
{
	for (unsigned i = 0; i < 2 * seconds; i++) {
		fleetfake_pass(500 * NSTIME_MS);
		if (both)
			fleetlease_tick(&a, true);
		fleetlease_tick(&b, true);
	}
}

START_TEST(the_first_that_wants_it_has_it_and_keeps_it)
{
	begin();
	ck_assert(!fleetlease_tick(&a, false));
	fleetfake_pass(NSTIME_S);
	ck_assert(fleetlease_tick(&a, true));
	pass(60, true);
	ck_assert(a.held && !b.held);
	ck_assert_str_eq(b.holder, "a");
}
END_TEST

START_TEST(five_seconds_after_its_holder_fell_silent_another_has_it)
{
	begin();
	fleetlease_tick(&a, true);
	pass(3, true);
	pass(5, false);
	ck_assert(!b.held);
	pass(2, false);
	ck_assert(b.held);
	fleetfake_pass(NSTIME_S);
	ck_assert(!fleetlease_tick(&a, true));
}
END_TEST

START_TEST(one_that_is_given_back_is_free_at_once)
{
	begin();
	fleetlease_tick(&a, true);
	pass(2, true);
	fleetlease_give(&a);
	pass(1, false);
	ck_assert(b.held);
}
END_TEST

START_TEST(its_holder_gives_it_up_before_others_may_take_it)
{
	begin();
	fleetlease_tick(&a, true);
	fleetfake_away = true;
	fleetfake_pass(3 * NSTIME_S);
	ck_assert(fleetlease_tick(&a, true));
	fleetfake_pass(1 * NSTIME_S);
	ck_assert(!fleetlease_tick(&a, true));
}
END_TEST

START_TEST(while_the_cluster_is_away_no_lease_grows_old)
{
	begin();
	fleetlease_tick(&a, true);
	pass(1, true);
	fleetfake_away = true;
	pass(60, true);
	fleetfake_away = false;
	pass(1, false);
	ck_assert(!b.held);
	/* The one that had it finds it as it was. */
	fleetfake_pass(NSTIME_S);
	ck_assert(fleetlease_tick(&a, true));
}
END_TEST

START_TEST(a_write_whose_answer_was_lost_is_recognized)
{
	begin();
	fleetlease_tick(&a, true);
	fleetfake.deaf = true;
	pass(2, true);
	fleetfake.deaf = false;
	pass(2, true);
	ck_assert(a.held && !b.held);
}
END_TEST

START_TEST(another_run_of_the_same_name_is_another)
{
	begin();
	fleetlease_tick(&a, true);
	members[1].name = "a";
	members[1].run = 8;
	pass(2, false);
	ck_assert(!b.held);
}
END_TEST

UNIT("fleetlease", the_first_that_wants_it_has_it_and_keeps_it,
    five_seconds_after_its_holder_fell_silent_another_has_it,
    one_that_is_given_back_is_free_at_once,
    its_holder_gives_it_up_before_others_may_take_it,
    while_the_cluster_is_away_no_lease_grows_old,
    a_write_whose_answer_was_lost_is_recognized,
    another_run_of_the_same_name_is_another)
