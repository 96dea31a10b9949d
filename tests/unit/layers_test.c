/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/layers.h"

#include "net/ip.h"
#include "unit/wire.h"

static struct wire w;
static struct layers l;

static bool
find_with(bool tunnels, int datalink, size_t len)
{
	struct layers_tunnels limits = { .descend = tunnels };
	const struct slice octets = slice_first(wire_slice(&w), len);
	uint8_t *exact = unit_exact(octets);
	const struct packet packet = {
		.octets = slice_of(exact, octets.len),
		.len = wire_slice(&w).len,
		.datalink = datalink,
	};
	bool found;

	portset_add(&limits.ports.vxlan, 4789);
	found = layers_find(&packet, &limits, &l);
	free(exact);
	return found;
}

static bool
find(void)
{
	return find_with(true, 1, SIZE_MAX);
}

START_TEST(a_datagram_in_ethernet)
{
	wire_begin(&w, "hello");
	wire_udp(&w, 5060, 5062);
	wire_ipv4(&w, IP_UDP, 1, 0);
	wire_hex(&w, ETHERNET_IPV4);
	ck_assert(find());
	ck_assert_int_eq(l.kind, LAYERS_UDP);
	ck_assert_uint_eq(l.from.port, 5060);
	ck_assert_uint_eq(l.to.port, 5062);
	ck_assert_uint_eq(l.transport, 34);
	ck_assert_uint_eq(l.content, 42);
	ck_assert_uint_eq(l.end, 47);
	ck_assert_uint_eq(l.checksum, 40);
}
END_TEST

START_TEST(a_segment_with_its_place_in_the_stream)
{
	wire_begin(&w, "hello");
	wire_segment(&w, 5060, 5062, 1000, 77, 0x18);
	wire_ipv6(&w, IP_TCP);
	wire_hex(&w, ETHERNET_IPV6);
	ck_assert(find());
	ck_assert_int_eq(l.kind, LAYERS_TCP);
	ck_assert_uint_eq(l.sequence, 1000);
	ck_assert_uint_eq(l.acknowledgement, 77);
	ck_assert_uint_eq(l.flags, 0x18);
	ck_assert_uint_eq(l.content, 14 + 40 + 20);
	ck_assert_uint_eq(l.checksum, 14 + 40 + 16);
}
END_TEST

START_TEST(the_innermost_of_a_tunnel)
{
	wire_begin(&w, "hello");
	wire_udp(&w, 5060, 5062);
	wire_ipv4(&w, IP_UDP, 1, 0);
	wire_hex(&w, "0800000000000100" ETHERNET_IPV4);
	wire_udp(&w, 40000, 4789);
	wire_ipv4(&w, IP_UDP, 2, 0);
	wire_hex(&w, ETHERNET_IPV4);
	ck_assert(find());
	ck_assert_uint_eq(l.to.port, 5062);
	ck_assert_uint_eq(l.content, 42 + 8 + 42);
	/* Where tunnels are not read, theirs is content. */
	ck_assert(find_with(false, 1, SIZE_MAX));
	ck_assert_uint_eq(l.to.port, 4789);
	ck_assert_uint_eq(l.content, 42);
}
END_TEST

START_TEST(of_a_later_fragment_all_is_content)
{
	wire_begin(&w, "hello");
	wire_ipv4(&w, IP_UDP, 1, 100);
	wire_hex(&w, ETHERNET_IPV4);
	ck_assert(find());
	ck_assert_int_eq(l.kind, LAYERS_OTHER);
	ck_assert(l.fragment);
	ck_assert_uint_eq(l.content, 34);
	ck_assert_uint_eq(l.end, 39);
}
END_TEST

START_TEST(a_first_fragment_has_its_ports)
{
	wire_begin(&w, "hello");
	wire_number(&w, 1, 2);
	wire_number(&w, 3000, 2); /* longer than this piece */
	wire_hex(&w, "13c413c6");
	wire_ipv4(&w, IP_UDP, 1, 0x2000);
	wire_hex(&w, ETHERNET_IPV4);
	ck_assert(find());
	ck_assert_int_eq(l.kind, LAYERS_UDP);
	ck_assert_uint_eq(l.to.port, 5062);
	ck_assert_uint_eq(l.end, 47);
}
END_TEST

START_TEST(an_error_quotes_headers_and_then_content)
{
	wire_begin(&w, "12345678secret");
	wire_ipv4(&w, IP_UDP, 1, 0);
	wire_hex(&w, "0301 0000 00000000");
	wire_ipv4(&w, IP_ICMP, 2, 0);
	wire_hex(&w, ETHERNET_IPV4);
	ck_assert(find());
	ck_assert_int_eq(l.kind, LAYERS_ICMP);
	ck_assert_uint_eq(l.content, 34 + 8 + 20 + 8);
	ck_assert_uint_eq(l.end - l.content, strlen("secret"));
}
END_TEST

START_TEST(padding_is_behind_the_end)
{
	wire_begin(&w, "hello");
	wire_udp(&w, 5060, 5062);
	wire_ipv4(&w, IP_UDP, 1, 0);
	wire_hex(&w, ETHERNET_IPV4);
	memmove(w.room + w.begin - 9, w.room + w.begin, wire_slice(&w).len);
	w.begin -= 9;
	ck_assert(find());
	ck_assert_uint_eq(l.end, 47);
}
END_TEST

START_TEST(no_checksum_is_none)
{
	wire_begin(&w, "hello");
	wire_udp(&w, 5060, 5062);
	w.room[w.begin + 7] = 0;
	wire_ipv4(&w, IP_UDP, 1, 0);
	wire_hex(&w, ETHERNET_IPV4);
	ck_assert(find());
	ck_assert_uint_eq(l.checksum, 0);
}
END_TEST

START_TEST(what_is_not_ip_is_not_found)
{
	wire_begin(&w, "hello");
	wire_hex(&w, "020000000002 020000000001 0806");
	ck_assert(!find());
	ck_assert(!find_with(true, 4711, SIZE_MAX));
}
END_TEST

/* Wherever the snapshot length cuts, offsets stay inside of what is there. */
START_TEST(offsets_stay_inside_at_every_cut)
{
	wire_begin(&w, "hello");
	wire_tcp(&w, 5060, 5062, 1);
	wire_ipv4(&w, IP_TCP, 1, 0);
	wire_hex(&w, "0800000000000100" ETHERNET_IPV4);
	wire_udp(&w, 40000, 4789);
	wire_ipv4(&w, IP_UDP, 2, 0);
	wire_hex(&w, ETHERNET_IPV4);
	for (size_t len = 0; len <= wire_slice(&w).len; len++) {
		if (!find_with(true, 1, len))
			continue;
		ck_assert_uint_le(l.transport, l.content);
		ck_assert_uint_le(l.content, l.end);
		ck_assert_uint_le(l.end, len);
	}
}
END_TEST

UNIT("layers", a_datagram_in_ethernet, a_segment_with_its_place_in_the_stream,
    the_innermost_of_a_tunnel, of_a_later_fragment_all_is_content,
    a_first_fragment_has_its_ports, an_error_quotes_headers_and_then_content,
    padding_is_behind_the_end, no_checksum_is_none, what_is_not_ip_is_not_found,
    offsets_stay_inside_at_every_cut)
