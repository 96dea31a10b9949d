/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/tap.h"

#include "rooms.h"
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

static struct {
	unsigned answered, expired, unfinished, clocks, truncated;
	bool watched, reverse_seen, unreachable, lost;
	struct stamp stamp;
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
	} else if (o->kind == OBSERVATION_TRANSACTION) {
		heard.answered += o->outcome->event == OUTCOME_ANSWERED;
		heard.expired += o->outcome->event == OUTCOME_EXPIRED;
		heard.unfinished += o->outcome->event == OUTCOME_UNFINISHED;
		heard.watched = o->outcome->watched;
		heard.reverse_seen = o->delivery.reverse_seen;
		heard.unreachable = o->delivery.unreachable;
		heard.lost = o->delivery.lost;
		heard.wall = o->wall;
	}
}

static struct tap *
tap_of(const char *methods)
{
	static struct tap_limits limits;

	rooms_tap(&limits);
	limits.methods = methods;
	memset(&heard, 0, sizeof(heard));
	return tap_new(&limits, hear, NULL);
}

/* The wall clock shows an hour more than `now'. */
static void
send_packet(struct tap *tap, const struct wire *w, nstime now)
{
	const struct packet packet = {
		.octets = wire_slice(w),
		.len = wire_slice(w).len,
		.datalink = 1,
		.wall = now + 3600 * NSTIME_S,
		.now = now,
	};

	tap_tick(tap, now);
	tap_packet(tap, &packet);
}

static uint16_t identification;

static void
send_udp(struct tap *tap, const char *payload, nstime now)
{
	static struct wire w;

	wire_begin(&w, payload);
	wire_udp(&w, 5060, 5062);
	wire_ipv4(&w, 17, ++identification, 0);
	wire_hex(&w, ETHERNET_IPV4);
	send_packet(tap, &w, now);
}

/* From 192.0.2.2:5062, that is: with the addresses the other way round. */
static void
send_back(struct tap *tap, const char *payload, nstime now)
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
	send_packet(tap, &w, now);
}

START_TEST(a_datagram_becomes_an_answered_transaction)
{
	struct tap *tap = tap_of("SERVICE");
	struct tap_counts counts;

	send_udp(tap, SERVICE("a"), NSTIME_S);
	send_back(tap, OK("a", ""), 2 * NSTIME_S);
	tap_counts(tap, &counts);
	ck_assert_uint_eq(counts.messages, 2);
	ck_assert_uint_eq(heard.answered, 1);
	ck_assert(heard.watched);
	ck_assert(heard.reverse_seen);
	ck_assert_int_eq(heard.wall, 3602 * NSTIME_S);
	tap_free(tap);
}
END_TEST

START_TEST(silence_is_told_at_its_deadline_by_time_alone)
{
	struct tap *tap = tap_of("SERVICE");
	struct tap_counts counts;

	send_udp(tap, SERVICE("a"), NSTIME_S);
	tap_tick(tap, 35 * NSTIME_S - 1);
	ck_assert_uint_eq(heard.expired, 0);
	tap_tick(tap, 35 * NSTIME_S);
	ck_assert_uint_eq(heard.expired, 1);
	ck_assert(!heard.reverse_seen);
	tap_counts(tap, &counts);
	ck_assert_uint_ge(counts.confirmed, 1);
	tap_free(tap);
}
END_TEST

START_TEST(what_is_not_watched_is_counted_by_port)
{
	struct tap *tap = tap_of("INVITE OPTIONS");

	send_udp(tap, SERVICE("a"), NSTIME_S);
	tap_finish(tap, NSTIME_S);
	ck_assert_uint_eq(heard.unfinished, 1);
	ck_assert(!heard.watched);
	ck_assert_uint_eq(tap_not_watched(tap, 5062), 1);
	tap_free(tap);
}
END_TEST

START_TEST(an_mras_request_is_watched_whatever_the_methods)
{
	struct tap *tap = tap_of("INVITE");

	send_udp(tap,
	    "SERVICE sip:edge SIP/2.0\r\n"
	    "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKm\r\n"
	    "From: <sip:a@x>;tag=1\r\n"
	    "To: <sip:b@x;gruu;opaque=srvr:MRAS:x>\r\n"
	    "Call-ID: m\r\nCSeq: 1 SERVICE\r\nContent-Length: 0\r\n\r\n",
	    NSTIME_S);
	tap_finish(tap, NSTIME_S);
	ck_assert(heard.watched);
	tap_free(tap);
}
END_TEST

START_TEST(a_date_is_a_reading_of_the_senders_clock)
{
	struct tap *tap = tap_of("SERVICE");

	send_udp(tap, SERVICE("a"), NSTIME_S);
	send_back(tap, OK("a", "Date: Thu, 01 Jan 1970 00:00:02 GMT\r\n"),
	    2 * NSTIME_S);
	ck_assert_uint_eq(heard.clocks, 1);
	ck_assert_int_eq(heard.stamp.told, 2 * NSTIME_S);
	ck_assert_int_eq(heard.stamp.wall, 3602 * NSTIME_S);
	ck_assert_int_eq(heard.stamp.attribution, STAMP_HOST);
	ck_assert_uint_eq(heard.stamp.peer.octets[3], 2);
	tap_free(tap);
}
END_TEST

