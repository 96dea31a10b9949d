/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/inner/txnqueue.h"

#include "unit/unit.h"

static struct txnqueue q;
static struct txn a, b, c;

static void
setup(void)
{
	a = b = c = (struct txn){ .id = 0 };
	ck_assert(txnqueue_init(&q));
	q.lingers_for = 5;
	txnqueue_await(&q, &a, 30);
	txnqueue_await(&q, &b, 10);
	txnqueue_await(&q, &c, 20);
}

static void
linger(struct txn *t, nstime since)
{
	t->state.since = since;
	txnqueue_linger(&q, t);
}

START_TEST(the_earliest_deadline_is_due_first)
{
	setup();
	ck_assert_int_eq(txnqueue_next_deadline(&q), 10);
	ck_assert_ptr_null(txnqueue_due(&q, 9));
	ck_assert_ptr_eq(txnqueue_due(&q, 10), &b);
	txnqueue_await(&q, &b, 40);
	ck_assert_ptr_eq(txnqueue_due(&q, 100), &c);
	txnqueue_done(&q);
}
END_TEST

START_TEST(pending_and_lingering_ones_are_due_in_one_order)
{
	setup();
	linger(&b, 20);
	ck_assert_ptr_eq(txnqueue_due(&q, 100), &c);
	txnqueue_remove(&q, &c);
	ck_assert_ptr_eq(txnqueue_due(&q, 100), &b);
	txnqueue_remove(&q, &b);
	ck_assert_ptr_eq(txnqueue_due(&q, 100), &a);
	txnqueue_remove(&q, &a);
	ck_assert_int_eq(txnqueue_next_deadline(&q), NSTIME_NEVER);
	ck_assert_ptr_null(txnqueue_due(&q, NSTIME_NEVER));
	txnqueue_done(&q);
}
END_TEST

START_TEST(lingering_anew_goes_to_the_end)
{
	setup();
	linger(&a, 45);
	linger(&b, 55);
	linger(&a, 65);
	ck_assert_ptr_eq(txnqueue_lingering(&q), &b);
	txnqueue_remove(&q, &b);
	ck_assert_ptr_eq(txnqueue_lingering(&q), &a);
	ck_assert_ptr_eq(txnqueue_pending(&q), &c);
	txnqueue_done(&q);
}
END_TEST

START_TEST(one_whose_time_is_the_same_keeps_its_place)
{
	setup();
	linger(&a, 45);
	linger(&b, 55);
	linger(&a, 45);
	ck_assert_ptr_eq(txnqueue_lingering(&q), &a);
	ck_assert_int_eq(txnqueue_next_deadline(&q), 20);
	txnqueue_done(&q);
}
END_TEST

START_TEST(any_of_the_list_can_leave)
{
	setup();
	linger(&a, 45);
	linger(&b, 55);
	linger(&c, 65);
	txnqueue_remove(&q, &b);
	txnqueue_remove(&q, &a);
	ck_assert_ptr_eq(txnqueue_lingering(&q), &c);
	txnqueue_remove(&q, &c);
	ck_assert_ptr_null(txnqueue_lingering(&q));
	txnqueue_done(&q);
}
END_TEST

UNIT("txnqueue", the_earliest_deadline_is_due_first,
    pending_and_lingering_ones_are_due_in_one_order,
    lingering_anew_goes_to_the_end, one_whose_time_is_the_same_keeps_its_place,
    any_of_the_list_can_leave)
