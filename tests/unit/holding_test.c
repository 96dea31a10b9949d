/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/holding.h"

#include <string.h>

#include "unit/unit.h"

static void
drop(struct holdings *all, void *owner)
{
	holding_release(all, owner);
}

static bool
grow(struct holdings *all, struct holding *h, size_t size)
{
	return holding_grow(all, h, size, drop, h);
}

static bool
reach(struct holdings *all, struct holding *h, size_t size)
{
	return holding_reach(all, h, 100, size, drop, h);
}

START_TEST(octets_stay_when_there_is_room_for_more)
{
	struct holdings all = { .limit = 1000 };
	struct holding h = { NULL };

	ck_assert(grow(&all, &h, 10));
	memcpy(holding_octets(&h), "0123456789", 10);
	ck_assert(grow(&all, &h, 1000));
	ck_assert_int_eq(memcmp(holding_octets(&h), "0123456789", 10), 0);
	ck_assert_uint_eq(all.held, 1000);
	holding_release(&all, &h);
	ck_assert_uint_eq(all.held, 0);
}
END_TEST

START_TEST(room_that_is_to_reach_doubles)
{
	struct holdings all = { .limit = 1000 };
	struct holding h = { NULL };

	ck_assert(reach(&all, &h, 10));
	ck_assert_uint_eq(holding_size(&h), 100);
	ck_assert(reach(&all, &h, 100));
	ck_assert_uint_eq(holding_size(&h), 100);
	ck_assert(reach(&all, &h, 301));
	ck_assert_uint_eq(holding_size(&h), 400);
	ck_assert(!reach(&all, &h, 801));
	ck_assert_uint_eq(holding_size(&h), 400);
	holding_release(&all, &h);
}
END_TEST

START_TEST(the_longest_held_gives_way)
{
	struct holdings all = { .limit = 100 };
	struct holding a = { NULL }, b = { NULL }, c = { NULL };

	ck_assert(grow(&all, &a, 50));
	ck_assert(grow(&all, &b, 50));
	ck_assert(grow(&all, &c, 50));
	ck_assert_uint_eq(holding_size(&a), 0);
	ck_assert_uint_eq(holding_size(&b), 50);
	ck_assert_uint_eq(all.gave_way, 1);
	holding_release(&all, &b);
	holding_release(&all, &c);
}
END_TEST

START_TEST(a_message_that_began_just_now_is_not_the_longest_held)
{
	struct holdings all = { .limit = 100 };
	struct holding a = { NULL }, b = { NULL }, c = { NULL };

	ck_assert(grow(&all, &a, 50));
	ck_assert(grow(&all, &b, 50));
	holding_begin(&all, &a);
	ck_assert(grow(&all, &c, 50));
	ck_assert_uint_eq(holding_size(&a), 50);
	ck_assert_uint_eq(holding_size(&b), 0);
	holding_release(&all, &a);
	holding_release(&all, &c);
}
END_TEST

START_TEST(it_does_not_give_way_to_itself)
{
	struct holdings all = { .limit = 100 };
	struct holding a = { NULL };

	ck_assert(grow(&all, &a, 60));
	ck_assert(!grow(&all, &a, 120));
	ck_assert_uint_eq(holding_size(&a), 60);
	holding_release(&all, &a);
}
END_TEST

START_TEST(the_share_of_memory_bounds_them_too)
{
	struct budget *budget = budget_new(100000);
	struct holdings all = { .memory =
				    budget_share(budget, BUDGET_FRAMING) };
	struct holding a = { NULL }, b = { NULL };

	ck_assert(grow(&all, &a, 10000));
	ck_assert(grow(&all, &b, 10000));
	ck_assert_uint_eq(holding_size(&a), 0);
	holding_release(&all, &b);
	ck_assert_uint_eq(budget_used(budget), 0);
	budget_free(budget);
}
END_TEST

START_TEST(what_is_allocated_is_drawn)
{
	struct budget *budget = budget_new(100000);
	struct holdings all = { .memory =
				    budget_share(budget, BUDGET_FRAMING) };
	struct holding h = { NULL };
	const size_t beside = sizeof(struct holding_room) + BUDGET_OVERHEAD;

	ck_assert(grow(&all, &h, 100));
	ck_assert_uint_eq(budget_used(budget), 100 + beside);
	ck_assert(grow(&all, &h, 1000));
	ck_assert_uint_eq(budget_used(budget), 1000 + beside);
	ck_assert_uint_eq(all.held, 1000);
	holding_release(&all, &h);
	ck_assert_uint_eq(budget_used(budget), 0);
	budget_free(budget);
}
END_TEST

UNIT("holding", octets_stay_when_there_is_room_for_more,
    room_that_is_to_reach_doubles, the_longest_held_gives_way,
    a_message_that_began_just_now_is_not_the_longest_held,
    it_does_not_give_way_to_itself, the_share_of_memory_bounds_them_too,
    what_is_allocated_is_drawn)
