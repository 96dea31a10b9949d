/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/unreached.h"

#include "net/ip.h"
#include "unit/outcomes.h"

static const struct paths_limits limits = { .pairs = { .pairs = 16 },
	.flows = 2 };

static struct paths *paths;
static struct endpoint client, server;
static struct observation observation;
static uint64_t once;

static void
begin(void)
{
	client = outcomes_endpoint("192.0.2.1", 40000);
	server = outcomes_endpoint("192.0.2.2", 5062);
	paths = paths_new(&limits);
	ck_assert_ptr_nonnull(paths);
	once = 0;
}

static struct event
icmp_event(uint8_t protocol, nstime now)
{
	return (struct event){
		.kind = EVENT_UNREACHABLE,
		.now = now,
		.wall = now,
		.unreachable = { .protocol = protocol,
		    .from = client,
		    .to = server,
		    .sequence = 7 },
	};
}

static bool
syn(unsigned copies, nstime now)
{
	return unreached_syn(paths,
	    &(struct event){
		.kind = EVENT_UNANSWERED,
		.now = now,
		.wall = now,
		.unanswered = { .client = client,
		    .server = server,
		    .copies = copies },
	    },
	    &once, &observation);
}

START_TEST(an_icmp_error_names_client_and_server)
{
	struct event e;

	begin();
	e = icmp_event(IP_TCP, NSTIME_S);
	unreached_icmp(paths, &e, &observation);
	ck_assert_int_eq(observation.kind, OBSERVATION_FAILED);
	ck_assert_int_eq(observation.failure.class, CONNECTION_UNREACHABLE);
	ck_assert(endpoint_equal(&observation.failure.server, &server));
	ck_assert_uint_eq(observation.failure.sequence, 7);
	ck_assert(!observation.failure.udp);
	paths_free(paths);
}
END_TEST

START_TEST(a_syn_sent_twice_and_not_answered_is_one)
{
	begin();
	ck_assert(syn(2, 20 * NSTIME_S));
	ck_assert_int_eq(observation.failure.class, CONNECTION_UNANSWERED);
	ck_assert(endpoint_equal(&observation.failure.client, &client));
	paths_free(paths);
}
END_TEST

START_TEST(a_syn_sent_once_is_counted)
{
	begin();
	ck_assert(!syn(1, 20 * NSTIME_S));
	ck_assert_uint_eq(once, 1);
	paths_free(paths);
}
END_TEST

START_TEST(a_syn_that_icmp_explained_is_not_told_again)
{
	struct event e;

	begin();
	paths_packet(paths, &client.address, &server.address, NSTIME_S);
	e = icmp_event(IP_TCP, 15 * NSTIME_S);
	paths_unreachable(paths, &e.unreachable, e.now);
	ck_assert(!syn(3, 20 * NSTIME_S));
	ck_assert(syn(3, 40 * NSTIME_S));
	ck_assert_uint_eq(once, 0);
	paths_free(paths);
}
END_TEST

UNIT("unreached", an_icmp_error_names_client_and_server,
    a_syn_sent_twice_and_not_answered_is_one, a_syn_sent_once_is_counted,
    a_syn_that_icmp_explained_is_not_told_again)
