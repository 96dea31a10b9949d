/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/timerq.h"

#include "unit.h"

enum { MANY = 2000 };

static struct timerq_entry entry[MANY];
static struct timerq *q;

static void
start(void)
{
	memset(entry, 0, sizeof(entry));
	q = timerq_new();
	ck_assert_ptr_nonnull(q);
}

static size_t
pop(nstime now)
{
	struct timerq_entry *e = timerq_due(q, now);

	if (e == NULL)
		return SIZE_MAX;
	timerq_cancel(q, e);
	return (size_t)(e - entry);
}

START_TEST(the_earliest_comes_first)
{
	start();
	timerq_set(q, &entry[0], 30);
	timerq_set(q, &entry[1], 10);
	timerq_set(q, &entry[2], 20);
	ck_assert_int_eq(timerq_next_deadline(q), 10);
	ck_assert_uint_eq(pop(100), 1);
	ck_assert_uint_eq(pop(100), 2);
	ck_assert_uint_eq(pop(100), 0);
	ck_assert_uint_eq(pop(100), SIZE_MAX);
	timerq_free(q);
}
END_TEST

START_TEST(nothing_is_due_before_its_time)
{
	start();
	timerq_set(q, &entry[0], 30);
	ck_assert_ptr_null(timerq_due(q, 29));
	ck_assert_ptr_eq(timerq_due(q, 30), &entry[0]);
	timerq_free(q);
}
END_TEST

START_TEST(deadlines_of_one_instant_keep_the_order_they_were_set_in)
{
	start();
	for (size_t i = 0; i < 100; i++)
		timerq_set(q, &entry[i], 7);
	timerq_set(q, &entry[0], 7); /* again: now it is the last */
	for (size_t i = 1; i < 100; i++)
		ck_assert_uint_eq(pop(7), i);
	ck_assert_uint_eq(pop(7), 0);
	timerq_free(q);
}
END_TEST

START_TEST(an_order_may_be_given_to_those_of_one_instant)
{
	start();
	for (size_t i = 0; i < 100; i++)
		timerq_set_ordered(q, &entry[i], 7, 99 - i);
	timerq_set_ordered(q, &entry[0], 7, 99);
	timerq_set_ordered(q, &entry[5], 6, 99);
	ck_assert_uint_eq(pop(7), 5);
	for (size_t i = 99; i > 5; i--)
		ck_assert_uint_eq(pop(7), i);
	timerq_free(q);
}
END_TEST

START_TEST(setting_again_moves_both_ways)
{
	start();
	for (size_t i = 0; i < 10; i++)
		timerq_set(q, &entry[i], (nstime)(10 * i));
	timerq_set(q, &entry[0], 95);
	timerq_set(q, &entry[9], 5);
	ck_assert_uint_eq(timerq_count(q), 10);
	ck_assert_uint_eq(pop(1000), 9);
	for (size_t i = 1; i < 9; i++)
		ck_assert_uint_eq(pop(1000), i);
	ck_assert_uint_eq(pop(1000), 0);
	timerq_free(q);
}
END_TEST

START_TEST(a_cancelled_one_never_fires)
{
	start();
	ck_assert(!timerq_queued(&entry[0]));
	timerq_cancel(q, &entry[0]);
	timerq_set(q, &entry[0], 1);
	ck_assert(timerq_queued(&entry[0]));
	timerq_cancel(q, &entry[0]);
	ck_assert(!timerq_queued(&entry[0]));
	ck_assert_ptr_null(timerq_due(q, 100));
	ck_assert_int_eq(timerq_next_deadline(q), NSTIME_NEVER);
	timerq_free(q);
}
END_TEST

START_TEST(those_of_one_span_are_seen_ahead)
{
	start();
	ck_assert_ptr_null(timerq_ahead(q, 1));
	for (size_t i = 0; i < 10; i++)
		timerq_set(q, &entry[i], (nstime)i);
	ck_assert_ptr_eq(timerq_ahead(q, 1), &entry[1]);
	ck_assert_ptr_eq(timerq_ahead(q, 9), &entry[9]);
	ck_assert_ptr_null(timerq_ahead(q, 10));
	timerq_cancel(q, &entry[1]);
	ck_assert_ptr_null(timerq_ahead(q, 1));
	ck_assert_uint_eq(pop(9), 0);
	ck_assert_ptr_eq(timerq_ahead(q, 1), &entry[3]);
	timerq_free(q);
}
END_TEST

START_TEST(the_ends_of_time_are_deadlines_too)
{
	start();
	timerq_set(q, &entry[0], NSTIME_NEVER);
	timerq_set(q, &entry[1], INT64_MIN);
	ck_assert_uint_eq(pop(INT64_MIN), 1);
	ck_assert_ptr_null(timerq_due(q, NSTIME_NEVER - 1));
	timerq_free(q);
}
END_TEST

static unsigned set_as[MANY]; /* in which turn */

static nstime
deadline(size_t i)
{
	return timerq_deadline(q, &entry[i]);
}

/* The entry that a plain search would pick. */
static size_t
earliest_by_search(void)
{
	size_t best = SIZE_MAX;

	for (size_t i = 0; i < MANY; i++)
		if (timerq_queued(&entry[i]) &&
		    (best == SIZE_MAX || deadline(i) < deadline(best) ||
			(deadline(i) == deadline(best) &&
			    set_as[i] < set_as[best])))
			best = i;
	return best;
}

static uint32_t
chance(void)
{
	static uint32_t x = 1;

	x = x * 1103515245 + 12345;
	return x >> 8;
}

START_TEST(agrees_with_a_plain_search)
{
	start();
	for (unsigned turn = 0; turn < 8000; turn++) {
		struct timerq_entry *e = &entry[chance() % MANY];

		if (chance() % 4 == 0)
			timerq_cancel(q, e);
		else
			ck_assert(timerq_set(q, e, chance() % 500));
		set_as[e - entry] = turn;
		if (turn % 16 == 0) {
			const size_t best = earliest_by_search();

			ck_assert_uint_eq(pop(NSTIME_NEVER), best);
		}
	}
	timerq_free(q);
}
END_TEST

/* As transactions set them: most are taken out long before, each at a span
 * from now. */
START_TEST(agrees_with_a_plain_search_where_spans_are_few)
{
	static const nstime span[] = { 500, 3000, 32000, 180000, 7 };
	nstime now = 0;

	start();
	for (unsigned turn = 0; turn < 8000; turn++) {
		struct timerq_entry *e = &entry[chance() % MANY];

		now += chance() % 8;
		if (chance() % 8 == 0)
			timerq_cancel(q, e);
		else
			timerq_set(q, e, now + span[chance() % 5]);
		set_as[e - entry] = turn;
		if (turn % 8 == 0) {
			const size_t best = earliest_by_search();

			ck_assert_uint_eq(pop(NSTIME_NEVER), best);
		}
	}
	timerq_free(q);
}
END_TEST

UNIT("timerq", the_earliest_comes_first, nothing_is_due_before_its_time,
    deadlines_of_one_instant_keep_the_order_they_were_set_in,
    an_order_may_be_given_to_those_of_one_instant,
    setting_again_moves_both_ways, a_cancelled_one_never_fires,
    those_of_one_span_are_seen_ahead, the_ends_of_time_are_deadlines_too,
    agrees_with_a_plain_search, agrees_with_a_plain_search_where_spans_are_few)
