/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/attempts.h"

#include "unit/segments.h"

#define THERE TCPREASM_TO_SERVER
#define BACK TCPREASM_TO_CLIENT

static struct {
	struct attempts *attempts;
	struct segments wire;
	struct tlsflow_facts facts;
	struct tcpreasm_event last;
	void *slot;
	unsigned failed, worked;
	struct connection_failure failure;
	enum connection_stage stage;
} on;

static struct context
context(void)
{
	return (struct context){ on.wire.tcp, INT64_MIN };
}

static void
hear(void *arg, uint64_t flow, const struct observation *o)
{
	(void)arg;
	ck_assert_uint_gt(flow, 0);
	if (o->kind == OBSERVATION_FAILED) {
		on.failed++;
		on.failure = o->failure;
	} else {
		ck_assert_int_eq(o->kind, OBSERVATION_WORKED);
		on.worked++;
		on.stage = o->success.stage;
	}
}

static void
tls(enum tlsflow_kind kind, enum tlsflow_side from, size_t octets)
{
	const struct context c = context();

	attempts_tls(on.attempts, &c,
	    &(struct tlsflow_event){
		.kind = kind,
		.tcp = &on.last,
		.facts = &on.facts,
		.from = from,
		.fatal = true,
		.alert = 45,
		.octets = octets,
		.now = on.wire.now,
	    },
	    &on.slot);
}

/* TLS is told to have ended where there was any. */
static void
on_tcp(void *arg, const struct tcpreasm_event *e)
{
	const struct context c = context();

	(void)arg;
	on.last = *e;
	attempts_tcp(on.attempts, &c, e, &on.slot);
	if ((e->fact == TCPREASM_CLOSED || e->fact == TCPREASM_RESET) &&
	    on.facts.client_hello)
		tls(TLSFLOW_ENDED, TLSFLOW_CLIENT, 0);
}

static void
begin(void)
{
	memset(&on, 0, sizeof(on));
	on.attempts = attempts_new(hear, NULL);
	segments_begin(&on.wire, on_tcp, NULL);
}

static void
end(void)
{
	tcpreasm_free(on.wire.tcp);
	ck_assert_ptr_null(on.slot);
	ck_assert_int_eq(attempts_next_deadline(on.attempts), NSTIME_NEVER);
	attempts_free(on.attempts);
}

static void
wait_until(nstime now)
{
	const struct context c = context();

	on.wire.now = now;
	tcpreasm_tick(on.wire.tcp, now);
	attempts_tick(on.attempts, &c, now, now);
}

static void
say_hello(void)
{
	segments_open(&on.wire);
	segments_send(&on.wire, THERE, TCP_ACK, "hello");
	on.facts.client_hello = true;
	tls(TLSFLOW_HELLO, TLSFLOW_CLIENT, 0);
}

static void
answer(void)
{
	segments_send(&on.wire, BACK, TCP_ACK, "hello and certificate");
	on.facts.server_hello = true;
	on.facts.version = 0x0303;
	tls(TLSFLOW_HELLO, TLSFLOW_SERVER, 0);
}

static void failed_as(enum connection_class class)
{
	ck_assert_uint_eq(on.failed, 1);
	ck_assert_int_eq(on.failure.class, class);
	ck_assert_int_eq(on.failure.server.port, 5062);
	end();
}

static void
did_not_fail(void)
{
	ck_assert_uint_eq(on.failed, 0);
	end();
}

START_TEST(a_rst_to_the_syn_is_refused)
{
	begin();
	segments_send(&on.wire, THERE, TCP_SYN, "");
	segments_send(&on.wire, BACK, TCP_RST | TCP_ACK, "");
	failed_as(CONNECTION_REFUSED);
}
END_TEST

/* ICMP may say why, which the matcher knows. */
START_TEST(a_syn_without_an_answer_is_not_judged_here)
{
	begin();
	segments_send(&on.wire, THERE, TCP_SYN, "");
	on.wire.next[THERE]--;
	segments_send(&on.wire, THERE, TCP_SYN, "");
	wait_until(8 * NSTIME_S);
	did_not_fail();
}
END_TEST

