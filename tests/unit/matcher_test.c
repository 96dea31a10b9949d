/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/matcher.h"

#include "rooms.h"
#include "unit/outcomes.h"
#include "unit/wire.h"

#define SERVICE(call)                                                          \
	"SERVICE sip:edge:5062 SIP/2.0\r\n"                                    \
	"Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK" call "\r\n"           \
	"From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\n"                           \
	"Call-ID: " call "\r\nCSeq: 1 SERVICE\r\nContent-Length: 0\r\n\r\n"

#define OK(call, date)                                                         \
	"SIP/2.0 200 OK\r\n"                                                   \
	"Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK" call "\r\n"           \
	"From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>;tag=2\r\n" date                \
	"Call-ID: " call "\r\nCSeq: 1 SERVICE\r\nContent-Length: 0\r\n\r\n"

static struct matcher *matcher;
static struct reader *reader;
static uint64_t number; /* of packets */

static struct {
	unsigned answered, expired, unfinished, clocks, truncated, failed,
	    copies;
	bool watched, reverse_seen, unreachable, lost, acknowledged, lossy;
	struct stamp stamp;
	struct connection_failure failure;
	nstime wall;
} heard;

static void
hear(void *arg, const struct observation *o)
{
	(void)arg;
	if (o->kind == OBSERVATION_CLOCK) {
		heard.clocks++;
		heard.stamp = o->stamp;
	} else if (o->kind == OBSERVATION_TRUNCATED) {
		heard.truncated++;
	} else if (o->kind == OBSERVATION_FAILED) {
		heard.failed++;
		heard.failure = o->failure;
	} else if (o->kind == OBSERVATION_TRANSACTION) {
		heard.answered += o->outcome->event == OUTCOME_ANSWERED;
		heard.expired += o->outcome->event == OUTCOME_EXPIRED;
		heard.unfinished += o->outcome->event == OUTCOME_UNFINISHED;
		heard.watched = o->outcome->watched;
		heard.copies = o->outcome->request.copies;
		heard.reverse_seen = o->delivery.reverse_seen;
		heard.unreachable = o->delivery.unreachable;
		heard.lost = o->delivery.lost;
		heard.acknowledged = o->delivery.acknowledged;
		heard.lossy = o->outcome->signs.loss;
		heard.wall = o->wall;
	}
}

/* Its events come from a reader. */
static void
begin(const char *methods)
{
	static struct matcher_limits limits;
	static struct reader_limits reader_limits;

	rooms_matcher(&limits);
	rooms_reader(&reader_limits);
	limits.methods = methods;
	memset(&heard, 0, sizeof(heard));
	matcher = matcher_new(&limits, hear, NULL);
	reader = reader_new(&reader_limits,
	    &(struct reader_output){
		.event = matcher_input, .hint = matcher_hint, .arg = matcher });
}

static void
end(void)
{
	reader_free(reader);
	matcher_free(matcher);
}

/* The wall clock shows an hour more than `now'. */
static nstime
wall_of(nstime now)
{
	return now + 3600 * NSTIME_S;
}

static void
tick(nstime now)
{
	reader_tick(reader, now, wall_of(now));
	matcher_tick(matcher, now, wall_of(now));
}

static void
finish(nstime now)
{
	reader_finish(reader, now, wall_of(now));
	matcher_finish(matcher, now, wall_of(now));
}

static void
send_packet(const struct wire *w, nstime now)
{
	const struct packet packet = {
		.octets = wire_slice(w),
		.len = wire_slice(w).len,
		.datalink = 1,
		.number = ++number,
		.wall = wall_of(now),
		.now = now,
	};

	tick(now);
	reader_packet(reader, &packet);
}

static uint16_t identification;

static void
send_udp(const char *payload, nstime now)
{
	static struct wire w;

	wire_begin(&w, payload);
	wire_udp(&w, 5060, 5062);
	wire_ipv4(&w, 17, ++identification, 0);
	wire_hex(&w, ETHERNET_IPV4);
	send_packet(&w, now);
}

/* From 192.0.2.2:5062, that is: with the addresses the other way round. */
static void
send_back(const char *payload, nstime now)
{
	static struct wire w;
	uint8_t *ip;

	wire_begin(&w, payload);
	wire_udp(&w, 5062, 5060);
	wire_ipv4(&w, 17, ++identification, 0);
	ip = w.room + w.begin;
	ip[15] = 2;
	ip[19] = 1;
	wire_hex(&w, ETHERNET_IPV4);
	send_packet(&w, now);
}

