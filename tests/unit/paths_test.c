/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/paths.h"

#include "unit/outcomes.h"

static const struct paths_limits limits = { .pairs = { .pairs = 16 },
	.flows = 2 };

static struct paths *paths;
static struct endpoint client, server;
static struct doubts_gap gap;

static void
begin(void)
{
	client = outcomes_endpoint("192.0.2.1", 40000);
	server = outcomes_endpoint("192.0.2.2", 5062);
	paths = paths_new(&limits);
	ck_assert_ptr_nonnull(paths);
}

/* Of a request that ended after five octets of flow 7, sent at 10 s and again
 * at 12 s over UDP, judged at 44 s. */
static struct delivery
delivery(uint64_t flow)
{
	struct delivery d = { .lost = false };

	paths_of_silence(paths,
	    &(struct outcome){
		.uac = client,
		.uas = server,
		.transport = flow == 0 ? TRANSPORT_UDP : TRANSPORT_TCP,
		.now = 44 * NSTIME_S,
		.request = { .flow = flow,
		    .flow_end = 5,
		    .to_server = true,
		    .sent = 10 * NSTIME_S,
		    .last_copy = (flow == 0 ? 12 : 10) * NSTIME_S },
	    },
	    &d);
	return d;
}

static void
flow(uint64_t id, uint64_t acknowledged, nstime gap_at, bool undelivered)
{
	paths_flow(paths, id,
	    &(struct event_flow){
		.ways = { { acknowledged, INT64_MIN, NSTIME_NEVER,
			      undelivered },
		    { 0, gap_at, NSTIME_NEVER, false } },
	    },
	    &gap);
}

START_TEST(the_way_back_is_in_view_where_packets_came_back_since)
{
	begin();
	ck_assert(!delivery(0).reverse_seen);
	paths_packet(
	    paths, &server.address, &client.address, 10 * NSTIME_S - 1);
	ck_assert(!delivery(0).reverse_seen);
	paths_packet(paths, &client.address, &server.address, 11 * NSTIME_S);
	ck_assert(!delivery(0).reverse_seen);
	paths_packet(paths, &server.address, &client.address, 11 * NSTIME_S);
	ck_assert(delivery(0).reverse_seen);
	ck_assert(paths_heard(paths, &client.address, &server.address));
	paths_free(paths);
}
END_TEST

START_TEST(what_was_lost_since_may_have_been_the_answer)
{
	begin();
	paths_dropped(paths, 9 * NSTIME_S);
	ck_assert(!delivery(0).lost);
	paths_dropped(paths, 10 * NSTIME_S);
	ck_assert(delivery(0).lost);
	paths_free(paths);
}
END_TEST

START_TEST(lately_is_five_minutes_before_it_was_sent)
{
	begin();
	ck_assert(!delivery(0).reverse_lately);
	paths_packet(paths, &server.address, &client.address, -290 * NSTIME_S);
	ck_assert(!delivery(0).reverse_lately);
	paths_packet(
	    paths, &server.address, &client.address, -290 * NSTIME_S + 1);
	ck_assert(delivery(0).reverse_lately);
	ck_assert(!delivery(0).reverse_seen);
	paths_free(paths);
}
END_TEST

START_TEST(icmp_counts_for_its_port_if_no_older_than_the_last_copy)
{
	struct icmp_unreachable icmp = { .protocol = 17 };

	begin();
	icmp.from = client;
	icmp.to = server;
	paths_unreachable(paths, &icmp, 11 * NSTIME_S);
	ck_assert(!delivery(0).unreachable);
	paths_unreachable(paths, &icmp, 12 * NSTIME_S);
	ck_assert(delivery(0).unreachable);
	server.port = 5060;
	ck_assert(!delivery(0).unreachable);
	paths_free(paths);
}
END_TEST

START_TEST(a_request_is_acknowledged_to_its_end)
{
	begin();
	flow(7, 4, INT64_MIN, false);
	ck_assert(!delivery(7).acknowledged);
	ck_assert(!delivery(7).undelivered);
	flow(7, 4, INT64_MIN, true);
	ck_assert(delivery(7).undelivered);
	paths_acknowledged(paths, 7,
	    &(struct event_acknowledged){ TCPREASM_TO_CLIENT, 5 });
	ck_assert(!delivery(7).acknowledged);
	paths_acknowledged(paths, 7,
	    &(struct event_acknowledged){ TCPREASM_TO_SERVER, 5 });
	paths_acknowledged(paths, 8,
	    &(struct event_acknowledged){ TCPREASM_TO_SERVER, 5 });
	ck_assert(delivery(7).acknowledged);
	ck_assert(!delivery(7).undelivered);
	ck_assert(!delivery(7).lost);
	paths_free(paths);
}
END_TEST

