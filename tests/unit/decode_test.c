/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/decode.h"

#include <stdio.h>

#include "unit/wire.h"

#define ETHERNET_HEADER "020000000002 020000000001 "

static struct wire wire;

/* The layer read from the last packet. */
static struct decode_event last;
static char payload[2000];
static unsigned events;

static void
keep(void *arg, const struct decode_event *event)
{
	const struct slice octets = event->transport == DECODE_ICMP
	    ? slice_of(NULL, 0)
	    : event->transport == DECODE_TCP ? event->tcp.payload
					     : event->udp.payload;
	const size_t len =
	    octets.len < sizeof(payload) ? octets.len : sizeof(payload) - 1;

	(void)arg;
	last = *event;
	memset(payload, 0, sizeof(payload));
	if (len > 0)
		memcpy(payload, octets.p, len);
	events++;
}

static struct decode *
decode_with(bool tunnels)
{
	struct decode_limits limits = {
		.tunnels = tunnels,
		.fragments = 80,
		.fragment_octets = 1000000,
		.duplicates = 64,
		.key = { 1, 2 },
	};

	portset_add(&limits.tunnel_ports.vxlan, 4789);
	portset_add(&limits.tunnel_ports.geneve, 6081);
	events = 0;
	return decode_new(&limits, keep, NULL);
}

/* The number of events that the packet in `wire' gives. */
static unsigned
input_at(struct decode *d, int datalink, nstime now)
{
	const struct slice octets = wire_slice(&wire);
	const struct packet packet = {
		.octets = octets,
		.len = octets.len,
		.datalink = datalink,
		.wall = now,
		.now = now,
	};

	events = 0;
	decode_input(d, &packet);
	return events;
}

static unsigned
input(struct decode *d)
{
	return input_at(d, 1, 0);
}

struct wanted {
	const char *name;
	uint64_t value;
};

static void
find_count(void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	struct wanted *wanted = arg;

	(void)kind;
	ck_assert_ptr_nonnull(name);
	if (strcmp(name, wanted->name) == 0)
		wanted->value = value;
}

static uint64_t
count(const struct decode *d, const char *name)
{
	struct wanted wanted = { name, UINT64_MAX };

	decode_stats(d, find_count, &wanted);
	return wanted.value;
}

static void
begin_udp(const char *text)
{
	wire_begin(&wire, text);
	wire_udp(&wire, 5060, 5062);
	wire_ipv4(&wire, 17, 1, 0);
}

/* The same by the descent and at a glance. */
static void
comes_at_a_glance_too(size_t caplen)
{
	struct decode *d = decode_with(true);
	const struct packet packet = {
		.octets = slice_first(wire_slice(&wire), caplen),
		.len = wire_slice(&wire).len,
		.datalink = 1,
	};
	struct decode_event first;
	struct glance glance;

	decode_input(d, &packet);
	ck_assert_uint_eq(events, 1);
	first = last;
	decode_reset(d);
	ck_assert(glance_udp(&packet, &glance));
	decode_glanced(d, &packet, &glance);
	ck_assert_uint_eq(events, 2);
	ck_assert(endpoint_equal(&first.from, &last.from));
	ck_assert(endpoint_equal(&first.to, &last.to));
	ck_assert_int_eq(first.truncated, last.truncated);
	ck_assert(slice_equal(first.udp.payload, last.udp.payload));
	ck_assert_uint_eq(first.udp.payload_len, last.udp.payload_len);
	decode_glanced(d, &packet, &glance);
	ck_assert_uint_eq(count(d, "mirrordup.duplicate"), 1);
	decode_free(d);
}

START_TEST(what_was_seen_at_a_glance_is_decoded_alike)
{
	begin_udp("OPTIONS");
	wire_hex(&wire, ETHERNET_IPV4);
	comes_at_a_glance_too(SIZE_MAX);
	comes_at_a_glance_too(48);
	wire_hex(&wire, "08000000 00002a00"); /* VXLAN */
	wire_udp(&wire, 50000, 4789);
	wire_ipv4(&wire, 17, 2, 0);
	wire_hex(&wire, ETHERNET_IPV4);
	comes_at_a_glance_too(SIZE_MAX);
	ck_assert_uint_eq(last.to.port, 5062);
}
END_TEST

