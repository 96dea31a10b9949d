/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/icmp.h"

#include "unit/wire.h"

static struct wire wire;

static bool
parse(uint8_t version, struct icmp_unreachable *icmp)
{
	return icmp_parse(wire_slice(&wire), version, icmp);
}

/* Quotes a UDP datagram from port 40000 to 5062. */
static void
begin_v4(const char *icmp)
{
	wire_begin(&wire, "INVITE");
	wire_udp(&wire, 40000, 5062);
	wire_ipv4(&wire, 17, 1, 0);
	wire_hex(&wire, icmp);
}

START_TEST(the_quoted_endpoints_are_read)
{
	struct icmp_unreachable icmp;

	begin_v4("0303 0000 00000000");
	ck_assert(parse(4, &icmp));
	ck_assert_uint_eq(icmp.code, 3);
	ck_assert_uint_eq(icmp.protocol, 17);
	ck_assert_uint_eq(icmp.from.address.octets[3], 1);
	ck_assert_uint_eq(icmp.from.port, 40000);
	ck_assert_uint_eq(icmp.to.address.octets[3], 2);
	ck_assert_uint_eq(icmp.to.port, 5062);
}
END_TEST

START_TEST(four_octets_of_the_transport_are_enough)
{
	struct slice all;

	begin_v4("0301 0000 00000000");
	all = wire_slice(&wire);
	for (size_t len = 0; len < all.len; len++) {
		uint8_t *exact = unit_exact(slice_first(all, len));
		struct icmp_unreachable icmp;

		ck_assert_int_eq(icmp_parse(slice_of(exact, len), 4, &icmp),
		    len >= 8 + 20 + 4);
		free(exact);
	}
}
END_TEST

START_TEST(of_tcp_the_sequence_number_is_read)
{
	struct icmp_unreachable icmp;

	wire_begin(&wire, "");
	wire_hex(&wire, "9c40 13c6 01020304");
	wire_ipv4(&wire, 6, 1, 0);
	wire_hex(&wire, "0301 0000 00000000");
	ck_assert(parse(4, &icmp));
	ck_assert_uint_eq(icmp.sequence, 0x01020304);
	begin_v4("0301 0000 00000000");
	ck_assert(parse(4, &icmp));
	ck_assert_uint_eq(icmp.sequence, 0);
}
END_TEST

START_TEST(options_of_the_quoted_packet_are_skipped)
{
	struct icmp_unreachable icmp;

	wire_begin(&wire, "");
	wire_hex(&wire,
	    "0303 0000 00000000 4600 0200 0000 0000 4006 0000"
	    "c0000201 c0000202 94040000 13c4 13c6 00000000");
	ck_assert(parse(4, &icmp));
	ck_assert_uint_eq(icmp.protocol, 6);
	ck_assert_uint_eq(icmp.to.port, 5062);
}
END_TEST

START_TEST(v6_is_read_behind_extension_headers)
{
	struct icmp_unreachable icmp;

	wire_begin(&wire, "INVITE");
	wire_udp(&wire, 40000, 5062);
	wire_hex(&wire, "1100 000000000000");
	wire_ipv6(&wire, 60);
	wire_hex(&wire, "0104 0000 00000000");
	ck_assert(parse(6, &icmp));
	ck_assert_uint_eq(icmp.code, 4);
	ck_assert_uint_eq(icmp.to.address.version, 6);
	ck_assert_uint_eq(icmp.to.port, 5062);
	ck_assert(!parse(4, &icmp));
}
END_TEST

START_TEST(other_icmp_is_not_for_us)
{
	static const char *const others[] = {
		"0800 0000 00000000", /* echo */
		"0b00 0000 00000000", /* time exceeded */
		"0304 0000 00000500", /* fragmentation needed */
	};
	struct icmp_unreachable icmp;

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		begin_v4(others[i]);
		ck_assert(!parse(4, &icmp));
	}
	begin_v4("0104 0000 00000000");
	ck_assert(!parse(6, &icmp));
}
END_TEST

START_TEST(quotes_without_ports_are_refused)
{
	struct icmp_unreachable icmp;

	wire_begin(&wire, "12345678");
	wire_ipv4(&wire, 17, 1, 0x0001);
	wire_hex(&wire, "0303 0000 00000000");
	ck_assert(!parse(4, &icmp));
	wire_begin(&wire, "12345678");
	wire_ipv4(&wire, 132, 1, 0);
	wire_hex(&wire, "0303 0000 00000000");
	ck_assert(!parse(4, &icmp));
}
END_TEST

UNIT("icmp", the_quoted_endpoints_are_read,
    four_octets_of_the_transport_are_enough, of_tcp_the_sequence_number_is_read,
    options_of_the_quoted_packet_are_skipped,
    v6_is_read_behind_extension_headers, other_icmp_is_not_for_us,
    quotes_without_ports_are_refused)
