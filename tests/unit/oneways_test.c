/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/oneways.h"

#include "net/inner/tcp.h"
#include "unit/fleetitems.h"

#define NOW FLEET_NOW

enum { FLOW = 7 };

static struct oneways *oneways;
static unsigned segments, told, whole;

static void
on_segment(void *arg, const struct event *event)
{
	(void)arg;
	ck_assert_int_eq(event->kind, EVENT_SEGMENT);
	segments++;
	told += event->segment.told;
}

static void
on_whole(void *arg, const struct event *event)
{
	(void)arg;
	ck_assert_int_ne(event->kind, EVENT_SEGMENT);
	whole++;
}

static void
begin(void)
{
	segments = told = whole = 0;
	oneways = oneways_new(&(struct oneways_limits){ .flows = 4 },
	    &(struct oneways_output){ on_segment, on_whole, NULL });
	ck_assert_ptr_nonnull(oneways);
}

static bool
put_segment(bool second, nstime now)
{
	return oneways_input(oneways,
	    &(struct event){ .kind = EVENT_SEGMENT,
		.flow = FLOW,
		.now = now,
		.segment = { .second = second,
		    .told = true,
		    .flags = TCP_ACK,
		    .len = 3,
		    .content = slice_text("abc") } });
}

static bool
put_unanswered(nstime now)
{
	return oneways_input(oneways,
	    &(struct event){
		.kind = EVENT_UNANSWERED, .flow = FLOW, .now = now });
}

START_TEST(of_a_connection_seen_both_ways_nothing_travels_and_all_is_handled)
{
	begin();
	ck_assert(!put_unanswered(NOW));
	put_segment(false, NOW);
	put_segment(true, NOW + 1);
	ck_assert_uint_eq(whole, 1);
	ck_assert(put_unanswered(NOW + 2));
	oneways_tick(oneways, NOW + 60 * NSTIME_S);
	put_segment(false, NOW + 60 * NSTIME_S);
	ck_assert_uint_eq(segments, 0);
	oneways_free(oneways);
}
END_TEST

START_TEST(after_half_a_second_one_direction_travels_and_the_rest_is_dropped)
{
	begin();
	put_segment(false, NOW);
	put_unanswered(NOW);
	ck_assert_int_eq(oneways_next_deadline(oneways), NOW + 500 * NSTIME_MS);
	oneways_tick(oneways, NOW + 499 * NSTIME_MS);
	ck_assert_uint_eq(segments, 0);
	oneways_tick(oneways, NOW + 500 * NSTIME_MS);
	ck_assert_uint_eq(segments, 1);
	ck_assert_int_eq(oneways_next_deadline(oneways), NSTIME_NEVER);
	/* It stays so when the other direction shows. */
	put_segment(true, NOW + NSTIME_S);
	ck_assert_uint_eq(segments, 2);
	ck_assert(!put_unanswered(NOW + NSTIME_S));
	ck_assert_uint_eq(whole, 0);
	oneways_free(oneways);
}
END_TEST

START_TEST(the_ends_of_each_direction_are_told_once_a_minute)
{
	begin();
	for (unsigned s = 0; s <= 60; s++) {
		put_segment(false, NOW + s * NSTIME_S);
		oneways_tick(oneways, NOW + s * NSTIME_S);
	}
	put_segment(true, NOW + 60 * NSTIME_S);
	ck_assert_uint_eq(segments, 62);
	ck_assert_uint_eq(told, 3);
	oneways_free(oneways);
}
END_TEST

START_TEST(what_another_reader_reports_without_segments_is_handled_late)
{
	begin();
	ck_assert(!put_unanswered(NOW));
	oneways_finish(oneways);
	ck_assert_uint_eq(whole, 1);
	ck_assert(put_unanswered(NOW + NSTIME_S));
	oneways_free(oneways);
}
END_TEST

START_TEST(messages_pass_and_so_does_what_no_connection_is_about)
{
	struct sip_message m;
	struct event e = fleet_message(&m, "call", 0, NOW);

	begin();
	e.message.origin.flow = e.flow = FLOW;
	ck_assert(oneways_input(oneways, &e));
	ck_assert(oneways_input(oneways,
	    &(struct event){ .kind = EVENT_OBSERVED,
		.observation =
		    &(struct observation){ .kind = OBSERVATION_FAILED } }));
	oneways_free(oneways);
}
END_TEST

START_TEST(one_that_is_held_back_may_be_forgotten)
{
	begin();
	for (unsigned flow = 0; flow < 8; flow++)
		oneways_input(oneways,
		    &(struct event){
			.kind = EVENT_UNANSWERED, .flow = flow, .now = NOW });
	oneways_finish(oneways);
	ck_assert_uint_eq(whole, 4);
	oneways_free(oneways);
}
END_TEST

UNIT("oneways",
    of_a_connection_seen_both_ways_nothing_travels_and_all_is_handled,
    after_half_a_second_one_direction_travels_and_the_rest_is_dropped,
    the_ends_of_each_direction_are_told_once_a_minute,
    what_another_reader_reports_without_segments_is_handled_late,
    messages_pass_and_so_does_what_no_connection_is_about,
    one_that_is_held_back_may_be_forgotten)
