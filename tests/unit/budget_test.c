/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/budget.h"

#include "unit/unit.h"

enum { OCTETS = 100000 };

static struct budget *budget;

static void
setup(void)
{
	budget = budget_new(OCTETS);
	ck_assert_ptr_nonnull(budget);
}

static size_t
draw_all(struct budget_share *s)
{
	size_t taken = 0;

	while (budget_take(s, 100 - BUDGET_OVERHEAD))
		taken += 100;
	return taken;
}

START_TEST(a_share_is_guaranteed_whatever_the_others_hold)
{
	struct budget_share *greedy, *other;
	const size_t guaranteed = budget_guaranteed(OCTETS, BUDGET_ALERTS);

	setup();
	greedy = budget_share(budget, BUDGET_TEXTS);
	other = budget_share(budget, BUDGET_ALERTS);
	draw_all(greedy);
	ck_assert_uint_eq(draw_all(other), guaranteed);
	budget_free(budget);
}
END_TEST

START_TEST(all_shares_together_stay_within_the_budget)
{
	setup();
	for (int i = 0; i < BUDGET_ROOMS; i++)
		draw_all(budget_share(budget, (enum budget_room)i));
	ck_assert_uint_le(budget_used(budget), OCTETS);
	ck_assert_uint_gt(budget_used(budget), OCTETS - 100 * BUDGET_ROOMS);
	budget_free(budget);
}
END_TEST

START_TEST(what_is_given_back_can_be_drawn_by_another)
{
	struct budget_share *one, *other;
	size_t taken;

	setup();
	one = budget_share(budget, BUDGET_TLS);
	other = budget_share(budget, BUDGET_FRAMING);
	taken = draw_all(one);
	for (size_t i = 0; i < taken; i += 100)
		budget_give(one, 100 - BUDGET_OVERHEAD);
	ck_assert_uint_eq(budget_used(budget), 0);
	ck_assert_uint_gt(
	    draw_all(other), budget_guaranteed(OCTETS, BUDGET_FRAMING) + 5000);
	budget_free(budget);
}
END_TEST

/* They may be in two threads. */
START_TEST(readers_and_what_is_behind_them_do_not_share_the_rest)
{
	size_t alone, after;

	setup();
	alone = draw_all(budget_share(budget, BUDGET_TEXTS));
	budget_free(budget);
	setup();
	for (int i = 0; i < BUDGET_FLOWS; i++)
		draw_all(budget_share(budget, (enum budget_room)i));
	after = draw_all(budget_share(budget, BUDGET_TEXTS));
	ck_assert_uint_eq(after, alone);
	ck_assert_uint_gt(alone, budget_guaranteed(OCTETS, BUDGET_TEXTS));
	budget_free(budget);
}
END_TEST

START_TEST(what_was_refused_is_counted)
{
	struct budget_use use;

	setup();
	ck_assert(!budget_take(budget_share(budget, BUDGET_PEERS), OCTETS));
	use = budget_use(budget, BUDGET_PEERS);
	ck_assert_uint_eq(use.refused, 1);
	ck_assert_uint_eq(use.used, 0);
	ck_assert_str_eq(use.name, "peers");
	budget_free(budget);
}
END_TEST

START_TEST(a_smaller_budget_refuses_until_enough_was_given_back)
{
	struct budget_share *s;

	setup();
	s = budget_share(budget, BUDGET_STREAMS);
	ck_assert(budget_take(s, 15000));
	budget_set(budget, OCTETS / 10);
	ck_assert(!budget_take(s, 100));
	budget_give(s, 15000);
	ck_assert(budget_take(s, 100));
	budget_free(budget);
}
END_TEST

START_TEST(what_is_set_aside_is_lent_to_none_and_borrows_nothing)
{
	struct budget_share *own;
	size_t others = 0;

	setup();
	budget_reserve(budget, BUDGET_EVIDENCE, 20000);
	own = budget_share(budget, BUDGET_EVIDENCE);
	ck_assert_uint_eq(budget_share_guaranteed(own), 20000);
	for (int i = 0; i < BUDGET_EVIDENCE; i++)
		others += draw_all(budget_share(budget, (enum budget_room)i));
	ck_assert_uint_le(others, OCTETS - 20000);
	ck_assert_uint_eq(draw_all(own), 20000);
	budget_free(budget);
}
END_TEST

START_TEST(without_a_budget_nothing_is_refused)
{
	ck_assert_ptr_null(budget_share(NULL, BUDGET_TLS));
	ck_assert(budget_take(NULL, SIZE_MAX / 2));
	budget_give(NULL, 1);
	budget_release(NULL, budget_alloc(NULL, 10), 10);
}
END_TEST

UNIT("budget", a_share_is_guaranteed_whatever_the_others_hold,
    readers_and_what_is_behind_them_do_not_share_the_rest,
    all_shares_together_stay_within_the_budget,
    what_is_given_back_can_be_drawn_by_another, what_was_refused_is_counted,
    a_smaller_budget_refuses_until_enough_was_given_back,
    what_is_set_aside_is_lent_to_none_and_borrows_nothing,
    without_a_budget_nothing_is_refused)