START_TEST(udp_comes_with_its_endpoints)
{
	struct decode *d = decode_with(true);

	begin_udp("OPTIONS");
	wire_hex(&wire, ETHERNET_IPV4);
	ck_assert_uint_eq(input(d), 1);
	ck_assert_int_eq(last.transport, DECODE_UDP);
	ck_assert_uint_eq(last.from.address.octets[3], 1);
	ck_assert_uint_eq(last.from.port, 5060);
	ck_assert_uint_eq(last.to.address.octets[3], 2);
	ck_assert_uint_eq(last.to.port, 5062);
	ck_assert(!last.truncated);
	ck_assert_str_eq(payload, "OPTIONS");
	decode_free(d);
}
END_TEST

START_TEST(tcp_comes_with_its_endpoints)
{
	struct decode *d = decode_with(true);

	wire_begin(&wire, "OPTIONS");
	wire_tcp(&wire, 5060, 5062, 99);
	wire_ipv6(&wire, 6);
	wire_hex(&wire, ETHERNET_IPV6);
	ck_assert_uint_eq(input(d), 1);
	ck_assert_int_eq(last.transport, DECODE_TCP);
	ck_assert_uint_eq(last.from.address.version, 6);
	ck_assert_uint_eq(last.to.port, 5062);
	ck_assert_uint_eq(last.tcp.sequence, 99);
	ck_assert_str_eq(payload, "OPTIONS");
	decode_free(d);
}
END_TEST

START_TEST(unreachable_is_reported_and_its_quote_is_no_message)
{
	struct decode *d = decode_with(true);

	begin_udp("OPTIONS");
	wire_hex(&wire, "0303 0000 00000000");
	wire_ipv4(&wire, 1, 2, 0);
	wire_hex(&wire, ETHERNET_IPV4);
	ck_assert_uint_eq(input(d), 1);
	ck_assert_int_eq(last.transport, DECODE_ICMP);
	ck_assert_uint_eq(last.from.port, 0);
	ck_assert_uint_eq(last.icmp.to.port, 5062);
	decode_free(d);
}
END_TEST

START_TEST(a_packet_cut_by_snaplen_is_truncated)
{
	struct decode *d = decode_with(true);
	struct packet packet = { .datalink = 1 };

	begin_udp("OPTIONS");
	wire_hex(&wire, ETHERNET_IPV4);
	packet.len = wire_slice(&wire).len;
	packet.octets = slice_first(wire_slice(&wire), packet.len - 3);
	decode_input(d, &packet);
	ck_assert_uint_eq(events, 1);
	ck_assert(last.truncated);
	ck_assert_str_eq(payload, "OPTI");
	decode_free(d);
}
END_TEST

START_TEST(padding_of_a_short_frame_is_no_truncation)
{
	struct decode *d = decode_with(true);

	wire_begin(&wire, "four");
	wire_udp(&wire, 5060, 5062);
	wire_ipv4(&wire, 17, 1, 0);
	wire_hex(&wire, ETHERNET_IPV4);
	memmove(wire.room + wire.begin - 14, wire.room + wire.begin,
	    wire_slice(&wire).len);
	wire.begin -= 14;
	ck_assert_uint_eq(input(d), 1);
	ck_assert(!last.truncated);
	ck_assert_str_eq(payload, "four");
	decode_free(d);
}
END_TEST

static void
begin_piece(const struct slice *datagram, size_t offset, size_t len)
{
	const bool more = offset + len < datagram->len;

	wire.begin = sizeof(wire.room);
	wire_front(&wire, slice_between(*datagram, offset, offset + len));
	wire_ipv4(&wire, 17, 7, (uint16_t)(offset / 8 | more * 0x2000));
	wire_hex(&wire, ETHERNET_IPV4);
}