START_TEST(a_datagram_becomes_an_answered_transaction)
{
	begin("SERVICE");
	send_udp(SERVICE("a"), NSTIME_S);
	send_back(OK("a", ""), 2 * NSTIME_S);
	ck_assert_uint_eq(heard.answered, 1);
	ck_assert(heard.watched);
	ck_assert(heard.reverse_seen);
	ck_assert_int_eq(heard.wall, 3602 * NSTIME_S);
	end();
}
END_TEST

START_TEST(silence_is_told_at_its_deadline_by_time_alone)
{
	begin("SERVICE");
	send_udp(SERVICE("a"), NSTIME_S);
	tick(35 * NSTIME_S - 1);
	ck_assert_uint_eq(heard.expired, 0);
	tick(35 * NSTIME_S);
	ck_assert_uint_eq(heard.expired, 1);
	ck_assert(!heard.reverse_seen);
	ck_assert_uint_ge(matcher_confirmed(matcher), 1);
	end();
}
END_TEST

START_TEST(what_is_not_watched_is_counted_by_port)
{
	begin("INVITE OPTIONS");
	send_udp(SERVICE("a"), NSTIME_S);
	finish(NSTIME_S);
	ck_assert_uint_eq(heard.unfinished, 1);
	ck_assert(!heard.watched);
	ck_assert_uint_eq(matcher_not_watched(matcher, 5062), 1);
	end();
}
END_TEST

START_TEST(an_mras_request_is_watched_whatever_the_methods)
{
	begin("INVITE");
	send_udp("SERVICE sip:edge SIP/2.0\r\n"
		 "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKm\r\n"
		 "From: <sip:a@x>;tag=1\r\n"
		 "To: <sip:b@x;gruu;opaque=srvr:MRAS:x>\r\n"
		 "Call-ID: m\r\nCSeq: 1 SERVICE\r\nContent-Length: 0\r\n\r\n",
	    NSTIME_S);
	finish(NSTIME_S);
	ck_assert(heard.watched);
	end();
}
END_TEST

START_TEST(a_date_is_a_reading_of_the_senders_clock)
{
	begin("SERVICE");
	send_udp(SERVICE("a"), NSTIME_S);
	send_back(
	    OK("a", "Date: Thu, 01 Jan 1970 00:00:02 GMT\r\n"), 2 * NSTIME_S);
	ck_assert_uint_eq(heard.clocks, 1);
	ck_assert_int_eq(heard.stamp.told, 2 * NSTIME_S);
	ck_assert_int_eq(heard.stamp.wall, 3602 * NSTIME_S);
	ck_assert_int_eq(heard.stamp.attribution, STAMP_HOST);
	ck_assert_uint_eq(heard.stamp.peer.octets[3], 2);
	end();
}
END_TEST

START_TEST(a_copy_of_a_dated_message_is_no_second_reading)
{
	begin("SERVICE");
	send_udp(SERVICE("a"), NSTIME_S);
	send_back(
	    OK("a", "Date: Thu, 01 Jan 1970 00:00:02 GMT\r\n"), 2 * NSTIME_S);
	send_back(
	    OK("a", "Date: Thu, 01 Jan 1970 00:00:02 GMT\r\n"), 3 * NSTIME_S);
	ck_assert_uint_eq(heard.clocks, 1);
	end();
}
END_TEST

START_TEST(dropped_packets_are_told_with_the_verdict)
{
	begin("SERVICE");
	send_udp(SERVICE("a"), NSTIME_S);
	reader_dropped(reader, 2 * NSTIME_S);
	matcher_dropped(matcher, 2 * NSTIME_S);
	tick(40 * NSTIME_S);
	ck_assert_uint_eq(heard.expired, 1);
	ck_assert(heard.lost);
	end();
}
END_TEST

#define INVITE(method)                                                         \
	method " sip:edge:5062 SIP/2.0\r\n"                                    \
	       "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKi\r\n"           \
	       "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\n"                    \
	       "Call-ID: i\r\nCSeq: 1 " method "\r\nContent-Length: 0\r\n\r\n"