START_TEST(a_gap_on_the_way_back_may_have_been_the_answer)
{
	begin();
	flow(7, 5, 10 * NSTIME_S - 1, false);
	ck_assert(!delivery(7).lost);
	flow(7, 5, 10 * NSTIME_S, false);
	ck_assert(delivery(7).lost);
	paths_free(paths);
}
END_TEST

START_TEST(a_flow_that_ended_before_it_was_acknowledged_did_not_deliver)
{
	begin();
	paths_flow(paths, 7, &(struct event_flow){ .ended = true }, &gap);
	ck_assert(delivery(7).undelivered);
	paths_flow(paths, 7, &(struct event_flow){ .forgotten = true }, &gap);
	ck_assert(!delivery(7).undelivered);
	paths_flow(paths, 7, &(struct event_flow){ .forgotten = true }, &gap);
	paths_free(paths);
}
END_TEST

START_TEST(a_client_that_closed_within_20_s_hung_up)
{
	struct event_flow facts = { .ended = true };

	begin();
	facts.ways[0].hung_up = 30 * NSTIME_S;
	facts.ways[1].hung_up = NSTIME_NEVER;
	paths_flow(paths, 7, &facts, &gap);
	ck_assert(!delivery(7).hung_up);
	facts.ways[0].hung_up = 30 * NSTIME_S - 1;
	paths_flow(paths, 7, &facts, &gap);
	ck_assert(delivery(7).hung_up);
	facts.ways[0].hung_up = NSTIME_NEVER; /* a RST is told once */
	paths_flow(paths, 7, &facts, &gap);
	ck_assert(delivery(7).hung_up);
	paths_free(paths);
}
END_TEST

START_TEST(a_later_request_confirms_that_nothing_was_received)
{
	begin();
	paths_message(paths, 7, true, 10 * NSTIME_S);
	ck_assert(!delivery(7).confirmed);
	paths_message(paths, 7, false, 40 * NSTIME_S);
	ck_assert(!delivery(7).confirmed);
	paths_message(paths, 7, true, 27 * NSTIME_S);
	ck_assert(delivery(7).confirmed);
	paths_free(paths);
}
END_TEST

START_TEST(a_gap_elsewhere_shows_a_lossy_mirror)
{
	begin();
	ck_assert(!delivery(7).lossy);
	flow(8, 5, 30 * NSTIME_S, false);
	ck_assert(delivery(7).lossy);
	ck_assert(!delivery(7).lost);
	ck_assert(delivery(0).lossy);
	paths_free(paths);
}
END_TEST

START_TEST(a_gap_is_told_with_the_time_since_when_it_may_be)
{
	const struct event_flow lossy = {
		.ways = { { 5, INT64_MIN, NSTIME_NEVER, false },
		    { 0, 30 * NSTIME_S, NSTIME_NEVER, false } }
	};

	begin();
	paths_message(paths, 7, true, 10 * NSTIME_S);
	paths_message(paths, 7, false, 9 * NSTIME_S);
	ck_assert(paths_flow(paths, 7, &lossy, &gap));
	ck_assert_uint_eq(gap.flow, 7);
	ck_assert(!gap.to_server);
	ck_assert_int_eq(gap.since, 9 * NSTIME_S);
	ck_assert(!paths_flow(paths, 7, &lossy, &gap)); /* the same one */
	paths_free(paths);
}
END_TEST

static uint64_t full;

static void
find_full(void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	(void)arg;
	(void)kind;
	if (strcmp(name, "paths.full") == 0)
		full = value;
}

START_TEST(at_the_limit_a_new_flow_is_not_followed)
{
	begin();
	for (uint64_t id = 1; id <= 7; id++)
		flow(id, 5, INT64_MIN, false);
	ck_assert(!delivery(7).acknowledged);
	ck_assert(delivery(1).acknowledged);
	paths_stats(paths, find_full, NULL);
	ck_assert_uint_eq(full, 5);
	paths_free(paths);
}
END_TEST

UNIT("paths", the_way_back_is_in_view_where_packets_came_back_since,
    what_was_lost_since_may_have_been_the_answer,
    lately_is_five_minutes_before_it_was_sent,
    icmp_counts_for_its_port_if_no_older_than_the_last_copy,
    a_request_is_acknowledged_to_its_end,
    a_gap_on_the_way_back_may_have_been_the_answer,
    a_flow_that_ended_before_it_was_acknowledged_did_not_deliver,
    a_client_that_closed_within_20_s_hung_up,
    a_later_request_confirms_that_nothing_was_received,
    a_gap_elsewhere_shows_a_lossy_mirror,
    a_gap_is_told_with_the_time_since_when_it_may_be,
    at_the_limit_a_new_flow_is_not_followed)