START_TEST(fragments_are_put_together_and_their_mirror_copies_dropped)
{
	static uint8_t store[100];
	struct decode *d = decode_with(true);
	struct slice datagram;

	wire_begin(&wire, "a datagram of three fragments");
	wire_udp(&wire, 5060, 5062);
	memcpy(store, wire_slice(&wire).p, wire_slice(&wire).len);
	datagram = slice_of(store, wire_slice(&wire).len);

	begin_piece(&datagram, 16, 16);
	ck_assert_uint_eq(input(d), 0);
	begin_piece(&datagram, 0, 16);
	ck_assert_uint_eq(input(d), 0);
	ck_assert_uint_eq(input(d), 0);
	begin_piece(&datagram, 32, 16);
	ck_assert_uint_eq(input(d), 1);
	ck_assert_str_eq(payload, "a datagram of three fragments");
	ck_assert_uint_eq(input(d), 0);
	ck_assert_int_eq(decode_next_deadline(d), NSTIME_NEVER);
	ck_assert_uint_eq(count(d, "mirrordup.duplicate"), 2);
	decode_free(d);
}
END_TEST

START_TEST(a_v6_datagram_may_begin_with_more_headers)
{
	struct decode *d = decode_with(true);

	wire_begin(&wire, "");
	wire_hex(&wire, "13c4 13c6 000a 0001");
	wire_hex(&wire, "1100 000000000000");
	wire_fragment(&wire, 60, 0, true);
	wire_ipv6(&wire, 44);
	wire_hex(&wire, ETHERNET_IPV6);
	ck_assert_uint_eq(input(d), 0);
	wire_begin(&wire, "hi");
	wire_fragment(&wire, 60, 16, false);
	wire_ipv6(&wire, 44);
	wire_hex(&wire, ETHERNET_IPV6);
	ck_assert_uint_eq(input(d), 1);
	ck_assert_str_eq(payload, "hi");
	decode_free(d);
}
END_TEST

START_TEST(fragments_time_out)
{
	static const uint8_t octets[100];
	const struct slice datagram = slice_of(octets, sizeof(octets));
	struct decode *d = decode_with(true);

	begin_piece(&datagram, 0, 16);
	input(d);
	ck_assert_int_eq(decode_next_deadline(d), 30 * NSTIME_S);
	decode_tick(d, 30 * NSTIME_S);
	ck_assert_uint_eq(count(d, "ipfrag.timed_out"), 1);
	decode_free(d);
}
END_TEST

START_TEST(a_mirror_copy_of_another_vlan_and_ttl_is_dropped)
{
	struct decode *d = decode_with(true);

	begin_udp("OPTIONS");
	wire_hex(&wire, ETHERNET_IPV4);
	ck_assert_uint_eq(input(d), 1);
	begin_udp("OPTIONS");
	wire.room[wire.begin + 8] = 63;
	wire.room[wire.begin + 1] = 0xb8;
	wire_hex(&wire, ETHERNET_HEADER "8100 0005 0800");
	ck_assert_uint_eq(input_at(d, 1, 99 * NSTIME_MS), 0);
	ck_assert_uint_eq(input_at(d, 1, 500 * NSTIME_MS), 1);
	decode_reset(d);
	ck_assert_uint_eq(input_at(d, 1, 500 * NSTIME_MS), 1);
	decode_free(d);
}
END_TEST

/* Every tunnel leads to the datagram inside. */
START_TEST(tunnels_are_followed)
{
	struct decode *d = decode_with(true);

	begin_udp("in IP in IP");
	wire_ipv4(&wire, 4, 1, 0);
	ck_assert_uint_eq(input_at(d, 101, 0), 1);
	ck_assert_str_eq(payload, "in IP in IP");

	begin_udp("in 6in4");
	wire_ipv6(&wire, 4);
	wire_ipv4(&wire, 41, 1, 0);
	ck_assert_uint_eq(input_at(d, 101, 0), 1);
	ck_assert_str_eq(payload, "in 6in4");

	begin_udp("in ERSPAN III");
	wire_hex(&wire, ETHERNET_HEADER "8100 0007 0800");
	wire_hex(&wire, "1000 22eb 00000001 20010001 00000000 0000 0000");
	wire_ipv4(&wire, 47, 1, 0);
	ck_assert_uint_eq(input_at(d, 101, 0), 1);
	ck_assert_str_eq(payload, "in ERSPAN III");

	begin_udp("in VXLAN");
	wire_hex(&wire, ETHERNET_IPV4);
	wire_hex(&wire, "08000000 00000100");
	wire_udp(&wire, 40000, 4789);
	wire_ipv6(&wire, 17);
	ck_assert_uint_eq(input_at(d, 101, 0), 1);
	ck_assert_str_eq(payload, "in VXLAN");

	begin_udp("in PPTP");
	wire_hex(&wire, "3001 880b 00100001 00000001 ff03 0021");
	wire_ipv4(&wire, 47, 1, 0);
	ck_assert_uint_eq(input_at(d, 101, 0), 1);
	ck_assert_str_eq(payload, "in PPTP");
	decode_free(d);
}
END_TEST