#define TRYING                                                                 \
	"SIP/2.0 100 Trying\r\n"                                               \
	"Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKi\r\n"                  \
	"From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\n"                           \
	"Call-ID: i\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"

/* An ACK for a final that nobody saw: it makes all silence of five minutes
 * doubtful, and none behind them. */
START_TEST(a_final_that_was_missed_is_told_with_verdicts_for_a_while)
{
	begin("SERVICE");
	send_udp(INVITE("INVITE"), NSTIME_S);
	send_back(TRYING, NSTIME_S);
	send_udp(INVITE("ACK"), 2 * NSTIME_S);
	send_udp(SERVICE("a"), 267 * NSTIME_S);
	tick(301 * NSTIME_S);
	ck_assert_uint_ge(heard.expired, 1);
	ck_assert(heard.lossy);
	send_udp(SERVICE("b"), 302 * NSTIME_S);
	tick(336 * NSTIME_S);
	ck_assert(!heard.lossy);
	end();
}
END_TEST

START_TEST(icmp_unreachable_is_told_with_the_verdict)
{
	static struct wire w;

	begin("SERVICE");
	send_udp(SERVICE("a"), NSTIME_S);
	wire_begin(&w, "SERVICE ");
	wire_udp(&w, 5060, 5062);
	wire_ipv4(&w, 17, 9, 0);
	wire_hex(&w, "0303 0000 00000000");
	wire_ipv4(&w, 1, 10, 0);
	wire_hex(&w, ETHERNET_IPV4);
	send_packet(&w, 2 * NSTIME_S);
	tick(40 * NSTIME_S);
	ck_assert(heard.unreachable);
	end();
}
END_TEST

START_TEST(a_rebase_leaves_what_was_open_unjudged)
{
	begin("SERVICE");
	send_udp(SERVICE("a"), NSTIME_S);
	finish(2 * NSTIME_S);
	reader_rebase(reader, 2 * NSTIME_S, wall_of(2 * NSTIME_S));
	ck_assert_uint_eq(heard.unfinished, 1);
	tick(100 * NSTIME_S);
	ck_assert_uint_eq(heard.expired, 0);
	end();
}
END_TEST

/* TCP on 192.0.2.1:5060 to 192.0.2.2:5062, or back. */
static void
send_tcp(bool there, uint8_t flags, uint32_t acknowledges, const char *octets,
    nstime now)
{
	static struct wire w;
	uint8_t *ip;

	wire_begin(&w, octets);
	wire_segment(&w, there ? 5060 : 5062, there ? 5062 : 5060,
	    (flags & TCP_SYN) != 0 ? 0 : 1, acknowledges, flags);
	wire_ipv4(&w, 6, ++identification, 0);
	ip = w.room + w.begin;
	ip[15] = there ? 1 : 2;
	ip[19] = there ? 2 : 1;
	wire_hex(&w, ETHERNET_IPV4);
	send_packet(&w, now);
}

static void
ask_by_tcp(nstime now)
{
	send_tcp(true, TCP_SYN, 0, "", now);
	send_tcp(false, TCP_SYN | TCP_ACK, 1, "", now);
	send_tcp(true, TCP_ACK, 1, SERVICE("t"), now);
}

START_TEST(what_tcp_delivered_is_told_with_the_verdict)
{
	const uint32_t end_of_request = 1 + sizeof(SERVICE("t")) - 1;

	begin("SERVICE");
	ask_by_tcp(NSTIME_S);
	tick(40 * NSTIME_S);
	ck_assert_uint_eq(heard.expired, 1);
	ck_assert(!heard.acknowledged);
	end();
	begin("SERVICE");
	ask_by_tcp(NSTIME_S);
	send_tcp(false, TCP_ACK, end_of_request, "", 2 * NSTIME_S);
	tick(40 * NSTIME_S);
	ck_assert_uint_eq(heard.expired, 1);
	ck_assert(heard.acknowledged);
	ck_assert(heard.reverse_seen);
	end();
}
END_TEST

static struct sip_message
service(void)
{
	return (struct sip_message){
		.is_request = true,
		.method = slice_text("SERVICE"),
		.call_id = slice_text("d"),
		.cseq = 1,
		.via_branch = slice_text("z9hG4bKd"),
	};
}