START_TEST(stages_are_told_once_each)
{
	begin();
	say_hello();
	ck_assert_uint_eq(on.worked, 1);
	answer();
	ck_assert_uint_eq(on.worked, 2);
	ck_assert_int_eq(on.stage, CONNECTION_ANSWERED);
	segments_send(&on.wire, BACK, TCP_ACK, "more");
	tls(TLSFLOW_ESTABLISHED, TLSFLOW_CLIENT, 0);
	tls(TLSFLOW_ESTABLISHED, TLSFLOW_CLIENT, 0);
	ck_assert_uint_eq(on.worked, 3);
	ck_assert_int_eq(on.stage, CONNECTION_SECURED);
	segments_send(&on.wire, BACK, TCP_RST | TCP_ACK, "");
	did_not_fail();
}
END_TEST

START_TEST(a_reset_before_the_first_answer_is_a_failure)
{
	begin();
	segments_open(&on.wire);
	segments_send(&on.wire, THERE, TCP_ACK, "hello");
	segments_send(&on.wire, BACK, TCP_RST | TCP_ACK, "");
	failed_as(CONNECTION_RESET);
}
END_TEST

START_TEST(a_reset_right_after_accepting_is_a_failure)
{
	begin();
	segments_open(&on.wire);
	segments_send(&on.wire, BACK, TCP_RST | TCP_ACK, "");
	failed_as(CONNECTION_RESET);
}
END_TEST

START_TEST(a_close_right_after_accepting_is_a_failure)
{
	begin();
	segments_open(&on.wire);
	segments_send(&on.wire, BACK, TCP_FIN | TCP_ACK, "");
	on.wire.next[BACK]++;
	segments_send(&on.wire, THERE, TCP_FIN | TCP_ACK, "");
	failed_as(CONNECTION_CLOSED);
}
END_TEST

START_TEST(an_idle_one_that_said_nothing_may_be_reset)
{
	begin();
	segments_open(&on.wire);
	wait_until(3 * NSTIME_S);
	segments_send(&on.wire, BACK, TCP_RST | TCP_ACK, "");
	did_not_fail();
}
END_TEST

static void
exchange(void)
{
	segments_send(&on.wire, THERE, TCP_ACK, "OPTIONS sip:a@b SIP/2.0");
	segments_send(&on.wire, BACK, TCP_ACK, "SIP/2.0 200 OK");
}

START_TEST(a_reset_on_the_next_request_is_a_failure)
{
	begin();
	segments_open(&on.wire);
	exchange();
	wait_until(20 * NSTIME_S);
	segments_send(&on.wire, THERE, TCP_ACK, "OPTIONS sip:a@b SIP/2.0");
	segments_send(&on.wire, BACK, TCP_RST | TCP_ACK, "");
	ck_assert(on.failure.established);
	ck_assert_int_gt(on.failure.after, 19 * NSTIME_S);
	failed_as(CONNECTION_RESET);
}
END_TEST

START_TEST(a_close_of_an_idle_one_that_worked_is_its_end)
{
	begin();
	segments_open(&on.wire);
	exchange();
	segments_send(&on.wire, THERE, TCP_ACK, "ACK sip:a@b SIP/2.0");
	segments_send(&on.wire, THERE, TCP_ACK, "SIP/2.0 200 OK");
	segments_send(&on.wire, BACK, TCP_RST | TCP_ACK, "");
	ck_assert_int_eq(on.stage, CONNECTION_KEPT);
	did_not_fail();
}
END_TEST

