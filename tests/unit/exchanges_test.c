/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/exchanges.h"

#include "unit/segments.h"

static struct {
	struct exchanges *exchanges;
	struct segments wire;
	struct tcpreasm_event last;
	void *slot;
	nstime last_drop;
	unsigned answered, unanswered, doubted, unseen, active;
	struct silence_request request;
} on;

static void
hear(void *arg, uint64_t flow, const struct observation *o)
{
	(void)arg;
	ck_assert_uint_eq(flow, on.last.connection);
	on.answered += o->kind == OBSERVATION_ANSWERED;
	on.doubted += o->kind == OBSERVATION_DOUBTED;
	on.unseen += o->kind == OBSERVATION_UNSEEN;
	on.active += o->kind == OBSERVATION_ACTIVE;
	if (o->kind != OBSERVATION_UNANSWERED)
		return;
	on.unanswered++;
	on.request = o->request;
}

static void
on_tcp(void *arg, const struct tcpreasm_event *e)
{
	(void)arg;
	on.last = *e;
	if (e->fact == TCPREASM_FORGOTTEN)
		exchanges_forget(on.exchanges, &on.slot);
}

static void
begin(uint16_t port)
{
	static struct exchanges_limits limits = {
		.patience = 34 * NSTIME_S,
		.transaction = 32 * NSTIME_S,
	};

	portset_add(&limits.ports, 5062);
	memset(&on, 0, sizeof(on));
	on.last_drop = INT64_MIN;
	on.exchanges = exchanges_new(&limits, hear, NULL);
	segments_begin(&on.wire, on_tcp, NULL);
	on.wire.server.port = port;
	segments_open(&on.wire);
}

static void
end(void)
{
	tcpreasm_free(on.wire.tcp);
	ck_assert_ptr_null(on.slot);
	ck_assert_int_eq(exchanges_next_deadline(on.exchanges), NSTIME_NEVER);
	exchanges_free(on.exchanges);
}

static struct context
context(void)
{
	return (struct context){ on.wire.tcp, on.last_drop };
}

static void
tell(enum tlsflow_kind kind, enum tlsflow_side from, size_t octets, bool flight)
{
	const struct context c = context();

	exchanges_tls(on.exchanges, &c,
	    &(struct tlsflow_event){
		.kind = kind,
		.tcp = &on.last,
		.client = on.wire.client,
		.server = on.wire.server,
		.from = from,
		.octets = octets,
		.end = on.last.offset + on.last.octets.len,
		.may_be_handshake = flight,
		.now = on.wire.now,
	    },
	    &on.slot);
}

/* The record's octets on the wire are fewer; its size is what is told. */
static void
ask(size_t octets)
{
	segments_send(&on.wire, TCPREASM_TO_SERVER, TCP_ACK, "request");
	tell(TLSFLOW_RECORD, TLSFLOW_CLIENT, octets, false);
}

static void
answer(void)
{
	segments_send(&on.wire, TCPREASM_TO_CLIENT, TCP_ACK, "response");
	tell(TLSFLOW_RECORD, TLSFLOW_SERVER, 100, false);
}

static void
acknowledge(void)
{
	segments_send(&on.wire, TCPREASM_TO_CLIENT, TCP_ACK, "");
}

static void
wait_until(nstime now)
{
	const struct context c = context();

	on.wire.now = now;
	exchanges_tick(on.exchanges, &c, now, now);
}

START_TEST(a_request_and_what_comes_back_are_an_exchange)
{
	begin(5062);
	ask(1200);
	answer();
	ck_assert_uint_eq(on.answered, 1);
	wait_until(60 * NSTIME_S);
	ck_assert_uint_eq(on.unanswered, 0);
	end();
}
END_TEST

START_TEST(one_delivered_with_nothing_back_is_unanswered)
{
	begin(5062);
	ask(1200);
	acknowledge();
	wait_until(33 * NSTIME_S);
	ck_assert_uint_eq(on.unanswered, 0);
	wait_until(35 * NSTIME_S);
	ck_assert_uint_eq(on.unanswered, 1);
	ck_assert_uint_eq(on.request.octets, 1200);
	end();
}
END_TEST

static void
lose(enum tcpreasm_direction direction)
{
	exchanges_gap(on.exchanges,
	    &(struct tcpreasm_event){
		.fact = TCPREASM_GAP,
		.direction = direction,
		.now = on.wire.now,
	    },
	    &on.slot);
}

START_TEST(what_the_server_sent_unseen_may_have_been_the_answer)
{
	begin(5062);
	for (unsigned i = 0; i < 2; i++) {
		ask(1200);
		acknowledge();
		lose(TCPREASM_TO_SERVER);
		wait_until((i + 1) * 35 * NSTIME_S);
	}
	ck_assert_uint_eq(on.unanswered, 2);
	ck_assert_uint_eq(on.doubted, 0);
	lose(TCPREASM_TO_CLIENT);
	ck_assert_uint_eq(on.doubted, 2);
	lose(TCPREASM_TO_CLIENT);
	ck_assert_uint_eq(on.doubted, 2);
	end();
}
END_TEST