START_TEST(without_tunnels_udp_is_udp)
{
	struct decode *d = decode_with(false);

	begin_udp("in VXLAN");
	wire_hex(&wire, ETHERNET_IPV4);
	wire_hex(&wire, "08000000 00000100");
	wire_udp(&wire, 40000, 4789);
	wire_ipv4(&wire, 17, 1, 0);
	ck_assert_uint_eq(input_at(d, 101, 0), 1);
	ck_assert_uint_eq(last.to.port, 4789);

	begin_udp("in IP in IP");
	wire_ipv4(&wire, 4, 1, 0);
	ck_assert_uint_eq(input_at(d, 101, 0), 0);
	ck_assert_uint_eq(count(d, "ip.other_protocol"), 1);
	decode_free(d);
}
END_TEST

START_TEST(the_same_packet_in_two_tunnels_is_a_duplicate)
{
	struct decode *d = decode_with(true);

	begin_udp("mirrored on both sides of a switch");
	wire_ipv4(&wire, 4, 1, 0);
	ck_assert_uint_eq(input_at(d, 101, 0), 1);
	wire.room[wire.begin + 5] = 2;
	wire.room[wire.begin + 15] = 77;
	ck_assert_uint_eq(input_at(d, 101, 1), 0);
	ck_assert_uint_eq(count(d, "mirrordup.duplicate"), 1);
	decode_free(d);
}
END_TEST

START_TEST(tunnels_in_tunnels_have_a_limit)
{
	struct decode *d = decode_with(true);

	begin_udp("eight deep");
	for (int i = 0; i < 7; i++)
		wire_ipv4(&wire, 4, 1, 0);
	ck_assert_uint_eq(input_at(d, 101, 0), 1);
	wire_ipv4(&wire, 4, 1, 0);
	ck_assert_uint_eq(input_at(d, 101, NSTIME_S), 0);
	ck_assert_uint_eq(count(d, "tunnel.too_deep"), 1);
	decode_free(d);
}
END_TEST

START_TEST(fragments_inside_a_fragmented_tunnel_come_through)
{
	static uint8_t outer[200];
	struct decode *d = decode_with(true);
	struct slice datagram;

	wire_begin(&wire, "23456789");
	wire_ipv4(&wire, 17, 9, 2);
	memcpy(outer, wire_slice(&wire).p, wire_slice(&wire).len);
	datagram = slice_of(outer, wire_slice(&wire).len);
	for (size_t offset = 0; offset < datagram.len; offset += 8) {
		begin_piece(&datagram, offset, 8);
		wire.room[wire.begin + 14 + 9] = 4;
		ck_assert_uint_eq(input(d), 0);
	}

	wire_begin(&wire, "01234567");
	wire_hex(&wire, "13c4 13c6 0018 0001");
	wire_ipv4(&wire, 17, 9, 0x2000);
	wire_ipv4(&wire, 4, 10, 0);
	ck_assert_uint_eq(input_at(d, 101, 0), 1);
	ck_assert_str_eq(payload, "0123456723456789");
	decode_free(d);
}
END_TEST

/* The part of a frame of Ethernet from `at' on, as CAPWAP's own fragment. */
static void
capwap_piece(struct slice frame, size_t at, size_t len, bool ends)
{
	char header[32];

	snprintf(header, sizeof(header), "00 10%s 0007 %04zx",
	    ends ? "02c0" : "0280", at);
	wire_begin(&wire, "");
	wire_front(&wire, slice_first(slice_after(frame, at), len));
	wire_hex(&wire, header);
	wire_udp(&wire, 40000, 5247);
	wire_ipv4(&wire, 17, 1 + (unsigned)at, 0);
	wire_hex(&wire, ETHERNET_IPV4);
}

