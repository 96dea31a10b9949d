/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/teller.h"

#include "unit/segments.h"

static struct event last;
static unsigned told;

static void
hear(void *arg, const struct event *e)
{
	(void)arg;
	last = *e;
	told++;
}

static struct teller
begin(void)
{
	told = 0;
	return (struct teller){ .output = hear };
}

START_TEST(every_event_has_its_time_and_its_place)
{
	struct teller t = begin();

	teller_move(&t, 10, 3610);
	t.packet = 7;
	t.task = EVENT_BY_ATTEMPT_TIMER;
	t.unstamped = true;
	teller_observation(&t, 5, &(struct observation){ .now = 1 });
	ck_assert_int_eq(last.kind, EVENT_OBSERVED);
	ck_assert_int_eq(last.now, 10);
	ck_assert_int_eq(last.wall, 3610);
	ck_assert_uint_eq(last.packet, 7);
	ck_assert_uint_eq(last.flow, 5);
	ck_assert_int_eq(last.task, EVENT_BY_ATTEMPT_TIMER);
	ck_assert(last.unstamped);
}
END_TEST

START_TEST(a_packet_counts_at_its_own_instant_alone)
{
	struct teller t = begin();

	teller_move(&t, 10, 10);
	t.packet = 7;
	teller_move(&t, 10, 12);
	ck_assert_uint_eq(t.packet, 7);
	teller_move(&t, 11, 12);
	ck_assert_uint_eq(t.packet, 0);
}
END_TEST

static struct segments wire;
static struct teller teller;

static void
on_tcp(void *arg, const struct tcpreasm_event *e)
{
	(void)arg;
	if (e->fact == TCPREASM_DATA)
		tcpreasm_await(wire.tcp, e->connection, e->direction,
		    e->offset + e->octets.len);
	if (e->fact == TCPREASM_UNANSWERED)
		teller_unanswered(&teller, wire.tcp, e);
	else
		teller_flow(&teller, wire.tcp, e);
}

START_TEST(facts_of_a_connection_are_told_both_ways)
{
	teller = begin();
	segments_begin(&wire, on_tcp, NULL);
	segments_open(&wire);
	segments_send(&wire, TCPREASM_TO_SERVER, TCP_ACK, "hello");
	ck_assert_int_eq(last.kind, EVENT_FLOW);
	ck_assert_uint_eq(last.flow, 1);
	ck_assert_uint_eq(last.facts.ways[TCPREASM_TO_SERVER].acknowledged, 0);
	ck_assert_int_eq(
	    last.facts.ways[TCPREASM_TO_CLIENT].last_gap, INT64_MIN);
	ck_assert(!last.facts.ended);
	segments_send(&wire, TCPREASM_TO_CLIENT, TCP_ACK, "");
	ck_assert_int_eq(last.kind, EVENT_ACKNOWLEDGED);
	ck_assert_uint_eq(last.acknowledged.upto, 5);
	ck_assert_int_eq(last.acknowledged.direction, TCPREASM_TO_SERVER);
	segments_send(&wire, TCPREASM_TO_CLIENT, TCP_RST | TCP_ACK, "");
	ck_assert(last.facts.ended);
	ck_assert(!last.facts.forgotten);
	tcpreasm_free(wire.tcp);
	ck_assert(last.facts.forgotten);
}
END_TEST

START_TEST(chunks_of_no_known_association_are_of_one_flow_both_ways)
{
	struct event_segment there = {
		.sctp = true,
		.from = { { { 192, 0, 2, 1 }, 4 }, 5060 },
		.to = { { { 192, 0, 2, 2 }, 4 }, 5060 },
	};
	const struct event_segment back = {
		.sctp = true, .second = true, .from = there.to, .to = there.from
	};
	uint64_t flow;

	teller = begin();
	teller_chunk(&teller, 0, &there);
	flow = last.flow;
	ck_assert_uint_ne(flow, 0);
	teller_chunk(&teller, 0, &back);
	ck_assert_uint_eq(last.flow, flow);
	ck_assert(last.segment.second);
	teller_chunk(&teller, 7, &there);
	ck_assert_uint_eq(last.flow, 7);
	ck_assert_int_eq(last.kind, EVENT_SEGMENT);
}
END_TEST

START_TEST(a_syn_without_an_answer_is_told_with_its_copies)
{
	teller = begin();
	segments_begin(&wire, on_tcp, NULL);
	segments_send(&wire, TCPREASM_TO_SERVER, TCP_SYN, "");
	wire.next[TCPREASM_TO_SERVER]--;
	segments_send(&wire, TCPREASM_TO_SERVER, TCP_SYN, "");
	tcpreasm_tick(wire.tcp, 8 * NSTIME_S);
	ck_assert_int_eq(last.kind, EVENT_UNANSWERED);
	ck_assert_uint_eq(last.unanswered.copies, 2);
	ck_assert_int_eq(last.unanswered.server.port, 5062);
	tcpreasm_free(wire.tcp);
}
END_TEST

UNIT("teller", every_event_has_its_time_and_its_place,
    a_packet_counts_at_its_own_instant_alone,
    facts_of_a_connection_are_told_both_ways,
    chunks_of_no_known_association_are_of_one_flow_both_ways,
    a_syn_without_an_answer_is_told_with_its_copies)
