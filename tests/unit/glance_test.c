/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/glance.h"

#include "unit/wire.h"

#define TAGGED "020000000002 020000000001 8100 2064 0800"

static struct wire wire;

static void
begin(const char *payload)
{
	wire_begin(&wire, payload);
	wire_udp(&wire, 20000, 30000);
	wire_ipv4(&wire, 17, 7, 0);
}

/* What is found points into the wire. */
static bool
looks(int datalink, size_t caplen, struct glance *g)
{
	const struct slice octets = slice_first(wire_slice(&wire), caplen);
	uint8_t *exact = unit_exact(octets);
	const struct packet packet = {
		.octets = slice_of(exact, octets.len),
		.len = wire_slice(&wire).len,
		.datalink = datalink,
	};
	const bool found = glance_udp(&packet, g);

	if (found) {
		g->addresses.p = octets.p + (g->addresses.p - exact);
		g->datagram.p = octets.p + (g->datagram.p - exact);
	}
	free(exact);
	return found;
}

static void
check_found(const struct glance *g)
{
	ck_assert_uint_eq(g->from_port, 20000);
	ck_assert_uint_eq(g->to_port, 30000);
	ck_assert_uint_eq(g->identification, 7);
	ck_assert_uint_eq(g->addresses.p[3], 1);
	ck_assert_uint_eq(g->addresses.p[7], 2);
	ck_assert_uint_eq(g->datagram_len, 8 + 12);
	ck_assert_uint_eq(g->datagram.len, 8 + 12);
	ck_assert_uint_eq(glance_first(g), 'a');
}

START_TEST(a_datagram_on_ethernet_is_seen_at_a_glance)
{
	struct glance g;

	begin("a datagram..");
	wire_hex(&wire, ETHERNET_IPV4);
	ck_assert(looks(1, SIZE_MAX, &g));
	check_found(&g);
}
END_TEST

START_TEST(one_tag_may_be_in_front)
{
	struct glance g;

	begin("a datagram..");
	wire_hex(&wire, TAGGED);
	ck_assert(looks(1, SIZE_MAX, &g));
	check_found(&g);
}
END_TEST

START_TEST(a_cut_packet_is_cut_or_left_to_decode)
{
	struct glance g;

	begin("a datagram..");
	wire_hex(&wire, ETHERNET_IPV4);
	for (size_t len = 0; len < wire_slice(&wire).len; len++) {
		if (!looks(1, len, &g))
			continue;
		ck_assert_uint_ge(len, 14 + 20 + 8);
		ck_assert_uint_eq(g.datagram.len, len - 14 - 20);
		ck_assert_uint_eq(g.datagram_len, 20);
	}
}
END_TEST

START_TEST(octets_behind_the_packet_are_padding)
{
	struct glance g;

	wire_begin(&wire, "PAD.");
	wire_front(&wire, slice_of("\x4e\x20\x75\x30\x00\x08\x00\x00", 8));
	wire_front(&wire,
	    slice_of("\x45\x00\x00\x1c\x00\x07\x00\x00\x40\x11\x00\x00"
		     "\xc0\x00\x02\x01\xc0\x00\x02\x02",
		20));
	wire_hex(&wire, ETHERNET_IPV4);
	ck_assert(looks(1, SIZE_MAX, &g));
	ck_assert_uint_eq(g.datagram.len, 8);
	ck_assert_uint_eq(glance_first(&g), 0);
}
END_TEST

/* Each is the first packet with one octet changed. */
static const struct {
	const char *name;
	size_t at;
	uint8_t octet;
} others[] = {
	{ "another EtherType", 13, 0x06 },
	{ "options", 14, 0x46 },
	{ "version 6", 14, 0x65 },
	{ "no length", 17, 0x00 },
	{ "more fragments", 20, 0x20 },
	{ "a later fragment", 21, 0x01 },
	{ "TCP", 23, 6 },
	{ "a UDP header too short", 39, 7 },
	{ "a datagram longer than its packet", 39, 21 },
};

START_TEST(whatever_has_another_shape_is_left_to_decode)
{
	struct glance g;

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		begin("a datagram..");
		wire_hex(&wire, ETHERNET_IPV4);
		wire.room[wire.begin + others[i].at] = others[i].octet;
		ck_assert_msg(!looks(1, SIZE_MAX, &g), "%s", others[i].name);
	}
}
END_TEST

START_TEST(nothing_is_left_to_decode)
{
	const struct packet packet = { .datalink = 1 };
	struct glance g;

	ck_assert(!glance_udp(&packet, &g));
}
END_TEST

START_TEST(other_links_are_left_to_decode)
{
	struct glance g;

	begin("a datagram..");
	wire_hex(&wire, ETHERNET_IPV4);
	ck_assert(!looks(113, SIZE_MAX, &g));
	ck_assert(!looks(101, SIZE_MAX, &g));
}
END_TEST

UNIT("glance", a_datagram_on_ethernet_is_seen_at_a_glance,
    one_tag_may_be_in_front, a_cut_packet_is_cut_or_left_to_decode,
    octets_behind_the_packet_are_padding, other_links_are_left_to_decode,
    whatever_has_another_shape_is_left_to_decode, nothing_is_left_to_decode)