START_TEST(one_that_worked_and_then_delivers_nothing_is_a_failure)
{
	begin();
	segments_open(&on.wire);
	exchange();
	wait_until(20 * NSTIME_S);
	for (unsigned i = 0; i < 5; i++) {
		segments_send(
		    &on.wire, THERE, TCP_ACK, "OPTIONS sip:a@b SIP/2.0");
		on.wire.next[THERE] -= 23;
		wait_until(on.wire.now + NSTIME_S);
	}
	wait_until(40 * NSTIME_S);
	ck_assert(on.failure.established);
	ck_assert_uint_eq(on.failure.requests, 1);
	on.wire.next[THERE] += 23;
	segments_send(&on.wire, THERE, TCP_ACK, "OPTIONS sip:b@b SIP/2.0");
	ck_assert_uint_eq(on.failed, 2);
	on.failed--;
	failed_as(CONNECTION_BLACKHOLE);
}
END_TEST

START_TEST(that_it_keeps_working_is_told_once_a_minute)
{
	begin();
	segments_open(&on.wire);
	for (unsigned i = 0; i < 10; i++)
		exchange();
	ck_assert_uint_eq(on.worked, 2);
	wait_until(61 * NSTIME_S);
	for (unsigned i = 0; i < 10; i++)
		exchange();
	ck_assert_uint_eq(on.worked, 3);
	ck_assert_int_eq(on.stage, CONNECTION_KEPT);
	did_not_fail();
}
END_TEST

START_TEST(octets_resent_in_vain_were_not_delivered)
{
	begin();
	segments_open(&on.wire);
	for (int i = 0; i < 4; i++) {
		segments_send(&on.wire, THERE, TCP_ACK, "hello");
		on.wire.next[THERE] -= 5;
		on.wire.now += NSTIME_S;
	}
	wait_until(8 * NSTIME_S);
	failed_as(CONNECTION_BLACKHOLE);
}
END_TEST

START_TEST(an_alert_is_told_with_what_it_says)
{
	begin();
	say_hello();
	answer();
	tls(TLSFLOW_ALERT, TLSFLOW_CLIENT, 0);
	ck_assert_int_eq(on.failure.tls_alert, 45);
	ck_assert_str_eq(on.failure.tls_alert_name, "certificate_expired");
	ck_assert_str_eq(on.failure.tls_version, "TLSv1.2");
	ck_assert(!on.failure.alert_from_server);
	segments_send(&on.wire, THERE, TCP_RST | TCP_ACK, "");
	failed_as(CONNECTION_TLS_ALERT);
}
END_TEST

START_TEST(the_end_of_the_connection_ends_the_handshake)
{
	begin();
	say_hello();
	answer();
	segments_send(&on.wire, BACK, TCP_RST | TCP_ACK, "");
	failed_as(CONNECTION_TLS_CLOSED);
}
END_TEST

START_TEST(an_impatient_client_is_none)
{
	begin();
	say_hello();
	segments_send(&on.wire, THERE, TCP_RST | TCP_ACK, "");
	did_not_fail();
}
END_TEST

START_TEST(a_client_that_gave_up_is_not_reset)
{
	begin();
	say_hello();
	segments_send(&on.wire, THERE, TCP_FIN | TCP_ACK, "");
	on.wire.now += 5 * NSTIME_S;
	segments_send(&on.wire, BACK, TCP_RST | TCP_ACK, "");
	did_not_fail();
}
END_TEST

START_TEST(a_server_that_hangs_up_first_is_not_patient_enough)
{
	begin();
	say_hello();
	segments_send(&on.wire, BACK, TCP_FIN | TCP_ACK, "");
	segments_send(&on.wire, THERE, TCP_FIN | TCP_ACK, "");
	failed_as(CONNECTION_TLS_CLOSED);
}
END_TEST

START_TEST(keep_alives_say_nothing)
{
	begin();
	segments_open(&on.wire);
	segments_send(&on.wire, THERE, TCP_ACK, "\r\n\r\n");
	wait_until(3 * NSTIME_S);
	segments_send(&on.wire, BACK, TCP_RST | TCP_ACK, "");
	did_not_fail();
}
END_TEST

START_TEST(a_lone_reset_may_be_of_a_firewall)
{
	begin();
	segments_send(&on.wire, THERE, TCP_SYN, "");
	segments_send(&on.wire, THERE, TCP_ACK, "");
	segments_send(&on.wire, THERE, TCP_ACK, "hello");
	segments_send(&on.wire, BACK, TCP_RST | TCP_ACK, "");
	did_not_fail();
}
END_TEST

