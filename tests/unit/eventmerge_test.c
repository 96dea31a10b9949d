/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/eventmerge.h"

#include "unit/unit.h"

enum { LONG = 5000 };

static struct eventmerge *merge;
static char line[256];
static struct textbuf seen;

/* Flows are written down as they leave, and L for a record that is whole. */
static void
hear(void *arg, const struct event *e)
{
	size_t whole = 0;

	(void)arg;
	if (e->kind != EVENT_LOGGED) {
		textbuf_uint(&seen, e->flow);
		return;
	}
	while (whole < e->logged.record.len && e->logged.record.p[whole] == 'x')
		whole++;
	textbuf_add(&seen, whole == LONG ? "L" : "?");
}

static void
begin(size_t readers, size_t events)
{
	textbuf_init(&seen, line, sizeof(line));
	merge = eventmerge_new(readers, events, NULL, hear, NULL);
	ck_assert_ptr_nonnull(merge);
}

static void
input(size_t reader, nstime now, uint64_t packet, uint64_t flow)
{
	const bool timer = packet == 0;

	eventmerge_input(merge, reader,
	    &(struct event){
		.kind = EVENT_FLOW,
		.now = now,
		.packet = packet,
		.task = timer ? EVENT_BY_TCP_TIMER : EVENT_BY_PACKET,
		.flow = flow,
	    });
}

START_TEST(events_leave_when_no_earlier_one_can_come)
{
	begin(2, 100);
	input(0, 10, 1, 1);
	input(1, 5, 2, 2);
	eventmerge_reached(merge, 0, 11);
	ck_assert_str_eq(line, "");
	eventmerge_reached(merge, 1, 10);
	ck_assert_str_eq(line, "2");
	eventmerge_reached(merge, 1, 11);
	ck_assert_str_eq(line, "21");
	eventmerge_free(merge);
}
END_TEST

START_TEST(at_one_instant_the_packet_decides_and_then_the_flow)
{
	begin(3, 100);
	input(0, 10, 7, 1);
	input(0, 10, 9, 2);
	input(1, 10, 8, 3);
	input(2, 10, 0, 5);
	eventmerge_flush(merge);
	ck_assert_str_eq(line, "5132");
	input(0, 11, 0, 2);
	input(1, 11, 0, 1);
	input(1, 11, 0, 3);
	eventmerge_flush(merge);
	ck_assert_str_eq(line, "5132123");
	eventmerge_free(merge);
}
END_TEST

START_TEST(a_reader_that_lags_does_not_fill_the_memory)
{
	begin(2, 3);
	for (unsigned i = 1; i < 6; i++)
		input(0, i, i, i);
	ck_assert_str_eq(line, "12");
	input(1, 1, 1, 9);
	ck_assert_str_eq(line, "129");
	eventmerge_free(merge);
}
END_TEST

/* Places are used again, whatever lay in them. */
START_TEST(a_long_event_is_kept_whole)
{
	uint8_t octets[LONG];
	const struct event event = {
		.kind = EVENT_LOGGED,
		.now = 10,
		.packet = 1,
		.logged.record = slice_of(octets, sizeof(octets)),
	};

	memset(octets, 'x', sizeof(octets));
	begin(2, 3);
	for (unsigned i = 1; i <= 2; i++) {
		input(0, 10, 1, 7);
		ck_assert(eventmerge_input(merge, 0, &event));
		eventmerge_flush(merge);
	}
	ck_assert_str_eq(line, "7L7L");
	eventmerge_free(merge);
}
END_TEST

enum { MEMORY = 8192 }; /* three places */

START_TEST(octets_that_wait_are_bounded_and_leave_in_order)
{
	struct budget *budget = budget_new(1 << 20);
	struct budget_share *share = budget_share(budget, BUDGET_HANDOVER);

	textbuf_init(&seen, line, sizeof(line));
	budget_reserve(budget, BUDGET_HANDOVER, MEMORY);
	merge = eventmerge_new(2, 100, share, hear, NULL);
	for (uint64_t i = 1; i <= 9; i++)
		input(i % 2, (nstime)i, i, i);
	ck_assert_uint_gt(strlen(line), 0);
	ck_assert_uint_le(budget_use(budget, BUDGET_HANDOVER).most, MEMORY);
	eventmerge_flush(merge);
	/* Places for events to come are memory, too. */
	ck_assert_uint_gt(budget_used(budget), 0);
	eventmerge_free(merge);
	ck_assert_uint_eq(budget_used(budget), 0);
	budget_free(budget);
}
END_TEST

UNIT("eventmerge", events_leave_when_no_earlier_one_can_come,
    at_one_instant_the_packet_decides_and_then_the_flow,
    a_reader_that_lags_does_not_fill_the_memory, a_long_event_is_kept_whole,
    octets_that_wait_are_bounded_and_leave_in_order)
