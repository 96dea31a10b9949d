/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/reader.h"

#include "rooms.h"
#include "unit/wire.h"

#define OPTIONS                                                                \
	"OPTIONS sip:b@x SIP/2.0\r\n"                                          \
	"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKm\r\n"                       \
	"From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\n"                           \
	"Call-ID: m\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"

static struct reader *reader;
static struct reader_limits limits;
static uint64_t number;

static struct {
	unsigned messages, packets, unreachable, unanswered, flows, observed;
	unsigned hints;
	struct event last;
	struct origin origin;
	struct event_flow facts;
	enum observation_kind kind;
} heard;

static void
hear(void *arg, const struct event *e)
{
	(void)arg;
	heard.messages += e->kind == EVENT_MESSAGE;
	heard.packets += e->kind == EVENT_PACKET;
	heard.unreachable += e->kind == EVENT_UNREACHABLE;
	heard.unanswered += e->kind == EVENT_UNANSWERED;
	heard.flows += e->kind == EVENT_FLOW;
	heard.observed += e->kind == EVENT_OBSERVED;
	heard.last = *e;
	if (e->kind == EVENT_MESSAGE) {
		heard.origin = e->message.origin;
		ck_assert(slice_is(e->message.message->call_id, "m"));
	}
	if (e->kind == EVENT_FLOW)
		heard.facts = e->facts;
	if (e->kind == EVENT_OBSERVED)
		heard.kind = e->observation->kind;
}

static void
hint(void *arg, const struct address *from, const struct address *to)
{
	(void)arg;
	ck_assert_int_eq(from->version, to->version);
	heard.hints++;
}

static void
begin_reader(void)
{
	memset(&heard, 0, sizeof(heard));
	number = 0;
	reader = reader_new(
	    &limits, &(struct reader_output){ .event = hear, .hint = hint });
	ck_assert_ptr_nonnull(reader);
}

static void
begin(void)
{
	rooms_reader(&limits);
	begin_reader();
}

/* The wall clock shows an hour more than `now'; `caplen' octets at most. */
static bool
send_packet(struct wire *w, size_t caplen, nstime now)
{
	struct packet packet = {
		.datalink = 1,
		.number = ++number,
		.wall = now + 3600 * NSTIME_S,
		.now = now,
	};

	wire_hex(w, ETHERNET_IPV4);
	packet.octets = slice_first(wire_slice(w), caplen);
	packet.len = wire_slice(w).len;
	reader_tick(reader, now, now + 3600 * NSTIME_S);
	return reader_packet(reader, &packet);
}

static bool
send_udp(const char *payload, uint16_t port, size_t caplen, nstime now)
{
	static struct wire w;

	wire_begin(&w, payload);
	wire_udp(&w, 5060, port);
	wire_ipv4(&w, 17, (uint16_t)(number + 1), 0);
	return send_packet(&w, caplen, now);
}

static void
send_tcp(bool there, uint8_t flags, uint32_t acknowledges, const char *octets,
    nstime now)
{
	static struct wire w;
	uint8_t *ip;

	wire_begin(&w, octets);
	wire_segment(&w, there ? 40000 : 5060, there ? 5060 : 40000,
	    (flags & TCP_SYN) != 0 ? 0 : 1, acknowledges, flags);
	wire_ipv4(&w, 6, (uint16_t)(number + 1), 0);
	ip = w.room + w.begin;
	ip[15] = there ? 1 : 2;
	ip[19] = there ? 2 : 1;
	send_packet(&w, SIZE_MAX, now);
}

START_TEST(a_datagram_with_sip_is_a_message)
{
	struct reader_counts counts;

	begin();
	send_udp(OPTIONS, 5062, SIZE_MAX, NSTIME_S);
	ck_assert_uint_eq(heard.messages, 1);
	ck_assert_uint_eq(heard.packets, 0);
	ck_assert_uint_eq(heard.hints, 1);
	ck_assert_int_eq(heard.origin.transport, TRANSPORT_UDP);
	ck_assert_uint_eq(heard.origin.flow, 0);
	ck_assert_int_eq(heard.origin.to.port, 5062);
	ck_assert_int_eq(heard.last.now, NSTIME_S);
	ck_assert_int_eq(heard.last.wall, 3601 * NSTIME_S);
	ck_assert_uint_eq(heard.last.packet, 1);
	reader_counts(reader, &counts);
	ck_assert_uint_eq(counts.packets, 1);
	ck_assert_uint_eq(counts.messages, 1);
	ck_assert_uint_eq(counts.signalling, 1);
	reader_free(reader);
}
END_TEST

START_TEST(one_without_is_a_packet_all_the_same)
{
	begin();
	send_udp("\r\n\r\n", 5062, SIZE_MAX, NSTIME_S);
	ck_assert_uint_eq(heard.messages, 0);
	ck_assert_uint_eq(heard.packets, 1);
	ck_assert_uint_eq(heard.last.packet_of.to.octets[3], 2);
	reader_free(reader);
}
END_TEST

START_TEST(sip_cut_by_the_snaplen_is_told)
{
	begin();
	send_udp(OPTIONS, 5062, 100, NSTIME_S);
	ck_assert_uint_eq(heard.observed, 1);
	ck_assert_int_eq(heard.kind, OBSERVATION_TRUNCATED);
	reader_free(reader);
}
END_TEST