START_TEST(a_copy_of_a_dated_message_is_no_second_reading)
{
	struct tap *tap = tap_of("SERVICE");

	send_udp(tap, SERVICE("a"), NSTIME_S);
	send_back(tap, OK("a", "Date: Thu, 01 Jan 1970 00:00:02 GMT\r\n"),
	    2 * NSTIME_S);
	send_back(tap, OK("a", "Date: Thu, 01 Jan 1970 00:00:02 GMT\r\n"),
	    3 * NSTIME_S);
	ck_assert_uint_eq(heard.clocks, 1);
	tap_free(tap);
}
END_TEST

START_TEST(dropped_packets_are_told_with_the_verdict)
{
	struct tap *tap = tap_of("SERVICE");

	send_udp(tap, SERVICE("a"), NSTIME_S);
	tap_dropped(tap, 7, 2 * NSTIME_S);
	tap_tick(tap, 40 * NSTIME_S);
	ck_assert_uint_eq(heard.expired, 1);
	ck_assert(heard.lost);
	tap_free(tap);
}
END_TEST

START_TEST(icmp_unreachable_is_told_with_the_verdict)
{
	static struct wire w;
	struct tap *tap = tap_of("SERVICE");

	send_udp(tap, SERVICE("a"), NSTIME_S);
	wire_begin(&w, "SERVICE ");
	wire_udp(&w, 5060, 5062);
	wire_ipv4(&w, 17, 9, 0);
	wire_hex(&w, "0303 0000 00000000");
	wire_ipv4(&w, 1, 10, 0);
	wire_hex(&w, ETHERNET_IPV4);
	send_packet(tap, &w, 2 * NSTIME_S);
	tap_tick(tap, 40 * NSTIME_S);
	ck_assert(heard.unreachable);
	tap_free(tap);
}
END_TEST

START_TEST(a_rebase_leaves_what_was_open_unjudged)
{
	struct tap *tap = tap_of("SERVICE");

	send_udp(tap, SERVICE("a"), NSTIME_S);
	tap_rebase(tap, 2 * NSTIME_S);
	ck_assert_uint_eq(heard.unfinished, 1);
	tap_tick(tap, 100 * NSTIME_S);
	ck_assert_uint_eq(heard.expired, 0);
	tap_free(tap);
}
END_TEST

START_TEST(sip_cut_by_the_snaplen_is_told)
{
	static struct wire w;
	struct tap *tap = tap_of("SERVICE");
	struct packet packet = { .datalink = 1, .now = 1, .wall = 1 };

	wire_begin(&w, SERVICE("a"));
	wire_udp(&w, 5060, 5062);
	wire_ipv4(&w, 17, 1, 0);
	wire_hex(&w, ETHERNET_IPV4);
	packet.octets = slice_first(wire_slice(&w), 100);
	packet.len = wire_slice(&w).len;
	tap_packet(tap, &packet);
	ck_assert_uint_eq(heard.truncated, 1);
	tap_free(tap);
}
END_TEST

/* Folded, so that not the scanner reads it. */
START_TEST(a_larger_message_is_taken_once_that_is_set)
{
	static struct tap_limits limits;
	struct tap_counts counts;
	struct tap *tap;

	rooms_tap(&limits);
	limits.message.octets = 100;
	tap = tap_new(&limits, hear, NULL);
	for (int i = 0; i < 2; i++) {
		send_udp(tap,
		    "SERVICE sip:edge SIP/2.0\r\n"
		    "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKm\r\n"
		    "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\n"
		    "Call-ID: m\r\nCSeq: 1 SERVICE\r\n"
		    "Subject: long\r\n enough\r\n\r\n",
		    NSTIME_S);
		tap_counts(tap, &counts);
		ck_assert_uint_eq(counts.messages, i);
		limits.message.octets = 65536;
		tap_set(tap, &limits);
	}
	tap_free(tap);
}
END_TEST

UNIT("tap", a_datagram_becomes_an_answered_transaction,
    silence_is_told_at_its_deadline_by_time_alone,
    what_is_not_watched_is_counted_by_port,
    an_mras_request_is_watched_whatever_the_methods,
    a_date_is_a_reading_of_the_senders_clock,
    a_copy_of_a_dated_message_is_no_second_reading,
    dropped_packets_are_told_with_the_verdict,
    icmp_unreachable_is_told_with_the_verdict,
    a_rebase_leaves_what_was_open_unjudged, sip_cut_by_the_snaplen_is_told,
    a_larger_message_is_taken_once_that_is_set)