START_TEST(an_answer_that_came_late_is_not_doubted)
{
	begin(5062);
	ask(1200);
	acknowledge();
	wait_until(35 * NSTIME_S);
	ck_assert_uint_eq(on.unanswered, 1);
	ask(1200);
	answer();
	lose(TCPREASM_TO_CLIENT);
	ck_assert_uint_eq(on.doubted, 0);
	end();
}
END_TEST

START_TEST(one_that_was_not_delivered_is_unknown)
{
	begin(5062);
	ask(1200);
	wait_until(35 * NSTIME_S);
	ck_assert_uint_eq(on.unanswered, 0);
	ck_assert_uint_eq(on.unseen, 1);
	end();
}
END_TEST

START_TEST(lost_packets_prove_nothing)
{
	begin(5062);
	ask(1200);
	acknowledge();
	on.last_drop = 10 * NSTIME_S;
	wait_until(35 * NSTIME_S);
	ck_assert_uint_eq(on.unanswered, 0);
	end();
}
END_TEST

START_TEST(keep_alives_and_flights_are_no_requests)
{
	begin(5062);
	ask(399);
	acknowledge();
	tell(TLSFLOW_RECORD, TLSFLOW_CLIENT, 2000, true);
	wait_until(60 * NSTIME_S);
	ck_assert_uint_eq(on.unanswered, 0);
	end();
}
END_TEST

START_TEST(what_follows_a_push_may_be_a_response)
{
	begin(5062);
	answer();
	ask(1200);
	acknowledge();
	wait_until(60 * NSTIME_S);
	ck_assert_uint_eq(on.unanswered, 0);
	ask(1200);
	acknowledge();
	wait_until(120 * NSTIME_S);
	ck_assert_uint_eq(on.unanswered, 1);
	end();
}
END_TEST

START_TEST(a_push_may_bring_several_responses)
{
	begin(5062);
	answer();
	ask(600);
	ask(600);
	acknowledge();
	wait_until(70 * NSTIME_S);
	ck_assert_uint_eq(on.unanswered, 0);
	end();
}
END_TEST

START_TEST(a_second_message_after_an_answer_is_a_push)
{
	begin(5062);
	ask(1200);
	tell(TLSFLOW_RECORD, TLSFLOW_SERVER, 700, false);
	tell(TLSFLOW_RECORD, TLSFLOW_SERVER, 1500, false);
	ask(600);
	acknowledge();
	wait_until(70 * NSTIME_S);
	ck_assert_uint_eq(on.unanswered, 0);
	end();
}
END_TEST

START_TEST(what_may_be_an_exchange_is_told_as_one)
{
	begin(5062);
	answer();
	ck_assert_uint_eq(on.answered, 0);
	for (unsigned i = 1; i < 10; i++) {
		on.wire.now += 20 * NSTIME_S;
		ask(1200);
		on.wire.now += 2 * NSTIME_S;
		answer();
		ck_assert_uint_eq(on.answered, i);
	}
	end();
}
END_TEST

START_TEST(an_answer_in_two_records_is_no_push)
{
	begin(5062);
	ask(1200);
	answer();
	answer();
	ask(1200);
	acknowledge();
	wait_until(60 * NSTIME_S);
	ck_assert_uint_eq(on.unanswered, 1);
	end();
}
END_TEST

START_TEST(a_client_may_hang_up_once_its_time_is_over)
{
	begin(5062);
	ask(1200);
	acknowledge();
	on.wire.now = 33 * NSTIME_S;
	tell(TLSFLOW_ENDED, TLSFLOW_CLIENT, 0, false);
	ck_assert_uint_eq(on.unanswered, 1);
	end();
	begin(5062);
	ask(1200);
	acknowledge();
	on.wire.now = 5 * NSTIME_S;
	tell(TLSFLOW_ENDED, TLSFLOW_CLIENT, 0, false);
	wait_until(60 * NSTIME_S);
	ck_assert_uint_eq(on.unanswered, 0);
	end();
}
END_TEST

START_TEST(on_other_ports_a_host_is_active_once_a_second)
{
	begin(5061);
	for (int i = 0; i < 5; i++)
		ask(1200);
	ck_assert_uint_eq(on.active, 1);
	on.wire.now += NSTIME_S;
	ask(1200);
	ck_assert_uint_eq(on.active, 2);
	wait_until(60 * NSTIME_S);
	ck_assert_uint_eq(on.unanswered, 0);
	end();
}
END_TEST

UNIT("exchanges", a_request_and_what_comes_back_are_an_exchange,
    one_delivered_with_nothing_back_is_unanswered,
    what_the_server_sent_unseen_may_have_been_the_answer,
    an_answer_that_came_late_is_not_doubted,
    one_that_was_not_delivered_is_unknown, lost_packets_prove_nothing,
    keep_alives_and_flights_are_no_requests,
    what_follows_a_push_may_be_a_response, a_push_may_bring_several_responses,
    a_second_message_after_an_answer_is_a_push,
    what_may_be_an_exchange_is_told_as_one, an_answer_in_two_records_is_no_push,
    a_client_may_hang_up_once_its_time_is_over,
    on_other_ports_a_host_is_active_once_a_second)