/* Folded, so that not the scanner reads it. */
START_TEST(a_larger_message_is_taken_once_that_is_set)
{
	rooms_reader(&limits);
	limits.message.octets = 100;
	begin_reader();
	for (unsigned i = 0; i < 2; i++) {
		send_udp("OPTIONS sip:b@x SIP/2.0\r\n"
			 "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKm\r\n"
			 "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\n"
			 "Call-ID: m\r\nCSeq: 1 OPTIONS\r\n"
			 "Subject: long\r\n enough\r\n\r\n",
		    5062, SIZE_MAX, NSTIME_S);
		ck_assert_uint_eq(heard.messages, i);
		limits.message.octets = 65536;
		reader_set(reader, &limits);
	}
	reader_free(reader);
}
END_TEST

START_TEST(a_message_on_tcp_is_of_a_flow_whose_facts_are_told)
{
	const uint32_t end = 1 + sizeof(OPTIONS) - 1;

	begin();
	send_tcp(true, TCP_SYN, 0, "", NSTIME_S);
	send_tcp(false, TCP_SYN | TCP_ACK, 1, "", NSTIME_S);
	send_tcp(true, TCP_ACK, 1, OPTIONS, NSTIME_S);
	ck_assert_uint_eq(heard.messages, 1);
	ck_assert_uint_eq(heard.packets, 3);
	ck_assert_uint_eq(heard.flows, 1);
	ck_assert_uint_eq(heard.origin.flow, 1);
	ck_assert_uint_eq(heard.origin.flow_end, end - 1);
	ck_assert(heard.origin.to_server);
	send_tcp(false, TCP_ACK, end, "", 2 * NSTIME_S);
	ck_assert_int_eq(heard.last.kind, EVENT_ACKNOWLEDGED);
	ck_assert_int_eq(heard.last.acknowledged.direction, TCPREASM_TO_SERVER);
	ck_assert_uint_eq(heard.last.acknowledged.upto, end - 1);
	send_tcp(false, TCP_ACK | TCP_RST, end, "", 3 * NSTIME_S);
	ck_assert_uint_eq(heard.flows, 2);
	ck_assert_uint_eq(
	    heard.facts.ways[TCPREASM_TO_SERVER].acknowledged, end - 1);
	ck_assert(heard.facts.ended);
	ck_assert(!heard.facts.forgotten);
	reader_rebase(reader, 4 * NSTIME_S, 4 * NSTIME_S);
	ck_assert_uint_eq(heard.flows, 3);
	ck_assert(heard.facts.forgotten);
	ck_assert_int_eq(heard.last.task, EVENT_BY_END);
	reader_free(reader);
}
END_TEST

START_TEST(a_syn_without_an_answer_is_told_with_its_copies)
{
	begin();
	send_tcp(true, TCP_SYN, 0, "", NSTIME_S);
	send_tcp(true, TCP_SYN, 0, "", 2 * NSTIME_S);
	reader_tick(reader, 9 * NSTIME_S, 9 * NSTIME_S);
	ck_assert_uint_eq(heard.unanswered, 1);
	ck_assert_uint_eq(heard.last.unanswered.copies, 2);
	ck_assert_int_eq(heard.last.task, EVENT_BY_TCP_TIMER);
	ck_assert_uint_eq(heard.last.packet, 0);
	reader_free(reader);
}
END_TEST

START_TEST(other_ports_are_counted_and_nothing_is_told)
{
	begin();
	send_udp("hello", 9, SIZE_MAX, NSTIME_S);
	ck_assert_uint_eq(heard.packets, 1); /* it came from 5060 */
	limits.sip_ports = (struct portset){ .bits = { 0 } };
	reader_set(reader, &limits);
	send_udp("hello", 9, SIZE_MAX, NSTIME_S);
	ck_assert_uint_eq(heard.packets, 1);
	send_udp("SIP/2.0 200 OK\r\n\r\n", 9, SIZE_MAX, NSTIME_S);
	ck_assert_uint_eq(heard.packets, 2);
	reader_free(reader);
}
END_TEST

START_TEST(datagrams_that_nobody_wants_change_nothing)
{
	struct reader_counts counts;

	begin();
	limits.sip_ports = (struct portset){ .bits = { 0 } };
	reader_set(reader, &limits);
	ck_assert(!send_udp("\x80 voice", 20000, SIZE_MAX, NSTIME_S));
	ck_assert(send_udp("OPTIONS", 20000, SIZE_MAX, NSTIME_S));
	ck_assert(send_udp("\x80 time", 123, SIZE_MAX, NSTIME_S));
	ck_assert(send_udp("\x80 inside", 2152, SIZE_MAX, NSTIME_S));
	portset_add(&limits.sip_ports, 20000);
	reader_set(reader, &limits);
	ck_assert(send_udp("\x80 voice", 20000, SIZE_MAX, NSTIME_S));
	reader_counts(reader, &counts);
	ck_assert_uint_eq(counts.packets, 5);
	reader_free(reader);
}
END_TEST

UNIT("reader", a_datagram_with_sip_is_a_message,
    one_without_is_a_packet_all_the_same, sip_cut_by_the_snaplen_is_told,
    a_larger_message_is_taken_once_that_is_set,
    a_message_on_tcp_is_of_a_flow_whose_facts_are_told,
    a_syn_without_an_answer_is_told_with_its_copies,
    other_ports_are_counted_and_nothing_is_told,
    datagrams_that_nobody_wants_change_nothing)
