/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/context.h"

#include "unit/segments.h"

#define THERE TCPREASM_TO_SERVER
#define BACK TCPREASM_TO_CLIENT

static struct segments wire;
static struct tcpreasm_event last;

static void
hear(void *arg, const struct tcpreasm_event *e)
{
	(void)arg;
	last = *e;
}

static void
begin(void)
{
	segments_begin(&wire, hear, NULL);
}

START_TEST(what_was_repeated_three_times_was_not_delivered)
{
	struct tcpreasm_facts sent;

	begin();
	segments_open(&wire);
	for (int i = 0; i < 4; i++) {
		segments_send(&wire, THERE, TCP_ACK, "hello");
		wire.next[THERE] -= 5;
	}
	ck_assert(tcpreasm_facts(wire.tcp, last.connection, THERE, &sent));
	ck_assert(context_undelivered(&sent));
	tcpreasm_free(wire.tcp);
}
END_TEST

START_TEST(one_packet_of_the_server_is_no_two_way_view)
{
	begin();
	segments_send(&wire, THERE, TCP_SYN, "");
	segments_send(&wire, BACK, TCP_SYN | TCP_ACK, "");
	ck_assert(!context_two_way(wire.tcp, last.connection));
	segments_send(&wire, BACK, TCP_ACK, "");
	ck_assert(context_two_way(wire.tcp, last.connection));
	ck_assert(context_waiting(wire.tcp, last.connection));
	segments_send(&wire, BACK, TCP_RST, "");
	ck_assert(!context_waiting(wire.tcp, last.connection));
	ck_assert(!context_two_way(wire.tcp, last.connection + 1));
	tcpreasm_free(wire.tcp);
}
END_TEST

START_TEST(the_server_alone_is_no_two_way_view)
{
	begin();
	segments_send(&wire, BACK, TCP_SYN | TCP_ACK, "");
	segments_send(&wire, BACK, TCP_ACK, "");
	ck_assert(!context_two_way(wire.tcp, last.connection));
	ck_assert(!context_waiting(wire.tcp, last.connection));
	tcpreasm_free(wire.tcp);
}
END_TEST

START_TEST(who_hangs_up_first_hung_up)
{
	begin();
	segments_open(&wire);
	wire.now = 5 * NSTIME_S;
	segments_send(&wire, THERE, TCP_FIN | TCP_ACK, "");
	segments_send(&wire, BACK, TCP_FIN | TCP_ACK, "");
	ck_assert_int_eq(last.fact, TCPREASM_CLOSED);
	ck_assert_int_eq(context_hung_up(wire.tcp, &last), 5 * NSTIME_S);
	tcpreasm_free(wire.tcp);
	begin();
	segments_open(&wire);
	segments_send(&wire, BACK, TCP_FIN | TCP_ACK, "");
	segments_send(&wire, THERE, TCP_FIN | TCP_ACK, "");
	ck_assert_int_eq(context_hung_up(wire.tcp, &last), NSTIME_NEVER);
	tcpreasm_free(wire.tcp);
	begin();
	segments_open(&wire);
	segments_send(&wire, THERE, TCP_RST | TCP_ACK, "");
	ck_assert_int_eq(context_hung_up(wire.tcp, &last), last.now);
	tcpreasm_free(wire.tcp);
}
END_TEST

UNIT("context", what_was_repeated_three_times_was_not_delivered,
    one_packet_of_the_server_is_no_two_way_view,
    the_server_alone_is_no_two_way_view, who_hangs_up_first_hung_up)
