/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/rejoin.h"

#include "base/totals.h"
#include "net/inner/tcp.h"
#include "unit/fleetitems.h"
#include "unit/saved.h"

#define NOW FLEET_NOW

enum { THERE = 71, BACK = 72 }; /* the flows of two sensors, 1 and 2 */

static struct rejoin *rejoin;
static nstime now;
static unsigned opened, refused, reset, unanswered, messages, told;
static uint64_t flow, acknowledged; /* of the latest events */
static nstime gap;                  /* .. in what the server sends */
static struct origin origin;

static void
on_event(void *arg, const struct event *e)
{
	(void)arg;
	unanswered += e->kind == EVENT_UNANSWERED;
	if (e->kind == EVENT_MESSAGE) {
		messages++;
		origin = e->message.origin;
	} else if (e->kind == EVENT_FLOW) {
		told++;
		flow = e->flow;
		gap = e->facts.ways[TCPREASM_TO_CLIENT].last_gap;
		acknowledged = e->facts.ways[0].acknowledged;
	} else if (e->kind == EVENT_ACKNOWLEDGED) {
		flow = e->flow;
		acknowledged = e->acknowledged.upto;
	}
	if (e->kind != EVENT_OBSERVED)
		return;
	opened += e->observation->kind == OBSERVATION_WORKED;
	refused += e->observation->kind == OBSERVATION_FAILED &&
	    e->observation->failure.class == CONNECTION_REFUSED;
	reset += e->observation->kind == OBSERVATION_FAILED &&
	    e->observation->failure.established &&
	    e->observation->failure.class == CONNECTION_RESET;
}

static void
begin_anew(void)
{
	struct rejoin_limits limits = { .facts = 100 };

	rooms_reader(&limits.reader);
	rejoin = rejoin_new(&limits, on_event, NULL);
	ck_assert_ptr_nonnull(rejoin);
}

static void
begin(void)
{
	opened = refused = reset = unanswered = messages = told = 0;
	flow = acknowledged = 0;
	now = NOW;
	begin_anew();
}

/* Of the client, whose octets begin with 100, or of the server, with 500. */
static void
put_octets(unsigned sensor, bool back, uint8_t flags, uint32_t at,
    uint32_t other, size_t len)
{
	struct event e = { .kind = EVENT_SEGMENT,
		.reader = sensor,
		.flow = back ? BACK : THERE,
		.now = ++now,
		.segment = { .second = back,
		    .told = true,
		    .from = back ? fleet_host(2, 5062) : fleet_host(1, 4000),
		    .to = back ? fleet_host(1, 4000) : fleet_host(2, 5062),
		    .from_is_server = back,
		    .to_is_server = !back,
		    .base = back ? 500 : 100,
		    .sequence = (back ? 500 : 100) + at,
		    .acknowledgement = (back ? 100 : 500) + other,
		    .flags = flags,
		    .len = len } };

	rejoin_input(rejoin, &e, now);
}

static void
put(unsigned sensor, bool back, uint8_t flags, uint32_t at, uint32_t other)
{
	put_octets(sensor, back, flags, at, other, 0);
}

static void
put_request(unsigned sensor, uint64_t end)
{
	struct event e = { .kind = EVENT_SEGMENT,
		.reader = sensor,
		.flow = THERE,
		.now = ++now,
		.segment = { .flags = TCP_ACK,
		    .sequence = 100,
		    .acknowledgement = 500,
		    .len = end } };
	struct sip_message m;
	struct event request = fleet_message(&m, "call", 0, now);

	rejoin_input(rejoin, &e, now);
	request.reader = sensor;
	request.message.origin.from = fleet_host(1, 4000);
	request.message.origin.flow = THERE;
	request.message.origin.flow_end = end;
	rejoin_input(rejoin, &request, now);
}

static void
open_connection(void)
{
	put(1, false, TCP_SYN, UINT32_MAX, 0);
	put(2, true, TCP_SYN | TCP_ACK, UINT32_MAX, 0);
	put(1, false, TCP_ACK, 0, 0);
}

START_TEST(directions_of_two_sensors_make_a_connection)
{
	begin();
	open_connection();
	ck_assert_uint_eq(opened, 1);
	rejoin_free(rejoin);
}
END_TEST

START_TEST(the_reset_of_another_sensor_refuses_it)
{
	begin();
	put(1, false, TCP_SYN, UINT32_MAX, 0);
	put(2, true, TCP_RST | TCP_ACK, 0, 0);
	ck_assert_uint_eq(refused, 1);
	rejoin_free(rejoin);
}
END_TEST