START_TEST(the_fragments_of_capwap_are_put_together)
{
	struct decode *d = decode_with(true);
	uint8_t *frame;
	size_t len;

	wire_begin(&wire, "OPTIONS sip:b@x SIP/2.0, and more of it");
	wire_udp(&wire, 5060, 5062);
	wire_ipv4(&wire, 17, 7, 0);
	wire_hex(&wire, ETHERNET_IPV4);
	len = wire_slice(&wire).len;
	frame = unit_exact(wire_slice(&wire));
	capwap_piece(slice_of(frame, len), 32, len - 32, true);
	ck_assert_uint_eq(input(d), 0);
	capwap_piece(slice_of(frame, len), 0, 32, false);
	ck_assert_uint_eq(input(d), 1);
	ck_assert_str_eq(payload, "OPTIONS sip:b@x SIP/2.0, and more of it");
	ck_assert_uint_eq(last.to.port, 5062);
	ck_assert(!last.truncated);
	free(frame);
	decode_free(d);
}
END_TEST

/* A part of an A-MSDU, padded, in front of what is there. */
static void
aggregate_part(const char *text, uint16_t id, bool padded)
{
	static struct wire part;
	char length[8];

	wire_begin(&part, text);
	wire_udp(&part, 5060, 5062);
	wire_ipv4(&part, 17, id, 0);
	wire_hex(&part, "aaaa03 000000 0800");
	snprintf(length, sizeof(length), "%04zx", wire_slice(&part).len);
	wire_hex(&part, length);
	wire_hex(&part, "020000000002 020000000001");
	for (size_t n = wire_slice(&part).len; padded && n % 4 != 0; n++)
		wire_front(&wire, slice_of("", 1));
	wire_front(&wire, wire_slice(&part));
}

START_TEST(every_frame_of_an_aggregate_is_read)
{
	struct decode *d = decode_with(true);

	wire_begin(&wire, "");
	aggregate_part("third", 3, false);
	aggregate_part("second, longer", 2, true);
	aggregate_part("first", 1, true);
	wire_hex(&wire,
	    "8802 0000 020000000002 020000000001 020000000003 "
	    "1000 8000");
	ck_assert_uint_eq(input_at(d, 105, 0), 3);
	ck_assert_str_eq(payload, "third");
	ck_assert(!last.truncated);
	decode_free(d);
}
END_TEST

START_TEST(every_drop_has_a_name)
{
	static const struct {
		const char *octets, *name;
	} drops[] = {
		{ "00", "datalink.short" },
		{ ETHERNET_HEADER "0806", "datalink.not_ip" },
		{ ETHERNET_HEADER "0800 45", "ip.short" },
		{ ETHERNET_HEADER "0800 1500000000000000", "ip.malformed" },
		{ ETHERNET_HEADER "0800 45000014 00000000 40590000"
				  "c0000201 c0000202",
		    "ip.other_protocol" },
		{ ETHERNET_HEADER "0800 45000014 00000000 40110000"
				  "c0000201 c0000202",
		    "udp.malformed" },
		{ ETHERNET_HEADER "0800 45000014 00000000 40060000"
				  "c0000201 c0000202",
		    "tcp.malformed" },
		{ ETHERNET_HEADER "0800 45000018 00000000 40010000"
				  "c0000201 c0000202 08000000",
		    "icmp.not_unreachable" },
		{ ETHERNET_HEADER "0800 45000018 00000000 402f0000"
				  "c0000201 c0000202 00020800",
		    "tunnel.malformed" },
	};

	for (size_t i = 0; i < sizeof(drops) / sizeof(*drops); i++) {
		struct decode *d = decode_with(true);

		wire_begin(&wire, "");
		wire_hex(&wire, drops[i].octets);
		ck_assert_uint_eq(input(d), 0);
		ck_assert_msg(
		    count(d, drops[i].name) == 1, "%s", drops[i].name);
		decode_free(d);
	}
}
END_TEST

START_TEST(limits_can_change)
{
	const struct decode_limits limits = { .tunnels = false };
	struct decode *d = decode_with(true);

	decode_set(d, &limits);
	begin_udp("twice");
	ck_assert_uint_eq(input_at(d, 101, 0), 1);
	ck_assert_uint_eq(input_at(d, 101, 0), 1);
	decode_free(d);
}
END_TEST

