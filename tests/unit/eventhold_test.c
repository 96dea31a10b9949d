/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/eventhold.h"

#include "unit/unit.h"

static struct event *
packet_at(nstime now)
{
	const struct event event = { .kind = EVENT_PACKET, .now = now };

	return event_copy(&event);
}

static const struct eventhold_time before = { 0, INT64_MIN, false };

static struct event *
take(struct eventhold *h, nstime until, unsigned *mark)
{
	return eventhold_take(h, until, until, mark);
}

START_TEST(the_earliest_comes_first_with_its_mark)
{
	struct eventhold *h = eventhold_new(NULL);
	struct event *event;
	unsigned mark;

	ck_assert_ptr_null(take(h, NSTIME_NEVER, &mark));
	ck_assert(eventhold_put(h, packet_at(7), 1, &before));
	ck_assert(eventhold_put(h, packet_at(5), 2, &before));
	ck_assert_uint_eq(eventhold_count(h), 2);
	ck_assert_ptr_null(take(h, 4, &mark));
	event = take(h, NSTIME_NEVER, &mark);
	ck_assert_int_eq(event->now, 5);
	ck_assert_uint_eq(mark, 2);
	event_discard(event);
	ck_assert_uint_eq(eventhold_count(h), 1);
	eventhold_free(h);
}
END_TEST

START_TEST(what_they_hold_is_drawn_and_given_back)
{
	struct budget *budget = budget_new(1 << 20);
	struct eventhold *h;
	struct event *event = packet_at(5);
	const size_t octets = event_octets(event);
	unsigned mark;

	budget_reserve(budget, BUDGET_HANDOVER, 2 * octets);
	h = eventhold_new(budget_share(budget, BUDGET_HANDOVER));
	ck_assert(eventhold_put(h, event, 0, &before));
	ck_assert(!eventhold_is_over(h));
	ck_assert_uint_ge(budget_used(budget), octets);
	ck_assert(eventhold_put(h, packet_at(6), 0, &before));
	ck_assert(eventhold_is_over(h));
	event_discard(take(h, NSTIME_NEVER, &mark));
	ck_assert(!eventhold_is_over(h));
	eventhold_free(h);
	ck_assert_uint_eq(budget_used(budget), 0);
	budget_free(budget);
}
END_TEST

START_TEST(those_of_one_time_keep_their_order)
{
	struct eventhold *h = eventhold_new(NULL);

	for (unsigned i = 0; i < 100; i++)
		ck_assert(eventhold_put(h, packet_at(5), i, &before));
	for (unsigned i = 0; i < 100; i++) {
		unsigned mark;

		event_discard(take(h, NSTIME_NEVER, &mark));
		ck_assert_uint_eq(mark, i);
	}
	eventhold_free(h);
}
END_TEST

START_TEST(of_one_time_segments_come_before_what_they_complete)
{
	const struct event segment = { .kind = EVENT_SEGMENT, .now = 5 };
	struct eventhold *h = eventhold_new(NULL);
	struct event *first;
	unsigned mark;

	ck_assert(eventhold_put(h, packet_at(5), 1, &before));
	ck_assert(eventhold_put(h, event_copy(&segment), 2, &before));
	first = take(h, NSTIME_NEVER, &mark);
	ck_assert_int_eq(first->kind, EVENT_SEGMENT);
	event_discard(first);
	eventhold_free(h);
}
END_TEST

START_TEST(late_ones_gather_for_a_second_and_leave_in_order_before_others)
{
	const struct eventhold_time time = { 100 * NSTIME_S, 90 * NSTIME_S,
		false };
	struct eventhold *h = eventhold_new(NULL);
	const nstime due = time.reached + NSTIME_S;
	nstime at[3];
	unsigned mark;

	ck_assert(eventhold_put(h, packet_at(due), 0, &time));
	ck_assert(eventhold_put(h, packet_at(20 * NSTIME_S), 0, &time));
	ck_assert(eventhold_put(h, packet_at(10 * NSTIME_S), 0, &time));
	ck_assert_uint_eq(eventhold_count(h), 3);
	ck_assert_ptr_null(take(h, due - 1, &mark));
	for (int i = 0; i < 3; i++) {
		struct event *event = take(h, due, &mark);

		at[i] = event->now;
		event_discard(event);
	}
	ck_assert_int_eq(at[0], 10 * NSTIME_S);
	ck_assert_int_eq(at[1], 20 * NSTIME_S);
	ck_assert_int_eq(at[2], due);
	eventhold_free(h);
}
END_TEST

START_TEST(of_a_sensor_far_behind_they_gather_until_no_more_come)
{
	struct eventhold_time time = { 100 * NSTIME_S, 90 * NSTIME_S, true };
	struct eventhold *h = eventhold_new(NULL);
	const nstime most = time.reached + 120 * NSTIME_S;
	struct event *event;
	unsigned mark;

	for (; time.reached < most; time.reached += NSTIME_S - 1) {
		ck_assert_ptr_null(take(h, time.reached, &mark));
		ck_assert(eventhold_put(h, packet_at(1), 0, &time));
	}
	while ((event = take(h, most, &mark)) != NULL)
		event_discard(event);
	ck_assert_uint_eq(eventhold_count(h), 0);
	ck_assert(eventhold_put(h, packet_at(1), 0, &time));
	time.reached += NSTIME_S / 2;
	ck_assert(eventhold_put(h, packet_at(1), 0, &time));
	time.behind = false;
	time.reached += NSTIME_S / 2;
	ck_assert(eventhold_put(h, packet_at(1), 0, &time));
	ck_assert_ptr_null(take(h, time.reached + NSTIME_S / 2 - 1, &mark));
	event_discard(take(h, time.reached + NSTIME_S / 2, &mark));
	eventhold_free(h);
}
END_TEST

UNIT("eventhold", of_a_sensor_far_behind_they_gather_until_no_more_come,
    late_ones_gather_for_a_second_and_leave_in_order_before_others,
    the_earliest_comes_first_with_its_mark,
    what_they_hold_is_drawn_and_given_back, those_of_one_time_keep_their_order,
    of_one_time_segments_come_before_what_they_complete)