START_TEST(a_syn_that_two_saw_was_sent_once)
{
	begin();
	for (unsigned i = 0; i < 2; i++) {
		put(1, false, TCP_SYN, UINT32_MAX, 0);
		put(2, false, TCP_SYN, UINT32_MAX, 0);
	}
	ck_assert_uint_eq(unanswered, 0);
	put(1, false, TCP_SYN, UINT32_MAX, 0);
	ck_assert_uint_eq(unanswered, 1);
	rejoin_free(rejoin);
}
END_TEST

START_TEST(a_request_is_acknowledged_by_what_another_sensor_saw)
{
	bool by_client = false;

	begin();
	open_connection();
	put_request(1, 30);
	ck_assert_uint_eq(messages, 1);
	ck_assert(origin.to_server);
	ck_assert_uint_eq(origin.flow, flow);
	ck_assert_uint_eq(origin.flow_end, 30);
	ck_assert_uint_eq(acknowledged, 0);
	put(2, true, TCP_ACK, 0, 30);
	ck_assert_uint_eq(acknowledged, 30);
	ck_assert_uint_eq(rejoin_flow(rejoin, THERE, &by_client), flow);
	ck_assert(by_client);
	ck_assert_uint_eq(rejoin_flow(rejoin, BACK, &by_client), flow);
	ck_assert(!by_client);
	ck_assert_uint_eq(rejoin_flow(rejoin, 99, &by_client), 99);
	rejoin_free(rejoin);
}
END_TEST

/* Of the client, whose chunks begin with 100, or of the server, with 500. */
static void
put_chunk(
    unsigned sensor, bool back, uint8_t flags, uint32_t sequence, uint32_t upto)
{
	struct event e = { .kind = EVENT_SEGMENT,
		.reader = sensor,
		.flow = back ? BACK : THERE,
		.now = ++now,
		.segment = { .sctp = true,
		    .second = back,
		    .told = true,
		    .from = back ? fleet_host(2, 5062) : fleet_host(1, 5060),
		    .to = back ? fleet_host(1, 5060) : fleet_host(2, 5062),
		    .flags = flags,
		    .sequence = sequence,
		    .acknowledgement = upto,
		    .len = flags == 0 } };

	rejoin_input(rejoin, &e, now);
}

START_TEST(chunks_of_two_sensors_make_an_association)
{
	struct sip_message m;
	struct event request = fleet_message(&m, "call", 0, NOW);
	bool by_client = false;

	begin();
	put_chunk(1, false, 0, 100, 0);
	request.reader = 1;
	request.message.origin.flow = THERE;
	request.message.origin.flow_end = (UINT64_C(1) << 32) + 101;
	rejoin_input(rejoin, &request, now);
	ck_assert_uint_eq(messages, 1);
	ck_assert_uint_eq(origin.flow, flow);
	ck_assert(origin.to_server);
	put_chunk(2, true, TCP_ACK, 0, 100);
	ck_assert_uint_lt(acknowledged, origin.flow_end);
	put_chunk(2, true, TCP_ACK, 0, 101);
	ck_assert_uint_eq(acknowledged, origin.flow_end);
	put_chunk(2, true, 0, 500, 0);
	ck_assert_uint_eq(rejoin_flow(rejoin, BACK, &by_client), flow);
	put_chunk(1, false, TCP_ACK, 0, 501);
	ck_assert_int_eq(gap, INT64_MIN);
	put_chunk(1, false, TCP_ACK, 0, 502);
	ck_assert_int_eq(gap, now);
	rejoin_free(rejoin);
}
END_TEST

START_TEST(an_end_that_two_saw_ends_one_association)
{
	begin();
	put_chunk(1, false, 0, 100, 0);
	ck_assert_uint_eq(told, 1);
	put_chunk(1, false, TCP_FIN, 0, 0);
	put_chunk(2, false, TCP_FIN, 0, 0);
	ck_assert_uint_eq(told, 3);
	rejoin_free(rejoin);
}
END_TEST

static uint64_t
counted(const char *name)
{
	struct totals t = { .count = 0 };

	rejoin_stats(rejoin, totals_gather, &t);
	return totals_get(&t, name);
}

