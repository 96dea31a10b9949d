/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/inner/suspects.h"

#include "unit/unit.h"

enum { MANY = 2000 };

static struct txn txns[MANY];
static struct suspects suspects;

static void
setup(void)
{
	suspects = (struct suspects){ .ring = NULL };
	for (size_t i = 0; i < MANY; i++)
		txns[i] = (struct txn){ .id = i + 1 };
}

START_TEST(the_earliest_comes_first)
{
	setup();
	for (size_t i = 0; i < 3; i++)
		suspects_add(&suspects, &txns[i]);
	for (size_t i = 0; i < 3; i++)
		ck_assert_ptr_eq(suspects_take(&suspects), &txns[i]);
	ck_assert_ptr_null(suspects_take(&suspects));
	suspects_done(&suspects);
}
END_TEST

START_TEST(one_that_was_answered_or_forgotten_is_passed_over)
{
	setup();
	for (size_t i = 0; i < 3; i++)
		suspects_add(&suspects, &txns[i]);
	txns[0].state.state = TRANSACTION_COMPLETED;
	txns[1].id = 0;
	ck_assert_ptr_eq(suspects_take(&suspects), &txns[2]);
	suspects_done(&suspects);
}
END_TEST

START_TEST(thousands_keep_their_order)
{
	setup();
	for (size_t i = 0; i < MANY; i++) {
		if (i % 3 == 0)
			txns[i].state.state = TRANSACTION_COMPLETED;
		suspects_add(&suspects, &txns[i]);
	}
	for (size_t i = 0; i < MANY; i++)
		if (i % 3 != 0)
			ck_assert_ptr_eq(suspects_take(&suspects), &txns[i]);
	ck_assert_ptr_null(suspects_take(&suspects));
	suspects_done(&suspects);
}
END_TEST

START_TEST(what_is_kept_is_drawn_from_the_budget)
{
	struct budget *budget = budget_new(1 << 20);

	setup();
	suspects.memory = budget_share(budget, BUDGET_TRANSACTIONS);
	for (size_t i = 0; i < MANY; i++)
		suspects_add(&suspects, &txns[i]);
	ck_assert_uint_ge(
	    budget_used(budget), MANY * sizeof(struct suspects_entry));
	suspects_done(&suspects);
	ck_assert_uint_eq(budget_used(budget), 0);
	budget_free(budget);
}
END_TEST

START_TEST(each_can_be_seen_in_its_place)
{
	setup();
	for (size_t i = 0; i < 3; i++)
		suspects_add(&suspects, &txns[i]);
	txns[1].id = 0;
	ck_assert_ptr_eq(suspects_take(&suspects), &txns[0]);
	ck_assert_ptr_null(suspects_see(&suspects, 0));
	ck_assert_ptr_eq(suspects_see(&suspects, 1), &txns[2]);
	suspects_done(&suspects);
}
END_TEST

START_TEST(what_is_over_takes_no_room)
{
	setup();
	for (size_t round = 0; round < 1000; round++)
		for (size_t i = 0; i < 100; i++) {
			txns[i].state.state = TRANSACTION_TRYING;
			suspects_add(&suspects, &txns[i]);
			txns[i].state.state = TRANSACTION_COMPLETED;
		}
	ck_assert_uint_le(suspects.size, 512);
	suspects_done(&suspects);
}
END_TEST

UNIT("suspects", the_earliest_comes_first,
    one_that_was_answered_or_forgotten_is_passed_over,
    thousands_keep_their_order, what_is_kept_is_drawn_from_the_budget,
    each_can_be_seen_in_its_place, what_is_over_takes_no_room)