START_TEST(one_that_gave_way_unfinished_is_not_stalled)
{
	begin();
	say_hello();
	segments_send(&on.wire, BACK, TCP_ACK, "");
	on.wire.next[THERE] += 1000000;
	segments_send(&on.wire, THERE, TCP_SYN, "");
	on.wire.next[BACK] += 1000000;
	segments_send(&on.wire, BACK, TCP_SYN | TCP_ACK, "");
	wait_until(31 * NSTIME_S);
	did_not_fail();
}
END_TEST

START_TEST(a_handshake_of_thirty_seconds_is_stalled)
{
	begin();
	say_hello();
	segments_send(&on.wire, BACK, TCP_ACK, "");
	wait_until(29 * NSTIME_S);
	ck_assert_uint_eq(on.failed, 0);
	wait_until(31 * NSTIME_S);
	failed_as(CONNECTION_TLS_STALLED);
}
END_TEST

START_TEST(tls13_is_secure_with_a_finished_and_not_with_less)
{
	begin();
	say_hello();
	answer();
	on.facts.version = 0x0304;
	tls(TLSFLOW_ESTABLISHED, TLSFLOW_CLIENT, 0);
	tls(TLSFLOW_RECORD, TLSFLOW_CLIENT, 19);
	tls(TLSFLOW_RECORD, TLSFLOW_CLIENT, TLSFLOW_FINISHED - 1);
	segments_send(&on.wire, THERE, TCP_RST | TCP_ACK, "");
	ck_assert_uint_eq(on.worked, 2);
	failed_as(CONNECTION_TLS_CLOSED);
	begin();
	say_hello();
	answer();
	on.facts.version = 0x0304;
	tls(TLSFLOW_RECORD, TLSFLOW_CLIENT, 25);
	tls(TLSFLOW_RECORD, TLSFLOW_CLIENT, TLSFLOW_FINISHED);
	ck_assert_int_eq(on.stage, CONNECTION_SECURED);
	segments_send(&on.wire, THERE, TCP_RST | TCP_ACK, "");
	did_not_fail();
}
END_TEST

START_TEST(nothing_is_said_of_what_was_not_seen_whole)
{
	begin();
	segments_send(&on.wire, THERE, TCP_ACK, "mid-way");
	on.facts.client_hello = true;
	tls(TLSFLOW_HELLO, TLSFLOW_CLIENT, 0);
	segments_send(&on.wire, BACK, TCP_ACK, "more");
	segments_send(&on.wire, BACK, TCP_RST | TCP_ACK, "");
	wait_until(60 * NSTIME_S);
	did_not_fail();
}
END_TEST

UNIT("attempts", a_rst_to_the_syn_is_refused,
    a_syn_without_an_answer_is_not_judged_here, stages_are_told_once_each,
    a_reset_before_the_first_answer_is_a_failure,
    a_reset_right_after_accepting_is_a_failure,
    a_close_right_after_accepting_is_a_failure,
    an_idle_one_that_said_nothing_may_be_reset,
    a_reset_on_the_next_request_is_a_failure,
    a_close_of_an_idle_one_that_worked_is_its_end,
    one_that_worked_and_then_delivers_nothing_is_a_failure,
    that_it_keeps_working_is_told_once_a_minute,
    octets_resent_in_vain_were_not_delivered,
    an_alert_is_told_with_what_it_says,
    the_end_of_the_connection_ends_the_handshake, an_impatient_client_is_none,
    a_client_that_gave_up_is_not_reset,
    a_server_that_hangs_up_first_is_not_patient_enough, keep_alives_say_nothing,
    a_lone_reset_may_be_of_a_firewall,
    one_that_gave_way_unfinished_is_not_stalled,
    a_handshake_of_thirty_seconds_is_stalled,
    tls13_is_secure_with_a_finished_and_not_with_less,
    nothing_is_said_of_what_was_not_seen_whole)
