/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/eventhold.h"

#include "unit/unit.h"

static struct event *
packet_at(nstime now)
{
	const struct event event = { .kind = EVENT_PACKET, .now = now };

	return event_copy(&event);
}

START_TEST(the_earliest_comes_first_with_its_mark)
{
	struct eventhold *h = eventhold_new();
	struct event *event;
	unsigned mark;

	ck_assert_int_eq(eventhold_next(h), NSTIME_NEVER);
	ck_assert_ptr_null(eventhold_take(h, &mark));
	ck_assert(eventhold_put(h, packet_at(7), 1));
	ck_assert(eventhold_put(h, packet_at(5), 2));
	ck_assert_uint_eq(eventhold_count(h), 2);
	ck_assert_int_eq(eventhold_next(h), 5);
	event = eventhold_take(h, &mark);
	ck_assert_int_eq(event->now, 5);
	ck_assert_uint_eq(mark, 2);
	event_discard(event);
	ck_assert_uint_eq(eventhold_count(h), 1);
	eventhold_free(h);
}
END_TEST

START_TEST(those_of_one_time_keep_their_order)
{
	struct eventhold *h = eventhold_new();

	for (unsigned i = 0; i < 100; i++)
		ck_assert(eventhold_put(h, packet_at(5), i));
	for (unsigned i = 0; i < 100; i++) {
		unsigned mark;

		event_discard(eventhold_take(h, &mark));
		ck_assert_uint_eq(mark, i);
	}
	eventhold_free(h);
}
END_TEST

UNIT("eventhold", the_earliest_comes_first_with_its_mark,
    those_of_one_time_keep_their_order)