/* A frame with VLAN tag, tunnel and UDP, cut at every octet. */
START_TEST(a_packet_may_end_anywhere)
{
	struct decode *d = decode_with(true);

	begin_udp("OPTIONS");
	wire_hex(&wire, ETHERNET_HEADER "8100 0007 0800");
	wire_hex(&wire, "1000 88be 00000001 1001000100000000");
	wire_ipv4(&wire, 47, 1, 0);
	wire_hex(&wire, ETHERNET_HEADER "8100 0007 0800");
	for (size_t len = 0; len < wire_slice(&wire).len; len++) {
		uint8_t *exact =
		    unit_exact(slice_first(wire_slice(&wire), len));
		const struct packet packet = {
			.octets = slice_of(exact, len),
			.len = wire_slice(&wire).len,
			.datalink = 1,
			.now = (nstime)len * NSTIME_S,
		};

		events = 0;
		decode_input(d, &packet);
		ck_assert_uint_eq(
		    events, len >= wire_slice(&wire).len - strlen("OPTIONS"));
		free(exact);
	}
	decode_free(d);
}
END_TEST

START_TEST(an_exported_message_needs_no_packet_around_it)
{
	struct decode *d = decode_with(true);

	wire_begin(&wire, "hello");
	wire_hex(&wire,
	    "000c 0004 73697000 0014 0004 0a00000b 0015 0004 0a000015"
	    "0019 0004 0000ebc1 001a 0004 000013c6 0000 0000");
	ck_assert_uint_eq(input_at(d, 252, 0), 1);
	ck_assert_int_eq(last.transport, DECODE_UDP);
	ck_assert_uint_eq(last.to.port, 5062);
	ck_assert_str_eq(payload, "hello");
	ck_assert(!last.truncated);

	wire_begin(&wire, "hello");
	wire_udp(&wire, 1000, 5060);
	wire_ipv4(&wire, 17, 1, 0);
	wire_hex(&wire, "000c 0004 69700000 0000 0000");
	ck_assert_uint_eq(input_at(d, 252, 0), 1);
	ck_assert_uint_eq(last.from.port, 1000);
	ck_assert_str_eq(payload, "hello");

	wire_begin(&wire, "");
	wire_hex(&wire, "000c 0004 72747000 0000 0000");
	ck_assert_uint_eq(input_at(d, 252, 0), 0);
	decode_free(d);
}
END_TEST

START_TEST(esp_without_encryption_is_read)
{
	struct decode *d = decode_with(true);
	struct wire end;

	wire_begin(&end, "");
	wire_hex(&end, "0102 02 11 0102030405060708090a0b0c");
	wire_begin(&wire, "");
	wire_front(&wire, wire_slice(&end));
	wire_front(&wire, slice_text("hello"));
	wire_hex(&wire, "13c6 13c4 000d 0000");
	wire_hex(&wire, "00000001 00000002");
	wire_ipv4(&wire, 50, 1, 0);
	wire_hex(&wire, ETHERNET_HEADER "0800");
	ck_assert_uint_eq(input(d), 1);
	ck_assert_str_eq(payload, "hello");
	decode_free(d);
}
END_TEST

UNIT("decode", the_fragments_of_capwap_are_put_together,
    every_frame_of_an_aggregate_is_read,
    what_was_seen_at_a_glance_is_decoded_alike,
    an_exported_message_needs_no_packet_around_it,
    esp_without_encryption_is_read, udp_comes_with_its_endpoints,
    tcp_comes_with_its_endpoints,
    unreachable_is_reported_and_its_quote_is_no_message,
    a_packet_cut_by_snaplen_is_truncated,
    padding_of_a_short_frame_is_no_truncation,
    fragments_are_put_together_and_their_mirror_copies_dropped,
    a_v6_datagram_may_begin_with_more_headers, fragments_time_out,
    a_mirror_copy_of_another_vlan_and_ttl_is_dropped, tunnels_are_followed,
    without_tunnels_udp_is_udp, the_same_packet_in_two_tunnels_is_a_duplicate,
    tunnels_in_tunnels_have_a_limit,
    fragments_inside_a_fragmented_tunnel_come_through, every_drop_has_a_name,
    limits_can_change, a_packet_may_end_anywhere)