START_TEST(a_segment_whose_ends_were_never_told_counts)
{
	struct event e = { .kind = EVENT_SEGMENT, .flow = THERE, .now = NOW };

	begin();
	rejoin_input(rejoin, &e, NOW);
	ck_assert_uint_eq(counted("rejoin.unknown"), 1);
	e.segment.told = true;
	e.segment.len = 1;
	e.segment.content = slice_text("x");
	rejoin_input(rejoin, &e, NOW);
	ck_assert_uint_eq(counted("rejoin.broken"), 1);
	rejoin_free(rejoin);
}
END_TEST

/* A request of 10 octets, and an answer of 20. */
static void
talk(uint32_t at, uint32_t other)
{
	put_octets(1, false, TCP_ACK, at, other, 10);
	put_octets(2, true, TCP_ACK, other, at + 10, 20);
}

static bool
load(struct slice octets)
{
	struct cursor c = cursor_over(octets);

	rejoin_free(rejoin);
	begin_anew();
	rejoin_load(rejoin, &c);
	return !c.bad;
}

/* Another goes on, who is given what came after `since'. */
static void
restart(nstime since)
{
	struct record r;

	record_init(&r, 10000);
	rejoin_save(rejoin, since, &r);
	saved_whole_or_not_at_all(&r, load);
}

/* The server resets it at the next request. */
static void
ask_in_vain(void)
{
	put_octets(1, false, TCP_ACK, 10, 20, 10);
	put(2, true, TCP_RST, 20, 0);
}

START_TEST(one_from_before_a_restart_is_reset_after_it)
{
	begin();
	open_connection();
	talk(0, 0);
	for (unsigned i = 0; i < 3; i++) {
		now += 300 * NSTIME_S;
		restart(now);
	}
	ask_in_vain();
	ck_assert_uint_eq(reset, 1);
	rejoin_free(rejoin);
}
END_TEST

/* One that is not up is not known, nor one whose beginning will be given. */
START_TEST(one_that_may_begin_anew_is_not_saved)
{
	for (unsigned i = 0; i < 2; i++) {
		begin();
		open_connection();
		if (i == 1)
			talk(0, 0);
		restart(i == 0 ? now : NOW);
		ask_in_vain();
		ck_assert_uint_eq(reset, 0);
		rejoin_free(rejoin);
	}
}
END_TEST

START_TEST(another_between_the_same_ends_takes_its_place)
{
	begin();
	open_connection();
	talk(0, 0);
	restart(now);
	open_connection();
	ck_assert_uint_eq(opened, 3); /* two and an answer */
	put_octets(1, false, TCP_ACK, 0, 0, 10);
	put(2, true, TCP_RST, 0, 0);
	ck_assert_uint_eq(reset, 0); /* on its first request */
	rejoin_free(rejoin);
}
END_TEST

/* The same ones again, more than there is room for, and of two families. */
START_TEST(what_makes_no_sense_in_a_state_is_left_out)
{
	struct record r, more;

	begin();
	open_connection();
	talk(0, 0);
	record_init(&r, 10000);
	rejoin_save(rejoin, now, &r);
	record_init(&more, 100000);
	for (unsigned i = 0; i < 200; i++) {
		struct endpoint client = fleet_host(1, (uint16_t)(4000 + i));

		record_more(&more, true);
		endpoint_save(&more, &client);
		if (i % 2 == 1)
			client.address.version = 6;
		endpoint_save(&more, &client);
		record_octets(
		    &more, slice_of(r.octets + 1 + 14, r.len - 2 - 14));
		record_octets(&more, slice_of(r.octets, r.len - 1));
	}
	record_more(&more, false);
	ck_assert(load(slice_of(more.octets, more.len)));
	ask_in_vain();
	ck_assert_uint_eq(reset, 1);
	record_done(&r);
	record_done(&more);
	rejoin_free(rejoin);
}
END_TEST

UNIT("rejoin", directions_of_two_sensors_make_a_connection,
    the_reset_of_another_sensor_refuses_it, a_syn_that_two_saw_was_sent_once,
    a_request_is_acknowledged_by_what_another_sensor_saw,
    chunks_of_two_sensors_make_an_association,
    an_end_that_two_saw_ends_one_association,
    a_segment_whose_ends_were_never_told_counts,
    one_from_before_a_restart_is_reset_after_it,
    one_that_may_begin_anew_is_not_saved,
    another_between_the_same_ends_takes_its_place,
    what_makes_no_sense_in_a_state_is_left_out)