START_TEST(what_two_sources_show_is_no_retransmission)
{
	struct sip_message m = service();
	struct event event = {
		.kind = EVENT_MESSAGE,
		.now = NSTIME_S,
		.wall = wall_of(NSTIME_S),
		.message = { .octets = slice_text("SERVICE"), .message = &m },
	};

	begin("SERVICE");
	for (unsigned i = 0; i < 4; i++) {
		event.reader = i & 1;
		event.now = (1 + i / 2) * NSTIME_S;
		event.message.origin.now = event.now;
		matcher_input(matcher, &event);
	}
	tick(60 * NSTIME_S);
	ck_assert_uint_eq(heard.copies, 3);
	end();
}
END_TEST

/* Of two threads, one makes keys and the other does not: a copy is told from a
 * new request all the same. */
START_TEST(keys_that_came_with_a_message_are_those_that_are_made_here)
{
	const struct siphash_key key = { .k0 = 0 }; /* that of rooms.h */
	struct sip_message m = service();
	struct event event = {
		.kind = EVENT_MESSAGE,
		.message = { .octets = slice_text("SERVICE"),
		    .message = &m,
		    .keys = txnkey_all(&key, &m) },
	};

	begin("SERVICE");
	for (unsigned i = 0; i < 4; i++) {
		event.message.keyed = i % 2 == 1;
		event.now = event.message.origin.now = i * NSTIME_S;
		matcher_expect(matcher, &event);
		matcher_expect_entry(matcher, &event);
		matcher_input(matcher, &event);
	}
	tick(60 * NSTIME_S);
	ck_assert_uint_eq(heard.copies, 4);
	ck_assert_uint_eq(heard.expired, 1);
	end();
}
END_TEST

static void
unanswered(uint64_t copies)
{
	const struct event event = {
		.kind = EVENT_UNANSWERED,
		.now = 8 * NSTIME_S,
		.unanswered = {
			.client = outcomes_endpoint("192.0.2.1", 40000),
			.server = outcomes_endpoint("192.0.2.2", 5062),
			.copies = copies,
		},
	};

	matcher_input(matcher, &event);
}

static void
unreachable(nstime now)
{
	const struct event event = {
		.kind = EVENT_UNREACHABLE,
		.now = now,
		.unreachable = {
			.protocol = 6,
			.from = outcomes_endpoint("192.0.2.1", 40000),
			.to = outcomes_endpoint("192.0.2.2", 5062),
		},
	};

	matcher_input(matcher, &event);
}

START_TEST(a_syn_repeated_in_vain_is_unanswered)
{
	begin("");
	unanswered(2);
	ck_assert_uint_eq(heard.failed, 1);
	ck_assert_int_eq(heard.failure.class, CONNECTION_UNANSWERED);
	end();
}
END_TEST

START_TEST(a_syn_sent_once_is_nothing)
{
	begin("");
	unanswered(1);
	ck_assert_uint_eq(heard.failed, 0);
	end();
}
END_TEST

START_TEST(what_icmp_told_is_not_told_again)
{
	begin("");
	unreachable(7 * NSTIME_S);
	ck_assert_uint_eq(heard.failed, 1);
	ck_assert_int_eq(heard.failure.class, CONNECTION_UNREACHABLE);
	unanswered(2);
	ck_assert_uint_eq(heard.failed, 1);
	end();
}
END_TEST

UNIT("matcher", a_datagram_becomes_an_answered_transaction,
    silence_is_told_at_its_deadline_by_time_alone,
    what_is_not_watched_is_counted_by_port,
    an_mras_request_is_watched_whatever_the_methods,
    a_date_is_a_reading_of_the_senders_clock,
    a_copy_of_a_dated_message_is_no_second_reading,
    dropped_packets_are_told_with_the_verdict,
    a_final_that_was_missed_is_told_with_verdicts_for_a_while,
    icmp_unreachable_is_told_with_the_verdict,
    a_rebase_leaves_what_was_open_unjudged,
    what_tcp_delivered_is_told_with_the_verdict,
    what_two_sources_show_is_no_retransmission,
    keys_that_came_with_a_message_are_those_that_are_made_here,
    a_syn_repeated_in_vain_is_unanswered, a_syn_sent_once_is_nothing,
    what_icmp_told_is_not_told_again)
